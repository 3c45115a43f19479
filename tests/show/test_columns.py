"""What several places said, side by side."""

from __future__ import annotations

import pytest

from course.show.columns import WIDEST, Column, Columns
from course.show.running import Kind


def column(*parts: tuple[Kind, str]) -> Column:
    made = Column()
    for kind, text in parts:
        made.hear(kind, text)
    return made


WEB = column(("prompt", "host1$ docker exec web id"), ("out", "uid=0"), ("out", "(root)\n"))
DB = column(("prompt", "host1$ docker exec db id"), ("err", "sorry\n"), ("note", "(exit code 1)"))


def test_columns_stand_side_by_side_as_text() -> None:
    assert str(Columns([WEB, DB])).splitlines() == [
        "host1$ docker exec web id │ host1$ docker exec db id",
        "uid=0(root)               │ stderr:",
        "                          │   sorry",
        "                          │ (exit code 1)",
    ]


def test_what_is_run_and_what_is_said_then_begin_side_by_side() -> None:
    one = column(("prompt", "host1$ a"), ("out", "1\n2\n"), ("prompt", "host1$ b"), ("out", "3"))
    other = column(("prompt", "laptop$ a"), ("prompt", "laptop$ " + "b" * 120), ("out", "4"))
    lines = [" ".join(line.split()) for line in str(Columns([one, other])).splitlines()]
    assert lines[:3] == ["host1$ a │ laptop$ a", "1 │", "2 │"]
    assert lines[3].startswith("host1$ b │ laptop$ bbb") and lines[-1] == "3 │ 4" and len(lines) > 5


def test_long_lines_go_on_below_in_their_column() -> None:
    text = str(Columns([column(("out", "a" * 100)), column(("out", "b" * 100))]))
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDEST and text.count("a") == text.count("b") == 100
    assert all(line.index("│") == lines[0].index("│") for line in lines)


def test_columns_that_would_be_too_narrow_stand_below_each_other() -> None:
    many = Columns([column(("out", f"{n}" * 60)) for n in range(4)])
    assert str(many).splitlines() == ["0" * 60, "", "1" * 60, "", "2" * 60, "", "3" * 60]


def test_who_said_nothing_has_a_column_too() -> None:
    assert str(Columns([WEB, Column()])).splitlines()[1].endswith("│ (nothing)")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("a\tb", "a       b"),
        ("bell\x07\r\n", "bell"),
        ("naïve → 網", "naïve → 網"),
    ],
)
def test_colours_and_control_characters_of_a_terminal_are_left_out(said: str, shown: str) -> None:
    assert column(("out", said)).sections == [[], [shown]]


def test_a_page_gets_what_was_said_as_text_and_columns_that_may_wrap() -> None:
    page = Columns([column(("out", "<b>& 'x'"), ("err", "<script>")), DB])._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;&amp;" in page and "<script>" not in page and "flex-wrap:wrap" in page
    assert page.count("stderr") == 2
