"""The builder's form and tables: every field, judged while one types."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widgets.drawings import Board, shop

pytestmark = pytest.mark.browser


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)


@pytest.mark.parametrize(
    ("key", "label", "text", "field", "value"),
    [
        ("c1", "Name", "site", "name", "site"),
        ("c1", "Image", "postgres", "image", "postgres"),
        ("c1", "Published ports", "8080:80, 9090:90/udp", "ports", ["8080:80", "9090:90/udp"]),
        ("c1", "Command", "sleep 9", "command", "sleep 9"),
        ("c1", "Environment", "PORT=81\nPAGE=a=b", "environment", {"PORT": "81", "PAGE": "a=b"}),
        ("n1", "Subnet", "10.30.0.0/16", "subnet", "10.30.0.0/16"),
        ("n1", "Gateway", "10.20.0.254", "gateway", "10.20.0.254"),
        ("n1", "Range to hand out", "10.20.0.128/25", "range", "10.20.0.128/25"),
        ("p1", "Address", "10.20.0.9", "address", "10.20.0.9"),
        ("p1", "Aliases", "shop, www", "aliases", ["shop", "www"]),
    ],
)
def test_every_field_is_edited_in_the_form(page: Page, key: str, label: str, text: str, field: str, value: Any) -> None:
    board = Board(page)
    board.click(key)
    fill(page, label, text)
    kind = {"c": "containers", "n": "networks", "p": "plugs"}[key[0]]
    assert next(one for one in board.drawing()[kind] if one["id"] == key)[field] == value


def test_a_network_is_made_internal_and_gets_another_driver(page: Page) -> None:
    board = Board(page)
    board.click("n1")
    page.get_by_label("Internal: no way out").check()
    page.get_by_label("Driver").select_option("macvlan")
    fill(page, "Parent interface", "eth0")
    found = board.drawing()["networks"][0]
    assert (found["internal"], found["driver"], found["parent"]) == (True, "macvlan", "eth0")


def test_a_cable_is_plugged_and_pulled_in_the_form(page: Page) -> None:
    board = Board(page)
    board.click("c1")
    page.get_by_label("back", exact=True).check()
    page.get_by_label("front", exact=True).uncheck()
    mine = [one["network"] for one in board.drawing()["plugs"] if one["container"] == "c1"]
    assert mine == ["n2"]


def test_a_namespace_is_shared_with_a_container_that_may_be_renamed(page: Page) -> None:
    board = Board(page)
    board.click("c3")
    page.get_by_label("back", exact=True).uncheck()
    page.get_by_label("Network namespace").select_option("container:app")
    board.click("c2")
    fill(page, "Name", "core")
    assert board.drawing()["containers"][2]["shares"] == "container:core"


@pytest.mark.parametrize(
    ("key", "label", "text", "said"),
    [
        ("c1", "Name", "w", "A name has two or more letters, digits, _ . or -, and begins with a letter or digit"),
        ("c1", "Name", "app", "Another container is called app already."),
        ("c1", "Image", " ", "A container is made from an image: toolbox, web or postgres are there."),
        ("c1", "Published ports", "80800:80", "80800:80 is no published port: write HOST:CONTAINER, like 8080:80."),
        ("c2", "Published ports", "8080:81", "Port 8080 of host1 belongs to web already."),
        ("n1", "Subnet", "10.20.0.0", "10.20.0.0 is not a subnet: write it like 10.20.0.0/24."),
        ("n1", "Subnet", "10.20.0.1/24", "10.20.0.1/24 is an address in a subnet: write 10.20.0.0/24."),
        ("n2", "Subnet", "10.20.0.0/16", "It overlaps with front (10.20.0.0/24): an address belongs to one network."),
        ("n1", "Gateway", "10.9.0.1", "10.9.0.1 is not an address in 10.20.0.0/24."),
        ("n2", "Gateway", "10.9.0.1", "A gateway needs a subnet that it lies in."),
        ("n1", "Range to hand out", "10.21.0.0/25", "The range must be a part of the subnet"),
        ("p1", "Address", "10.21.0.1", "10.21.0.1 is not in 10.20.0.0/24."),
        ("p1", "Address", "10.20.0.0", "10.20.0.0 is the subnet's own address."),
        ("p1", "Address", "10.20.0.1", "10.20.0.1 is the gateway's."),
        ("p3", "Address", "10.20.0.9", "Give back a subnet first: a fixed address needs one."),
        ("p1", "Aliases", "-x", "-x cannot be a name."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_the_field_while_one_types(
    page: Page, key: str, label: str, text: str, said: str
) -> None:
    board = Board(page)
    board.click(key)
    fill(page, label, text)
    expect(page.get_by_label(label, exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".wrong-said", has_text=said).first).to_be_visible()
    expect(page.get_by_label(label, exact=True)).to_be_focused()
    expect(board.node(key)).to_have_class(__import__("re").compile("wrong"))


def test_two_containers_do_not_get_one_address(page: Page) -> None:
    drawing = shop()
    drawing["plugs"][0]["address"] = "10.20.0.9"
    board = Board(page, drawing)
    board.click("p2")
    fill(page, "Address", "10.20.0.9")
    expect(page.locator(".wrong-said").filter(has_text="web has 10.20.0.9 already, not app too.").first).to_be_visible()


def test_a_word_is_undone_as_one_and_the_field_shows_it(page: Page) -> None:
    board = Board(page)
    board.click("c1")
    page.get_by_label("Name", exact=True).press("End")
    page.keyboard.type("-site")
    assert board.drawing()["containers"][0]["name"] == "web-site"
    board.press("Control+z")
    assert board.drawing()["containers"][0]["name"] == "web"
    expect(page.get_by_label("Name", exact=True)).to_have_value("web")


def test_nothing_is_planned_or_applied_while_something_is_wrong(page: Page) -> None:
    board = Board(page)
    board.click("c1")
    fill(page, "Name", "app")
    page.keyboard.press("Tab")
    expect(board.button("Apply")).to_be_disabled()


def test_the_table_does_all_that_the_drawing_can(page: Page) -> None:
    board = Board(page)
    board.button("Table").click()
    board.button("Add a network").click()
    expect(page.get_by_label("Name of net", exact=True)).to_be_focused()
    fill(page, "Subnet of net", "10.44.0.0/24")
    board.button("Add a container").click()
    fill(page, "Image of box", "web")
    page.get_by_label("container to connect").select_option(label="box")
    page.get_by_label("network to connect it to").select_option(label="net")
    board.button("Connect").click()
    fill(page, "Address of box in net", "10.44.0.7")
    page.get_by_label("Remove web", exact=True).click()
    drawing = board.drawing()
    assert drawing["networks"][2]["subnet"] == "10.44.0.0/24"
    assert [one["name"] for one in drawing["containers"]] == ["app", "db", "box"]
    assert drawing["plugs"][-1] | {"id": ""} == {
        "id": "", "container": drawing["containers"][-1]["id"], "network": drawing["networks"][-1]["id"],
        "address": "10.44.0.7", "aliases": [],
    }  # fmt: skip


def test_a_row_of_the_table_stays_in_line_when_something_is_said_in_it(page: Page) -> None:
    board = Board(page)
    board.button("Table").click()
    fill(page, "Subnet of back", "10.20.0.0/25")
    tops = [page.get_by_label(f"{one} of back").bounding_box() for one in ("Name", "Subnet", "Gateway")]
    assert max(one["y"] for one in tops if one) - min(one["y"] for one in tops if one) < 4


def test_the_table_says_what_is_wrong_beside_the_field(page: Page) -> None:
    board = Board(page)
    board.button("Table").click()
    fill(page, "Subnet of back", "10.20.0.0/25")
    expect(page.get_by_role("region", name="Networks")).to_contain_text("It overlaps with front")
    expect(page.get_by_label("Subnet of back")).to_be_focused()
