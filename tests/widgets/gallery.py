"""Pictures of all widgets to look at, in ``build/screenshots``: ``python -m tests.widgets.gallery [NAME…]``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, SCREENSHOTS
from tests.widgets import test_matrix, test_questions
from tests.widgets.drawings import Board, Drawing, empty, shop, town
from tests.widgets.page import show
from tests.widgets.test_builder_told import STEPS
from tests.widgets.test_player import JOURNEY

Act = Callable[[Page, bool], object]
RUNNING = ("c1", "c2", "n1", "n2", "p1", "p2")
LIVE: dict[str, Any] = {
    "states": dict.fromkeys(RUNNING, "running") | {"c3": "exited", "p3": "missing", "p4": "exited"},
    "addresses": {"p1": "10.20.0.2", "p2": "10.20.0.3"},
    "traffic": {"p1": "12 kB/s", "p2": "11 kB/s"},
    "differences": [{"id": "p3", "text": "app is not on back"}],
}
CODE = {
    "commands": "docker network create --subnet 10.20.0.0/24 front\ndocker run -d --name web --network front web\n",
    "python": 'client.networks.create("front")\n',
    "compose": "services:\n  web:\n    image: web\n",
}
FAILED = {"steps": STEPS, "summary": "1 of 4 failed", "errors": {"c1": "port 8080 of host1 is taken by site"}}


def builder(drawing: Drawing, then: Callable[[Board], object] = lambda board: None, **told: Any) -> Act:
    return lambda page, dark: then(Board(page, drawing, dark, **told))


def wrong(board: Board) -> None:
    """Two errors, one of them in the form; the keyboard is on its field."""
    for key, label, text in (("p4", "Address", "10.20.0.10"), ("n2", "Subnet", "10.20.0.0/16")):
        board.click(key)
        board.page.get_by_label(label, exact=True).fill(text)


def wrong_table(board: Board) -> None:
    board.button("Table").click()
    board.page.get_by_label("Subnet of back").fill("10.20.0.0/16")


def coded(board: Board) -> None:
    """The code, with a line that is new."""
    board.button("Code").click()
    board.tell("code", CODE | {"commands": CODE["commands"] + "docker run -d --name app --network front web\n"})


def walked(board: Board) -> None:
    """By keyboard to a container."""
    board.press("ArrowDown", "ArrowDown", "ArrowRight")


def dead(page: Page) -> None:
    page.evaluate("window.model.fire('comm_live_update')")


def widget(name: str, told: dict[str, Any], then: Callable[[Page], object] = lambda page: None) -> Act:
    def act(page: Page, dark: bool) -> None:
        show(page, name, told, dark)
        then(page)

    return act


def step(page: Page) -> None:
    for _ in range(3):
        page.get_by_role("button", name="one station on").click()


def predict(page: Page) -> None:
    page.get_by_label("predict first").check()


def guess(page: Page) -> None:
    predict(page)
    page.locator(".guess button").first.click()


def ends(page: Page) -> None:
    """Two ends of a packet are chosen."""
    for key in ("c1", "m2"):
        page.locator(f'.node[data-id="{key}"] :is(.box, .frame)').first.click()


SHOTS: dict[str, Act] = {
    "builder-empty": builder(empty()),
    "builder-3": builder(shop(), live=LIVE),
    "builder-12": builder(town(12, 3)),
    "builder-60": builder(town(60, 6)),
    "builder-plan": builder(shop(), steps=[one | {"state": "", "sentence": ""} for one in STEPS], summary="4 changes"),
    "builder-busy": builder(shop(), live=LIVE, steps=STEPS, busy="applying", said="container app"),
    "builder-error": builder(shop(), lambda board: board.click("c1"), **FAILED),
    "builder-cable": builder(shop(), lambda board: board.click("p2")),
    "builder-wrong": builder(shop(), wrong),
    "builder-keys": builder(shop(), walked),
    "builder-table": builder(shop(), lambda board: board.button("Table").click()),
    "builder-table-wrong": builder(shop(), wrong_table),
    "builder-code": builder(shop(), coded, code=CODE),
    "builder-help": builder(shop(), lambda board: board.button("Help").click()),
    "builder-dead": builder(shop(), lambda board: dead(board.page), live=LIVE),
    "live": widget("live", {"drawing": shop(), "live": LIVE, "journey": JOURNEY, "said": ""}, step),
    "live-ends": widget("live", {"drawing": shop(), "live": LIVE, "journey": {}, "said": ""}, ends),
    "replay": widget("replay", {"journey": JOURNEY}, step),
    "predict": widget("replay", {"journey": JOURNEY}, predict),
    "guess": widget("replay", {"journey": JOURNEY}, guess),
    "matrix": widget("matrix", test_matrix.TOLD),
    "matrix-journey": widget("matrix", test_matrix.TOLD | {"journey": JOURNEY, "said": "web dropped it."}, step),
    "quiz": widget("quiz", test_questions.TOLD | {"feedback": test_questions.said("a")}),
    "quiz-right": widget("quiz", test_questions.TOLD | {"feedback": test_questions.said("c")}),
    "hints": widget("hints", test_questions.HINTS | {"shown": 1}),
    "progress": widget("progress", test_questions.STANDING),
}
LOOKS = {"light": (False, 1100), "dark": (True, 1100), "narrow": (False, 560), "narrow-dark": (True, 560)}


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all, in every look."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        # a picture without scroll bars shows things cut that are not
        shown = ["--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), ignore_default_args=shown)
        for name, act in SHOTS.items():
            for look, (dark, wide) in LOOKS.items():
                if names and name not in names:
                    continue
                page = browser.new_page(viewport={"width": wide, "height": 800})
                act(page, dark)
                page.add_style_tag(content="html { scrollbar-width: none }")  # the page's own is in no picture
                page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png", full_page=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
