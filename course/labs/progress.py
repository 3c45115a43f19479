"""What a learner has done, kept in their workspace: tasks passed, attempts made."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.errors import WorkspaceError
from course.labs.learner import NOTES, grading
from course.labs.lessons import LESSONS, Lesson


@dataclass(frozen=True)
class Standing:
    """Where a learner stands in one lesson."""

    lesson: Lesson
    passed: int
    tasks: int
    attempts: int

    @property
    def state(self) -> str:
        """A shape and a word."""
        if self.tasks and self.passed >= self.tasks:
            return "● done"
        return "◐ begun" if self.attempts else "○ to do"


@dataclass(frozen=True)
class Progress:
    """Where a learner stands in the whole course; ``notes`` are sentences that they should read."""

    learner: str
    standings: tuple[Standing, ...]
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        rows = [
            f"  {at.state:<8} {_number(at.lesson)} {at.lesson.title:<28} {at.lesson.minutes:>3} min  "
            f"{at.passed} of {at.tasks} tasks"
            for at in self.standings
        ]
        return "\n".join([f"Progress of {self.learner}", *rows, *self.notes])

    def _repr_markdown_(self) -> str:
        head = ["| | lesson | the question | time&nbsp;to&nbsp;plan | tasks&nbsp;done |", "|:--|:--|:--|--:|:--|"]
        return "\n".join([*head, *map(_row, self.standings), "", *(f"> {note}\n" for note in self.notes)])


def progress(folder: Path | None = None) -> Progress:
    """What is done in the workspace that holds ``folder`` (default: the working directory).

    Raises WorkspaceError if none does.
    """
    root = find(folder)
    if root is None:
        raise WorkspaceError(
            f"{folder or Path.cwd()} is in no workspace of this course",
            because="progress is kept in the folder that `course start` makes",
            next="course start FOLDER",
        )
    notes = root / NOTES
    done, tasks = _read(notes), load(notes / "lessons.json").get("tasks", {})
    standings = [_standing(LESSONS[name], done.get(name, {}), tasks[name]) for name in LESSONS if name in tasks]
    return Progress((notes / "learner").read_text().strip(), tuple(standings), tuple(_damages(notes)))


def record(lesson: str, task: str, passed: bool) -> None:
    """Note one attempt at a graded task, in the workspace that holds the working directory; elsewhere do nothing.

    A task that was passed stays passed. Never raises: a check must not fail because its note could not be written.
    """
    root = None if grading() else find()
    if root is None:
        return
    with contextlib.suppress(OSError), _alone(root / NOTES):
        done = _read(root / NOTES)
        entry = done.setdefault(lesson, {}).setdefault(task, {"attempts": 0, "passed": ""})
        entry["attempts"] += 1
        if passed and not entry["passed"]:
            entry["passed"] = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        write(root / NOTES / "progress.json", json.dumps(done, indent=1).encode())


def find(folder: Path | None = None) -> Path | None:
    """The workspace that holds ``folder`` (default: the working directory), if any."""
    here = (folder or Path.cwd()).resolve()
    return next((root for root in (here, *here.parents) if (root / NOTES / "learner").is_file()), None)


def write(file: Path, content: bytes) -> None:
    """Replace a file whole or not at all, whatever interrupts."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def load(file: Path) -> dict[str, Any]:
    """A note of ours that can be made again: if it is missing or damaged it counts as empty."""
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _read(notes: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """The attempts by lesson and task. A file that cannot be understood is set aside, never overwritten."""
    file = notes / "progress.json"
    try:
        done = json.loads(file.read_bytes())
        return {lesson: {task: _entry(data) for task, data in tasks.items()} for lesson, tasks in done.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError, KeyError):
        moment = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        file.replace(notes / f"progress.damaged-{moment}.json")
        return {}


def _entry(data: dict[str, Any]) -> dict[str, Any]:
    return {"attempts": int(data["attempts"]), "passed": str(data["passed"])}


def _damages(notes: Path) -> Iterator[str]:
    for file in sorted(notes.glob("progress.damaged-*.json")):
        yield f"A progress file could not be read. It is kept as {file}; what it held does not count here."


def _standing(lesson: Lesson, done: dict[str, dict[str, Any]], tasks: list[str]) -> Standing:
    passed = sum(bool(done[task]["passed"]) for task in tasks if task in done)
    return Standing(lesson, passed, len(tasks), sum(entry["attempts"] for entry in done.values()))


def _row(standing: Standing) -> str:
    lesson = standing.lesson
    title = f"**[{_number(lesson)} {lesson.title}]({lesson.name}/lesson.ipynb)**"
    graded = f"[{standing.passed} of {standing.tasks}]({lesson.name}/lab.ipynb)" if standing.tasks else "none"
    state, time = (text.replace(" ", "&nbsp;") for text in (standing.state, f"{lesson.minutes} minutes"))
    return f"| {state} | {title} | {lesson.question} | {time} | {graded} |"


def _number(lesson: Lesson) -> str:
    return lesson.name.split("_")[0]


@contextlib.contextmanager
def _alone(notes: Path) -> Iterator[None]:
    """One kernel at a time reads and writes the progress of a workspace."""
    with (notes / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
