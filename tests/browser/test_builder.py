"""The builder in JupyterLab, on a real lab: what is drawn is made, watched, repaired, and never in anyone's way."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from course.labs.lab import Lab
from tests.browser.conftest import RESTORED, SCREENSHOTS, loaded
from tests.browser.notebook import READY, begin, command, done, open_notebook, run, told, write_notebook

pytestmark = [pytest.mark.engine, pytest.mark.browser]
LESSON = "04_user_defined_networks"
OPEN = f"""from course import builder, live, open_lab
lab = open_lab("{LESSON}/test-builder-{os.getpid()}", learner="tester")"""
LONG = 30_000  # milliseconds that a container may take on a busy machine


@pytest.fixture(scope="module")
def desk(browser: Browser, jupyterlab: str, folder: Path, lab_of: Callable[[str], Lab]) -> Iterator[Page]:
    """A notebook that has opened the lab; all tests of this file write their cells into it."""
    lab_of(LESSON)
    write_notebook(folder / "bench.ipynb", OPEN)
    with loaded(browser, jupyterlab) as page:
        page.set_default_timeout(10_000)
        command(page, "application:toggle-left-area")
        open_notebook(page, "bench.ipynb")
        command(page, "notebook:run-all-cells")
        yield page


@pytest.fixture
def notebook(desk: Page, lab: Lab, request: pytest.FixtureRequest) -> Iterator["Desk"]:
    """The notebook with an empty lab; the widgets of a test are closed after it."""
    page = Desk(desk, lab, request.node.name.removeprefix("test_")[:40])
    yield page
    told(desk, "for one in [one for one in dict(globals()).values() if hasattr(one, '_worker')]: one.close()")


class Desk:
    """A page, a lab, and one builder in it."""

    def __init__(self, page: Page, lab: Lab, name: str) -> None:
        self.page = page
        self.lab = lab
        self.file = f"{name}.yml"

    @property
    def engine(self) -> object:
        return self.lab.client

    def builder(self) -> Locator:
        """The builder of this test, shown by a new cell."""
        outputs = run(self.page, f'board = builder("{self.file}")\nboard')
        widget = outputs.locator(".builder[data-ready]")
        widget.wait_for()
        widget.scroll_into_view_if_needed()
        return widget

    def button(self, widget: Locator, name: str) -> Locator:
        return widget.get_by_role("button", name=name, exact=True)

    def apply(self, widget: Locator) -> None:
        self.button(widget, "Apply").click()
        expect(widget.locator("li[data-state=done]").first).to_be_visible(timeout=LONG)
        expect(self.button(widget, "Apply")).to_be_enabled(timeout=LONG)

    def states(self) -> dict[str, str]:
        """The containers of the engine and what they do."""
        return {one.name: one.status for one in self.lab.client.containers.list(all=True)}


def middle(part: Locator) -> tuple[float, float]:
    edge = part.evaluate("el => { const r = el.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }")
    return edge[0] + edge[2] / 2, edge[1] + edge[3] / 2


def node(widget: Locator, name: str) -> Locator:
    """A thing of the drawing by its name."""
    return widget.locator(f'.node[aria-label*=" {name}, "]').first


def test_what_is_drawn_and_applied_is_there_and_answers(notebook: Desk) -> None:
    widget, page = notebook.builder(), notebook.page
    notebook.button(widget, "+ network").click()
    notebook.button(widget, "+ web").click()
    notebook.button(widget, "+ toolbox").click()
    notebook.button(widget, "Arrange").click()
    for name in ("web", "box"):
        page.mouse.move(*middle(node(widget, name).locator(".dot")))
        page.mouse.down()
        page.mouse.move(*middle(node(widget, "net").locator(".dot")), steps=4)
        page.mouse.up()
    expect(widget.locator(".node.plug")).to_have_count(2)
    notebook.button(widget, "Plan").click()
    expect(widget.locator(".summary")).to_contain_text("+2 containers")
    notebook.apply(widget)
    assert notebook.states() == {"web": "running", "box": "running"}
    address = notebook.lab.client.containers.get("web").attrs["NetworkSettings"]["Networks"]["net"]["IPAddress"]
    assert notebook.lab.host1.get(f"http://{address}", source="box").status == 200
    expect(node(widget, "web")).to_have_class(re.compile("running"))
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "builder-in-jupyterlab.png")
