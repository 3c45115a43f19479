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
    from course.observe.capture import capture
    from course.observe.matrix import matrix
    from course.observe.trace import trace
    from course.show.builder import builder
    from course.show.draw import draw
    from course.show.gridwidget import explore
    from course.show.hinting import hints
    from course.show.live import live, replay
    from course.show.notebook import open_lab
    from course.show.quiz import answer, ask
    from course.topology.commands import docker_commands, python_code
    from course.topology.compose import read_compose, write_compose
    from course.topology.converge import apply, destroy, plan
    from course.topology.model import Topology

_HOMES = {
    "CourseError": "course.errors",
    "Lab": "course.labs.lab",
    "Topology": "course.topology.model",
    "answer": "course.show.quiz",
    "apply": "course.topology.converge",
    "ask": "course.show.quiz",
    "builder": "course.show.builder",
    "capture": "course.observe.capture",
    "destroy": "course.topology.converge",
    "docker_commands": "course.topology.commands",
    "doctor": "course.labs.doctor",
    "draw": "course.show.draw",
    "explore": "course.show.gridwidget",
    "hints": "course.show.hinting",
    "live": "course.show.live",
    "matrix": "course.observe.matrix",
    "open_lab": "course.show.notebook",
    "plan": "course.topology.converge",
    "progress": "course.labs.progress",
    "python_code": "course.topology.commands",
    "read_compose": "course.topology.compose",
    "replay": "course.show.live",
    "trace": "course.observe.trace",
    "write_compose": "course.topology.compose",
}
__all__ = [
    "CourseError",
    "Lab",
    "Topology",
    "answer",
    "apply",
    "ask",
    "builder",
    "capture",
    "destroy",
    "docker_commands",
    "doctor",
    "draw",
    "explore",
    "hints",
    "live",
    "matrix",
    "open_lab",
    "plan",
    "progress",
    "python_code",
    "read_compose",
    "replay",
    "trace",
    "write_compose",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
