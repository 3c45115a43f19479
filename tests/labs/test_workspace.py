from __future__ import annotations

import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course.errors import WorkspaceError
from course.labs import release, workspace
from course.labs.progress import Progress, progress, record

LESSON = "02_default_bridge"
TASKS = ("publish", "second")


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COURSE_LEARNER", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson whose notebooks a test may change; returns the lesson's folder in it."""
    repository = tmp_path / "repository"
    folder = repository / "notebooks" / LESSON
    folder.mkdir(parents=True)
    shutil.copy(release.REPOSITORY / "nbgrader_config.py", repository)
    monkeypatch.setattr(release, "REPOSITORY", repository)
    write_lesson(folder, "first edition")
    nbformat.write(new_notebook(cells=[cell for task in TASKS for cell in graded(task)]), folder / "lab.ipynb")
    return folder


def write_lesson(folder: Path, text: str) -> None:
    nbformat.write(new_notebook(cells=[new_code_cell(f"print('{text}')", id="a")]), folder / "lesson.ipynb")


def graded(task: str) -> list[nbformat.NotebookNode]:
    common = {"schema_version": 3, "cell_type": "code", "task": False}
    answer = new_code_cell("### BEGIN SOLUTION\n!docker run secret\n### END SOLUTION", id=f"{task}-answer")
    answer.metadata["nbgrader"] = common | {
        "grade_id": f"{task}-answer", "solution": True, "grade": False, "locked": False
    }  # fmt: skip
    check = new_code_cell(f"check.{task}(lab)\n### BEGIN HIDDEN TESTS\nhidden()\n### END HIDDEN TESTS", id=task)
    check.metadata["nbgrader"] = common | {
        "grade_id": task, "solution": False, "grade": True, "locked": True, "points": 2
    }  # fmt: skip
    return [answer, check]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_workspace_holds_the_lessons_without_solutions_and_hidden_tests(course: Path, tmp_path: Path) -> None:
    workspace.start(tmp_path / "home", "ada")
    text = (tmp_path / "home" / LESSON / "lab.ipynb").read_text()
    assert "check.publish(lab)" in text and "your commands here" in text
    assert "secret" not in text and "hidden" not in text.lower()
    assert (course / "lab.ipynb").read_text().count("secret") == 2


def test_a_plan_that_a_teacher_left_beside_the_source_goes_to_nobody(course: Path, tmp_path: Path) -> None:
    (course / "shop.yml").write_text("services: {}\n")
    workspace.start(tmp_path / "home", "ada")
    mine = tmp_path / "home" / LESSON / "shop.yml"
    assert not mine.exists()
    mine.write_text("services: {window: {image: web}}\n")
    workspace.start(tmp_path / "home")
    assert "window" in mine.read_text()
    with pytest.raises(WorkspaceError, match=f"{LESSON}/shop.yml would be handed out"):
        release.generate(LESSON)


def test_a_workspace_keeps_its_learner(course: Path, tmp_path: Path) -> None:
    assert workspace.start(tmp_path / "home", "ada").learner == "ada"
    assert workspace.start(tmp_path / "home").learner == "ada"
    with pytest.raises(WorkspaceError, match="belongs to ada, not to bob"):
        workspace.start(tmp_path / "home", "bob")


