"""The way that packets take between two ends, told from what is there: ends, routers, and what each firewall sees.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from course.labhost.records import View
from graders.case import Case
from graders.ends import End, bare, door, end_of, target_end
from graders.facts import Place
from graders.namespaces import route_to
from graders.rules import Hook, Packet, translation
from graders.traffic import protocol

LONG = 1400  # bytes: more than any rule means by short, and what a page's packets have


@dataclass(frozen=True)
class Station:
    """A place where a firewall sees the packets."""

    host: str
    view: str
    hook: Hook
    packet: Packet


class Path:
    """From ``source`` to ``target``, on their machines. ``port`` is the target's own, where it is a port."""

    def __init__(self, case: Case, source: End, target: End, port: int) -> None:
        self.case = case
        self.source = source
        self.target = target
        self.port = port

    @property
    def ends(self) -> tuple[End, End]:
        """Both ends."""
        return self.source, self.target

    def other(self, end: End) -> End:
        """The other one."""
        return self.target if end is self.source else self.source

    def host(self, name: str) -> View:
        """The namespace of a machine itself."""
        return self.case.views.get(name, {}).get("host") or View("host", 0)

    def bridge(self, end: End) -> str:
        """The bridge that an end is plugged into; empty if it is none, or if the end is the machine itself."""
        host = self.host(end.place.host)
        if end.interface is None or end.view.namespace == host.namespace:
            return ""
        there, _, name = end.interface.peer.partition("/")
        return next((i.master for i in host.interfaces if there == "host" and i.name == name), "")

    @property
    def one_link(self) -> bool:
        """Whether both ends are plugged into the same bridge."""
        mine, its = self.bridge(self.source), self.bridge(self.target)
        return bool(mine) and mine == its and self.source.place.host == self.target.place.host

    @property
    def routers(self) -> list[str]:
        """The machines that pass the packets on from one network to another, in order."""
        if self.one_link or self.proxied:
            return []
        named = [end.place.host for end in self.ends if self.bridge(end)]
        return [host for host in dict.fromkeys(named) if not any(self._is(end, host) for end in self.ends)]

    def _is(self, end: End, host: str) -> bool:
        return end.place.host == host and end.view.namespace == self.host(host).namespace

    def door(self, host: str, end: End) -> str:
        """The interface of a router through which the end is reached."""
        if end.place.host == host and (bridge := self.bridge(end)):
            return bridge
        found = route_to(self.host(host).routes, end.address)
        return found.device if found else ""

    def seen(self, end: End) -> str:
        """The address that the other end sends to: beyond a lab host's translation that is the lab host's own."""
        other = self.other(end)
        translated = end is self.source or self.open_door
        if end.place.host == other.place.host or not self.bridge(end) or not translated:
            return end.address
        device = self.door(end.place.host, other)
        found = next((i for i in self.host(end.place.host).interfaces if i.name == device), None)
        return next((address for address in sorted(bare(found)) if ":" not in address), "") if found else end.address

    @property
    def open_door(self) -> bool:
        """Whether the target is reached by a port of its lab host."""
        return door(self.case) is not None

    @cached_property
    def proxied(self) -> bool:
        """Whether the lab host itself takes the connection, and its docker-proxy opens another to the container: so
        it is where no rule translates the published port, as for the containers of the same host."""
        host = self.target.place.host
        mine = self.source.place.host == host and self.source.view.namespace == self.host(host).namespace
        question = self._question()
        sent = replace(question, destination=question.asked, port=question.asked_port, local=True)
        sent = replace(sent, came="" if mine else self.door(host, self.source))
        rules = self.case.closer(host).rules
        return self.open_door and bool(rules) and not translation(rules, "OUTPUT" if mine else "PREROUTING", sent)

    # --- what each firewall sees ------------------------------------------------------------------

    def stations(self, length: int = 60) -> Iterator[Station]:
        """The question at each, in order, and then the answer; long packets are an answer's."""
        legs = [(self.source, self.target)]
        if self.proxied and (proxy := self._proxy()):
            legs = [(self.source, proxy), (proxy, self.target)]
        yield from (station for a, b in legs for station in self._way(a, b, self._question(a, b)))
        yield from (station for a, b in reversed(legs) for station in self._way(b, a, self._answer(a, b, length)))

    def _proxy(self) -> End | None:
        """The lab host as the end of one connection and the beginning of another."""
        host = self.target.place.host
        address = next(iter(self.case.target.addresses), "")
        return End(Place(host, host), self.host(host), address) if address else None

    def _question(self, a: End | None = None, b: End | None = None) -> Packet:
        """The first packet from one end to the other, as it arrives there."""
        a, b = a or self.source, b or self.target
        kind = "icmp" if self.case.wish.kind in ("icmp", "pmtu") else protocol(self.case.wish.kind)
        asked = self.case.answer.address or next(iter(self.case.target.addresses), b.address)
        asked_port = self.case.wish.at if kind != "icmp" else 0
        port = self.port if b is self.target else asked_port
        return Packet(kind, a.address, b.address, port, asked=asked, asked_port=asked_port)

    def _answer(self, a: End, b: End, length: int) -> Packet:
        asked = replace(self._question(a, b), state="ESTABLISHED", length=length, port=0)
        return replace(asked, source=b.address, destination=a.address)

    def _way(self, a: End, b: End, packet: Packet) -> Iterator[Station]:
        yield Station(a.place.host, a.place.view, "OUTPUT", replace(packet, goes=self._device(a, b)))
        if self.one_link:
            yield from self._bridged(a, packet)
        routers = self.routers if a is self.source else list(reversed(self.routers))
        for host in routers:
            yield Station(host, "host", "FORWARD", replace(packet, came=self.door(host, a), goes=self.door(host, b)))
        yield Station(b.place.host, b.place.view, "INPUT", replace(packet, came=self._device(b, a), local=True))

    def _bridged(self, a: End, packet: Packet) -> Iterator[Station]:
        """A machine may let its firewall see what only crosses a bridge."""
        host, bridge = a.place.host, self.bridge(a)
        if self.case.closer(host).settings.get("net.bridge.bridge-nf-call-iptables") == "1":
            yield Station(host, "host", "FORWARD", replace(packet, came=bridge, goes=bridge))

    def _device(self, end: End, other: End) -> str:
        if end.view.namespace == self.host(end.place.host).namespace:
            return self.door(end.place.host, other)
        return end.interface.name if end.interface else ""


def path(case: Case) -> Path | None:
    """The path, if both ends are known and can be looked at."""
    target, port = target_end(case)
    if target is None:
        return None
    source = end_of(case, case.source, target)
    return Path(case, source, target, port) if source else None
