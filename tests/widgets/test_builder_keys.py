"""The builder by keyboard, and with a screen reader."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.widgets.drawings import Board, empty

pytestmark = pytest.mark.browser


def test_a_network_with_two_containers_is_built_by_keyboard_alone(page: Page) -> None:
    board = Board(page, empty())
    board.press("n", "c", "c")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("x")
    page.get_by_label("net", exact=True).focus()
    page.keyboard.press("Space")
    board.press("ArrowLeft")
    drawing = board.drawing()
    assert [one["name"] for one in drawing["containers"]] == ["box", "box2x"]
    assert [(one["container"], one["network"]) for one in drawing["plugs"]] == [("c2", "n1")]


def test_arrow_keys_go_to_the_next_thing_that_way(page: Page) -> None:
    board = Board(page)
    board.click("c1")
    board.press("ArrowRight")
    assert board.chosen() == {"c2"} or board.chosen() == {"c3"}
    expect(board.node(next(iter(board.chosen())))).to_be_focused()


def test_alt_and_an_arrow_key_move_what_is_chosen(page: Page) -> None:
    board = Board(page)
    board.click("c1")
    start = board.middle("c1")
    board.press("Alt+ArrowDown")
    assert board.middle("c1")[1] > start[1]


@pytest.mark.parametrize("key", ["Delete", "Backspace"])
def test_what_is_chosen_is_removed_with_its_cables(page: Page, key: str) -> None:
    board = Board(page)
    board.click("c2")
    board.press(key)
    drawing = board.drawing()
    assert [one["id"] for one in drawing["containers"]] == ["c1", "c3"]
    assert [one["id"] for one in drawing["plugs"]] == ["p1", "p4"]


def test_control_z_brings_it_back(page: Page) -> None:
    board = Board(page)
    board.click("c2")
    board.press("Delete", "Control+z")
    assert len(board.drawing()["plugs"]) == 4
    board.press("Control+Shift+Z")
    assert len(board.drawing()["plugs"]) == 2


def test_everything_is_chosen_and_nothing(page: Page) -> None:
    board = Board(page)
    board.press("Control+a")
    assert {"c1", "c2", "c3", "n1", "n2"} <= board.chosen()
    board.press("Escape")
    assert board.chosen() == set()


def test_the_keys_are_listed(page: Page) -> None:
    board = Board(page)
    board.press("?")
    expect(page.get_by_role("region", name="keys")).to_contain_text("remove what is chosen")


def test_no_key_reaches_the_page_around_the_drawing(page: Page) -> None:
    board = Board(page)
    page.evaluate("""() => {
      window.leaked = [];
      document.addEventListener('keydown', event => window.leaked.push(event.key));
    }""")
    board.press("n", "c", "Delete", "ArrowLeft", "Control+z", "Escape", "Enter")
    assert set(page.evaluate("window.leaked")) <= {"Control"}


def test_everything_that_takes_the_focus_keeps_the_notebooks_shortcuts_away(page: Page) -> None:
    board = Board(page)
    for tab in ("Drawing", "Table", "Code", "Help"):
        board.button(tab).click()
        bare = page.evaluate("""() => [...document.querySelectorAll(
            '.course-widget :is(button, input, select, textarea, a, [tabindex])')]
          .filter(el => !el.closest('[data-lm-suppress-shortcuts]')).map(el => el.outerHTML)""")
        assert bare == [], tab


@pytest.mark.parametrize("key", ["n1", "p2", "c2", "m1", "m2"])
def test_every_thing_says_what_it_is(page: Page, key: str) -> None:
    said = {
        "n1": "network front, bridge, 10.20.0.0/24, 2 containers, planned",
        "p2": "cable of app in front, as shop, planned",
        "c2": "container app, planned, web, on front and back",
        "m1": "lab host host1",
        "m2": "machine laptop on the LAN at 10.213.7.101",
    }
    board = Board(page)
    expect(board.node(key)).to_have_attribute("aria-label", said[key])


@pytest.mark.parametrize("tab", ["Drawing", "Table", "Code", "Help"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_to_complain_of(page: Page, tab: str, dark: bool) -> None:
    board = Board(page, dark=dark, errors={"c1": "web cannot be started"})
    board.click("c2")
    board.button(tab).click()
    found = Axe().run(page, context=".course-widget")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found.response["violations"]] == []
