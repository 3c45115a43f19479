"""Intended against actual: what differs between two topologies, each difference in one sentence. Pure.

What the intended topology leaves open is not compared: an address that the engine may choose, a host port 0, a setting
that the image decides. Networks that every engine has by itself, and how interfaces are called, are no one's intention.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from course.topology.applying import settings
from course.topology.model import Attachment, Container, Network, Topology, Where

Kind = Literal["missing", "extra", "other"]
# What engines make by themselves; `bridge`, `host` and `none` are always there.
PREDEFINED = ("bridge", "host", "none")
ENGINES_OWN = (*PREDEFINED, "docker_gwbridge", "ingress")
RUNS, IDLE = "should run", "should not run"
DOES = {"exited": "does not run", "created": "was never started", "paused": "is paused", "running": "runs"}


@dataclass(frozen=True, order=True)
class Thing:
    """A machine, network, container or attachment by name. ``network`` is where an attachment leads."""

    kind: Literal["machine", "network", "container", "attachment"]
    machine: str
    name: str
    network: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" on {self.network}" if self.network else "")

    @property
    def where(self) -> Where:
        """Its machine and its name."""
        return (self.machine, self.name)


@dataclass(frozen=True)
class Difference:
    """One way in which what is there is not what was meant.

    ``missing`` things are meant and not there, ``extra`` ones are there and not meant; of the ``other`` ones
    ``setting`` differs: ``wanted`` was meant, ``found`` is there, both as a reader would write them.
    """

    kind: Kind
    thing: Thing
    sentence: str
    setting: str = ""
    wanted: str = ""
    found: str = ""

    def __str__(self) -> str:
        return self.sentence


def compare(intended: Topology, actual: Topology) -> tuple[Difference, ...]:
    """Every difference, machines first, then networks, containers and attachments, in the order of the topologies.

    An attachment of a container that is itself missing or extra is not told twice.
    """
    found = [*_machines(intended, actual), *_networks(intended, actual)]
    found += [*_containers(intended, actual), *_attachments(intended, actual)]
    return tuple(found)


def thing_of(item: Network | Container | Attachment) -> Thing:
    """What to call it."""
    if isinstance(item, Attachment):
        return Thing("attachment", item.machine, item.container, item.network)
    return Thing("network" if isinstance(item, Network) else "container", item.machine, item.name)


def is_on(container: Container, topology: Topology) -> dict[str, Attachment]:
    """Its plugs by network; none where it has the host's, another container's or no network."""
    plugs = {plug.network: plug for plug in topology.attachments_of(container)}
    return {name: plug for name, plug in plugs.items() if name not in ("host", "none")}


def wanted_containers(topology: Topology) -> list[Container]:
    """Those that shall be there: all but the ones whose state is ``missing``."""
    return [container for container in topology.containers if container.state != "missing"]


def _machines(intended: Topology, actual: Topology) -> Iterator[Difference]:
    there = {machine.name: machine for machine in actual.machines}
    for machine in intended.machines:
        thing = Thing("machine", machine.name, machine.name)
        found = there.get(machine.name)
        if found is None:
            yield Difference("missing", thing, f"{thing} is missing")
        elif machine.address and not settings.same_address(machine.address, found.address):
            yield _other(thing, settings.Other("address", machine.address, found.address))


def _networks(intended: Topology, actual: Topology) -> Iterator[Difference]:
    there = {network.where: network for network in actual.networks}
    for network in intended.networks:
        thing = thing_of(network)
        if network.name in PREDEFINED:
            continue
        if network.where not in there:
            yield Difference("missing", thing, f"{thing} is missing")
        elif not network.external:
            yield from (_other(thing, one) for one in settings.of_networks(network, there[network.where]))
    meant = {network.where for network in intended.networks}
    for network in actual.networks:
        if network.where not in meant and network.name not in ENGINES_OWN:
            yield _extra(thing_of(network))


def _containers(intended: Topology, actual: Topology) -> Iterator[Difference]:
    there = {container.where: container for container in actual.containers}
    for container in wanted_containers(intended):
        thing = thing_of(container)
        found = there.get(container.where)
        if found is None or found.state == "missing":
            yield Difference("missing", thing, f"{thing} is missing")
        else:
            yield from _state(thing, container, found)
            yield from (_other(thing, one) for one in settings.of_containers(container, found))
    meant = {container.where for container in wanted_containers(intended)}
    for container in actual.containers:
        if container.where not in meant:
            yield _extra(thing_of(container))


def _state(thing: Thing, wanted: Container, found: Container) -> Iterator[Difference]:
    """Planned containers are meant to run; between having ended and never having begun there is no difference."""
    aim, now = doing(wanted), doing(found)
    if aim != now:
        should = {"running": RUNS, "paused": "should be paused"}.get(aim, IDLE)
        yield Difference("other", thing, f"{thing} {DOES[found.state]}, and {should}", "state", aim, found.state)


def doing(container: Container) -> Literal["running", "paused", "idle"]:
    """What it does, or, planned, shall do."""
    if container.state == "paused":
        return "paused"
    return "running" if container.state in ("running", "planned") else "idle"


def _attachments(intended: Topology, actual: Topology) -> Iterator[Difference]:
    there = {container.where: container for container in actual.containers}
    for container in wanted_containers(intended):
        if container.where in there:
            plugs, found = is_on(container, intended), is_on(there[container.where], actual)
            yield from _plugs(plugs, found, doing(there[container.where]) != "idle")


def _plugs(wanted: dict[str, Attachment], found: dict[str, Attachment], runs: bool) -> Iterator[Difference]:
    for network, plug in wanted.items():
        thing = thing_of(plug)
        if network not in found:
            yield Difference("missing", thing, f"container {plug.container} is not on network {network}")
        else:
            yield from (_other(thing, one) for one in settings.of_attachments(plug, found[network], runs))
    for network, plug in found.items():
        if network not in wanted:
            sentence = f"container {plug.container} is on network {network}, and is not meant to be"
            yield Difference("extra", thing_of(plug), sentence)


def _extra(thing: Thing) -> Difference:
    return Difference("extra", thing, f"{thing} is there, and is not meant to be")


def _other(thing: Thing, other: settings.Other) -> Difference:
    return Difference("other", thing, f"{thing}: {other.sentence}", other.setting, other.wanted, other.found)
