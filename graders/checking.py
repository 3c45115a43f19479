"""Looking at a lab until a fact holds, and turning accidents into errors."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from course.errors import CourseError
from graders.scene import Scene
from graders.verdict import Judged, Verdict, error

if TYPE_CHECKING:
    from course.labs.lab import Lab

Look = Callable[[Scene], Verdict]
LONGEST_PAUSE = 0.25
BUSY = 20.0


class Checking:
    """Looks at the lab until a fact holds or its time is up."""

    def __init__(self, lab: Lab, within: float = 3.0) -> None:
        self.lab = lab
        self.within = within

    def __repr__(self) -> str:
        return "pass"

    def that(self, look: Look) -> Self:
        """Look again, with short pauses, until the verdict is a pass, is settled, or the time is up.

        A busy machine that could not tell is given some more time. Raises CheckFailed or CheckError.
        """
        deadline, pause = time.monotonic() + self.within, 0.01
        while not (verdict := judged(look, self.lab)).passed:
            late = time.monotonic() - deadline
            if verdict.settled or late > (BUSY if verdict.undecided else 0):
                verdict.enforce()
            time.sleep(pause)
            pause = min(pause * 1.6, LONGEST_PAUSE)
        return self


def judged(look: Look, lab: Lab) -> Verdict:
    """One look. Whatever it raises that is no verdict is an error, never a fail and never a pass."""
    try:
        return look(Scene(lab))
    except Judged as verdict:
        return verdict.verdict
    except Exception as accident:
        return broken(accident)


def broken(accident: Exception) -> Verdict:
    """An accident inside a check as an error with a next step."""
    from docker.errors import DockerException
    from requests import RequestException

    if isinstance(accident, CourseError):
        return error(accident.what, "", accident.because, accident.next, cause=accident)
    if isinstance(accident, (RequestException, ConnectionError, TimeoutError)):
        next = "lab.reset() starts fresh machines; what ran on the old ones is gone"
        return error(
            "the lab host does not answer", "", "its Docker Engine has ended or is overloaded", next, cause=accident
        )
    if isinstance(accident, DockerException):
        return error("the engine refused a question of this check", str(accident), cause=accident)
    observed = f"{type(accident).__name__}: {accident}"
    because = "it stumbled over something unforeseen"
    return error("this check could not be made", observed, because, settled=True, cause=accident)
