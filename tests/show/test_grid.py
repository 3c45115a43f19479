"""The picture of a reachability matrix."""

from __future__ import annotations

import re

from course.labhost.records import Answer
from course.observe.matrix import Matrix, Pair
from course.show.grid import grid

SEEN: dict[Pair, Answer] = {
    ("client", "web"): Answer("reply", "10.1.0.2"),
    ("web", "client"): Answer("refused", "10.1.0.3"),
    ("client", "db"): Answer("timeout", "10.1.0.4"),
    ("web", "db"): Answer("reply", "10.1.0.4"),
    ("db", "client"): Answer("no-name"),
    ("db", "web"): Answer("reply", "10.1.0.2"),
}
PLACES = ("client", "web", "db")


def words(matrix: Matrix) -> list[str]:
    return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", grid(matrix).svg())]


def test_each_cell_says_it_with_a_sign_and_a_word() -> None:
    written = words(Matrix("tcp", 80, PLACES, SEEN))
    assert {"✓ open", "× refused", "… timeout", "– no name", "TCP port 80", "rows ask, columns answer"} <= set(written)
    assert all(written.count(place) == 2 for place in PLACES)


def test_only_what_was_not_expected_says_what_was() -> None:
    matrix = Matrix("icmp", 0, PLACES, SEEN, {("client", "web"): True, ("web", "db"): False, ("web", "client"): True})
    written = words(matrix)
    assert (written.count("expected ×"), written.count("expected ✓")) == (1, 1)


def test_the_words_name_who_reaches_whom() -> None:
    assert repr(grid(Matrix("tcp", 80, PLACES, SEEN, {("web", "db"): False}))).split(". ") == [
        "TCP port 80: rows ask, columns answer",
        "client reaches web, not db (timeout)",
        "web reaches db, not client (refused)",
        "db reaches web, not client (no name)",
        "Not as expected: web to db.",
    ]
    assert repr(grid(Matrix("tcp", 80, PLACES, SEEN, {("web", "db"): True}))).endswith("All as expected.")


def test_nobody_is_a_picture_too() -> None:
    assert grid(Matrix("icmp", 0, (), {})).png()


def test_names_of_any_length_and_twenty_places_fit() -> None:
    places = tuple(f"a_container_with_a_rather_long_name-{n}" for n in range(20))
    picture = grid(Matrix("tcp", 80, places, {(one, two): Answer("reply") for one in places for two in places}))
    assert picture.size[0] < 20 * 200
