"""The reachability matrix in a bare page: walked through by mouse and by keyboard, a cell asks for its packet."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from course.labhost.records import Answer
from course.observe.layer import Layer, Question
from course.observe.matrix import Matrix
from course.show.gridwidget import aim, table
from tests.widgets.page import show
from tests.widgets.test_player import JOURNEY

pytestmark = pytest.mark.browser
NAMES = ("app", "db", "web", "laptop")
PAIRS = [(a, b) for a in NAMES for b in NAMES if a != b]
PING = {pair: Answer("reply", "10.20.0.2") if "laptop" not in pair else Answer("timeout") for pair in PAIRS}
OPEN = {(a, b): Answer("reply" if b == "web" else "refused", "10.20.0.3") for a, b in PAIRS}
WISHED = {pair: True for pair in PAIRS if "laptop" not in pair} | {("web", "db"): False}
MATRIX = Matrix(
    NAMES,
    (Layer(Question("icmp"), PING, WISHED), Layer(Question("tcp", 80), OPEN, {("app", "db"): True})),
)
TOLD = {"table": table(MATRIX), "journey": {}, "said": ""}


@pytest.fixture
def matrix(page: Page) -> Page:
    show(page, "matrix", TOLD)
    return page


def test_every_pair_has_a_mark_for_each_question(matrix: Page) -> None:
    expect(matrix.locator(".cell")).to_have_count(12)
    expect(matrix.locator(".mark")).to_have_count(24)


def test_what_was_not_expected_is_framed_and_said(matrix: Page) -> None:
    framed = matrix.locator(".cell.surprise")
    expect(framed).to_have_count(2)
    expect(framed.first).to_have_attribute("aria-label", "app to db: ICMP reply; TCP port 80 refused, expected yes")


def test_it_begins_at_the_first_surprise(matrix: Page) -> None:
    expect(matrix.locator(".side h3")).to_have_text("app → db")
    expect(matrix.locator(".side")).to_contain_text("× refused, expected ✓")


def test_arrow_keys_walk_over_the_empty_cells(matrix: Page) -> None:
    matrix.locator(".cell[tabindex='0']").focus()
    for key, heading in (("ArrowRight", "app → web"), ("ArrowDown", "db → web"), ("ArrowLeft", "db → app")):
        matrix.keyboard.press(key)
        expect(matrix.locator(".side h3")).to_have_text(heading)


def test_the_edge_holds(matrix: Page) -> None:
    matrix.locator(".cell[tabindex='0']").focus()
    matrix.keyboard.press("ArrowUp")
    expect(matrix.locator(".side h3")).to_have_text("app → db")


def test_enter_follows_the_packet_that_surprised(matrix: Page) -> None:
    matrix.locator(".cell[tabindex='0']").focus()
    matrix.keyboard.press("Enter")
    assert matrix.evaluate("window.model.told") == [{"do": "trace", "source": "app", "target": "db", "question": 1}]


def test_each_answer_of_a_cell_can_be_followed(matrix: Page) -> None:
    matrix.locator("[data-at='2,1']").click()
    matrix.get_by_role("button", name="Follow a packet of ICMP").click()
    assert matrix.evaluate("window.model.told") == [{"do": "trace", "source": "web", "target": "db", "question": 0}]


def test_the_way_of_the_packet_is_replayed_below(matrix: Page) -> None:
    matrix.evaluate("journey => window.model.set('journey', journey)", JOURNEY)
    matrix.get_by_role("button", name="one station on").click()
    expect(matrix.locator(".card h4")).to_contain_text("2 of 6")


def test_the_replay_below_looks_as_it_does_alone(matrix: Page) -> None:
    assert matrix.locator(".journey").evaluate("el => el.offsetHeight") == 0
    matrix.evaluate("journey => window.model.set('journey', journey)", JOURNEY)
    assert matrix.locator(".card dt").first.evaluate("el => getComputedStyle(el).fontWeight") == "400"
    assert matrix.locator(".player [role=status]").evaluate("el => el.offsetHeight") == 0


def test_forty_places_are_forty_rows(page: Page) -> None:
    names = tuple(f"container{n}" for n in range(40))
    answers = {(a, b): Answer("reply") for a in names for b in names if a != b}
    show(page, "matrix", TOLD | {"table": table(Matrix(names, (Layer(Question("icmp"), answers),)))})
    expect(page.locator("tbody tr")).to_have_count(40)
    expect(page.locator(".cell")).to_have_count(40 * 39)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_to_complain_of(page: Page, dark: bool) -> None:
    show(page, "matrix", TOLD | {"journey": JOURNEY}, dark)
    found = Axe().run(page, context=".course-widget").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize(
    ("question", "target"),
    [
        (Question("icmp"), "10.20.0.3"),
        (Question("tcp", 80), "10.20.0.3:80"),
        (Question("udp", 53), "udp://10.20.0.3:53"),
        (Question("http", 8080), "http://10.20.0.3:8080/"),
        (Question("dns"), "dns:db"),
    ],
    ids=str,
)
def test_a_trace_asks_what_the_matrix_asked(question: Question, target: str) -> None:
    pair = ("app", "host2/db")
    assert aim(Layer(question, {pair: Answer("reply", "10.20.0.3")}), pair) == target
