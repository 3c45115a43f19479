"""What one does in JupyterLab, and how one knows that it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page

READY = """() => {
  const context = window.jupyterapp.shell.currentWidget?.sessionContext;
  return context?.isReady && context.session?.kernel?.status === 'idle';
}"""
RAN = """() => {
  const cells = [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell')];
  const prompts = cells.map(cell => cell.querySelector('.jp-InputPrompt').textContent);
  return cells.length > 0 && prompts.every(prompt => /\\[\\d+\\]/.test(prompt));
}"""


def command(page: Page, name: str, options: dict[str, str] | None = None, wait: bool = True) -> None:
    """Have JupyterLab do one of its commands. What it returns stays in the browser: a widget is too large to send."""
    act = "window.jupyterapp.commands.execute(name, options)"
    page.evaluate(f"async ([name, options]) => {{ {'await ' if wait else ''}{act}; }}", [name, options or {}])


def open_notebook(page: Page, path: str) -> None:
    """Open a notebook by its path in the workspace and wait until its kernel is idle."""
    command(page, "docmanager:open", {"path": path, "factory": "Notebook"})
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first.wait_for(timeout=60_000)
    page.wait_for_function(READY, timeout=60_000)


def run_all(page: Page) -> None:
    """Run every cell and wait until the last one has its number."""
    command(page, "notebook:run-all-cells", wait=False)
    page.wait_for_function(RAN, timeout=240_000)


def write_notebook(file: Path, *cells: str) -> None:
    """A notebook with these code cells."""
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    made = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": kernel})
    file.write_text(nbformat.writes(made))


RUN = """async (code) => {
  const panel = window.jupyterapp.shell.currentWidget;
  const notebook = panel.content;
  const at = notebook.widgets.length;
  notebook.model.sharedModel.insertCell(at, { cell_type: 'code', source: code });
  notebook.deselectAll();
  notebook.activeCellIndex = at;
  notebook.mode = 'command';
  window.jupyterapp.commands.execute('notebook:run-cell');
  await notebook.scrollToItem(at);
  return notebook.widgets[at].model.id;
}"""
COUNTED = """(id) => {
  const found = window.jupyterapp.shell.currentWidget.content.widgets.find((one) => one.model.id === id);
  return found && found.model.executionCount > 0;
}"""


def begin(page: Page, code: str) -> str:
    """Run code in a new cell at the end of the notebook, and do not wait for it; the cell's id."""
    made: str = page.evaluate(RUN, code)
    return made


def done(page: Page, cell: str) -> Locator:
    """Wait until a cell has run; its outputs."""
    page.wait_for_function(COUNTED, arg=cell, timeout=60_000)
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").last.locator(".jp-Cell-outputArea")


def run(page: Page, code: str) -> Locator:
    """Run code in a new cell at the end of the notebook, wait until it is done, and give its outputs."""
    return done(page, begin(page, code))


TOLD = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false, silent: false });
  let text = '';
  future.onIOPub = (message) => {
    if (message.header.msg_type === 'stream') text += message.content.text;
    if (message.header.msg_type === 'error') text += message.content.evalue;
  };
  await future.done;
  return text;
}"""


def told(page: Page, code: str) -> str:
    """What the kernel prints when it runs this, beside the notebook."""
    said: Any = page.evaluate(TOLD, code)
    return str(said)
