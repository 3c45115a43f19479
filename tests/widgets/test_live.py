"""The live view in a bare page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.widgets.drawings import shop
from tests.widgets.page import show
from tests.widgets.test_player import JOURNEY

pytestmark = pytest.mark.browser
TOLD: dict[str, Any] = {"drawing": shop(), "live": {"states": {"c1": "running"}}, "journey": {}, "said": ""}


@pytest.fixture
def live(page: Page) -> Page:
    show(page, "live", TOLD)
    return page


def choose(page: Page, key: str) -> None:
    page.locator(f'.node[data-id="{key}"] :is(.box, .frame)').first.click()


def test_two_clicks_say_from_where_to_where(live: Page) -> None:
    choose(live, "c2")
    choose(live, "c1")
    expect(live.get_by_label("from", exact=True)).to_have_value("app")
    expect(live.get_by_label("to", exact=True)).to_have_value("web:80")
    live.get_by_role("button", name="Send a packet").click()
    assert live.evaluate("window.model.told") == [{"do": "trace", "source": "app", "target": "web:80"}]


def test_a_machine_of_the_lan_is_an_end_too(live: Page) -> None:
    choose(live, "m2")
    choose(live, "c1")
    expect(live.get_by_label("from", exact=True)).to_have_value("laptop")


def test_the_ends_may_be_typed(live: Page) -> None:
    live.get_by_label("from", exact=True).fill("web")
    live.get_by_label("to", exact=True).fill("dns:db")
    live.keyboard.press("Enter")
    assert live.evaluate("window.model.told") == [{"do": "trace", "source": "web", "target": "dns:db"}]


def test_nodes_are_chosen_by_keyboard(live: Page) -> None:
    live.locator(".surface").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        live.keyboard.press(key)
    expect(live.get_by_role("status").first).to_contain_text("choose where to")


def test_the_journey_that_comes_back_is_replayed_and_its_stations_flash(live: Page) -> None:
    live.evaluate("journey => window.model.set('journey', journey)", JOURNEY)
    live.get_by_role("button", name="one station on").click()
    expect(live.locator('.node[data-id="m2"]')).to_have_class(re.compile("flash"))


def test_who_hears_a_packet_flashes_and_stops(live: Page) -> None:
    live.get_by_label("filter", exact=True).fill("tcp port 80")
    live.get_by_role("button", name="Listen", exact=True).click()
    assert live.evaluate("window.model.told") == [{"do": "listen", "filter": "tcp port 80"}]
    live.evaluate("window.model.fire('msg:custom', { flash: ['c1'] })")
    expect(live.locator('.node[data-id="c1"]')).to_have_class(re.compile("flash"))
    expect(live.locator('.node[data-id="c1"]')).not_to_have_class(re.compile("flash"))


def test_what_the_kernel_says_is_said(live: Page) -> None:
    live.evaluate("window.model.set('said', 'the filter is wrong')")
    expect(live.get_by_role("status").first).to_have_text("the filter is wrong")


def test_as_long_as_nothing_is_said_no_room_is_kept_for_it(live: Page) -> None:
    line = live.locator(".live > [role=status]")
    assert line.evaluate("el => el.offsetHeight") == 0
    live.evaluate("window.model.set('said', 'nobody listens now')")
    assert line.evaluate("el => el.offsetHeight") > 12


def test_in_a_narrow_page_the_arrow_stays_with_what_it_points_at(live: Page) -> None:
    live.set_viewport_size({"width": 500, "height": 780})
    way = live.locator(".to")
    arrow, to = way.bounding_box(), live.get_by_label("to", exact=True).bounding_box()
    assert way.inner_text().strip() == "→"
    assert arrow and to and arrow["y"] <= to["y"] and arrow["y"] + arrow["height"] >= to["y"] + to["height"]
    assert live.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_container_that_stops_is_seen_at_once(live: Page) -> None:
    live.evaluate("window.model.set('live', { states: { c1: 'exited' } })")
    expect(live.locator('.node[data-id="c1"]')).to_have_attribute("aria-label", re.compile("web, exited"))


def test_names_of_networks_can_be_read_whatever_their_state(page: Page) -> None:
    show(page, "live", TOLD | {"live": {"states": {"n1": "running", "n2": "running"}}})
    paper = page.locator(".live").evaluate("el => getComputedStyle(el).backgroundColor")
    inks = page.locator(".network text").evaluate_all("all => all.map(el => getComputedStyle(el).fill)")
    assert inks and paper not in inks


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_to_complain_of(page: Page, dark: bool) -> None:
    show(page, "live", TOLD | {"journey": JOURNEY}, dark)
    found = Axe().run(page, context=".course-widget").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
