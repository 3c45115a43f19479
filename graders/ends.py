"""The two ends of a wish, as packets know them: whose namespace, which address, which of the engine's networks. Pure.

A published port leads on into its container, so that is then the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from course.labhost.records import Interface, View
from graders.case import Case
from graders.facts import Container, Place
from graders.namespaces import loopback, route_to
from graders.traffic import protocol


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


def target_end(case: Case) -> tuple[End | None, int]:
    """Where the packets are meant to arrive, and at which port there; None if that is not known."""
    if container := door(case):
        port = next(p.port for p in container.ports if p.on == case.wish.at)
        return end_of(case, container.place, None), port
    if case.target.place is None or loopback(next(iter(case.target.addresses), "")):
        return None, 0
    end = end_of(case, case.target.place, None)
    went = case.answer.address
    if end and went in case.target.addresses and not case.common:
        end = _at(end, went)
    return end, case.wish.at


def end_of(case: Case, place: Place, other: End | None) -> End | None:
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
