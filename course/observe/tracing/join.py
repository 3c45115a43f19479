"""What all machines saw of a trace, joined: the passage of each packet through interfaces and rules, in order.

All machines of a lab have one kernel and so one clock. Netfilter's reports come without a time; where a rule stands
among the interfaces follows from the interfaces that the rule itself was told, and its time lies between theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from course.labhost.tracing.sightings import Link, Seen, Sighting, Step
from course.observe.hop import Header
from course.observe.tracing.headers import ARP, Packet, read

_APART = 1000.0  # ns between two rules where no interface bounds them


@dataclass(frozen=True)
class Moment:
    """One packet at one interface (``sighting``) or rule (``step``); ``at`` in ns since the first sighting."""

    at: float
    machine: str
    view: str
    packet: Packet
    sighting: Sighting | None = None
    step: Step | None = None

    @property
    def header(self) -> Header:
        """The packet's header as it came here."""
        return self.packet.header

    @property
    def where(self) -> tuple[str, str]:
        """Machine and view."""
        return self.machine, self.view

    @property
    def arrives(self) -> bool:
        """Whether it comes in by an interface."""
        return self.sighting is not None and not self.sighting.leaving

    @property
    def leaves(self) -> bool:
        """Whether it goes out by an interface."""
        return self.sighting is not None and self.sighting.leaving


@dataclass(frozen=True)
class Passage:
    """One packet's way from its first moment to its last."""

    packet: Packet
    moments: tuple[Moment, ...]

    @property
    def began(self) -> float:
        """The time of its first moment."""
        return self.moments[0].at


def join(seen: Mapping[str, Seen], mark: int) -> list[Passage]:
    """The passages of all packets, in the order in which they began."""
    by_seal: dict[str, list[Moment]] = {}
    for machine, one in seen.items():
        for moment in _moments(machine, one, mark, _start(seen)):
            by_seal.setdefault(moment.packet.seal, []).append(moment)
    passages = [_passage(sorted(moments, key=lambda moment: moment.at)) for moments in by_seal.values()]
    return sorted(passages, key=lambda passage: passage.began)


def arp(seen: Mapping[str, Seen], mark: int) -> list[Moment]:
    """Every ARP packet at every interface, by time."""
    start = _start(seen)
    found = [
        Moment(s.at - start, machine, s.view, _packet(s, mark), s)
        for machine, one in seen.items()
        for s in one.sightings
        if s.ethertype == ARP
    ]
    return sorted(found, key=lambda moment: moment.at)


def _start(seen: Mapping[str, Seen]) -> int:
    """The time of the first sighting: numbers since 1970 are too long for fractions of a microsecond."""
    return min((sighting.at for one in seen.values() for sighting in one.sightings), default=0)


def _passage(moments: list[Moment]) -> Passage:
    """The note of a header, and which way it goes, are told by the moments that show the whole packet."""
    whole = next((moment.packet for moment in moments if moment.sighting), moments[0].packet)
    shown = (replace(moment, packet=_noted(moment.packet, whole)) for moment in moments)
    return Passage(whole, tuple(shown))


def _noted(packet: Packet, whole: Packet) -> Packet:
    return replace(packet, way=whole.way, kind=whole.kind, header=replace(packet.header, note=whole.header.note))


def _moments(machine: str, one: Seen, mark: int, start: int) -> Iterator[Moment]:
    """All moments of one machine, each passage in its order within each view."""
    by_wire: dict[tuple[str, str], list[Moment]] = {}
    inner: dict[str, Packet] = {}
    for sighting in one.sightings:
        if sighting.ethertype != ARP and (packet := _packet(sighting, mark)).wire:
            by_wire.setdefault((sighting.view, packet.wire), []).append(
                Moment(sighting.at - start, machine, sighting.view, packet, sighting)
            )
            inner[packet.wire] = packet
    steps = _steps(machine, one.steps, mark, inner)
    last: dict[str, float] = {}
    for view, wire in dict.fromkeys([*steps, *by_wire]):  # reports come in order
        links = {link.name: link for link in one.links.get(view, [])}
        merged = _merged(by_wire.get((view, wire), []), steps.get((view, wire), []), links)
        timed = _timed(merged, last.get(view, -_APART * (len(merged) + 1)))
        last[view] = max(last.get(view, timed[-1].at), timed[-1].at)
        yield from timed


