"""Graded functions: one for each graded cell, named as its grade_id."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from course.labs import progress
from graders.checking import broken
from graders.verdict import CheckFailed, Judged, NotAttempted, error, fail

if TYPE_CHECKING:
    from course.labs.lab import Lab

Points = int | float
Check = Callable[["Lab"], object]


def task(points: Points = 1) -> Callable[[Check], Graded]:
    """Make ``check(lab)`` a graded function worth so many points.

    The first sentence of its docstring says what is true when it passes; it is printed then. The check raises
    CheckFailed, or returns nothing for full marks, or the points earned. Whatever else it raises becomes a CheckError.
    nbgrader reads the value that comes back: None is full marks, a number partial credit.
    """

    def decorate(check: Check) -> Graded:
        return Graded(check, points)

    return decorate


class Graded:
    """A check that prints its success, keeps the learner's progress, and lets no accident through."""

    def __init__(self, check: Check, points: Points) -> None:
        functools.update_wrapper(self, check)
        self.points = points
        self.name = self.__name__ = check.__name__
        self.sentence = sentence(check)
        self._check = check

    def __repr__(self) -> str:
        return f"<task {self.name}, {self.points} points: {self.sentence}>"

    def __call__(self, lab: Lab) -> Points | None:
        """Run the check; returns None for full marks, or the points earned."""
        try:
            earned = _guarded(self._check, lab)
        except CheckFailed:
            progress.record(lab.lesson.name, self.name, False)
            raise
        if earned is not None and not 0 <= earned <= self.points:
            error(f"{self.name} gave {earned:g} of {self.points:g} points", next="tell your teacher").enforce()
        full = earned is None or earned == self.points
        progress.record(lab.lesson.name, self.name, full)
        if full:
            print(f"pass  {self.sentence}")
            return None
        print(f"{earned:g} of {self.points:g} points")
        return earned


def score(lab: Lab, checks: Sequence[tuple[Points, Check]]) -> Points:
    """Run every check, print each one's verdict, and return the sum of the points of those that passed.

    A check that fails does not keep the others from being run. CheckError is raised: a broken lab earns no marks and
    loses none.
    """
    earned: Points = 0
    for points, check in checks:
        try:
            _guarded(check, lab)
        except CheckFailed as failure:
            print(f"fail  {sentence(check)} (0 of {points:g})")
            print(textwrap.indent(str(failure), " " * 6))
        else:
            print(f"pass  {sentence(check)} ({points:g} of {points:g})")
            earned += points
    return earned


def not_attempted(what: str, next: str = "") -> NotAttempted:
    """To raise where there is nothing to judge yet: ``raise not_attempted("there is no container backend")``."""
    return NotAttempted(fail(f"not attempted yet: {what}", next=next))


def sentence(check: Check) -> str:
    """The first sentence of a check's docstring, without its full stop."""
    lines = (check.__doc__ or check.__name__.replace("_", " ")).strip().split("\n\n")[0]
    return " ".join(lines.split()).rstrip(".")


def _guarded(check: Check, lab: Lab) -> Points | None:
    """What the check returns, if that is points. Raises CheckFailed or CheckError and nothing else."""
    try:
        value = check(lab)
    except Judged:
        raise
    except Exception as accident:
        verdict = broken(accident)
    else:
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    verdict.enforce()
    return None
