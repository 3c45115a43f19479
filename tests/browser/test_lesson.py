"""Lesson 02 as a learner sees it, in light and in dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENSHOTS, loaded, wear
from tests.browser.notebook import command, open_notebook, run_all

pytestmark = [pytest.mark.engine, pytest.mark.browser]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SCROLLER = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
PICTURE = ".jp-NotebookPanel:not(.lm-mod-hidden) .course-picture img"


@pytest.mark.parametrize("theme", THEMES)
def test_lesson_02_runs_from_top_to_bottom_and_draws_its_networks(
    browser: Browser, jupyterlab: str, folder: Path, theme: str
) -> None:
    wear(folder, THEMES[theme])
    with loaded(browser, jupyterlab) as page:
        run_and_look(page, theme)


def run_and_look(page: Page, theme: str) -> None:
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
