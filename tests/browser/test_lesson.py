"""Lesson 02 as a learner sees it, in light and in dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENSHOTS

pytestmark = [pytest.mark.engine, pytest.mark.browser]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SCROLLER = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
PICTURE = ".jp-NotebookPanel:not(.lm-mod-hidden) .course-picture img"
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


@pytest.mark.parametrize("theme", THEMES)
def test_lesson_02_runs_from_top_to_bottom_and_draws_its_networks(page: Page, theme: str) -> None:
    command(page, "apputils:change-theme", {"theme": THEMES[theme]})
    command(page, "application:toggle-left-area")
    open_notebook(page, "02_default_bridge/lesson.ipynb")
    run_all(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    said, drawn = [], set()
    for number in range(look(page)):
        page.locator(SCROLLER).evaluate("(el, n) => el.scrollTo(0, n * 800)", number)
        said += page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output").all_inner_texts()
        drawn |= {picture.get_attribute("alt") for picture in page.locator(PICTURE).all()}
        page.screenshot(path=SCREENSHOTS / f"lesson-02-{theme}-{number:02}.png")
    text = "\n".join(said)
    assert "CheckFailed: private is published on another address" in text
    assert "Traceback" not in text and "Error" not in text.replace("Error response from daemon", "")
    assert any("site is running, on bridge as 172.30.0.5, published 8080→80" in (alt or "") for alt in drawn), drawn


def look(page: Page) -> int:
    """How many screens of 800 pixels the open notebook fills."""
    height = page.locator(SCROLLER).evaluate("el => el.scrollHeight")
    return int(height) // 800 + 1


def test_the_first_page_shows_the_lessons_and_leads_to_one(page: Page) -> None:
    open_notebook(page, "index.ipynb")
    run_all(page)
    outputs = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output")
    expect(outputs.first).to_contain_text("02")
    page.screenshot(path=SCREENSHOTS / "first-page.png")
