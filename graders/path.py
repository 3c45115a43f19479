"""The way that packets take between two ends, told from what is there: ends, routers, and what each firewall sees.

Pure. A published port leads on into its container, so that is then the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from course.labhost.records import Interface, View
from graders.case import Case
from graders.facts import Container, Place
from graders.namespaces import loopback, route_to
from graders.rules import Hook, Packet
from graders.traffic import protocol

LONG = 1400  # bytes: more than any rule means by short, and what a page's packets have


@dataclass(frozen=True)
class End:
    """One end: where it is, the address that it is talked to by, and the engine's network that this is of."""

    place: Place
    view: View
    address: str
    network: str = ""
    prefix: int = 0

    @property
    def name(self) -> str:
        """What people call it."""
        return self.place.container.name if self.place.container else self.place.name

    @cached_property
    def interface(self) -> Interface | None:
        """The interface that has the address."""
        return next((i for i in self.view.interfaces if self.address in bare(i)), None)


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
        if self.one_link:
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

    # --- what each firewall sees ------------------------------------------------------------------

    def stations(self, length: int = 60) -> Iterator[Station]:
        """The question at each, in order, and then the answer; long packets are an answer's."""
        yield from self._way(self.source, self.target, self._question())
        yield from self._way(self.target, self.source, self._answer(length))

    def _question(self) -> Packet:
        kind = "icmp" if self.case.wish.kind in ("icmp", "pmtu") else protocol(self.case.wish.kind)
        asked = self.case.answer.address or next(iter(self.case.target.addresses), self.target.address)
        port = self.case.wish.at if kind != "icmp" else 0
        return Packet(kind, self.source.address, self.target.address, self.port, asked=asked, asked_port=port)

    def _answer(self, length: int) -> Packet:
        asked = replace(self._question(), state="ESTABLISHED", length=length, port=0)
        return replace(asked, source=self.target.address, destination=self.source.address)

    def _way(self, a: End, b: End, packet: Packet) -> Iterator[Station]:
        yield Station(a.place.host, a.place.view, "OUTPUT", replace(packet, goes=self._device(a, b)))
        if self.one_link:
            yield from self._bridged(a, packet)
        routers = self.routers if a is self.source else list(reversed(self.routers))
        for host in routers:
            through = replace(packet, came=self.door(host, a), goes=self.door(host, b))
            yield Station(host, "host", "FORWARD", through)
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
    target, port = _target(case)
    if target is None:
        return None
    source = _end(case, case.source, target)
    return Path(case, source, target, port) if source else None


def door(case: Case) -> Container | None:
    """The running container that the published port leads into, if the target is a lab host and has one."""
    wanted = (case.wish.at, protocol(case.wish.kind))
    if not case.target.place or case.target.place.view != "host" or not case.wish.at or case.wish.kind == "icmp":
        return None
    running = [one for one in case.there if one.running and wanted in [(p.on, p.protocol) for p in one.ports]]
    return next(iter(running), None)


def bare(interface: Interface) -> set[str]:
    """The addresses of an interface without prefix lengths."""
    return {address.partition("/")[0] for address in interface.addresses}


def _target(case: Case) -> tuple[End | None, int]:
    if container := door(case):
        port = next(p.port for p in container.ports if p.on == case.wish.at)
        return _end(case, container.place, None), port
    if case.target.place is None or loopback(next(iter(case.target.addresses), "")):
        return None, 0
    end = _end(case, case.target.place, None)
    went = case.answer.address
    if end and went in case.target.addresses and not case.common:
        end = _at(end, went)
    return end, case.wish.at


def _end(case: Case, place: Place, other: End | None) -> End | None:
    """An end with the address that it is, or would be, known by on the way."""
    view = case.view(place)
    if view is None:
        return None
    container = place.container
    if container and container.own_network:
        return _attached(case, place, container, view, other)
    return End(place, view, _own(case, place, view, other))


def _attached(case: Case, place: Place, container: Container, view: View, other: End | None) -> End | None:
    shared = [name for name in case.common if other is None or name == other.network]
    names = [*shared, *([_leaving(container, view, other)] if other else []), *container.attached]
    network = next((name for name in names if name in container.networks), "")
    if not network:
        return None
    end = container.networks[network]
    return End(place, view, end.address, network, end.prefix)


def _leaving(container: Container, view: View, other: End) -> str:
    """The network by which the container sends to the other end."""
    route = route_to(view.routes, other.address) if other.address else None
    devices = [i for i in view.interfaces if route and i.name == route.device]
    owned = {address for device in devices for address in bare(device)}
    return next((name for name, end in container.networks.items() if end.address in owned), "")


def _own(case: Case, place: Place, view: View, other: End | None) -> str:
    """The address of a machine, or of a namespace made by hand, towards the other end."""
    route = route_to(view.routes, other.address) if other and other.address else None
    if route:
        near = [i for i in view.interfaces if i.name == route.device]
        if found := [address for i in near for address in sorted(bare(i)) if ":" not in address]:
            return found[0]
    if other is None and case.target.place == place and case.target.addresses:
        went = case.answer.address
        return went if went in case.target.addresses else case.target.addresses[0]
    return next(iter(view.addresses), "")


def _at(end: End, address: str) -> End:
    """The same end by another of its addresses."""
    networks = end.place.container.networks.items() if end.place.container else ()
    found = [(name, its.prefix) for name, its in networks if its.address == address]
    network, prefix = found[0] if found else ("", 0)
    return replace(end, address=address, network=network, prefix=prefix)
