"""The lessons as data: what each asks, how long it takes, and the machines it is played on."""

from __future__ import annotations

from dataclasses import dataclass

from course.errors import LabError


@dataclass(frozen=True)
class Lesson:
    """One lesson. ``engines`` are lab hosts with a Docker Engine; ``machines`` are plain neighbours on the LAN."""

    name: str
    title: str
    question: str
    minutes: int
    engines: tuple[str, ...] = ("host1",)
    machines: tuple[str, ...] = ()


LESSONS = {
    lesson.name: lesson
    for lesson in (
        Lesson("01_isolation", "A network of one's own", "What does a container see of the network?", 40),
        Lesson(
            "02_default_bridge",
            "The default bridge",
            "How does anyone reach a server that sits inside a container?",
            45,
            engines=("host1", "host2"),
            machines=("laptop",),
        ),
        Lesson(
            "04_user_defined_networks",
            "Networks you define",
            "How do you let a backend reach its database, and nobody else?",
            60,
            machines=("laptop",),
        ),
    )
}


def lesson(name: str) -> Lesson:
    """The lesson of that name; raises LabError that lists the names there are."""
    try:
        return LESSONS[name]
    except KeyError:
        known = ", ".join(LESSONS)
        raise LabError(f"there is no lesson {name!r}", next=f"choose one of: {known}") from None
