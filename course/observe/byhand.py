"""What was made without Docker: bridges, namespaces of ``ip netns``, and the cables between them.

For pictures: a bridge made by hand becomes a network with the driver ``by hand``, a cable that ends in no bridge one
with the driver ``cable``, and a namespace a container with the image ``ip netns``. Nothing of that can be applied.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import replace

from course.errors import TopologyError
from course.labhost.records import Interface, View
from course.topology.checks import NAME
from course.topology.model import Attachment, Container, Network, Topology

NETNS = "netns:"
BRIDGE, CABLE, IMAGE = "by hand", "cable", "ip netns"


def with_handmade(topology: Topology, machine: str, views: Mapping[str, View]) -> Topology:
    """The topology, and what was made by hand on one of its machines as its agent sees it.

    Subnets are left out where two of them overlap, for then an address says nothing.
    """
    names = _names(topology, machine, views)
    plugs = list(_plugs(topology, machine, views, names))
    known = {network.name for network in topology.networks_of(machine)}
    bridges = [network for network in _bridges(topology, machine, views["host"]) if network.name not in known]
    cables = {plug.network for plug in plugs} - known - {network.name for network in bridges}
    networks = [*bridges, *_cables(machine, cables, views["host"])]
    containers = [Container(name, machine, IMAGE, "running") for view, name in names.items() if view.startswith(NETNS)]
    try:
        return _with(topology, networks, containers, plugs)
    except TopologyError:
        bare = [replace(network, subnets=(), gateway="") for network in networks]
        made = {network.name for network in networks}
        return _with(topology, bare, containers, [p if p.network in made else replace(p, address="") for p in plugs])


def _with(
    topology: Topology, networks: list[Network], containers: list[Container], plugs: list[Attachment]
) -> Topology:
    return replace(
        topology,
        networks=(*topology.networks, *networks),
        containers=(*topology.containers, *containers),
        attachments=(*topology.attachments, *plugs),
    )


def _names(topology: Topology, machine: str, views: Mapping[str, View]) -> dict[str, str]:
    """What each namespace but the host's is called in the picture: ``red``, or ``netns-web`` beside a container web."""
    containers = topology.containers_of(machine)
    taken = {container.name for container in containers}
    named = {one.name: one.name for one in containers if one.name in views and not one.shares}
    for view in views:
        if view.startswith(NETNS):
            name = view.removeprefix(NETNS)
            named[view] = name if NAME.fullmatch(name) and name not in taken else f"netns-{name}"
    return named


def _bridges(topology: Topology, machine: str, host: View) -> Iterator[Network]:
    dockers = {network.bridge for network in topology.networks_of(machine)}
    for interface in host.interfaces:
        if interface.kind == "bridge" and interface.name not in dockers:
            yield _network(machine, BRIDGE, interface)


def _cables(machine: str, names: set[str], host: View) -> Iterator[Network]:
    """Cables by name; one that ends at the host has the name of the interface there."""
    ends = {interface.name: interface for interface in host.interfaces}
    for name in sorted(names):
        yield _network(machine, CABLE, ends[name]) if name in ends else Network(name, machine, CABLE)


def _network(machine: str, driver: str, interface: Interface) -> Network:
    """A network that the host is on by that interface."""
    address = _ipv4(interface)
    subnets = (str(ipaddress.ip_interface(address).network),) if address else ()
    return Network(interface.name, machine, driver, subnets, address.partition("/")[0], bridge=interface.name)


def _plugs(
    topology: Topology, machine: str, views: Mapping[str, View], names: Mapping[str, str]
) -> Iterator[Attachment]:
    """The ends of cables that the engine does not tell of."""
    networks = {network.bridge: network.name for network in topology.networks_of(machine) if network.bridge}
    known = {(plug.container, plug.interface) for plug in topology.attachments if plug.machine == machine}
    far = {f"host/{interface.name}": interface for interface in views["host"].interfaces}
    seen: set[tuple[str, str]] = set()
    for view, name in names.items():
        for interface in views[view].interfaces:
            if not interface.peer or (name, interface.name) in known:
                continue
            other = far.get(interface.peer)
            network = _cable(view, interface)
            if other:
                network = networks.get(other.master, other.master) or other.name
            if (name, network) not in seen:  # two cables to one bridge are drawn as one
                seen.add((name, network))
                address = _ipv4(interface).partition("/")[0]
                yield Attachment(name, network, machine, interface.name, address, interface.mac)


def _cable(view: str, interface: Interface) -> str:
    """A name for a cable between two namespaces, the same from both its ends."""
    ends = sorted([f"{view}/{interface.name}", interface.peer])
    return " to ".join(end.removeprefix(NETNS) for end in ends)


def _ipv4(interface: Interface) -> str:
    return next((cidr for cidr in interface.addresses if ":" not in cidr), "")