def _packet(sighting: Sighting, mark: int) -> Packet:
    data = bytes.fromhex(sighting.packet)
    return read(data, mark, sighting.ethertype, sighting.source_mac, sighting.destination_mac)


def _steps(
    machine: str, steps: Iterable[Step], mark: int, inner: Mapping[str, Packet]
) -> dict[tuple[str, str], list[Moment]]:
    """The steps by view and packet. Only the first of a walk brings the header and the interfaces; the others get them
    from it."""
    found: dict[tuple[str, str], list[Moment]] = {}
    current: dict[tuple[str, int], tuple[Packet, Step]] = {}
    for step in steps:
        key = (step.view, step.packet)
        if step.data:
            current[key] = (_of_step(read(bytes.fromhex(step.data), mark), inner), step)
        if key in current:
            packet, first = current[key]
            told = replace(step, came=first.came, goes=first.goes)
            found.setdefault((step.view, packet.wire), []).append(Moment(0, machine, step.view, packet, step=told))
    return found


def _of_step(packet: Packet, inner: Mapping[str, Packet]) -> Packet:
    """The packet of a report, which shows no more than the first headers: what is wrapped in it, an interface saw."""
    known = inner.get(packet.wire)
    if known is None or known.seal == packet.seal:
        return packet
    return replace(known, header=replace(known.header, outer=packet.header))


def _merged(sightings: list[Moment], steps: list[Moment], links: Mapping[str, Link]) -> list[Moment]:
    """One packet in one view: rules that it met as it came in stand after that interface, the others before the
    interface by which it went out."""
    merged: list[Moment] = []
    left = list(steps)
    for number, moment in enumerate(sightings):
        assert moment.sighting is not None
        if moment.leaves:
            count = _until(left, moment.sighting.interface, links)
            merged += [*left[:count], moment]
        else:
            later = {m.sighting.interface for m in sightings[number + 1 :] if m.arrives and m.sighting}
            count = _entering(left, moment.sighting.interface, links, later)
            merged += [moment, *left[:count]]
        left = left[count:]
    return merged + left


def _until(steps: list[Moment], interface: str, links: Mapping[str, Link]) -> int:
    """How many of the steps come before the packet leaves by the interface."""
    names = {interface, _master(interface, links)}
    fitting = [n for n, moment in enumerate(steps, 1) if moment.step and moment.step.goes in names]
    return fitting[-1] if fitting else 0


def _entering(steps: list[Moment], interface: str, links: Mapping[str, Link], later: set[str]) -> int:
    """How many of the steps come right after the packet came in; a bridge's own come after it, if seen there."""
    names = {interface} | ({_master(interface, links)} - later)
    count = 0
    while count < len(steps) and (step := steps[count].step) and step.came in names and step.came:
        count += 1
    return count


def _master(interface: str, links: Mapping[str, Link]) -> str:
    return links[interface].master if interface in links and links[interface].master else interface


def _timed(moments: list[Moment], last: float) -> list[Moment]:
    """The same, each step with a time between those of the interfaces around it."""
    timed: list[Moment] = []
    for number, moment in enumerate(moments):
        if moment.step:
            after = timed[-1].at if timed else None
            ahead = [(n, m.at) for n, m in enumerate(moments[number:]) if m.sighting]
            moment = replace(moment, at=_between(after, ahead[0] if ahead else None, last))
        timed.append(moment)
    return timed


def _between(after: float | None, ahead: tuple[int, float] | None, last: float) -> float:
    if ahead is None:
        return (last if after is None else after) + _APART
    steps, at = ahead
    if after is None:
        return at - _APART * steps
    return after + min(_APART, (at - after) / (steps + 1))