@pytest.mark.parametrize("name", [" ", "/", "a b", "../x", "-a", "é", "x" * 41])
def test_a_name_with_bad_characters_is_refused(course: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(WorkspaceError, match="cannot be a learner's name"):
        workspace.start(tmp_path / "home", name)


def test_a_second_start_changes_nothing(course: Path, tmp_path: Path) -> None:
    workspace.start(tmp_path / "home", "ada")
    before = everything(tmp_path / "home")
    update = workspace.start(tmp_path / "home")
    assert update.added == update.updated == update.beside == []
    assert everything(tmp_path / "home") == before


def test_an_untouched_file_is_brought_up_to_date(course: Path, tmp_path: Path) -> None:
    workspace.start(tmp_path / "home", "ada")
    write_lesson(course, "second edition")
    assert workspace.start(tmp_path / "home").updated == [f"{LESSON}/lesson.ipynb"]
    assert "second edition" in (tmp_path / "home" / LESSON / "lesson.ipynb").read_text()


def test_work_is_kept_and_the_new_version_laid_beside_it_and_said_once(course: Path, tmp_path: Path) -> None:
    mine = tmp_path / "home" / LESSON / "lesson.ipynb"
    workspace.start(tmp_path / "home", "ada")
    mine.write_text("my work")
    write_lesson(course, "second edition")
    update = workspace.start(tmp_path / "home")
    assert update.beside == [f"{LESSON}/lesson.new.ipynb"]
    assert any("as you left it" in line for line in update.lines())
    assert mine.read_text() == "my work"
    assert "second edition" in mine.with_name("lesson.new.ipynb").read_text()
    assert workspace.start(tmp_path / "home").beside == []


def test_a_notebook_that_was_only_run_is_brought_up_to_date(course: Path, tmp_path: Path) -> None:
    workspace.start(tmp_path / "home", "ada")
    file = tmp_path / "home" / LESSON / "lesson.ipynb"
    book = nbformat.read(file, 4)
    book.cells[0].outputs = [new_output("stream", text="first edition")]
    book.metadata["language_info"] = {"name": "python"}
    nbformat.write(book, file)
    write_lesson(course, "second edition")
    assert workspace.start(tmp_path / "home").updated == [f"{LESSON}/lesson.ipynb"]


def test_work_is_kept_even_if_our_notes_are_lost(course: Path, tmp_path: Path) -> None:
    mine = tmp_path / "home" / LESSON / "lesson.ipynb"
    workspace.start(tmp_path / "home", "ada")
    mine.write_text("my work")
    (tmp_path / "home" / ".course" / "lessons.json").write_text("{dam")
    workspace.start(tmp_path / "home")
    assert mine.read_text() == "my work"


def test_a_deleted_notebook_is_laid_out_afresh(course: Path, tmp_path: Path) -> None:
    workspace.start(tmp_path / "home", "ada")
    (tmp_path / "home" / LESSON / "lab.ipynb").unlink()
    assert workspace.start(tmp_path / "home").added == [f"{LESSON}/lab.ipynb"]


def test_the_course_itself_is_no_workspace(course: Path) -> None:
    with pytest.raises(WorkspaceError, match="holds the course itself"):
        workspace.start(course.parents[1])


def test_a_folder_that_cannot_be_written_is_a_clear_error(course: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="cannot be written"):
        workspace.start(tmp_path / "file" / "home", "ada")


def test_a_course_without_lessons_says_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "REPOSITORY", tmp_path / "nowhere")
    with pytest.raises(WorkspaceError, match="there are no lessons"):
        workspace.start(tmp_path / "home", "ada")


# --- progress ---------------------------------------------------------------------------------------------


@pytest.fixture
def home(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace; the working directory is its lesson's folder, as for a kernel."""
    workspace.start(tmp_path / "home", "ada")
    monkeypatch.chdir(tmp_path / "home" / LESSON)
    return tmp_path / "home"


def state(found: Progress) -> tuple[str, int, int]:
    standing = found.standings[0]
    return standing.state, standing.passed, standing.tasks


def test_progress_goes_from_to_do_over_begun_to_done(home: Path) -> None:
    assert state(progress()) == ("○ to do", 0, 2)
    record(LESSON, "publish", False)
    assert state(progress()) == ("◐ begun", 0, 2)
    for task in TASKS:
        record(LESSON, task, True)
    assert state(progress()) == ("● done", 2, 2)


def test_a_task_once_passed_stays_passed(home: Path) -> None:
    record(LESSON, "publish", True)
    record(LESSON, "publish", False)
    assert state(progress()) == ("◐ begun", 1, 2)


def test_progress_survives_an_update_of_the_course(home: Path, course: Path) -> None:
    record(LESSON, "publish", True)
    write_lesson(course, "second edition")
    workspace.start(home)
    assert state(progress()) == ("◐ begun", 1, 2)


@pytest.mark.parametrize("damage", ["{", "[]", '{"a": 1}', '{"a": {"b": {"attempts": "x", "passed": ""}}}', "\0"])
def test_a_damaged_progress_file_is_set_aside_and_said(home: Path, damage: str) -> None:
    file = home / ".course" / "progress.json"
    file.write_text(damage)
    found = progress()
    kept = list(home.glob(".course/progress.damaged-*.json"))
    assert [file.read_text() for file in kept] == [damage]
    assert str(kept[0]) in found.notes[0]
    record(LESSON, "publish", True)
    assert state(progress()) == ("◐ begun", 1, 2)


def test_the_opening_page_shows_lessons_time_and_what_is_done(home: Path) -> None:
    record(LESSON, "publish", True)
    workspace.start(home)
    book = nbformat.read(home / "index.ipynb", 4)
    nbformat.validate(book)
    table = book.cells[1].outputs[0].data["text/markdown"]
    assert f"({LESSON}/lesson.ipynb)" in table and "45&nbsp;minutes" in table and "◐&nbsp;begun" in table
    assert f"[1 of 2]({LESSON}/lab.ipynb)" in table


def test_outside_a_workspace_progress_is_an_error_and_recording_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    record(LESSON, "publish", True)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(WorkspaceError, match="no workspace"):
        progress()


def test_nothing_is_recorded_while_nbgrader_grades(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    record(LESSON, "publish", True)
    assert not (home / ".course" / "progress.json").exists()


def attempt(number: int) -> None:
    record(LESSON, f"task{number}", True)


def test_kernels_that_record_at_once_lose_nothing(home: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(attempt, range(40)))
    assert len(json.loads((home / ".course" / "progress.json").read_text())[LESSON]) == 40
