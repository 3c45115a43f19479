"""The notebooks themselves, run in a real kernel from top to bottom on real lab hosts."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.answers import LESSONS, NOTEBOOKS, tasks

pytestmark = pytest.mark.engine
OURS = ("CheckFailed: ", "NotAttempted: ", "CheckError: ", "LabError: ", "TopologyError: ")


def run(cells: list[NotebookNode], folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[NotebookNode]:
    """Run cells in one kernel, errors and all; returns them with their outputs."""
    monkeypatch.setenv("COURSE_LEARNER", "notebooks")
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOKS.parent))
    book = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(
        book, timeout=180, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(folder)}}
    ).execute()
    return list(book.cells)


def errors(cell: NotebookNode) -> list[str]:
    """What a code cell raised, as its reader sees it."""
    return ["\n".join(out.traceback) for out in cell.get("outputs", ()) if out.output_type == "error"]


def read(lesson: str, name: str) -> list[NotebookNode]:
    return list(nbformat.read(NOTEBOOKS / lesson / name, 4).cells)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_from_top_to_bottom(lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = run(read(lesson, "lesson.ipynb"), tmp_path, monkeypatch)
    meant = {cell.id for cell in cells if "raises-exception" in cell.metadata.get("tags", ())}
    raised = {cell.id: errors(cell) for cell in cells if errors(cell)}
    assert set(raised) == meant
    assert all(text.startswith("CheckFailed: ") for texts in raised.values() for text in texts)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_learner_may_run_a_lab_twice(lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *cells, _ = read(lesson, "lab.ipynb")  # the last cell closes the lab
    again = [nbformat.v4.new_code_cell(cell.source) for cell in cells if cell.cell_type == "code"]
    ran = run([*cells, *again, nbformat.v4.new_code_cell("lab.close()")], tmp_path, monkeypatch)
    said = [out.text for cell in ran for out in cell.get("outputs", ()) if out.output_type == "stream"]
    passed = [line for text in said for line in text.splitlines() if line.startswith("pass  ")]
    assert len(passed) == 2 * len(tasks(lesson)), [errors(cell) for cell in ran if errors(cell)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lab_run_from_its_end_loses_nothing(lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = [cell.source for cell in read(lesson, "lab.ipynb") if cell.cell_type == "code"]
    order = [nbformat.v4.new_code_cell(source) for source in (first, *reversed(rest), first, "lab.close()")]
    ran = run(order, tmp_path, monkeypatch)
    raised = [text for cell in ran for text in errors(cell)]
    assert raised, "a check before its answer must fail"
    assert not errors(ran[-2]), "the lab can be opened again"
    assert [text for text in raised if not text.startswith(OURS)] == []
