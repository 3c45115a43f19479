"""The learners' version of the notebooks, made by nbgrader's own steps: no solutions, no hidden tests, no outputs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from course.errors import WorkspaceError

REPOSITORY = Path(__file__).resolve().parents[2]
IGNORED = {".ipynb_checkpoints", "__pycache__"}
WRITTEN = {"shop.yml", "shop.before.yml", "sketch.yml", "sketch.before.yml"}  # by who runs a notebook, beside it


def sources() -> dict[str, Path]:
    """Every file of every lesson by its path in a workspace ("02_default_bridge/lab.ipynb").

    Raises WorkspaceError if the course was installed without its lessons.
    """
    folder = REPOSITORY / "notebooks"
    found = {str(file.relative_to(folder)): file for file in sorted(folder.glob("[0-9][0-9]_*/**/*")) if _counts(file)}
    if not found:
        raise WorkspaceError(
            f"there are no lessons in {folder}",
            because="the lessons lie in the course's repository, not in the installed package",
            next="clone the repository, then in it: make learn",
        )
    return found


def fingerprint(files: dict[str, Path]) -> str:
    """Changes whenever a lesson does, or the way it is released."""
    hasher = hashlib.sha256()
    for path, file in {**files, "": REPOSITORY / "nbgrader_config.py"}.items():
        hasher.update(f"{path}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return hasher.hexdigest()


def learners_version(file: Path) -> bytes:
    """What a learner gets of one file: of a notebook what `nbgrader generate_assignment` makes, else a copy."""
    if file.suffix != ".ipynb":
        return file.read_bytes()
    notebook, resources = nbformat.read(file, 4), {"nbgrader": {"notebook": file.stem}}
    for step in _steps():
        notebook, resources = step.preprocess(notebook, resources)
    return f"{nbformat.writes(notebook)}\n".encode()


def tasks(file: Path) -> list[str]:
    """The names of a lab notebook's graded tasks, in order."""
    cells = (cell.metadata.get("nbgrader", {}) for cell in nbformat.read(file, 4).cells)
    return [cell["grade_id"] for cell in cells if cell.get("grade")]


def lessons() -> list[str]:
    """The names of all lessons."""
    return sorted({Path(path).parts[0] for path in sources()})


def generate(lesson: str) -> str:
    """Run `nbgrader generate_assignment` for one lesson; returns the folder that now holds the learners' version.

    Raises WorkspaceError with nbgrader's own words if it fails.
    """
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    if lesson not in lessons():
        raise WorkspaceError(f"there is no lesson {lesson!r}", next=f"choose among: {', '.join(lessons())}")
    for name in sorted(WRITTEN):
        if (REPOSITORY / "notebooks" / lesson / name).exists():
            raise WorkspaceError(
                f"notebooks/{lesson}/{name} would be handed out",
                because="somebody ran a notebook of this lesson there, and that is the answer",
                next="delete the file, and run notebooks in a workspace: course start FOLDER",
            )
    config = _config()
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    result = api.generate_assignment(lesson)
    if not result["success"]:
        raise WorkspaceError(f"nbgrader cannot release {lesson}", because=result.get("log") or result["error"])
    return str(Path(api.coursedir.release_directory) / lesson)


def _counts(file: Path) -> bool:
    return file.is_file() and not (IGNORED | WRITTEN) & set(file.parts)


def _steps() -> Iterator[Any]:
    """nbgrader's own list, without the step that writes to the gradebook and the two that need a folder of tests."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import IncludeHeaderFooter, InstantiateTests, SaveCells

    config = _config()
    for step in GenerateAssignment.preprocessors.default_args[0]:
        if step not in (IncludeHeaderFooter, InstantiateTests, SaveCells):
            yield step(config=config)


def _config() -> Any:
    from traitlets.config.loader import PyFileConfigLoader

    return PyFileConfigLoader("nbgrader_config.py", path=str(REPOSITORY)).load_config()
