"""Packets as a capture gives them: who said what to whom, where that was seen, and the bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from course.labhost.captured import Caught
from course.labhost.dissect import Dissection, frame, packet
from course.observe.capture_places import EVERYONE, Ear, Owners

Way = Literal["in", "out"]


@dataclass(frozen=True)
class Packet:
    """One packet, seen at one interface.

    ``ms`` counts from the capture's first packet. ``source`` and ``destination`` are names of places where they are
    known, else addresses; what goes to all on a link goes to ``everyone``. ``words`` say what it says in the field's
    own words (see `Dissection`), ``protocol`` is TCP, UDP, ICMP, ARP… ``length`` is that of the whole frame in bytes.
    It was seen at ``interface`` of ``place`` (in the view ``view`` of ``machine``), going ``in`` or ``out`` there.
    ``headers`` are all that was read, also of wrapped packets; ``raw`` are the bytes, and ``ns`` the time of day.
    """

    ms: float
    source: str
    destination: str
    words: str
    protocol: str
    length: int
    place: str
    machine: str
    view: str
    interface: str
    way: Way
    headers: Dissection = field(repr=False)
    raw: bytes = field(repr=False)
    ns: int = field(repr=False)
    ethernet: bool = field(default=True, repr=False)

    @property
    def at(self) -> str:
        """Where it was seen: ``web/eth0``."""
        return f"{self.place}/{self.interface}"

    @property
    def ends(self) -> tuple[str, str]:
        """Source and destination with their ports: ``("laptop:40312", "web:80")``."""
        return (_end(self.source, self.headers.source_port), _end(self.destination, self.headers.destination_port))

    @property
    def same(self) -> tuple[object, ...]:
        """What is equal for the same packet wherever it is seen, as long as nobody translates its addresses."""
        seen = self.headers
        marks = (seen.packet_id, seen.ident, seen.sequence, seen.acknowledged)
        if not any(marks):  # nothing that tells two alike packets apart: their bytes must do
            return (seen.source, seen.destination, seen.words, self.raw)
        ports = (seen.source_port, seen.destination_port)
        return (seen.protocol, seen.source, seen.destination, *ports, *marks, seen.words)


def packets(caught: Iterable[tuple[Ear, Caught]], owners: Owners) -> tuple[Packet, ...]:
    """In the order of time."""
    ordered = sorted(caught, key=lambda one: one[1].ns)
    return tuple(_packet(ear, seen, ordered[0][1].ns, owners) for ear, seen in ordered)


def _packet(ear: Ear, seen: Caught, start: int, owners: Owners) -> Packet:
    headers = packet(seen.frame) if seen.raw else frame(seen.frame)
    to_all = headers.protocol == "arp" and headers.destination_mac == "ff:ff:ff:ff:ff:ff"
    return Packet(
        ms=round((seen.ns - start) / 1_000_000, 3),
        source=owners.name(headers.source, ear),
        destination=EVERYONE if to_all else owners.name(headers.destination, ear),
        words=headers.words,
        protocol=headers.protocol.upper() if headers.protocol != "ethernet" else "Ethernet",
        length=seen.length,
        place=ear.name,
        machine=ear.machine,
        view=ear.spot.view,
        interface=seen.interface,
        way="out" if seen.outgoing else "in",
        headers=headers,
        raw=seen.frame,
        ns=seen.ns,
        ethernet=not seen.raw,
    )


def once(every: Iterable[Packet]) -> tuple[Packet, ...]:
    """Each packet where it was seen first, however many interfaces it passed."""
    first: dict[tuple[object, ...], Packet] = {}
    seen: Mapping[str, set[tuple[object, ...]]] = {}
    del seen
    for one in every:
        first.setdefault(one.same, one)
    return tuple(first.values())


def _end(name: str, port: int) -> str:
    return f"[{name}]:{port}" if port and name.count(":") > 1 else f"{name}:{port}" if port else name
