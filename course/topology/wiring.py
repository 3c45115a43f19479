"""What an engine would refuse to make: its rules about namespaces, ports, names and addresses.

A topology that is only to be looked at need not obey them, and one that was read from an engine may not: an owner of
a namespace may be gone. Tried on Engine 26; they stand in moby's ``validateNetMode`` and ``validateEndpointSettings``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from course.errors import TopologyError
from course.topology.checks import check_known, parse_address

if TYPE_CHECKING:
    from course.topology.container import Container
    from course.topology.model import Attachment, Network, Topology

IN_ANOTHER = "who lives in another's network namespace has that one's network"


def check_wiring(topology: Topology) -> None:
    """TopologyError, with the cure, for the first thing that an engine would refuse to make."""
    networks = {network.where: network for network in topology.networks}
    things: tuple[Network | Container, ...] = (*topology.networks, *topology.containers)
    for thing in things:
        if not topology.machine(thing.machine).has_engine:
            raise TopologyError(f"{thing} is on {thing.machine}, which has no engine", next="put it on a lab host")
    for container in topology.containers:
        _check_waiting(topology, container)
        _check_sharing(topology, container)
        for plug in topology.attachments_of(container):
            _check_lone(container, plug)
            _check_free(plug, networks[plug.machine, plug.network])


def _check_waiting(topology: Topology, container: Container) -> None:
    known = [other.name for other in topology.containers_of(container.machine)]
    for other in container.depends_on:
        check_known(other, known, "container", f"what {container} depends on ({container.machine})")


def _check_sharing(topology: Topology, container: Container) -> None:
    if container.shares:
        who = f"container {container} ({container.machine})"
        if container.owner:
            known = [other.name for other in topology.containers_of(container.machine) if other != container]
            check_known(container.owner, known, "container", f"{who} shares a namespace")
        for wish in _own_wishes(container):
            if container.shares == "none":
                raise TopologyError(f"{who} has {wish}, and is on no network", next="put it on one, or take them away")
            what = f"{who} has {wish}, and shares {_whose(container)}"
            raise TopologyError(what, because=IN_ANOTHER, next=f"take {wish} away, or what it shares")


def _own_wishes(container: Container) -> Iterator[str]:
    """What needs a namespace of one's own, or, if it is only the host's or none, at least not another container's."""
    if container.ports:
        yield "published ports"
    if container.shares != "none" and any(name.startswith("net.") for name in container.sysctls):
        yield "sysctls of the network"
    if container.owner:
        wishes: dict[str, object] = {"a hostname": container.hostname, "name servers": container.dns}
        wishes |= {"search domains": container.dns_search, "lines for its hosts file": container.hosts}
        yield from (name for name, wish in wishes.items() if wish)


def _whose(container: Container) -> str:
    return "no network" if container.shares == "none" else f"the network of {container.owner or 'the host'}"


def _check_lone(container: Container, plug: Attachment) -> None:
    """Only who shares the host's namespace is on the network ``host``, and on no other; so with ``none``."""
    lone = plug.network if plug.network in ("host", "none") else ""
    if container.shares != lone:
        wish = f"shares {_whose(container)}" if container.shares else "has a namespace of its own"
        because = f"{IN_ANOTHER}, and no other"
        raise TopologyError(
            f"{plug}: {container} {wish}", because, next="take it off the network, or change what it shares"
        )


def _check_free(plug: Attachment, network: Network) -> None:
    wished = [address for address in (plug.address, plug.address6) if address]
    if network.name == "bridge" and (wished or plug.aliases):
        what = f"{plug}: the default bridge gives no aliases, and no address that one asks for"
        raise TopologyError(what, next="make a network of your own for it")
    reserved = [network.gateway, network.gateway6, *network.aux_addresses.values()]
    taken = {parse_address(address, network.name) for address in reserved if address}
    for address in wished:
        if parse_address(address, str(plug)) in taken:
            next_ = "give the container another address, or none: the engine chooses one"
            raise TopologyError(f"{plug}: {address} is kept for another on this network", next=next_)
        if not network.subnets and not network.external:
            because = "the engine gives the address that one asks for only in a subnet that one asked for"
            raise TopologyError(f"{plug}: network {network} has no subnet", because, next=f"give {network} a subnet")
