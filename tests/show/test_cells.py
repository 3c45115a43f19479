"""What a cell's text means."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from course.show.cells import commands, fill, quoted, words


def test_a_cell_holds_one_command_a_line() -> None:
    assert commands("\nip addr\n  # a comment\n\nip route \\\n  show\n") == ["ip addr", "ip route    show"]


def test_names_in_braces_are_filled_in_and_what_a_shell_means_stays() -> None:
    names = {"address": "10.0.0.2", "mine": SimpleNamespace(port=8080), "http_code": "wrong"}
    text = "curl -w '%{http_code}' http://{address}:{mine.port} {mine.gone} ${address} {nobody} {a,b} \\{address}"
    filled = "curl -w '%{http_code}' http://10.0.0.2:8080 {mine.gone} ${address} {nobody} {a,b} \\{address}"
    assert fill(text, names) == filled


@pytest.mark.parametrize(
    ("script", "argv"),
    [
        ("ip -br addr", ["ip", "-br", "addr"]),
        ("curl -sS http://web:80/", ["curl", "-sS", "http://web:80/"]),
        ("echo hi | cat", ["sh", "-c", "echo hi | cat"]),
        ("echo $HOSTNAME", ["sh", "-c", "echo $HOSTNAME"]),
        ("one\ntwo", ["sh", "-c", "one\ntwo"]),
        ("cd /tmp", ["sh", "-c", "cd /tmp"]),
        ("", ["sh", "-c", ""]),
    ],
)
def test_a_simple_command_needs_no_shell(script: str, argv: list[str]) -> None:
    assert words(script) == argv


def test_words_are_quoted_as_people_do() -> None:
    assert [quoted(word) for word in ("web", "it's", "a b")] == ["web", '"it\'s"', "'a b'"]
    assert quoted("it's $HOME") == "'it'\"'\"'s $HOME'"
