"""Packets at the interfaces of one machine, as its agent tells them. Nothing here filters: that takes tcpdump."""

from __future__ import annotations

import contextlib
import json
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.labhost import wire
from course.labhost.capturing.capture import MOST_AT_ONCE
from course.labhost.capturing.captured import MOST_BYTES, Caught, Ended, Event, Order, Spot, from_line, to_line
from course.labhost.capturing.dissect import Dissection, frame
from tests.labhost import frames, servers
from tests.labhost.machine import Machine, needs_root
from tests.waiting import until

CAUGHT = st.builds(
    Caught,
    st.integers(0, 99),
    st.sampled_from(["", "eth0"]),
    st.booleans(),
    st.integers(0, 2**62),
    st.integers(0, 2**18),
    st.binary(max_size=80),
    st.booleans(),
)
EVENTS = st.one_of(
    st.just(Event("ready")),
    CAUGHT.map(lambda caught: Event("caught", caught=caught)),
    st.builds(lambda spot, why: Event("gone", spot, why), st.integers(0, 99), st.text(max_size=20)),
    st.builds(lambda lost: Event("ended", ended=Ended("bytes", lost)), st.integers(0, 10**6)),
)
LIMITS = [({"packets": 2}, "packets", 2), ({"bytes": 1}, "bytes", 1), ({"seconds": 0.05}, "time", 0)]
REFUSED = [
    ({"spots": [{"view": "netns:nobody"}]}, "there is no namespace 'nobody'"),
    ({"spots": [{"view": "netns:red", "interface": "eth9"}]}, "netns:red has no interface 'eth9'; it has lo, eth0"),
    ({"spots": [{"view": "host", "interface": "e" * 40}]}, "this machine has no interface"),
    ({"spots": [{"view": "host", "interface": "../x\0"}]}, "this machine has no interface"),
    ({"spots": []}, "1 to 100 places"),
    ({"spots": [{"view": "host"}], "seconds": "long"}, "Order.seconds is 'long'"),
    ({}, "lacks a field"),
    ([], "Order is []"),
]


@given(EVENTS)
def test_an_event_comes_out_as_it_went_in(event: Event) -> None:
    assert from_line(to_line(event)) == event
    assert to_line(event).count(b"\n") == 1


@pytest.mark.parametrize(
    "line", [b"{}", b"[]", b'["caught"]', b'["nothing"]', b"\xff", b'["caught",0,"",true,1,1,"?",false]']
)
def test_a_line_that_is_no_event_is_one_clear_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_line(line)


@pytest.mark.parametrize(
    ("order", "trouble"),
    [
        (Order([]), "1 to 100 places"),
        (Order([Spot("host")], seconds=0), "seconds is 0"),
        (Order([Spot("host")], seconds=float("nan")), "seconds is nan"),
        (Order([Spot("host")], packets=-1), "packets is -1"),
        (Order([Spot("host")], bytes=MOST_BYTES + 1), "bytes is"),
        (Order([Spot("host")], filter="icmp\n-w /x"), "one line of plain text"),
        (Order([Spot("host")], filter="x" * 2001), "at most 2000"),
    ],
)
def test_an_order_beyond_the_limits_says_which(order: Order, trouble: str) -> None:
    assert trouble in order.trouble()
    assert Order([Spot("host")], "icmp").trouble() == ""


@contextlib.contextmanager
def capture(machine: Machine, *spots: str, **limits: float) -> Iterator[wire.Stream]:
    """A capture that is live; `rest` stops it."""
    places = [dict(zip(("view", "interface"), spot.split("/"), strict=False)) for spot in spots]
    stream = wire.Stream(str(machine.socket), "POST", "/capture", json.dumps({"spots": places, **limits}))
    with contextlib.closing(stream):
        assert from_line(next(stream.lines())) == Event("ready")
        yield stream


def rest(stream: wire.Stream, stop: bool = True) -> list[Event]:
    if stop:
        stream.stop()
    return [from_line(line) for line in stream.lines()]


def caught(events: list[Event]) -> list[Caught]:
    return [event.caught for event in events if event.caught]


