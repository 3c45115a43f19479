"""Answers that test the graders: untouched, right and named wrong ones for every graded task.

Each lesson's module holds ``ANSWERS``: task -> {name: (cell text, headline or None)}. A headline is the first line of
the failure that the answer must be given; None means that it must pass. A cell text is what a learner would type into
a notebook where ``lab``, ``client``, ``check`` and ``mine`` are known; several cells are a tuple of texts. ``RIGHT``
stands for the model solution in the lab notebook itself, so that it is written once.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
Answers = dict[str, dict[str, tuple[str | tuple[str, ...], str | None]]]
RIGHT = "### the solution in the lab notebook"
LESSONS = {folder.name: folder.name.split("_", 1)[1] for folder in sorted(NOTEBOOKS.glob("[0-9][0-9]_*"))}


@dataclass(frozen=True)
class Answer:
    """One answer to one graded task, and the headline it must be given (None: it must pass)."""

    lesson: str
    task: str
    name: str
    cells: tuple[str, ...]
    headline: str | None

    def __str__(self) -> str:
        return f"{self.lesson} {self.task}: {self.name}"


def answers(lesson: str) -> list[Answer]:
    """Every answer to every task of a lesson, with the model solutions filled in."""
    module = importlib.import_module(f"tests.answers.{LESSONS[lesson]}")
    return [
        Answer(lesson, task, name, _filled(lesson, task, text), headline)
        for task, given in module.ANSWERS.items()
        for name, (text, headline) in given.items()
    ]


def _filled(lesson: str, task: str, text: str | tuple[str, ...]) -> tuple[str, ...]:
    texts = (text,) if isinstance(text, str) else text
    return tuple(cells(lesson, task)[1] if one == RIGHT else one for one in texts)


def cells(lesson: str, task: str) -> tuple[str, str]:
    """What the lab notebook gives the learner before a task (the cell ``given-TASK``, maybe none), and its solution."""
    notebook = nbformat.read(NOTEBOOKS / lesson / "lab.ipynb", 4)
    by_name = {cell.metadata.get("nbgrader", {}).get("grade_id", cell.id): cell.source for cell in notebook.cells}
    return by_name.get(f"given-{task}", ""), by_name[f"{task}-answer"]


def tasks(lesson: str) -> dict[str, int]:
    """The graded tasks of a lesson and their points, as the lab notebook says."""
    notebook = nbformat.read(NOTEBOOKS / lesson / "lab.ipynb", 4)
    graded = [cell.metadata.nbgrader for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.grade_id: cell.points for cell in graded}
