"""Runs the text of notebook cells, with their ``!docker`` lines and magics, in this process."""

from __future__ import annotations

from typing import Any

from IPython.core.interactiveshell import InteractiveShell


class Notebook:
    """A namespace in which cells run one after the other, as in a kernel."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.shell = InteractiveShell.instance(colors="nocolor")
        self.shell.reset(new_session=False)
        self.shell.push(names)

    def run(self, cell: str, may_fail: bool = False) -> None:
        """Run one cell. What it raises is raised here, unless ``may_fail``: a wrong answer may break off half-way."""
        result = self.shell.run_cell(cell, silent=True)
        if not may_fail:
            result.raise_error()
