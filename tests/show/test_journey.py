"""The timetable of a journey: where everything stands, and what is written."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.observe.hop import Header, Way
from course.observe.journey import Journey
from course.show.draw import draw
from course.show.journey import clock, timetable
from course.show.stations import RUN, parts, stops
from course.show.timetable import BESIDE, WIDEST, Mark, Table, table
from tests.show.journeys import (
    EVERY,
    ISOLATED,
    Trail,
    asked_first,
    deep,
    isolated,
    looked_up,
    overlay,
    ping,
    published,
    rejected,
    silent,
    unanswered_arp,
    unrouted,
)

Rectangle = tuple[float, float, float, float]  # left, top, right, bottom
Segment = tuple[float, float, float, float]  # from x, y to x, y
ALL = [*EVERY, lambda: published(15), lambda: published(40), lambda: deep(4), lambda: deep(28, ipv6=True)]
EACH = pytest.mark.parametrize("make", ALL, ids=[*(one.__name__ for one in EVERY), "15", "40", "deep", "deepest"])
Make = Callable[[], Journey]


def words(journey: Journey) -> list[str]:
    return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", timetable(journey).svg())]


def texts(made: Table) -> list[Rectangle]:
    """Where words stand."""
    return [_text(made, mark) for mark in made.marks if mark.words]


def _text(made: Table, mark: Mark) -> Rectangle:
    y = made.track(mark).y
    top = y + 6 if mark.back else y - 3 - mark.height
    return (mark.x + BESIDE, top, mark.right, top + mark.height)


def ways(made: Table) -> Iterator[Segment]:
    """The lines that the packet is drawn as."""
    for one, other in pairwise(made.marks):
        leaves, y, there = max(one.x, other.x - made.step), made.track(one).y, made.track(other).y
        yield (one.x, y, leaves, y)
        yield (leaves, y, other.x, there)


def overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def crosses(way: Segment, text: Rectangle) -> bool:
    """Whether a line runs through a rectangle: looked at in many points, as it is short."""
    x, y, to_x, to_y = way
    points = ((x + (to_x - x) * n / 200, y + (to_y - y) * n / 200) for n in range(201))
    return any(text[0] < px < text[2] and text[1] < py < text[3] for px, py in points)


def readable(made: Table) -> bool:
    written = texts(made)
    clear = not any(crosses(way, text) for way in ways(made) for text in written)
    return clear and not any(overlap(one, other) for one, other in combinations(written, 2))


@EACH
def test_no_words_lie_on_others_and_no_way_runs_through_them(make: Make) -> None:
    assert readable(table(make()))


@EACH
def test_a_picture_fits_a_page_and_time_runs_to_the_right(make: Make) -> None:
    made = table(parts(make())[1])
    assert made.width <= WIDEST and timetable(make()).size[1] <= 1200
    assert all(one.x < other.x for one, other in pairwise(made.marks))
    assert all(one.y < other.y for one, other in pairwise(made.tracks))


@EACH
def test_each_station_stands_once_in_its_place_and_the_sentence_underneath(make: Make) -> None:
    journey = make()
    first, rest = parts(journey)
    written, (rows, found) = words(journey), stops(rest)
    assert [hop for some in (*first, *(stop.hops for stop in found)) for hop in some] == list(journey.hops)
    assert {row.station for row in rows} <= set(written)
    assert journey.sentence.split()[0] in " ".join(written[-4:])
    assert {hop.machine for hop in rest.hops} <= set(written)


@EACH
def test_the_words_for_those_who_cannot_see_name_every_station_and_the_end(make: Make) -> None:
    journey = make()
    told = repr(timetable(journey))
    assert all(hop.station in told for hop in journey.hops)
    assert journey.sentence in told and journey.outcome.replace("-", " ") in told
    assert ("Back," in told) == any(hop.way == "back" for hop in journey.hops)


STATIONS = st.tuples(
    st.sampled_from(["host1", "host2"]), st.sampled_from(["host", "web", "db"]), st.sampled_from(["eth0", "br", "nat"])
)
STEPS = st.lists(st.tuples(st.sampled_from(["there", "back"]), STATIONS, st.integers(0, 3)), min_size=1, max_size=24)


@settings(max_examples=80, deadline=None)
@given(STEPS)
def test_whatever_way_a_packet_goes_the_picture_stays_readable(
    steps: list[tuple[Way, tuple[str, str, str], int]],
) -> None:
    t = Trail(Header("tcp", "10.0.0.2", "10.0.0.3", 40312, 80, "SYN", 64))
    for way, (machine, view, station), much in steps:
        t.way = way
        t.at(view, machine).hop(station, detail="and so on and so forth " * much, later=much * 90)
    assert readable(table(t.ends("web", "db", "lost", "it was lost.")))


def test_a_header_is_written_where_it_changes_and_only_there() -> None:
    written = words(published())
    assert written.count("TCP SYN 10.213.7.101:51734 → 10.213.7.11:8080") == 1
    assert "destination 10.213.7.11:8080 becomes 172.30.0.2:80" in written
    assert "source 172.30.0.2:80 becomes 10.213.7.11:8080" in written
    assert "answer: TCP SYN, ACK 172.30.0.2:80 → 10.213.7.101:51734" in written


def test_a_header_that_changed_unseen_is_written_again() -> None:
    hops = list(ping().hops)
    other = dataclasses.replace(hops[3].before, destination="172.30.1.99")
    hops[3:7] = [dataclasses.replace(hop, before=other, after=other) for hop in hops[3:7]]
    assert "ICMP echo request 172.30.1.2 → 172.30.1.99" in words(dataclasses.replace(ping(), hops=tuple(hops)))


def test_a_packet_in_a_packet_is_written_in_two_boxes() -> None:
    written = words(overlay())
    outer = written.index("VXLAN 4097 in UDP 10.213.7.11:49152 → 10.213.7.12:4789")
    assert written[outer + 1] == "TCP SYN 10.0.1.2:40312 → 10.0.1.5:5432"
    assert "unwrapped: TCP SYN 10.0.1.2:40312 → 10.0.1.5:5432" in written


@pytest.mark.parametrize(
    ("make", "end"),
    [
        (isolated, "DROP"),
        (rejected, "REJECT"),
        (unrouted, "no route"),
        (unanswered_arp, "no neighbour"),
        (silent, "unanswered"),
    ],
)
def test_a_full_stop_says_what_ended_it(make: Make, end: str) -> None:
    assert words(make()).count(end) == (2 if end == make().outcome.replace("-", " ") else 1)
    assert end in repr(timetable(make()))


def test_the_rule_that_dropped_it_is_written_whole() -> None:
    assert ISOLATED in words(isolated())


def test_what_was_not_seen_is_said() -> None:
    assert "Not seen: veth5f6a7b8 could not be watched." in words(silent())
    assert "Not seen: veth5f6a7b8 could not be watched." in repr(timetable(silent()))


def test_rules_that_only_let_it_pass_are_told_together_with_the_one_that_decided() -> None:
    written = words(published(40))
    assert {"42 rules passed", "raw/PREROUTING …", "nat/DOCKER"} <= set(written)
    assert "filter/DOCKER-USER" not in written
    decided = Trail(Header("icmp", "10.0.0.2", "10.0.0.3")).rules(
        "filter/FORWARD", "filter/DOCKER-USER", verdict="JUMP"
    )
    decided.hop("filter/FORWARD", "rule", rule="-A FORWARD -i br-1 -j ACCEPT", verdict="ACCEPT")
    assert len(decided.hops) == RUN
    assert {"3 rules passed", "-A FORWARD -i br-1 -j ACCEPT"} <= set(words(decided.ends("aa", "bb", "lost", "lost")))


def test_what_was_asked_first_is_one_sentence_above_the_picture() -> None:
    journey = asked_first()
    first, rest = parts(journey)
    assert [hop for hops in first for hop in hops] == list(looked_up().hops) and len(rest.hops) == len(ping().hops)
    told = "First (0.00 to 0.13 ms) web said to 127.0.0.11: A? db. The answer: db is 172.30.1.3."
    assert told in words(journey) and "nat/DOCKER_OUTPUT" not in words(journey)
    assert "nat/DOCKER_OUTPUT" in repr(timetable(journey))


def test_a_lookup_that_is_all_there_is_is_drawn() -> None:
    assert parts(looked_up()) == ([], looked_up()) and "nat/DOCKER_OUTPUT" in words(looked_up())


def test_a_name_server_has_another_socket_than_who_asks_it() -> None:
    hops = [
        dataclasses.replace(hop, station="socket") if hop.station == "resolver" else hop for hop in looked_up().hops
    ]
    rows, _ = stops(dataclasses.replace(looked_up(), hops=tuple(hops)))
    assert (rows[0].station, rows[-1].station) == ("socket", "socket")


@pytest.mark.parametrize(
    ("ms", "span", "text"),
    [(0.0, 5, "0.00"), (-0.001, 5, "0.00"), (25.67, 0.3, "25.670"), (12.34, 50, "12.3"), (2048.4, 3000, "2048")],
)
def test_a_time_is_as_exact_as_its_axis_asks_for(ms: float, span: float, text: str) -> None:
    assert clock(ms, span) == text


def test_a_station_that_the_answer_passes_too_has_one_row() -> None:
    rows, found = stops(ping())
    assert len(rows) == 7 and len(found) == 13
    assert [row.station for row in rows] == [stop.row.station for stop in found[:7]]


def test_a_station_of_the_way_back_alone_stands_between_those_that_it_is_between() -> None:
    rows, _ = stops(looked_up())
    assert [row.station for row in rows][-3:] == ["nat/DOCKER_POSTROUTING", "lo", "resolver"]


def test_a_long_wait_is_marked_and_time_is_said_not_to_be_to_scale() -> None:
    made = table(unanswered_arp())
    gaps = [other.x - one.x for one, other in pairwise(made.marks)]
    assert min(gaps[2:]) > made.step + 20
    assert {"1024", "2048", "ms, not to scale"} <= set(words(unanswered_arp()))


def test_light_and_dark_differ_in_colours_alone() -> None:
    light, dark = (timetable(overlay(), theme).svg() for theme in ("light", "dark"))
    assert light != dark and re.sub("#[0-9a-f]{6}", "", light) == re.sub("#[0-9a-f]{6}", "", dark)


def test_a_journey_without_a_single_hop_is_a_sentence() -> None:
    journey = Journey("web", "db", "broken", "the lab host does not answer")
    assert words(journey) == ["web to db", "broken", "the lab host does not answer."]
    assert repr(draw(journey)).endswith("broken. the lab host does not answer.")
