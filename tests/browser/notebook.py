"""What one does in JupyterLab, and how one knows that it is done."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from course.labs.lab import Lab

READY = """() => {
  const context = window.jupyterapp.shell.currentWidget?.sessionContext;
  return context?.isReady && context.session?.kernel?.status === 'idle';
}"""
LONG = 30_000  # milliseconds that containers may take on a busy machine
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
  const cell = notebook.widgets[at];
  cell.node.dataset.cell = cell.model.id;
  return cell.model.id;
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
    return page.locator(f'[data-cell="{cell}"] .jp-Cell-outputArea')


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
  await Promise.race([future.done, new Promise((_, refuse) => setTimeout(() => refuse('the kernel is busy'), 20000))]);
  return text;
}"""


def told(page: Page, code: str) -> str:
    """What the kernel prints when it runs this, beside the notebook."""
    said: Any = page.evaluate(TOLD, code)
    return str(said)


CLEAN = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
  cells.deleteCellRange(1, cells.cells.length);
}"""
CLOSE = """for _one in [one for one in list(globals().values()) if hasattr(one, "_worker")]:
    _one.close()"""
FOCUSABLE = "button, input, select, textarea, [tabindex]"
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map((one) => one.getSource())"


class Desk:
    """A notebook in JupyterLab and its lab, as one learner uses them."""

    def __init__(self, page: Page, lab: Lab) -> None:
        self.page = page
        self.lab = lab
        self.file = "topology.yml"

    def begin(self, test: str) -> None:
        """A sheet of its own for the next test."""
        self.file = f"{test[:24]}.yml"

    def end(self) -> None:
        """Take the cells of this test from the page, and close their widgets."""
        self.page.evaluate(CLEAN)
        told(self.page, CLOSE)

    def show(self, code: str, name: str) -> Locator:
        """The widget that this code leaves, ready, in the middle of the page."""
        widget = run(self.page, code).locator(f".{name}[data-ready]")
        widget.wait_for()
        widget.scroll_into_view_if_needed()
        return widget

    def builder(self) -> Locator:
        """The builder of this test."""
        return self.show(f'board = builder("{self.file}")\nboard', "builder")

    def build(self, *commands: str) -> None:
        """Run docker commands of the lab host from elsewhere, as someone in a terminal would."""
        for words in commands:
            engine = self.lab.host1.engine_url
            subprocess.run(["docker", "-H", engine, *words.split()], check=True, capture_output=True, timeout=60)

    def states(self) -> dict[str, str]:
        """The containers of the engine, and what they do."""
        return {str(one.name): one.status for one in self.lab.client.containers.list(all=True)}

    def drag(self, start: Locator, end: Locator) -> None:
        """With the mouse, from one thing to another, once each stands still."""
        start.hover()
        self.page.mouse.down()
        end.hover()
        self.page.mouse.up()

    def leak(self, widget: Locator) -> list[str]:
        """The elements of a widget on which a key does something to the notebook's cells."""
        before, found = self.page.evaluate(CELLS), []
        for part in widget.locator(FOCUSABLE).all():
            if not part.is_visible() or not part.is_enabled():
                continue
            part.focus()
            for key in ("x", "d", "d", "a", "b", "m", "z"):
                self.page.keyboard.press(key)
            if self.page.evaluate(CELLS) != before:
                found.append(part.evaluate("el => el.outerHTML.slice(0, 200)"))
                before = self.page.evaluate(CELLS)
        return found


def button(widget: Locator, name: str) -> Locator:
    """A button by its exact name."""
    return widget.get_by_role("button", name=name, exact=True)


def node(widget: Locator, kind: str, name: str) -> Locator:
    """A thing of the drawing: its ``kind`` is container, network or machine."""
    return widget.locator(f'.node[aria-label^="{kind} {name}"]').first


def apply(widget: Locator) -> None:
    """Press *Apply* and wait until everything is done, and well done."""
    button(widget, "Apply").click()
    expect(widget.locator("li[data-state=done]").first).to_be_visible(timeout=LONG)
    expect(button(widget, "Apply")).to_be_enabled(timeout=LONG)
    expect(widget.locator("li[data-state=failed]")).to_have_count(0)
