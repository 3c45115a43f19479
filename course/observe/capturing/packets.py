"""Packets as a capture gives them: who said what to whom, where that was seen, and the bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from course.labhost.capturing.captured import Caught
from course.labhost.capturing.dissect import Dissection, frame, packet
from course.observe.capturing.places import EVERYONE, Ear, Owners

Way = Literal["in", "out"]
_GIVEN = 32768  # from here on Linux gives ports to clients


@dataclass(frozen=True)
class Packet:
    """One packet, seen at one interface.

    ``ms`` counts from the capture's first packet. ``source`` and ``destination`` are names of places where they are
    known, else addresses; what goes to all on a link goes to ``everyone``. ``words`` say what it says in the field's
    own words (see `Dissection`), ``protocol`` is TCP, UDP, ICMP, ARP… ``length`` is that of the whole frame in bytes.
    It was seen at ``interface`` of ``place`` (in the view ``view`` of ``machine``), going ``in`` or ``out`` there;
    ``label`` is what the interface is for, where that is known. ``headers`` are all that was read, also of wrapped
    packets; ``raw`` are the bytes, and ``ns`` the time in nanoseconds since 1970.
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
    label: str = ""

    @property
    def at(self) -> str:
        """Where it was seen: ``web/eth0``, ``host1/app`` (the bridge of that network), ``host1/veth(web)``."""
        return f"{self.place}/{self.label or self.interface}"

    @property
    def ends(self) -> tuple[str, str]:
        """Source and destination with their ports: ``("laptop:40312", "web:80")``."""
        return (_end(self.source, self.headers.source_port), _end(self.destination, self.headers.destination_port))

    @property
    def short_ends(self) -> tuple[str, str]:
        """The same without the port that tells nothing: the one that a client was given."""
        ports = [self.headers.source_port, self.headers.destination_port]
        shown = [0 if port >= _GIVEN and min(ports) < _GIVEN else port for port in ports]
        return (_end(self.source, shown[0]), _end(self.destination, shown[1]))

    @property
    def same(self) -> Dissection:
        """What is equal for the same packet wherever it is seen, as long as nobody translates its addresses."""
        return replace(self.headers, ttl=0, source_mac="", destination_mac="", vlan=-1)


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
        words=_words(headers, ear, owners),
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
        label=owners.label(seen.interface, ear),
    )


def _words(headers: Dissection, ear: Ear, owners: Owners) -> str:
    """Of a wrapped packet the names of its ends stand for their addresses."""
    words = headers.words
    if headers.inner:
        ends = f"{headers.inner.source} → {headers.inner.destination} "
        named = f"{owners.name(headers.inner.source, ear)} → {owners.name(headers.inner.destination, ear)} "
        return words.replace(ends, named)
    return words


def once(every: Iterable[Packet]) -> tuple[Packet, ...]:
    """Each packet where it was seen first, however many interfaces it passed."""
    first, passed = list[Packet](), dict[Dissection, set[tuple[str, Way]]]()
    for one in every:
        here = (one.at, one.way)
        if here in passed.setdefault(one.same, {here}):  # not seen before, or sent again: it was here already
            first.append(one)
            passed[one.same] = set()
        passed[one.same].add(here)
    return tuple(first)


def _end(name: str, port: int) -> str:
    return f"[{name}]:{port}" if port and name.count(":") > 1 else f"{name}:{port}" if port else name
