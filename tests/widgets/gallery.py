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
FAILED = {"steps": STEPS, "summary": "1 of 4 failed", "errors": {"c1": "port 8080 of host1 is taken by site"}}


def builder(drawing: Drawing, then: Callable[[Board], object] = lambda board: None, **told: Any) -> Act:
    return lambda page, dark: then(Board(page, drawing, dark, **told))


def widget(name: str, told: dict[str, Any], steps: int = 0, predict: bool = False) -> Act:
    def act(page: Page, dark: bool) -> None:
        show(page, name, told, dark)
        for _ in range(steps):
            page.get_by_role("button", name="one station on").click()
        if predict:
            page.get_by_label("predict first").check()

    return act


SHOTS: dict[str, Act] = {
    "builder-empty": builder(empty()),
    "builder-3": builder(shop(), live=LIVE),
    "builder-12": builder(town(12, 3)),
    "builder-60": builder(town(60, 6)),
    "builder-plan": builder(shop(), steps=[one | {"state": "", "sentence": ""} for one in STEPS], summary="4 changes"),
    "builder-error": builder(shop(), lambda board: board.click("c1"), **FAILED),
    "builder-cable": builder(shop(), lambda board: board.click("p2")),
    "builder-table": builder(shop(), lambda board: board.button("Table").click()),
    "builder-help": builder(shop(), lambda board: board.button("Help").click()),
    "live": widget("live", {"drawing": shop(), "live": LIVE, "journey": JOURNEY, "said": ""}, 3),
    "replay": widget("replay", {"journey": JOURNEY}, 3),
    "predict": widget("replay", {"journey": JOURNEY}, predict=True),
    "matrix": widget("matrix", test_matrix.TOLD),
    "quiz": widget("quiz", test_questions.TOLD | {"feedback": test_questions.said("a")}),
    "hints": widget("hints", test_questions.HINTS | {"shown": 1}),
    "progress": widget("progress", test_questions.STANDING),
}
LOOKS = {"light": (False, 1100), "dark": (True, 1100), "narrow": (False, 560)}


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all, in every look."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for name, act in SHOTS.items():
            for look, (dark, wide) in LOOKS.items():
                if names and name not in names:
                    continue
                page = browser.new_page(viewport={"width": wide, "height": 800})
                act(page, dark)
                page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png", full_page=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
