"""The steps that make a topology, machine by machine, in an order in which an engine can take them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from course.topology.checks import PREDEFINED
from course.topology.model import Attachment, Container, Machine, Network, Topology
from course.topology.order import in_order


@dataclass(frozen=True)
class Wait:
    """Until a container is healthy, ``why`` being the one that depends on it."""

    container: str
    why: str


@dataclass(frozen=True)
class Given:
    """A network that others make."""

    network: Network
    by: str


@dataclass(frozen=True)
class Start:
    """A container, with the plugs that it is started with (none if it shares a namespace), and those that follow.

    A MAC address must be there from the start: Engine 26 overlooks one that comes with a later connection.
    """

    container: Container
    first: tuple[Attachment, ...]
    later: tuple[Attachment, ...]


Step = Network | Given | Wait | Start


def steps(topology: Topology, machine: str) -> Iterator[Step]:
    """Networks first, then each container after those that it depends on."""
    for network in topology.networks_of(machine):
        if network.name not in PREDEFINED:
            maker = _maker(topology, network)
            yield Given(network, maker) if maker else network
    awaited: set[str] = set()
    for container in in_order(topology.containers_of(machine)):
        for other, condition in container.depends_on.items():
            if condition == "healthy" and other not in awaited:
                awaited.add(other)
                yield Wait(other, container.name)
        yield _start(container, topology.attachments_of(container))


def variables(topology: Topology) -> dict[str, str]:
    """Where each engine listens, as the name of a variable by machine: ``$HOST1``; empty where there is one machine."""
    engines = [machine for machine in topology.machines if machine.has_engine]
    return {machine.name: _variable(machine, number) for number, machine in enumerate(engines) if len(engines) > 1}


def engines(topology: Topology) -> list[str]:
    """The machines with an engine, by name."""
    return [machine.name for machine in topology.machines if machine.has_engine]


def _start(container: Container, plugs: list[Attachment]) -> Start:
    later = tuple(plug for plug in plugs[1:] if not plug.mac)
    return Start(container, tuple(plug for plug in plugs if plug not in later), later)


def _variable(machine: Machine, number: int) -> str:
    name = machine.name.upper()
    return name if re.fullmatch(r"[A-Z][A-Z0-9]*", name) else f"ENGINE{number + 1}"


def _maker(topology: Topology, network: Network) -> str:
    """Who makes it, if it is not made here: an overlay is made once for all machines of a swarm."""
    first = next(one for one in topology.networks if (one.name, one.driver) == (network.name, network.driver))
    if network.driver == "overlay" and first.machine != network.machine:
        return f"with {first.machine}, for all machines of the swarm"
    return "by others" if network.external else ""
