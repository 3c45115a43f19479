"""What the kernel tells the builder: plans, progress, errors, the live state, code."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.widgets.drawings import Board

pytestmark = pytest.mark.browser
STEPS = [
    {"id": "n1", "sign": "+", "text": "network front", "state": "done", "sentence": ""},
    {"id": "c1", "sign": "+", "text": "container web", "state": "failed", "sentence": "port 8080 is taken"},
    {"id": "c2", "sign": "+", "text": "container app", "state": "working", "sentence": ""},
    {"id": "", "sign": "-", "text": "container old", "state": "waiting", "sentence": ""},
]


@pytest.mark.parametrize(
    ("button", "wish"), [("Plan", "plan"), ("Apply", "apply"), ("Adopt what runs", "adopt"), ("Destroy", "destroy")]
)
def test_buttons_ask_the_kernel(page: Page, button: str, wish: str) -> None:
    board = Board(page)
    board.button(button).click()
    assert board.asked() == [wish]


def test_the_last_change_is_sent_before_the_wish(page: Page) -> None:
    board = Board(page)
    board.button("+ web").click()
    board.button("Apply").click()
    assert len(page.evaluate("window.model.traits.drawing.containers")) == 4


def test_a_plan_is_shown_with_a_line_for_each_object(page: Page) -> None:
    board = Board(page)
    board.tell("summary", "+1 network, +2 containers, -1 container")
    board.tell("steps", STEPS)
    expect(page.locator(".summary")).to_have_text("+1 network, +2 containers, -1 container")
    expect(page.locator("ol.steps li")).to_have_count(4)
    expect(page.locator('li[data-step="c1"]')).to_contain_text("failed")
    expect(page.locator('li[data-step="c1"]')).to_contain_text("port 8080 is taken")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "2")


def test_a_line_of_the_plan_leads_to_its_object(page: Page) -> None:
    board = Board(page)
    board.tell("steps", STEPS)
    board.button("container web").click()
    assert board.chosen() == {"c1"}


def test_an_error_is_shown_on_the_object_that_failed(page: Page) -> None:
    board = Board(page)
    board.tell("errors", {"c1": "port 8080 of host1 is taken by site"})
    expect(board.node("c1")).to_have_class(re.compile("wrong"))
    expect(board.node("c1")).to_have_attribute("aria-label", re.compile("port 8080 of host1 is taken by site"))
    board.click("c1")
    expect(page.locator(".side")).to_contain_text("port 8080 of host1 is taken by site")


def test_while_it_works_buttons_wait_and_it_can_be_stopped(page: Page) -> None:
    board = Board(page)
    board.tell("busy", "applying")
    expect(board.button("Apply")).to_be_disabled()
    board.button("Stop").click()
    assert board.asked() == ["stop"]


def test_what_cannot_be_pressed_looks_it(page: Page) -> None:
    board = Board(page, live={"differences": [{"id": "p2", "text": "app is not on front"}]})
    paper = board.button("Plan").evaluate("el => getComputedStyle(el).backgroundColor")
    for name in ("Apply", "Repair"):
        assert board.button(name).evaluate("el => getComputedStyle(el).backgroundColor") != paper
    board.tell("busy", "applying")
    for name in ("Apply", "Repair"):
        assert board.button(name).evaluate("el => getComputedStyle(el).backgroundColor") == paper


def test_what_is_asked_of_the_lab_is_told_in_the_place_of_the_form(page: Page) -> None:
    board = Board(page)
    board.click("c1")
    board.button("Apply").click()
    expect(page.locator("form")).to_have_count(0)
    board.tell("busy", "applying")
    board.click("c1")
    board.button("Stop").click()
    expect(page.locator("form")).to_have_count(1)


@pytest.mark.parametrize("key", ["c1", "n1", "p1"])
def test_what_is_wrong_has_a_sign_beside_its_colour(page: Page, key: str) -> None:
    board = Board(page)
    expect(board.node(key).locator(".warn")).to_have_count(0)
    board.tell("errors", {key: "that went wrong"})
    expect(board.node(key).locator(".warn")).to_have_text("!")
    expect(board.node(key)).to_have_attribute("aria-label", re.compile("that went wrong"))


@pytest.mark.parametrize("state", ["running", "paused", "exited", "created", "missing"])
def test_a_state_is_a_shape_and_a_word(page: Page, state: str) -> None:
    board = Board(page)
    board.tell("live", {"states": {"c1": state}})
    expect(board.node("c1")).to_have_class(re.compile(state))
    expect(board.node("c1")).to_have_attribute("aria-label", re.compile(f"container web, {state}"))


def test_a_pulled_cable_is_struck_and_can_be_repaired(page: Page) -> None:
    board = Board(page)
    told = {"states": {"p2": "missing"}, "differences": [{"id": "p2", "text": "app is not on front"}]}
    board.tell("live", told)
    expect(board.node("p2")).to_have_attribute("aria-label", re.compile("pulled out"))
    expect(page.get_by_role("region", name="intended against actual")).to_contain_text("app is not on front")
    board.button("Repair").click()
    assert board.asked() == ["apply"]


def test_traffic_and_addresses_stand_at_the_cables(page: Page) -> None:
    board = Board(page)
    board.tell("live", {"states": {}, "addresses": {"p1": "10.20.0.2"}, "traffic": {"p1": "12 kB/s"}})
    expect(board.node("p1")).to_contain_text("10.20.0.2")
    expect(board.node("p1")).to_contain_text("12 kB/s")


def test_the_code_is_shown_and_its_last_change_is_marked(page: Page) -> None:
    board = Board(page, code={"commands": "docker network create front\n", "python": "x = 1", "compose": "services:"})
    board.button("Code").click()
    expect(page.locator("pre.code")).to_have_text("docker network create front\n")
    board.tell(
        "code", {"commands": "docker network create front\ndocker run -d --name web web\n", "python": "", "compose": ""}
    )
    expect(page.locator("pre.code .new")).to_contain_text("docker run -d --name web web")
    page.get_by_role("tab", name="docker-py").click()
    page.get_by_role("tab", name="Compose").click()
    expect(page.get_by_role("tab", name="Compose")).to_have_attribute("aria-selected", "true")


def test_the_code_ends_with_its_last_line(page: Page) -> None:
    board = Board(page, code={"commands": "docker ps\ndocker network ls\n", "python": "", "compose": ""})
    board.button("Code").click()
    assert page.locator("pre.code").text_content() == "docker ps\ndocker network ls\n"


def test_the_code_is_copied(page: Page) -> None:
    board = Board(page, code={"commands": "docker ps", "python": "", "compose": ""})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    board.button("Code").click()
    board.button("Copy").click()
    expect(page.locator(".code-view [role=status]")).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == "docker ps"


def test_a_dead_kernel_is_said_and_what_to_do(page: Page) -> None:
    Board(page)
    page.evaluate("window.model.fire('comm_live_update')")
    expect(page.get_by_role("alert").first).to_contain_text("Run the cell again")


def test_a_kernel_that_does_not_answer_is_said_to_be_busy(page: Page) -> None:
    board = Board(page)
    board.button("Plan").click()
    expect(page.get_by_role("status").first).to_contain_text("waiting for the kernel")


def test_two_views_of_one_model_show_the_same(page: Page) -> None:
    board = Board(page)
    page.evaluate("""async () => {
      const place = document.createElement('div');
      place.id = 'second';
      document.body.append(place);
      window.widget.render({ model: window.model, el: place });
    }""")
    board.button("+ web").first.click()
    expect(page.locator("#second .node.container")).to_have_count(4)


def test_a_narrow_page_puts_the_form_under_the_drawing(page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 780})
    Board(page)
    surface, side = page.locator(".surface").bounding_box(), page.locator(".side").bounding_box()
    assert surface and side and side["y"] >= surface["y"] + surface["height"] - 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_undo_survives_a_reload(page: Page) -> None:
    board = Board(page)
    board.button("+ web").click()
    again = Board(page, board.drawing())
    again.button("Undo").click()
    assert [one["name"] for one in again.drawing()["containers"]] == ["web", "app", "db"]
