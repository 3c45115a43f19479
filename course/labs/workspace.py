"""A learner's own copy of the lessons: made once, brought up to date without ever touching their work."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.errors import WorkspaceError
from course.labs import release, welcome
from course.labs.learner import NOTES
from course.labs.progress import Progress, find, load, progress, record, write

__all__ = ["Progress", "Update", "find", "progress", "record", "start"]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass
class Update:
    """What `start` did, as paths in the workspace. ``beside``: new versions laid beside files that were worked on."""

    folder: Path
    learner: str
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The same in sentences, for people."""
        rows = [f"{self.folder}: the lessons of {self.learner}"]
        rows += [f"  {len(self.added)} new files"] if self.added else []
        rows += [f"  {path} is brought up to date" for path in self.updated]
        rows += [f"  {path} is new; you worked on the old one, which is as you left it" for path in self.beside]
        return rows


def start(folder: Path, learner: str | None = None) -> Update:
    """Make the workspace in ``folder``, or bring it up to date. Deleted lessons are laid out afresh.

    Raises WorkspaceError if the folder belongs to another learner, holds the course itself, or cannot be written.
    """
    folder = folder.expanduser().absolute()
    try:
        return _start(folder, learner)
    except OSError as error:
        raise WorkspaceError(
            f"{error.filename or folder} cannot be written",
            because=error.strerror or str(error),
            next="choose a folder of your own: course start FOLDER",
        ) from error


def _start(folder: Path, learner: str | None) -> Update:
    if (folder / "nbgrader_config.py").exists():
        raise WorkspaceError(
            f"{folder} holds the course itself, solutions included",
            next="choose another folder: course start ~/container-networking",
        )
    notes = folder / NOTES
    notes.mkdir(parents=True, exist_ok=True)
    update = Update(folder, _claim(notes / "learner", learner))
    _lay_out(update, load(notes / "lessons.json"))
    write(folder / welcome.NAME, welcome.page(progress(folder)))
    return update


def _claim(note: Path, learner: str | None) -> str:
    """The workspace's learner: the one it has, or from now on the one who is given."""
    kept = note.read_text().strip() if note.exists() else ""
    if kept and learner and learner != kept:
        raise WorkspaceError(
            f"this workspace belongs to {kept}, not to {learner}",
            because="a learner's subnets and ports are their own, so a workspace keeps its learner",
            next=f"choose another folder: course start FOLDER --as {learner}",
        )
    name = kept or learner or os.environ.get("COURSE_LEARNER") or getpass.getuser()
    if not NAME.fullmatch(name):
        raise WorkspaceError(
            f"{name!r} cannot be a learner's name",
            because="a name is 1 to 40 letters, digits, dots, dashes or underscores, a letter or digit first",
            next="course start --as NAME",
        )
    if not kept:
        write(note, f"{name}\n".encode())
    return name


def _lay_out(update: Update, known: dict[str, Any]) -> None:
    """Bring every file of every lesson up to date; ``known`` holds what was laid out last time, by hash."""
    files = release.sources()
    laid: dict[str, str] = known.get("files", {})
    print_now = release.fingerprint(files)
    if known.get("fingerprint") == print_now and all((update.folder / path).exists() for path in files):
        return
    for path, source in files.items():
        laid[path] = _lay(update, path, release.learners_version(source), laid.get(path, ""))
    tasks = {file.parent.name: release.tasks(file) for path, file in files.items() if path.endswith("/lab.ipynb")}
    tasks = {Path(path).parts[0]: [] for path in files} | tasks
    note = {"fingerprint": print_now, "files": laid, "tasks": tasks}
    write(update.folder / NOTES / "lessons.json", json.dumps(note, indent=1).encode())


def _lay(update: Update, path: str, content: bytes, before: str) -> str:
    """Lay out one file, whose hash was ``before`` when it was laid out last time; returns its hash now."""
    file, now = update.folder / path, _hash(content)
    mine = _hash(file.read_bytes()) if file.exists() else ""
    if mine == now:
        return now
    if mine in ("", before):
        (update.updated if mine else update.added).append(path)
    elif before == now:
        return now
    else:
        file = file.with_name(f"{file.stem}.new{file.suffix}")
        update.beside.append(str(file.relative_to(update.folder)))
    file.parent.mkdir(parents=True, exist_ok=True)
    write(file, content)
    return now


def _hash(content: bytes) -> str:
    """Tells whether somebody worked on a file. A notebook that was only run, or opened and saved, is as it was."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        content = json.dumps([[c["cell_type"], "".join(c["source"])] for c in json.loads(content)["cells"]]).encode()
    return hashlib.sha256(content).hexdigest()
