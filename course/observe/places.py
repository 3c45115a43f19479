"""Where packets come from and go to: the machines of a lab, its running containers, and namespaces made by hand."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from course.labhost.records import View
from course.observe.live import read
from course.topology.model import Container, Topology

if TYPE_CHECKING:
    from course.labs.host import Host
    from course.labs.lab import Lab

BY_HAND = "netns:"


@dataclass(frozen=True)
class Place:
    """Somewhere packets come from and go to: a machine itself (view ``host``), a container of it, a namespace on it.

    ``addresses`` are by network: ``host1/bridge`` and ``host2/bridge`` are two, an overlay is one wherever it is. What
    is no network of an engine goes by its subnet, ``host1/10.5.0.0/24``.
    """

    name: str
    machine: str
    view: str
    addresses: Mapping[str, str] = field(default_factory=dict)

    def address(self, asker: Place) -> str:
        """Where ``asker`` finds it: on a network that both are on, else at its first address; empty if it has none."""
        shared = [address for network, address in self.addresses.items() if network in asker.addresses]
        return next(iter([*shared, *self.addresses.values()]), "")

    @property
    def own_name(self) -> str:
        """By which name others may look for it; a namespace made by hand has none."""
        if self.view.startswith(BY_HAND):
            return ""
        return self.machine if self.view == "host" else self.view


def look(lab: Lab) -> dict[str, Place]:
    """The places of a lab as it is now. Raises LabError if the lab does not answer."""
    found = places(read(lab, brief=True))
    with ThreadPoolExecutor(len(lab.all)) as pool:
        by_hand = dict(zip(lab.all, pool.map(_by_hand, lab.all.values()), strict=True))
    for machine, views in by_hand.items():
        found |= _netns(machine, views, [name for views in by_hand.values() for name in views])
        if views:  # the machine may be on the same links
            own = found[machine]
            found[machine] = replace(own, addresses={**own.addresses, **_by_subnet(machine, views["host"])})
    return found


def _by_hand(host: Host) -> dict[str, View]:
    """The namespaces made by hand, and the machine's own if there are any; one look at a list is enough mostly."""
    names = [f"{BY_HAND}{line.split()[0]}" for line in host.run("ip netns list").stdout.splitlines()]
    return host.state("host", *names).views if names else {}


def _netns(machine: str, views: Mapping[str, View], names: list[str]) -> dict[str, Place]:
    found = {}
    for view in views.values():
        if view.name != "host" and not view.trouble:
            name = f"{machine}/{view.name}" if names.count(view.name) > 1 else view.name
            found[name] = Place(name, machine, view.name, _by_subnet(machine, view))
    return found


def _by_subnet(machine: str, view: View) -> dict[str, str]:
    return {f"{machine}/{interface.network}": str(interface.ip) for interface in _cidrs(view)}


def _cidrs(view: View) -> Iterator[ipaddress.IPv4Interface | ipaddress.IPv6Interface]:
    cidrs = (cidr for interface in view.interfaces if interface.name != "lo" for cidr in interface.addresses)
    return (one for one in map(ipaddress.ip_interface, cidrs) if not one.is_link_local)


def places(topology: Topology) -> dict[str, Place]:
    """Every machine and every running container, by the name that it has in a table."""
    running = [container for container in topology.containers if container.state in ("running", "paused")]
    names = Counter([machine.name for machine in topology.machines] + [container.name for container in running])
    found = [Place(m.name, m.name, "host", {"lan": m.address} if m.address else {}) for m in topology.machines]
    for container in running:
        name = f"{container.machine}/{container.name}" if names[container.name] > 1 else container.name
        found.append(Place(name, container.machine, container.name, _addresses(topology, container)))
    return {place.name: place for place in found}


def _addresses(topology: Topology, container: Container) -> dict[str, str]:
    """Addresses by network; who lives in another's namespace has that one's."""
    if container.shares == "host":
        return {"lan": topology.machine(container.machine).address}
    owners = [other for other in topology.containers_of(container.machine) if other.name == container.owner]
    if owners:
        return _addresses(topology, owners[0])
    wide = {network.where for network in topology.networks if network.driver == "overlay"}
    plugs = [plug for plug in topology.attachments_of(container) if plug.address]
    return {p.network if (p.machine, p.network) in wide else f"{p.machine}/{p.network}": p.address for p in plugs}