def said(events: list[Event], protocol: str = "icmp") -> list[tuple[int, str, str]]:
    """Where, which way, and what; without what machines say of themselves unasked."""
    seen = [(one, frame(one.frame)) for one in caught(events)]
    return [(one.spot, _way(one), words.words) for one, words in seen if _is(words, protocol)]


def _way(caught: Caught) -> str:
    return f"{caught.interface} {'out' if caught.outgoing else 'in'}"


def _is(seen: Dissection, protocol: str) -> bool:
    return seen.protocol == protocol and "." in seen.source


def listeners(machine: Machine) -> int:
    """How many packet sockets there are in the machine's namespaces, by the kernel's own list."""
    found = 0
    for netns in ("", "red", "blue"):
        with machine.inside(netns):
            found += len(Path("/proc/thread-self/net/packet").read_text().splitlines()) - 1
    return found


@needs_root
class TestCapture:
    def test_an_echo_is_seen_at_every_interface_that_it_passes(self, wired: Machine) -> None:
        with capture(wired, "netns:red", "netns:blue/eth0", "host/br0") as stream:
            assert wired.one("icmp", "netns:red", "10.5.0.3").ok
            events = rest(stream)
        assert Counter(said(events)) == Counter([
            (0, "eth0 out", "echo request"), (2, "br0 in", "echo request"), (1, "eth0 in", "echo request"),
            (1, "eth0 out", "echo reply"), (2, "br0 in", "echo reply"), (0, "eth0 in", "echo reply"),
        ])  # fmt: skip
        in_time = sorted((one for one in caught(events) if _is(frame(one.frame), "icmp")), key=lambda one: one.ns)
        assert [one.spot for one in in_time if one.spot != 2] == [0, 1, 1, 0]
        assert all(one.length == len(one.frame) == 98 for one in in_time)
        assert events[-1] == Event("ended", ended=Ended("stopped"))

    def test_a_bridge_is_watched_whole_and_left_as_it_was(self, wired: Machine) -> None:
        with capture(wired, "host/br0"):
            assert "promiscuity 1" in wired.run("ip -d link show br0").stdout
        until(lambda: "promiscuity 0" in wired.run("ip -d link show br0").stdout)

    def test_what_goes_round_on_a_loopback_is_told_once(self, wired: Machine) -> None:
        with capture(wired, "netns:green") as stream:
            assert wired.one("icmp", "netns:green", "127.0.0.1").ok
            assert said(rest(stream)) == [(0, "lo in", "echo request"), (0, "lo in", "echo reply")]

    def test_a_conversation_is_whole_to_its_last_word(self, wired: Machine) -> None:
        with wired.inside("blue"), servers.tcp("10.5.0.3", 80, servers.http()), capture(wired, "netns:blue") as stream:
            assert wired.one("http", "netns:red", "http://10.5.0.3/").ok
            words = [word for _, _, word in said(rest(stream), "tcp")]
        assert words[:4] == ["SYN", "SYN ACK", "ACK", "HTTP GET /"]
        assert "HTTP 200 OK" in words and sum("FIN" in word for word in words) == 2

    def test_all_that_was_on_the_wire_is_told_however_late_the_client_reads(self, wired: Machine) -> None:
        said_to_all = frames.ethernet(bytes(500), 0x88B5, to="ff:ff:ff:ff:ff:ff")  # a type for experiments
        with capture(wired, "netns:blue/eth0") as stream, wired.inside("red"):
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
                sock.bind(("eth0", 0))
                for _ in range(4000):
                    sock.send(said_to_all)
            events = rest(stream)
        assert len([one for one in caught(events) if one.frame == said_to_all]) == 4000
        assert events[-1] == Event("ended", ended=Ended("stopped"))

    def test_a_tag_that_the_kernel_takes_out_is_put_back(self, wired: Machine) -> None:
        tagged = frames.ethernet(frames.ipv4(frames.icmp(8), 1), vlan=7, to="ff:ff:ff:ff:ff:ff")
        with capture(wired, "netns:blue/eth0") as stream, wired.inside("red"):
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
                sock.bind(("eth0", 0))
                sock.send(tagged)
            seen = [one for one in caught(rest(stream)) if frame(one.frame).source == "10.0.0.2"]
        assert [(one.frame, one.length) for one in seen] == [(tagged, len(tagged))]

    @pytest.mark.parametrize(("limits", "reason", "count"), LIMITS)
    def test_a_capture_ends_at_its_limits(
        self, wired: Machine, limits: dict[str, float], reason: str, count: int
    ) -> None:
        with capture(wired, "netns:green", **limits) as stream:
            if count:
                assert wired.one("icmp", "netns:green", "127.0.0.1").ok
            events = rest(stream, stop=False)
        assert (events[-1].ended.reason, len(caught(events))) == (reason, count)

    def test_of_long_packets_the_beginning_is_kept_and_the_length(self, wired: Machine) -> None:
        with capture(wired, "netns:green", snaplen=40) as stream:
            assert wired.one("icmp", "netns:green", "127.0.0.1").ok
            assert [(one.length, len(one.frame)) for one in caught(rest(stream))] == [(98, 40), (98, 40)]

    @pytest.mark.parametrize(("data", "sentence"), REFUSED)
    def test_what_cannot_be_captured_is_refused_with_a_sentence(
        self, wired: Machine, data: object, sentence: str
    ) -> None:
        before = listeners(wired)
        status, answer = wired.ask("POST", "/capture", data)
        assert status == 400 and sentence in answer["error"]
        assert listeners(wired) == before

    def test_an_interface_that_is_taken_away_is_told_and_the_rest_goes_on(self, wired: Machine) -> None:
        wired.do("ip link add dummy7 type veth peer name dummy8", "ip link set dummy7 up")
        with capture(wired, "host/dummy7", "netns:green") as stream:
            wired.do("ip link del dummy7")
            gone = next(event for event in map(from_line, stream.lines()) if event.kind == "gone")
            assert gone == Event("gone", 0, "the interface dummy7 of this machine was removed")
            assert wired.one("icmp", "netns:green", "127.0.0.1").ok
            assert {spot for spot, _, _ in said(rest(stream))} == {1}

    def test_a_capture_ends_with_its_last_place(self, wired: Machine) -> None:
        wired.do("ip netns add brief")
        with capture(wired, "netns:brief") as stream:
            wired.do("ip netns del brief")
            events = rest(stream, stop=False)
        assert [event.kind for event in events] == ["gone", "ended"]
        assert "netns:brief stopped" in events[0].detail and events[1].ended.reason == "gone"

    def test_an_interface_that_is_down_for_a_moment_is_not_gone(self, wired: Machine) -> None:
        wired.do("ip netns add nap", "ip -n nap link set lo up")
        with capture(wired, "netns:nap/lo") as stream:
            wired.do("ip -n nap link set lo down", "ip -n nap link set lo up")
            assert wired.one("icmp", "netns:nap", "127.0.0.1").ok
            assert len(said(rest(stream))) == 2
        wired.do("ip netns del nap")

    def test_nothing_is_left_of_a_client_that_goes_away(self, wired: Machine) -> None:
        before = listeners(wired)
        with capture(wired, "netns:red", "netns:blue/eth0"):
            assert listeners(wired) == before + 2
        until(lambda: listeners(wired) == before)

    def test_there_is_an_end_to_captures_at_once(self, wired: Machine) -> None:
        with contextlib.ExitStack() as stack:
            for _ in range(MOST_AT_ONCE):
                stack.enter_context(capture(wired, "netns:green"))
            status, answer = wired.ask("POST", "/capture", {"spots": [{"view": "host"}]})
            assert status == 400 and "20 captures run on this machine already" in answer["error"]
        until(
            lambda: wired.ask("POST", "/capture", {"spots": [{"view": "nobody"}]})[1]["error"].startswith("there is no")
        )

    def test_nothing_is_left_of_an_agent_that_is_killed(self, tmp_path: Path) -> None:
        machine = Machine(tmp_path)
        with capture(machine, "host/lo") as stream, machine.inside():
            machine.close()
            assert rest(stream, stop=False) == []
            assert len(Path("/proc/thread-self/net/packet").read_text().splitlines()) == 1
