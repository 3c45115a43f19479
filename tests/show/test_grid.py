"""The picture of a reachability matrix."""

from __future__ import annotations

import re

import pytest

from course.labhost.records import Answer
from course.observe.layer import Layer, Pair, Question
from course.observe.matrix import Matrix
from course.show.grid import ROOM, grid

SEEN: dict[Pair, Answer] = {
    ("client", "web"): Answer("reply", "10.1.0.2"),
    ("web", "client"): Answer("refused", "10.1.0.3"),
    ("client", "db"): Answer("timeout", "10.1.0.4"),
    ("web", "db"): Answer("reply", "10.1.0.4"),
    ("db", "client"): Answer("no-name"),
    ("db", "web"): Answer("reply", "10.1.0.2"),
}
PLACES = ("client", "web", "db")
TCP = Question("tcp", 80)
NAMES: dict[Pair, Answer] = {pair: Answer("reply", addresses=["10.1.0.2"]) for pair in SEEN}


def one(expected: dict[Pair, bool] | None = None) -> Matrix:
    return Matrix(PLACES, (Layer(TCP, SEEN, expected or {}),))


def crowd(count: int, *asked: Question, expected: bool | None = None) -> Matrix:
    """Some places of which every other is answered, the rest met by silence."""
    places = tuple(f"worker-{number:02}" for number in range(count))
    pairs = [(a, b) for a in places for b in places if a != b]
    answers = {pair: Answer("reply" if n % 2 else "timeout", "10.1.0.2") for n, pair in enumerate(pairs)}
    wishes = {pair: answers[pair].ok if n % 7 else bool(expected) for n, pair in enumerate(pairs)}
    return Matrix(places, tuple(Layer(ask, answers, wishes if expected is not None else {}) for ask in asked))


def words(matrix: Matrix) -> list[str]:
    return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", grid(matrix).svg())]


def test_each_cell_says_it_with_a_sign_and_a_word() -> None:
    written = words(one())
    assert {"✓ open", "× refused", "… timeout", "– no name", "TCP port 80", "rows ask, columns answer"} <= set(written)
    assert all(written.count(place) == 2 for place in PLACES)


def test_a_cell_says_every_answer_where_there_is_room() -> None:
    written = words(Matrix(PLACES, (Layer(TCP, SEEN, {("client", "db"): True}), Layer(Question("dns"), NAMES))))
    assert {"✓ TCP 80", "× TCP 80 refused", "… TCP 80 timeout, expected ✓", "✓ name"} <= set(written)
    assert written.count("✓ name") == 6 and "yes" not in written


def test_only_what_was_not_expected_says_what_was() -> None:
    written = words(one({("client", "web"): True, ("web", "db"): False, ("web", "client"): True}))
    assert (written.count("expected ×"), written.count("expected ✓")) == (1, 1)
    assert "rows ask, columns answer; 2 of 3 not as expected" in written
    assert "rows ask, columns answer; all 1 as expected" in words(one({("client", "web"): True}))


def test_the_words_name_who_reaches_whom() -> None:
    assert repr(grid(one({("web", "db"): False}))).split(". ") == [
        "TCP port 80: rows ask, columns answer",
        "client reaches web, not db (timeout)",
        "web reaches db, not client (refused)",
        "db reaches web, not client (no name)",
        "Not as expected: web to db.",
    ]
    assert repr(grid(one({("web", "db"): True}))).endswith("All as expected.")


def test_the_words_of_several_questions_join_those_who_answered_alike() -> None:
    full = Matrix(PLACES, (Layer(TCP, SEEN, {("client", "db"): True}), Layer(Question("dns"), NAMES)))
    assert repr(grid(full)).split(". ")[1:] == [
        "client asks web: all yes",
        "client asks db: TCP 80 timeout, name yes",
        "web asks client: TCP 80 refused, name yes",
        "web asks db: all yes",
        "db asks client: TCP 80 no name, name yes",
        "db asks web: all yes",
        "Not as expected: client to db, TCP port 80.",
    ]


def test_nobody_is_a_picture_too() -> None:
    for asked in ([TCP], [TCP, Question("dns")]):
        assert grid(Matrix((), tuple(Layer(ask, {}) for ask in asked))).png()


@pytest.mark.parametrize("count", [12, 20, 30])
@pytest.mark.parametrize("asked", [["icmp"], ["icmp", "tcp", "dns"], ["icmp", "tcp", "udp", "dns"]])
def test_a_page_holds_many_places_and_a_legend_that_explains_the_tiles(count: int, asked: list[str]) -> None:
    questions = [Question(kind, 80 if kind in ("tcp", "udp") else 0) for kind in asked]  # type: ignore[arg-type]
    matrix = crowd(count, *questions, expected=True)
    picture, written = grid(matrix), words(matrix)
    assert picture.size[0] <= ROOM * 1.2
    assert {"yes", "silence" if "udp" not in asked else "silence (over UDP neither yes nor no)"} <= set(written)
    assert "no" not in written, "nothing is explained that is not there"
    assert ("a cell" in written) == (len(asked) > 1) and {ask.short for ask in questions if asked[1:]} <= set(written)
    assert "not as expected" in written and any("more" in word for word in written)
    assert all(written.count(place) == 2 for place in matrix.places)


def test_a_tile_is_told_by_its_shape_alone() -> None:
    def shapes(outcome: str) -> str:
        places = tuple(f"worker-{number:02}" for number in range(20))
        answers = {(a, b): Answer(outcome) for a in places for b in places if a != b}  # type: ignore[arg-type]
        svg = grid(Matrix(places, (Layer(TCP, answers),))).svg()
        return re.sub(r"#[0-9a-f]{6}|<text.*?</text>", "", svg, flags=re.S)

    outcomes = ("reply", "refused", "timeout", "no-name")
    assert len({shapes(outcome) for outcome in outcomes}) == len(outcomes)


def test_light_and_dark_differ_in_colours_alone() -> None:
    light, dark = (grid(crowd(20, TCP, Question("dns"), expected=True), theme).svg() for theme in ("light", "dark"))
    assert light != dark and re.sub("#[0-9a-f]{6}", "", light) == re.sub("#[0-9a-f]{6}", "", dark)


def test_names_of_any_length_fit() -> None:
    places = tuple(f"a_container_with_a_rather_long_name-{n}" for n in range(20))
    answers = {(a, b): Answer("reply") for a in places for b in places if a != b}
    assert grid(Matrix(places, (Layer(TCP, answers),))).size[0] < ROOM
