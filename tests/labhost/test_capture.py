"""Packets at the interfaces of one machine, as its agent tells them."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from course.labhost import wire
from course.labhost.captured import Caught, Ended, Event, Order, Spot, from_line, to_line
from course.labhost.dissect import frame
from tests.labhost.machine import Machine, needs_root, until

pytestmark = needs_root


@contextlib.contextmanager
def capture(machine: Machine, *spots: str, **limits: float) -> Iterator[wire.Stream]:
    """A capture that is live; it is stopped by whoever asks for the rest of its events."""
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


def said(events: list[Event]) -> list[str]:
    return [f"{seen.interface}{'>' if seen.outgoing else '<'} {frame(seen.frame).words}" for seen in caught(events)]


class TestOnTheWire:
    def test_an_echo_is_seen_at_every_interface_on_its_way(self, wired: Machine) -> None:
        wired.one("icmp", "netns:red", "10.5.0.3")  # so that nobody has to ask for addresses
        with capture(wired, "netns:red", "netns:blue/eth0", "host/br0") as stream:
            assert wired.one("icmp", "netns:red", "10.5.0.3").ok
            events = rest(stream)
        places: dict[int, list[str]] = {}
        for seen in caught(events):
            places.setdefault(seen.spot, []).append(f"{seen.interface}{'>' if seen.outgoing else '<'}")
        print(places, said(events))
        assert events[-1] == Event("ended", ended=Ended("stopped"))
