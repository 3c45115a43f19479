"""Hints for the tasks of a lesson, in levels: ``hints("04.drawn_shop")``.

They are in ``hints/04_user_defined_networks.yml``: a list of texts for each task, from a nudge to nearly the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError

FOLDER = Path(__file__).with_name("hints")


@dataclass(frozen=True)
class Hints:
    """The hints of one task, the gentlest first."""

    task: str
    texts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{len(self.texts)} hints for {self.task}: print(hints({self.task!r}).texts[0]) shows the first"

    def _repr_markdown_(self) -> str:
        rows = enumerate(self.texts, 1)
        return "\n".join(f"<details><summary>Hint {number}</summary>\n\n{text}\n\n</details>" for number, text in rows)


def hints(task: str) -> Hints:
    """The hints for a task, written ``LESSON.TASK``; CourseError, with the tasks there are, if it has none."""
    import yaml

    lesson, _, name = task.partition(".")
    found = next(iter(sorted(FOLDER.glob(f"{lesson}_*.yml"))), None) if lesson.isdecimal() else None
    known = yaml.safe_load(found.read_text(encoding="utf-8")) if found else {}
    if name not in known:
        there = ", ".join(f"{lesson}.{one}" for one in known) or "none in this lesson"
        raise CourseError(f"there are no hints for {task!r}", next=f"there are hints for {there}")
    return Hints(task, tuple(str(text).strip() for text in known[name]))
