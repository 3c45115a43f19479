"""The builder under the mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.widgets.drawings import Board, container, empty, machine, network, shop, town

pytestmark = pytest.mark.browser


def test_a_click_in_the_palette_adds_a_container(page: Page) -> None:
    board = Board(page, empty())
    board.button("+ web").click()
    [made] = board.drawing()["containers"]
    assert (made["name"], made["image"], made["machine"]) == ("web", "web", "host1")
    assert board.chosen() == {made["id"]}


def test_a_thing_may_be_dragged_from_the_palette_to_its_place(page: Page) -> None:
    board = Board(page, empty())
    edge = board.surface.bounding_box()
    assert edge
    tool = board.button("+ postgres").bounding_box()
    assert tool
    board.drag((tool["x"] + 9, tool["y"] + 9), (edge["x"] + 300, edge["y"] + 200))
    [made] = board.drawing()["containers"]
    x, y = board.middle(made["id"])
    assert abs(x - edge["x"] - 300) < 12 and abs(y - edge["y"] - 200) < 12


def test_new_names_are_free_and_new_subnets_do_not_overlap(page: Page) -> None:
    board = Board(page, empty())
    for _ in range(2):
        board.button("+ toolbox").click()
        board.button("+ network").click()
    drawing = board.drawing()
    assert [one["name"] for one in drawing["containers"]] == ["box", "box2"]
    assert [one["subnet"] for one in drawing["networks"]] == ["10.20.0.0/24", "10.21.0.0/24"]


@pytest.mark.parametrize("driver", ["overlay", "macvlan", "ipvlan"])
def test_networks_of_every_driver_are_in_the_palette(page: Page, driver: str) -> None:
    board = Board(page, empty())
    page.get_by_label("+ other network").select_option(driver)
    assert [one["driver"] for one in board.drawing()["networks"]] == [driver]


def test_lab_hosts_and_machines_of_the_lan_are_added(page: Page) -> None:
    board = Board(page, empty())
    board.button("+ lab host").click()
    board.button("+ machine").click()
    assert [(one["name"], one["engine"]) for one in board.drawing()["machines"]] == [
        ("host1", True), ("host2", True), ("laptop", False),
    ]  # fmt: skip


def test_a_cable_is_drawn_from_a_dot_to_a_line(page: Page) -> None:
    board = Board(page)
    board.drag(board.dot("c3"), board.middle("n1"))
    assert ("c3", "n1") in [(one["container"], one["network"]) for one in board.drawing()["plugs"]]


def test_a_cable_is_drawn_from_a_network_to_a_container_too(page: Page) -> None:
    board = Board(page)
    board.drag(board.dot("n2"), board.middle("c1"))
    assert ("c1", "n2") in [(one["container"], one["network"]) for one in board.drawing()["plugs"]]


def test_illegal_ends_are_grey_while_a_cable_is_drawn_and_say_why(page: Page) -> None:
    board = Board(page)
    board.drag(board.dot("c1"), board.middle("n1"), drop=False)
    grey = set(page.locator(".node.refused").evaluate_all("all => all.map(el => el.dataset.id)"))
    assert grey == {"n1", "c2", "c3"}
    expect(page.get_by_role("status").first).to_have_text("web is on front already")
    page.mouse.up()
    assert len(board.drawing()["plugs"]) == 4


def test_a_cable_does_not_cross_to_another_lab_host(page: Page) -> None:
    drawing = shop()
    drawing["machines"].append(machine(3, "host2"))
    drawing["networks"].append(network(3, "far", machine="host2"))
    board = Board(page, drawing)
    board.drag(board.dot("c1"), board.middle("n3"))
    expect(page.get_by_role("status").first).to_contain_text("web is on host1, and far on host2")
    assert len(board.drawing()["plugs"]) == 4


def test_a_container_that_shares_the_network_of_its_host_takes_no_cable(page: Page) -> None:
    board = Board(page, shop() | {"containers": [container(1, "tap", shares="host")], "plugs": []})
    board.drag(board.dot("c1"), board.middle("n1"))
    assert board.drawing()["plugs"] == []


def test_a_container_is_moved_and_snaps_to_the_grid(page: Page) -> None:
    board = Board(page)
    before = board.middle("c1")
    board.drag(before, (before[0] - 57, before[1] + 33))
    moved = next(one for one in board.drawing()["containers"] if one["id"] == "c1")
    assert moved["x"] % 10 == 0 and moved["y"] % 10 == 0
    after = board.middle("c1")
    assert abs(after[0] - before[0] + 57) < 8 and abs(after[1] - before[1] - 33) < 8


def test_a_move_is_undone_as_one(page: Page) -> None:
    board = Board(page)
    before = board.middle("c1")
    board.drag(before, (before[0] - 80, before[1] + 40))
    board.button("Undo").click()
    assert board.middle("c1") == pytest.approx(before, abs=0.5)
    expect(board.button("Undo")).to_be_disabled()


def test_a_lab_host_takes_all_that_is_on_it_along(page: Page) -> None:
    board = Board(page)
    before = board.middle("c1"), board.middle("n1")
    title = page.locator('.node[data-id="m1"] .title').bounding_box()
    assert title
    start = (title["x"] + 200, title["y"] + 10)
    board.drag(start, (start[0] + 60, start[1]))
    assert board.middle("c1")[0] > before[0][0] + 40 and board.middle("n1")[0] > before[1][0] + 40


def test_what_is_dropped_on_another_lab_host_belongs_there_without_its_cables(page: Page) -> None:
    drawing = shop()
    drawing["machines"].append(machine(3, "host2"))
    board = Board(page, drawing)
    board.drag(board.middle("c1"), board.middle("m3"))
    moved = board.drawing()
    assert next(one for one in moved["containers"] if one["id"] == "c1")["machine"] == "host2"
    assert "c1" not in [one["container"] for one in moved["plugs"]]


def test_a_marquee_chooses_what_lies_in_it(page: Page) -> None:
    board = Board(page)
    edge = board.surface.bounding_box()
    assert edge
    board.drag((edge["x"] + 3, edge["y"] + 3), (edge["x"] + edge["width"] - 3, edge["y"] + edge["height"] - 3))
    assert {"c1", "c2", "c3"} <= board.chosen()


def test_shift_chooses_one_more(page: Page) -> None:
    board = Board(page)
    board.click("c1")
    page.keyboard.down("Shift")
    board.click("c3")
    page.keyboard.up("Shift")
    assert board.chosen() == {"c1", "c3"}


def test_several_things_are_moved_together(page: Page) -> None:
    board = Board(page)
    board.click("c1")
    page.keyboard.down("Shift")
    board.click("c3")
    page.keyboard.up("Shift")
    before = board.middle("c3")
    start = board.middle("c1")
    board.drag(start, (start[0] + 50, start[1] + 50))
    assert board.middle("c3")[1] > before[1] + 30


def test_a_copy_has_its_own_name_and_the_cables_of_the_first(page: Page) -> None:
    board = Board(page)
    board.click("c2")
    page.keyboard.press("Control+d")
    drawing = board.drawing()
    made = drawing["containers"][-1]
    assert made["name"] == "app2" and made["ports"] == []
    assert [one["network"] for one in drawing["plugs"] if one["container"] == made["id"]] == ["n1", "n2"]


def test_undo_and_redo_go_through_everything(page: Page) -> None:
    board = Board(page)
    board.button("+ web").click()
    board.button("+ network").click()
    full = board.drawing()
    board.button("Undo").click()
    board.button("Undo").click()
    assert [one["name"] for one in board.drawing()["containers"]] == ["web", "app", "db"]
    board.button("Redo").click()
    board.button("Redo").click()
    assert board.drawing() == full


def test_the_sheet_is_zoomed_and_shown_whole_again(page: Page) -> None:
    board = Board(page)
    whole = board.surface.get_attribute("viewBox")
    page.get_by_role("button", name="+", exact=True).click()
    assert board.surface.get_attribute("viewBox") != whole
    board.button("All").click()
    assert board.surface.get_attribute("viewBox") == whole


def test_the_sheet_is_panned_with_the_alt_key(page: Page) -> None:
    board = Board(page)
    before = board.middle("c1")
    page.keyboard.down("Alt")
    board.drag((120, 400), (180, 430))
    page.keyboard.up("Alt")
    after = board.middle("c1")
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((60, 30), abs=2)


def test_the_wheel_scrolls_the_page_and_zooms_only_with_control(page: Page) -> None:
    board = Board(page)
    whole = board.surface.get_attribute("viewBox")
    page.mouse.move(*board.middle("c1"))
    page.mouse.wheel(0, -200)
    assert board.surface.get_attribute("viewBox") == whole
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.wait_for_function("whole => document.querySelector('.surface').getAttribute('viewBox') !== whole", arg=whole)


def test_arranging_leaves_no_box_over_another_and_no_cable_through_one(page: Page) -> None:
    board = Board(page, town(60, 10))
    board.button("Arrange").click()
    crossed = page.evaluate("""() => {
      const boxes = [...document.querySelectorAll('.container .box')].map(el => el.getBBox());
      const over = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
      let found = 0;
      boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => { if (over(a, b)) found += 1; }));
      for (const stem of document.querySelectorAll('.plug .stem')) {
        const ways = stem.getAttribute('points').split(' ').map(one => one.split(',').map(Number));
        for (const box of boxes) for (let n = 1; n < ways.length; n += 1) {
          const [[x1, y1], [x2, y2]] = [ways[n - 1], ways[n]];
          const [width, height] = [Math.abs(x1 - x2), Math.abs(y1 - y2)];
          const line = { x: Math.min(x1, x2), y: Math.min(y1, y2), width, height };
          const inner = { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 };
          if (over(line, inner)) found += 1;
        }
      }
      return found;
    }""")
    assert crossed == 0


def test_words_at_a_cable_keep_clear_of_the_rings(page: Page) -> None:
    Board(page, shop(), live={"addresses": {"p2": "10.20.0.3"}, "traffic": {"p2": "11 kB/s"}})
    gaps = page.evaluate("""() => {
      const ring = document.querySelector('[data-dot=n1]').getBBox();
      return [...document.querySelectorAll('[data-id=p2] text')].map(el => el.getBBox().y - ring.y - ring.height);
    }""")
    assert len(gaps) == 3 and min(gaps) > 2


def test_a_drawing_from_elsewhere_takes_the_place_of_this_one_and_can_be_undone(page: Page) -> None:
    board = Board(page)
    board.tell("drawing", town(4, 2))
    assert board.node("c4").count() == 1
    board.button("Undo").click()
    assert [one["name"] for one in board.drawing()["containers"]] == ["web", "app", "db"]


def test_what_is_added_by_click_lies_on_nothing_else(page: Page) -> None:
    board = Board(page, empty())
    for name in ("+ network", "+ web", "+ toolbox", "+ postgres", "+ network", "+ web", "+ toolbox", "+ web"):
        board.button(name).click()
    edges = page.locator(".node .box").evaluate_all("all => all.map(el => el.getBoundingClientRect().toJSON())")
    lines = page.locator(".node .line").evaluate_all("all => all.map(el => el.getBoundingClientRect().toJSON())")
    assert len(edges) == 6 and len({line["y"] for line in lines}) == 2
    for at, one in enumerate(edges):
        assert not any(overlap(one, other) for other in edges[at + 1 :])
        assert not any(one["top"] < line["y"] < one["bottom"] for line in lines)


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two boxes share some of the screen."""
    beside = one["right"] <= other["left"] or other["right"] <= one["left"]
    return not (beside or one["bottom"] <= other["top"] or other["bottom"] <= one["top"])


def test_a_container_that_is_added_belongs_to_the_host_that_is_chosen(page: Page) -> None:
    board = Board(page, empty())
    board.button("+ lab host").click()
    board.button("+ web").click()
    assert [one["machine"] for one in board.drawing()["containers"]] == ["host2"]


def test_without_anything_drawn_the_panel_says_how_to_begin(page: Page) -> None:
    board = Board(page, empty())
    expect(page.get_by_label("how to begin")).to_contain_text("Apply")
    board.button("+ network").click()
    expect(page.get_by_label("how to begin")).to_have_count(0)
