"""Widgets where nobody can click: a notebook that is executed by a program goes on, and keeps pictures and text."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from course.labs.lab import Lab

CELLS = (
    'board = builder("shop.yml")\nboard',
    "live()",
    'replay(trace("laptop", "host1"))',
    'explore(matrix(lab, among=["host1", "laptop"]))',
    'ask("02.1")',
    'print("the end")',
)
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.mark.engine
def test_a_notebook_that_a_program_executes_keeps_a_picture_of_every_widget(lab: Lab, tmp_path: Path) -> None:
    opening = "from course import ask, builder, explore, live, matrix, open_lab, replay, trace\n"
    opening += f'lab = open_lab("{lab.name}", learner="{lab.learner}")'
    book = new_notebook(cells=[new_code_cell(cell) for cell in (opening, *CELLS)])
    resources = {"metadata": {"path": str(tmp_path)}}
    os.environ.setdefault("PYTHONPATH", os.getcwd())
    NotebookClient(book, timeout=120, store_widget_state=False, resources=resources).execute()
    nbformat.validate(book)
    *shown, last = (cell.outputs[0] for cell in book.cells[1:])
    assert last.text == "the end\n"
    for output in shown[:-1]:
        assert "<img" in output.data["text/html"] and output.data["text/plain"] and VIEW in output.data
    assert shown[-1].data["text/markdown"].startswith("**Question 02.1.**") and VIEW in shown[-1].data
    assert (tmp_path / "shop.yml").exists()
    assert len(json.dumps(book)) < 1_500_000
    exporter: Any = HTMLExporter
    page, _ = exporter().from_notebook_node(book)
    assert page.count("<img") >= 4 and "Question 02.1." in page and "widget-view" not in page
