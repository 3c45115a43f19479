"""The live view, the player, the matrix and a quiz in JupyterLab, on a real lab with real packets."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SCREENSHOTS
from tests.browser.notebook import LONG, Desk, button, node

pytestmark = [pytest.mark.engine, pytest.mark.browser]
SHOP = (
    "network create front",
    "network create back",
    "run -d --name web --network front -p 8080:80 web",
    "run -d --name app --network front toolbox sleep 9999",
    "run -d --name db --network back toolbox sleep 9999",
)


@pytest.fixture
def shop(notebook: Desk) -> Desk:
    """web and app on front, db alone on back, made by somebody in a terminal."""
    notebook.build(*SHOP)
    return notebook


def box(widget: Locator, name: str) -> Locator:
    return node(widget, "container", name).locator(".box")


def station(widget: Locator) -> Locator:
    return widget.locator(".player [aria-current=step]")


def test_two_clicks_send_a_packet_whose_way_is_stepped_through(shop: Desk) -> None:
    widget = shop.show("view = live()\nview", "live")
    box(widget, "app").click()
    box(widget, "web").click()
    button(widget, "Send a packet").click()
    expect(widget.locator(".player .sentence")).to_contain_text("web", timeout=LONG)
    begun = station(widget).inner_text()
    assert begun.startswith("app")
    widget.get_by_label("one station on").click()
    expect(station(widget)).not_to_have_text(begun)
    widget.get_by_label("one station back").click()
    expect(station(widget)).to_have_text(begun)
    widget.get_by_label("play", exact=True).click()
    expect(widget.get_by_label("pause")).to_be_visible()
    widget.get_by_label("pause").click()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    shop.page.screenshot(path=SCREENSHOTS / "live-in-jupyterlab.png")
    widget.locator(".player").screenshot(path=SCREENSHOTS / "player-in-jupyterlab.png")
    widget.get_by_label("predict first").check()
    expect(widget.locator(".guess button").first).to_be_visible()
    assert shop.leak(widget) == []


def test_what_changes_is_seen_and_what_passes_is_told(shop: Desk) -> None:
    widget = shop.show("view = live()\nview", "live")
    shop.build("pause app")
    expect(node(widget, "container", "app")).to_have_class(re.compile("paused"))
    shop.build("unpause app", "exec -d app ping -i 0.05 -s 900 web")
    expect(widget.locator('.node.plug[aria-label*="B/s"]').first).to_be_visible(timeout=LONG)
    widget.get_by_label("filter", exact=True).fill("icmp")
    button(widget, "Listen").click()
    expect(widget.locator(".container.flash").first).to_be_visible(timeout=LONG)
    button(widget, "Stop listening").click()
    expect(widget.get_by_role("status").first).to_have_text("nobody listens now")
    widget.get_by_label("filter", exact=True).fill("tcp prot 80")
    button(widget, "Listen").click()
    expect(widget.get_by_role("status").first).to_contain_text("prot")


def test_a_surprise_in_the_matrix_opens_the_way_of_its_packet(shop: Desk) -> None:
    asked = 'matrix(lab, "icmp", "tcp:80", among=["app", "web", "db"], expected={"app": ["web", "db"], "web": ["app"]})'
    widget = shop.show(f"from course import explore\nmap = explore({asked})\nmap", "matrix")
    expect(widget.locator(".cell.surprise").first).to_be_visible()
    expect(widget.locator(".side h3")).to_have_text("app → db")
    widget.locator(".cell[tabindex='0']").focus()
    shop.page.keyboard.press("ArrowLeft")
    expect(widget.locator(".side h3")).to_have_text("app → web")
    shop.page.keyboard.press("ArrowRight")
    shop.page.keyboard.press("Enter")
    expect(widget.locator(".player .sentence")).to_contain_text("host1 dropped it", timeout=LONG)
    shop.page.screenshot(path=SCREENSHOTS / "matrix-in-jupyterlab.png")
    assert shop.leak(widget) == []


def test_a_question_is_answered_by_a_click(notebook: Desk) -> None:
    widget = notebook.show('ask("02.1")', "quiz")
    widget.get_by_role("radio").first.check()
    button(widget, "Answer").click()
    expect(widget.get_by_role("status")).to_contain_text("No.")
    assert notebook.leak(widget) == []
