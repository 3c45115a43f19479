"""Container networking by experiment: ``from course import open_lab, draw, matrix`` is all that a lesson needs.

Nothing is imported until it is used: the programs inside a lab host import this package too, and have none of its
dependencies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.errors import CourseError
    from course.labs.doctor import doctor
    from course.labs.lab import Lab
    from course.labs.progress import progress
    from course.observe.matrix import matrix
    from course.observe.trace import trace
    from course.show.draw import draw
    from course.show.notebook import open_lab
    from course.show.quiz import answer, ask

_HOMES = {
    "CourseError": "course.errors",
    "Lab": "course.labs.lab",
    "answer": "course.show.quiz",
    "ask": "course.show.quiz",
    "doctor": "course.labs.doctor",
    "draw": "course.show.draw",
    "matrix": "course.observe.matrix",
    "open_lab": "course.show.notebook",
    "progress": "course.labs.progress",
    "trace": "course.observe.trace",
}
__all__ = ["CourseError", "Lab", "answer", "ask", "doctor", "draw", "matrix", "open_lab", "progress", "trace"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
