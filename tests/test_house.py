"""The house is in order: imports point downwards, lists agree, nothing generated is kept, files stay small."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import course
from course.labs import release

HOUSE = release.REPOSITORY
SOURCES = sorted(file for room in ("course", "graders") for file in (HOUSE / room).rglob("*.py"))
# The first that fits a module's name says how high it stands.
FLOORS = {
    "course.errors": 0,
    "course.labhost": 0,
    "course.labs": 1,
    "course.topology": 2,
    "course.observe": 2,
    "course.faults": 2,
    "course.cli": 2,
    "course.terminal": 2,
    "course.show": 3,
    "graders": 3,
}
TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "course", "environment.yml", "graders",
    "nbgrader_config.py", "notebooks", "pyproject.toml", "tests",
}  # fmt: skip
# Programs inside a lab host have Debian's packages, not the learner's.
INSIDE = {"dns", "pyroute2"}
PACKAGES = {
    "IPython": "ipython",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "minify": "tdewolff-minify",
}  # named otherwise than their modules
LONGEST, LONGEST_TEST = 260, 450


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")


def floor(module: str) -> int | None:
    fitting = [height for room, height in FLOORS.items() if module == room or module.startswith(f"{room}.")]
    return fitting[0] if fitting else None


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports; `from course.labs import engine` is `course.labs.engine`."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tracked() -> list[Path]:
    """The files of the repository: those that git knows, or would if all were added."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [file for line in told.stdout.splitlines() if (file := HOUSE / line).exists()]


@pytest.mark.parametrize("file", SOURCES, ids=name_of)
def test_imports_point_downwards(file: Path) -> None:
    mine = floor(name_of(file))
    upwards = [name for name in imports(file) if mine is not None and (floor(name) or 0) > mine]
    assert upwards == []


def test_every_room_has_its_floor() -> None:
    homeless = [name_of(file) for file in SOURCES if floor(name_of(file)) is None]
    assert homeless == ["course", "course.__main__"]


def test_what_runs_inside_a_lab_host_needs_no_package_of_the_learners() -> None:
    for file in (HOUSE / "course" / "labhost").rglob("*.py"):
        foreign = {name.split(".")[0] for name in imports(file)} - set(sys.stdlib_module_names) - INSIDE - {"course"}
        assert foreign == set(), file


def test_every_package_that_is_imported_is_declared() -> None:
    declared = {re.split(r"[<>=]", line)[0] for line in project()["dependencies"]}
    outside = [file for file in SOURCES if "labhost" not in file.parts]
    used = {name.split(".")[0] for file in outside for name in imports(file)}
    used = {PACKAGES.get(name, name) for name in used}
    assert used - set(sys.stdlib_module_names) - {"course", "graders"} <= declared


def test_the_course_imports_nothing_until_it_is_used() -> None:
    script = "import sys, course; print(sorted(name for name in sys.modules if name.startswith('course.')))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("name", course.__all__)
def test_all_that_the_course_promises_is_there(name: str) -> None:
    assert getattr(course, name) is not None


def project() -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    return found


def test_conda_users_get_the_same_packages() -> None:
    conda = yaml.safe_load((HOUSE / "environment.yml").read_text())["dependencies"]
    assert conda[0] == f"python {project()['requires-python']}"
    assert conda[2]["pip"] == [*project()["dependencies"], "--editable ."]


@pytest.mark.parametrize("file", sorted((HOUSE / "notebooks").rglob("*.ipynb")), ids=str)
def test_notebooks_are_kept_without_outputs(file: Path) -> None:
    cells = json.loads(file.read_text())["cells"]
    assert [cell["source"] for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_no_file_is_longer_than_one_sitting() -> None:
    lengths = {file: len(file.read_text().splitlines()) for file in tracked() if file.suffix in (".py", ".js")}
    tests = HOUSE / "tests"
    too_long = {
        str(file.relative_to(HOUSE)): length
        for file, length in lengths.items()
        if length > (LONGEST_TEST if file.is_relative_to(tests) else LONGEST)
    }
    assert too_long == {}


def test_the_top_level_holds_nothing_unexpected() -> None:
    assert {file.relative_to(HOUSE).parts[0] for file in tracked()} == TOP


def test_every_lesson_has_the_same_name_in_every_room() -> None:
    from course.labs.lessons import LESSONS

    for lesson in release.lessons():
        topic = lesson.split("_", 1)[1]
        assert lesson in LESSONS
        for path in (f"graders/lessons/{topic}.py", f"tests/answers/{topic}.py"):
            assert (HOUSE / path).exists(), path
