"""The picture of who said what to whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest

from course.show.conversation import WIDEST, Layout, conversation, half
from course.show.draw import draw
from course.show.talk import LAST, MOST, places, sayings
from course.show.theme import width
from tests.show.packets import Seen, fetched, flood, three_tiers


@dataclass(frozen=True)
class Taken:
    """As a capture is."""

    title: str
    once: Sequence[Seen]


def words(packets: Sequence[Seen], title: str = "") -> list[str]:
    return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", conversation(packets, title).svg())]


def test_everything_that_was_said_is_written_with_its_time_and_size() -> None:
    written = words(fetched(), "at web/eth0")
    assert {"at web/eth0", "client", "web", "SYN ACK", "HTTP GET /", "0.31", "TCP, 140 bytes"} <= set(written)
    assert written.count("ACK") == 3


def test_what_is_for_all_says_so() -> None:
    assert "who has 172.30.1.3?  to everyone" in words(fetched())
    assert "everyone" not in words(fetched())
    assert places(sayings(fetched())) == ["client", "web"]


def test_what_is_for_all_has_no_arrow_to_those_who_may_not_have_heard_it() -> None:
    def heads(destination: str) -> int:
        packets = [Seen(0, "client", destination, "who has web?"), *three_tiers()]
        return conversation(packets).svg().count("L ") - conversation(three_tiers()).svg().count("L ")

    assert 0 < heads("everyone") < heads("db")


def test_what_is_said_again_is_told_once_with_its_number() -> None:
    assert words(three_tiers()).count("SYN  ×3") == 1
    assert "TCP, 222 bytes" in words(three_tiers())


def test_of_a_very_long_capture_the_middle_is_left_out_and_counted() -> None:
    written = words(flood(200))
    assert len(sayings(flood(200))) == MOST and conversation(flood(200)).size[1] < 1300
    assert {"seq 0", "seq 199", f"{200 - MOST} packets more, until {(200 - LAST) / 2:.1f} ms"} <= set(written)
    assert f"seq {MOST}" not in written


def test_a_long_silence_tears_the_lines() -> None:
    quick, slow = (conversation([Seen(0, "aa", "bb", "SYN"), Seen(ms, "bb", "aa", "RST")]) for ms in (5.0, 500.0))
    assert slow.size[1] > quick.size[1]


@pytest.mark.parametrize("packets", [fetched(), three_tiers(), flood(6)], ids=["fetched", "tiers", "flood"])
def test_words_fit_between_those_who_speak(packets: list[Seen]) -> None:
    made = Layout(sayings(packets), 64)
    for row in made.rows:
        if row.first.source != row.first.destination and row.first.destination in made.x:
            room = abs(made.x[row.first.source] - made.x[row.first.destination])
            assert width(row.text(64), bold=True) < room - 18
    for (one, x), (other, y) in pairwise(made.x.items()):
        assert x + half(one) < y - half(other)


def test_the_words_for_those_who_cannot_see_tell_it_in_order() -> None:
    assert repr(conversation(three_tiers()[:2] + three_tiers()[6:], "on host1")).split(". ") == [
        "on host1: 6 packets between backend, frontend, 203.0.113.9 and 10.213.7.1",
        "0.00 ms, backend to backend: A? db",
        "0.40 ms, backend to backend: db is 172.30.2.3",
        "3.00 ms, frontend to 203.0.113.9: SYN (3 times)",
        "4003 ms, 10.213.7.1 to frontend: host unreachable.",
    ]


def test_a_capture_is_drawn_and_an_empty_one_says_so() -> None:
    told = repr(draw(Taken("20 packets at web", fetched())))
    assert told.startswith("20 packets at web; each packet is drawn once: 11 packets between client and web.")
    assert repr(draw(Taken("no packets at web", []))) == "no packets at web."
    assert words([]) == ["no packets were seen"]


def test_light_and_dark_differ_in_colours_alone() -> None:
    light, dark = (conversation(three_tiers(), "t", theme).svg() for theme in ("light", "dark"))
    assert light != dark and re.sub("#[0-9a-f]{6}", "", light) == re.sub("#[0-9a-f]{6}", "", dark)


def test_many_places_and_long_words_stay_bounded() -> None:
    packets = [Seen(n, f"place-{n}", f"place-{n + 1}", "GET /" + "long/" * 40) for n in range(6)]
    assert conversation(packets).size[0] <= WIDEST + 20
