"""A topology as plain data: machines, their networks, the containers, and who is attached to what.

Nothing here talks to Docker. Every record checks itself when it is made, and the topology checks how they fit together;
whatever makes no sense raises TopologyError, which says where, why, and what would do instead.
Names of containers and networks belong to a machine: ``web`` on host1 and ``web`` on host2 are two containers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

from course.errors import TopologyError
from course.topology.checks import (
    Address,
    Subnet,
    check_inside,
    check_known,
    check_mac,
    check_name,
    check_network_name,
    check_once,
    check_range,
    check_texts,
    check_version,
    overlap,
    parse_address,
    parse_subnet,
)
from course.topology.container import Container, Healthcheck, Port, State, Where
from course.topology.order import in_order

__all__ = ["Attachment", "Container", "Healthcheck", "Machine", "Network", "Port", "State", "Topology", "Where"]


@dataclass(frozen=True)
class Machine:
    """A lab host (``has_engine``), or a plain machine on the LAN, where it has ``interface`` and ``address``."""

    name: str
    address: str = ""
    has_engine: bool = True
    interface: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "machine")
        if self.address:
            parse_address(self.address, f"machine {self.name}")


@dataclass(frozen=True)
class Network:
    """A network of one machine. ``bridge`` is the host's interface that carries it, where it has one.

    ``ip_range`` is the part of the subnet (CIDR) that the engine hands out, ``aux_addresses`` are those (by a name of
    your own) that it never does; ``options`` are the driver's. A network has IPv6 if one of its subnets has.
    ``external`` means that others make it: nothing else can be said of it but its name.
    """

    name: str
    machine: str
    driver: str = "bridge"
    subnets: tuple[str, ...] = ()
    gateway: str = ""
    internal: bool = False
    bridge: str = ""
    ip_range: str = ""
    attachable: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    gateway6: str = ""
    aux_addresses: Mapping[str, str] = field(default_factory=dict)
    external: bool = False

    def __post_init__(self) -> None:
        who = f"network {check_network_name(self.name, self.driver)}"
        subnets = [parse_subnet(subnet, who) for subnet in self.subnets]
        for version, gateway in ((4, self.gateway), (6, self.gateway6)):
            if gateway:
                check_inside(gateway, subnets, f"the gateway of {who}")
                check_version(gateway, version, f"the gateway of {who}")
        if self.ip_range:
            check_range(self.ip_range, subnets, f"the address range of {who}")
        for name, address in self.aux_addresses.items():
            check_inside(address, subnets, f"the address of {name!r} in {who}")
        check_texts([*self.options, *self.options.values(), *self.aux_addresses, self.driver], who)
        if self.external and replace(self, external=False) != Network(self.name, self.machine):
            because = "who says that others make it leaves the rest to them"
            raise TopologyError(f"{who} is external, and yet its settings are given", because, "leave one of them out")

    def __str__(self) -> str:
        return self.name

    @property
    def where(self) -> Where:
        """Its machine and its name."""
        return (self.machine, self.name)


@dataclass(frozen=True)
class Attachment:
    """A container's plug in a network of the same machine. ``interface`` is its name inside the container.

    ``address6`` is its IPv6 address where it has one beside ``address``; ``options`` are the driver's for this plug.
    ``automatic`` names what the engine chose by itself of ``address``, ``address6`` and ``mac``: facts, not wishes.
    """

    container: str
    network: str
    machine: str
    interface: str = ""
    address: str = ""
    mac: str = ""
    aliases: tuple[str, ...] = ()
    address6: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    automatic: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.address:
            parse_address(self.address, str(self))
        if self.address6:
            check_version(self.address6, 6, str(self))
        if self.mac:
            check_mac(self.mac, str(self))
        check_texts([*self.aliases, *self.options, *self.options.values()], str(self))

    def __str__(self) -> str:
        return f"{self.container} on {self.network}"


@dataclass(frozen=True)
class Topology:
    """Networks, containers and attachments of one or more machines. ``lan`` is the subnet that joins the machines."""

    name: str
    machines: tuple[Machine, ...] = ()
    networks: tuple[Network, ...] = ()
    containers: tuple[Container, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    lan: str = ""

    def __post_init__(self) -> None:
        check_once("machine", [("", machine.name) for machine in self.machines])
        check_once("network", [network.where for network in self.networks])
        check_once("container", [container.where for container in self.containers])
        check_once("attachment", [(plug.machine, str(plug)) for plug in self.attachments])
        self._check_lan()
        self._check_references()
        self._check_subnets()
        self._check_addresses()
        for machine in self.machines:
            in_order(self.containers_of(machine.name))

    def machine(self, name: str) -> Machine:
        """The machine of that name; TopologyError lists the machines there are."""
        machines = {machine.name: machine for machine in self.machines}
        check_known(name, machines, "machine", self.name)
        return machines[name]

    def networks_of(self, machine: str) -> list[Network]:
        """The networks of one machine, in their order."""
        return [network for network in self.networks if network.machine == machine]

    def containers_of(self, machine: str) -> list[Container]:
        """The containers of one machine, in their order."""
        return [container for container in self.containers if container.machine == machine]

    def attachments_of(self, container: Container) -> list[Attachment]:
        """Where a container is plugged in; one that shares a namespace has no plugs of its own."""
        return [plug for plug in self.attachments if (plug.machine, plug.container) == container.where]

    def _check_lan(self) -> None:
        if self.lan:
            lan = parse_subnet(self.lan, "the LAN")
            for machine in self.machines:
                if machine.address:
                    check_inside(machine.address, [lan], f"machine {machine.name} on the LAN")

    def _check_references(self) -> None:
        machines = [machine.name for machine in self.machines]
        things: tuple[Network | Container | Attachment, ...] = (*self.networks, *self.containers, *self.attachments)
        for thing in things:
            check_known(thing.machine, machines, "machine", str(thing))
        for plug in self.attachments:
            networks = [network.name for network in self.networks_of(plug.machine)]
            containers = [container.name for container in self.containers_of(plug.machine)]
            check_known(plug.network, networks, "network", f"{plug} ({plug.machine})")
            check_known(plug.container, containers, "container", f"{plug} ({plug.machine})")

    def _check_subnets(self) -> None:
        # An overlay's subnet belongs to the whole swarm, another address space: the engine lets it overlap the others.
        local = [network for network in self.networks if network.driver != "overlay"]
        for one, other in combinations(local, 2):
            clash = overlap(_subnets(one), _subnets(other))
            if one.machine == other.machine and clash:
                raise TopologyError(
                    f"networks {one.name} ({clash[0]}) and {other.name} ({clash[1]}) of {one.machine} overlap",
                    because="on one machine an address belongs to one network",
                    next=f"give {other.name} another subnet",
                )

    def _check_addresses(self) -> None:
        networks = {network.where: network for network in self.networks}
        taken: dict[tuple[Where, Address], str] = {}
        for plug in self.attachments:
            network = networks[plug.machine, plug.network]
            if not plug.address:
                continue
            if network.subnets:
                check_inside(plug.address, _subnets(network), str(plug))
            other = taken.setdefault((network.where, parse_address(plug.address, str(plug))), plug.container)
            if other != plug.container:
                what = f"{other} and {plug.container} both have the address {plug.address} on {plug.network}"
                raise TopologyError(
                    what, next=f"give {plug.container} another address, or none: the engine chooses one"
                )


def _subnets(network: Network) -> list[Subnet]:
    return [parse_subnet(subnet, network.name) for subnet in network.subnets]
