"""What a plan is made from: what is meant, what is there, and what the engines say besides. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from course.topology.applying.marks import TOPOLOGY, Facts, Labels
from course.topology.checks import Address, parse_address
from course.topology.difference import Difference, Thing, compare, is_on, thing_of, wanted_containers
from course.topology.model import Attachment, Container, Network, Topology, Where


@dataclass(frozen=True)
class Scene:
    """Intended and actual topology, the engines' facts, and the questions that planning asks of them."""

    intended: Topology
    actual: Topology
    facts: Facts

    @cached_property
    def differences(self) -> dict[Thing, list[Difference]]:
        """By the thing that differs."""
        found: dict[Thing, list[Difference]] = defaultdict(list)
        for difference in compare(self.intended, self.actual):
            found[difference.thing].append(difference)
        return dict(found)

    @cached_property
    def wanted(self) -> dict[Thing, Container]:
        """The containers that shall be there."""
        return {thing_of(container): container for container in wanted_containers(self.intended)}

    @cached_property
    def containers(self) -> dict[Thing, Container]:
        """The containers that are there."""
        return {thing_of(container): container for container in self.actual.containers}

    @cached_property
    def networks(self) -> dict[Thing, Network]:
        """The networks that are there."""
        return {thing_of(network): network for network in self.actual.networks}

    @cached_property
    def plugs(self) -> dict[Thing, list[Thing]]:
        """The containers that are on each network now."""
        found: dict[Thing, list[Thing]] = defaultdict(list)
        for plug in self.actual.attachments:
            found[Thing("network", plug.machine, plug.network)].append(Thing("container", plug.machine, plug.container))
        return dict(found)

    def labels(self, thing: Thing) -> Labels:
        """The labels that it wears, if any are ours."""
        return self.facts.labels.get(thing, {})

    def ours(self, thing: Thing) -> bool:
        """Whether it wears the label of this topology."""
        return self.labels(thing).get(TOPOLOGY) == self.intended.name

    def leads(self, container: Container) -> Iterator[Thing]:
        """Whom a container has to wait for: the owner of its namespace, and what it depends on."""
        names = [*filter(None, [container.owner]), *container.depends_on]
        yield from (Thing("container", container.machine, name) for name in names)

    @cached_property
    def reach(self) -> dict[Thing, frozenset[Thing]]:
        """Whom each container has to wait for, near or far."""
        return {thing: frozenset(self._reach(thing)) for thing in self.wanted}

    def _reach(self, thing: Thing) -> set[Thing]:
        seen: set[Thing] = set()
        waiting = [thing]
        while waiting:
            one = waiting.pop()
            fresh = {lead for lead in self.leads(self.wanted[one]) if lead not in seen} if one in self.wanted else set()
            seen |= fresh
            waiting += fresh
        return seen

    @cached_property
    def awaited(self) -> frozenset[Thing]:
        """Containers that one with an address of its own has to wait for."""
        return frozenset(lead for thing, one in self.wanted.items() if self.fixed(one) for lead in self.reach[thing])

    def fixed(self, container: Container) -> bool:
        """Whether an address is meant for it on one of its networks."""
        return any(plug.address for plug in is_on(container, self.intended).values())

    @cached_property
    def addresses(self) -> dict[tuple[Where, Address], str]:
        """Who is meant to have an address: by machine and network, and address."""
        return {(place(p), parsed(p.address)): p.container for p in self.intended.attachments if p.address}


def place(plug: Attachment) -> Where:
    """The network that a plug leads to."""
    return (plug.machine, plug.network)


def parsed(address: str) -> Address:
    """An address, however it is written."""
    return parse_address(address, "an attachment")
