"""Lesson 02 as a learner sees it, in light and in dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENSHOTS

pytestmark = [pytest.mark.engine, pytest.mark.browser]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
RAN = """() => {
  const cells = [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell')];
  const prompts = cells.map(cell => cell.querySelector('.jp-InputPrompt').textContent);
  return cells.length > 0 && prompts.every(prompt => /\\[\\d+\\]/.test(prompt));
}"""


def open_notebook(page: Page, path: str) -> None:
    """Open a notebook by its path in the workspace and wait until its kernel is idle."""
    page.evaluate("path => window.jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook'})", path)
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first.wait_for(timeout=60_000)
    page.locator(".jp-NotebookPanel-toolbar [data-status=idle]").wait_for(timeout=60_000)


def run_all(page: Page) -> None:
    """Run every cell and wait until the last one has its number."""
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(RAN, timeout=240_000)


@pytest.mark.parametrize("theme", THEMES)
def test_lesson_02_runs_from_top_to_bottom_and_draws_its_networks(page: Page, theme: str) -> None:
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", THEMES[theme])
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    open_notebook(page, "02_default_bridge/lesson.ipynb")
    # one cell fails on purpose: see that the others ran, and that this one speaks in the course's words
    run_all(page)
    failures = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']")
    for text in failures.all_inner_texts():
        assert "CheckFailed" in text and "Traceback" not in text
    pictures = page.locator(".jp-OutputArea-output [role=img][aria-label*=docker0], .jp-OutputArea-output img[alt*=bridge]")
    expect(pictures.first).to_be_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for number in range(6):
        page.locator(".jp-WindowedPanel-outer").evaluate("(el, n) => el.scrollTo(0, n * 820)", number)
        page.screenshot(path=SCREENSHOTS / f"lesson-02-{theme}-{number}.png")
