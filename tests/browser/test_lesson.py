"""Lesson 02 as a learner sees it, in light and in dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENSHOTS

pytestmark = [pytest.mark.engine, pytest.mark.browser]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SCROLLER = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
PICTURE = ".jp-OutputArea-output :is(svg, img)[aria-label*='lab hosts host1'], .jp-OutputArea-output [role=img]"
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
    run_all(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    said = []
    for number in range(look(page)):
        page.locator(SCROLLER).evaluate("(el, n) => el.scrollTo(0, n * 800)", number)
        said += page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output").all_inner_texts()
        page.screenshot(path=SCREENSHOTS / f"lesson-02-{theme}-{number:02}.png")
    text = "\n".join(said)
    assert "CheckFailed: private is published on another address" in text
    assert "Traceback" not in text and "Error" not in text.replace("Error response from daemon", "")
    picture = page.locator(PICTURE).last
    expect(picture).to_be_visible()


def look(page: Page) -> int:
    """How many screens of 800 pixels the open notebook fills."""
    height = page.locator(SCROLLER).evaluate("el => el.scrollHeight")
    return int(height) // 800 + 1
