"""A journey in the browser: step, back, play, and predict first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.widgets.page import show

pytestmark = pytest.mark.browser


def header(source: str, destination: str, note: str = "SYN", **more: Any) -> dict[str, Any]:
    (a, b), (c, d) = source.split(":"), destination.split(":")
    row = {"protocol": "tcp", "source": a, "source_port": int(b), "destination": c, "destination_port": int(d)}
    return row | {"note": note, "ttl": 64, "outer": None, "vni": -1} | more


ASKED, TRANSLATED = header("10.0.0.9:4000", "10.0.0.1:8080"), header("10.0.0.9:4000", "172.31.0.2:80")


def hop(n: int, machine: str, view: str, station: str, act: str, before: Any, after: Any = None, **more: Any) -> Any:
    row = {"ms": n / 10, "way": "there", "machine": machine, "view": view, "station": station, "act": act}
    return row | {"before": before, "after": after or before, "rule": "", "verdict": "", "detail": ""} | more


HOPS = [
    hop(0, "laptop", "host", "socket", "asked", ASKED),
    hop(1, "laptop", "host", "eth0", "sent", ASKED),
    hop(2, "host1", "host", "eth0", "seen", ASKED),
    hop(3, "host1", "host", "nat/DOCKER", "translated", ASKED, TRANSLATED, rule="-A DOCKER -j DNAT", verdict="DNAT"),
    hop(4, "host1", "host", "br-1", "seen", TRANSLATED),
    hop(5, "host1", "web", "eth0", "stopped", TRANSLATED, verdict="DROP", detail="a rule drops it"),
]
JOURNEY = {
    "source": "laptop", "target": "host1:8080", "outcome": "dropped", "sentence": "web dropped it.", "hops": HOPS,
    "unseen": ["the inside of docker-proxy"],
}  # fmt: skip


@pytest.fixture
def player(page: Page) -> Page:
    show(page, "replay", {"journey": JOURNEY})
    return page


def test_a_journey_begins_at_its_first_station(player: Page) -> None:
    expect(player.locator("h3")).to_have_text("laptop → host1:8080")
    expect(player.locator(".card h4")).to_have_text("1 of 6: laptop, socket asks")
    expect(player.get_by_role("button", name="one station back")).to_be_disabled()


def test_it_is_stepped_on_and_back(player: Page) -> None:
    on, back = (player.get_by_role("button", name=name) for name in ("one station on", "one station back"))
    on.click()
    on.click()
    expect(player.locator("[aria-current=step]")).to_have_text(re.compile("host1.*eth0"))
    back.click()
    expect(player.locator(".card h4")).to_have_text("2 of 6: laptop, eth0 sends it")


def test_a_card_says_what_came_in_what_was_done_and_what_went_out(player: Page) -> None:
    player.locator(".stations button", has_text="nat/DOCKER").click()
    card = player.locator(".card")
    expect(card).to_contain_text("10.0.0.9:4000 → 10.0.0.1:8080")
    expect(card).to_contain_text("-A DOCKER -j DNAT")
    expect(card.locator("mark")).to_have_text(["172.31.0.2:80"])


def test_a_packet_that_ends_says_so_and_why(player: Page) -> None:
    player.get_by_role("slider").fill("5")
    expect(player.locator(".card")).to_contain_text("nothing: it ended here")
    expect(player.locator(".card")).to_contain_text("a rule drops it")
    expect(player.locator(".sentence")).to_have_text("web dropped it.")
    expect(player.locator(".unseen")).to_have_text("Not seen: the inside of docker-proxy")
    assert player.locator(".track rect").count() == 1


def test_it_plays_to_the_end_and_can_be_paused(player: Page) -> None:
    player.clock.install()
    player.get_by_role("button", name="play").click()
    player.clock.run_for(950)
    expect(player.locator(".card h4")).to_have_text(re.compile("^3 of 6|^2 of 6"))
    player.get_by_role("button", name="pause").click()
    before = player.locator(".card h4").inner_text()
    player.clock.run_for(3000)
    assert player.locator(".card h4").inner_text() == before
    player.get_by_role("button", name="play").click()
    player.clock.run_for(9000)
    expect(player.locator(".card h4")).to_have_text(re.compile("^6 of 6"))


def test_who_predicts_sees_no_more_than_was_guessed(player: Page) -> None:
    player.get_by_label("predict first").check()
    assert player.locator(".stations li").count() == 1
    expect(player.locator(".sentence")).to_have_count(0)
    player.locator(".guess button", has_text="laptop, eth0").click()
    expect(player.get_by_role("status")).to_have_text("✓ Right. 1 of 1 right so far.")
    assert player.locator(".stations li").count() == 2
    player.locator(".guess button", has_text="nowhere").click()
    expect(player.get_by_role("status")).to_have_text("× No: host1, eth0. 1 of 2 right so far.")


def test_the_end_can_be_predicted(player: Page) -> None:
    player.get_by_label("predict first").check()
    for hop in HOPS[1:]:
        name = hop["machine"] if hop["view"] == "host" else hop["view"]
        player.locator(".guess button", has_text=f"{name}, {hop['station']}").click()
    player.locator(".guess button", has_text="nowhere: it ends here").click()
    expect(player.locator(".sentence")).to_have_text("web dropped it.")
    expect(player.get_by_role("status")).to_contain_text("6 of 6 right")


def test_it_is_driven_by_keyboard(player: Page) -> None:
    player.get_by_role("slider").focus()
    player.keyboard.press("ArrowRight")
    player.keyboard.press("ArrowRight")
    expect(player.locator(".card h4")).to_have_text(re.compile("^3 of 6"))
    expect(player.get_by_role("slider")).to_be_focused()


def test_a_wrapped_packet_shows_what_carries_it(page: Page) -> None:
    outer = header("192.168.1.11:4789", "192.168.1.12:4789", "", protocol="udp")
    wrapped = ASKED | {"outer": outer, "vni": 4097}
    show(
        page, "replay", {"journey": JOURNEY | {"hops": [hop(0, "host1", "host", "vxlan1", "wrapped", ASKED, wrapped)]}}
    )
    expect(page.locator(".card")).to_contain_text("in UDP 192.168.1.11:4789 → 192.168.1.12:4789, VXLAN 4097")


def test_a_journey_without_stations_says_why(page: Page) -> None:
    show(page, "replay", {"journey": JOURNEY | {"hops": [], "sentence": "web does not exist."}})
    expect(page.locator(".player")).to_have_text("web does not exist.")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("predict", [False, True], ids=["replay", "predict"])
def test_axe_finds_nothing_to_complain_of(page: Page, dark: bool, predict: bool) -> None:
    show(page, "replay", {"journey": JOURNEY}, dark)
    page.get_by_label("predict first").set_checked(predict)
    found = Axe().run(page, context=".course-widget").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_everything_that_takes_the_focus_keeps_the_notebooks_shortcuts_away(player: Page) -> None:
    player.get_by_label("predict first").check()
    bare = player.evaluate("""() => [...document.querySelectorAll('.course-widget :is(button, input, [tabindex])')]
      .filter(el => !el.closest('[data-lm-suppress-shortcuts]')).map(el => el.outerHTML)""")
    assert bare == []
