"""Pass, fail or error: what a check says, and the two exceptions that carry it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from course.errors import CourseError

Outcome = Literal["pass", "fail", "error"]
_ROWS = ("expected", "observed", "because", "next")


@dataclass(frozen=True)
class Verdict:
    """What one look at the lab came to.

    ``headline`` names who and what, in one line. ``settled`` means that waiting cannot change it: the engine's
    commands return when they are done, so what the engine says of itself is settled; what packets say is not.
    ``undecided`` means that the look came to nothing and is worth another, though the time is up.
    ``why`` is the label of the reason in `course.faults.causes`, where there is one: for programs, as
    ``because`` is for people. ``cause`` is the exception behind an error.
    """

    outcome: Outcome
    headline: str = ""
    expected: str = ""
    observed: str = ""
    because: str = ""
    next: str = ""
    settled: bool = False
    undecided: bool = False
    why: str = ""
    cause: BaseException | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        rows = ((label, getattr(self, label)) for label in _ROWS)
        return "\n".join([self.headline, *(_row(label, text) for label, text in rows if text)])

    @property
    def passed(self) -> bool:
        """Whether the outcome is *pass*."""
        return self.outcome == "pass"

    def with_reason(self, because: str, next: str, settled: bool = False, why: str = "") -> Verdict:
        """The same verdict, explained."""
        return replace(self, because=because, next=next, settled=self.settled or settled, why=why or self.why)

    def enforce(self) -> None:
        """Raise CheckFailed for a fail and CheckError for an error; a pass returns."""
        if self.outcome == "fail":
            raise CheckFailed(self)
        if self.outcome == "error":
            raise CheckError(self) from self.cause


PASS = Verdict("pass")


def fail(
    headline: str, expected: str = "", observed: str = "", because: str = "", next: str = "", settled: bool = True
) -> Verdict:
    """The learner's work is not what was asked for."""
    return Verdict("fail", headline, expected, observed, because, next, settled)


def error(
    headline: str,
    observed: str = "",
    because: str = "",
    next: str = "",
    settled: bool = False,
    cause: BaseException | None = None,
) -> Verdict:
    """The question could not be answered: never a pass, and never the learner's fail."""
    next = next or "run the cell again; if this stays, lab.reset() starts fresh machines"
    return Verdict("error", headline, "", observed, because, next, settled, cause=cause)


def undecided(headline: str, observed: str) -> Verdict:
    """The machine was too busy to tell; it may not be in a moment."""
    next = "run the cell again when the machine is less busy"
    return replace(error(headline, observed, "the machine is very busy", next), undecided=True)


def require(
    holds: bool, headline: str, expected: str = "", observed: str = "", because: str = "", next: str = ""
) -> Verdict:
    """A settled fact of the engine: a pass if it holds, otherwise a fail with these words."""
    return PASS if holds else fail(headline, expected, observed, because, next)


class Judged(CourseError):
    """An exception whose message is a verdict; IPython shows the message alone."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.headline, verdict.because, verdict.next)
        self.verdict = verdict

    def lines(self) -> list[str]:
        """Headline, expected, observed, because, next; what is empty is left out."""
        return str(self.verdict).splitlines()


class CheckFailed(Judged):
    """The work was looked at, and it is not what was asked for."""


class NotAttempted(CheckFailed):
    """There is nothing to look at yet."""


class CheckError(Judged):
    """The lab itself is broken, or a control failed: nothing is known about the work."""


def _row(label: str, text: str) -> str:
    return f"  {label:<9} " + text.replace("\n", "\n" + " " * 12)
