"""The one kind of error that a learner meets: a fact, its likely cause, and the next step."""

from __future__ import annotations


class CourseError(Exception):
    """Something the reader can act on.

    ``what`` states the fact, ``because`` the likely cause, ``next`` what to do now.
    In a notebook only these lines are shown, without a stack trace.
    """

    def __init__(self, what: str, because: str = "", next: str = "") -> None:
        self.what = what
        self.because = because
        self.next = next
        super().__init__(what)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The message as a reader sees it: one fact, then indented lines of help."""
        rows = [("because", self.because), ("next", self.next)]
        return [self.what, *(_row(label, text) for label, text in rows if text)]

    def _render_traceback_(self) -> list[str]:
        """Asked by IPython in place of a stack trace."""
        return [f"{type(self).__name__}: {self}"]


class EngineError(CourseError):
    """The outer engine is missing, too old, closed to us, or out of space."""


class ImageError(CourseError):
    """An image cannot be built, saved, loaded or found."""


class LabError(CourseError):
    """A lab host cannot be started, or does not answer any more."""


class TopologyError(CourseError):
    """A topology, or a name or address in it, makes no sense."""


class WorkspaceError(CourseError):
    """The learner's folder or their stored progress cannot be used."""


def _row(label: str, text: str) -> str:
    first, *rest = text.splitlines()
    return "\n".join([f"  {label:<9} {first}", *(" " * 12 + line for line in rest)])
