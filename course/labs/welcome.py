"""The opening page of a workspace: the lessons, the time to plan, and what is done."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.labs.progress import Progress

NAME = "index.ipynb"
HELLO = """\
# Container networking, by experiment

Each lesson asks one question and answers it on real containers. Open it by its name: read, predict, run, break, \
repair. Then open its graded tasks by their number."""
FRESH = """\
Run the cell above (Shift+Enter) to bring the table up to date.

Your notebooks lie in the folders beside this page. When the course is updated, a notebook that you worked on stays as \
it is, and its new version is laid beside it. To begin one afresh, delete it and start the course again."""


def page(progress: Progress) -> bytes:
    """The page as a notebook, with the table of today already in it."""
    table = new_output(
        "execute_result",
        data={"text/markdown": progress._repr_markdown_(), "text/plain": repr(progress)},
        execution_count=1,
    )
    ask = new_code_cell("from course import progress\n\nprogress()", id="progress", outputs=[table], execution_count=1)
    hello, fresh = new_markdown_cell(HELLO, id="hello"), new_markdown_cell(FRESH, id="fresh")
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    book = new_notebook(cells=[hello, ask, fresh], metadata={"kernelspec": kernel})
    return f"{nbformat.writes(book)}\n".encode()
