"""An engine as a few dictionaries: what the steps of a plan do to it, and what an engine would refuse to do.

For tests of plans alone, where thousands of them are tried; `test_converge` has the real engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from course.topology.applying.marks import Facts, Labels, labels
from course.topology.applying.steps import Plan, Step
from course.topology.checks import Subnet, overlap, parse_subnet
from course.topology.difference import Thing, is_on, thing_of
from course.topology.model import Attachment, Container, Machine, Network, State, Topology

HOST = "host1"
Choose = Callable[[list[Step]], Step]


class Engine:
    """One machine's networks, containers and plugs, with the network namespace (a number) of each container."""

    def __init__(self) -> None:
        self.networks: dict[str, Network] = {}
        self.containers: dict[str, Container] = {}
        self.plugs: dict[tuple[str, str], Attachment] = {}
        self.homes: dict[tuple[str, str], str] = {}
        self.labels: dict[Thing, Labels] = {}
        self.lives_in: dict[str, int] = {}
        self._ids: dict[str, int] = {}
        self._owners: dict[str, int] = {}
        self._numbers = count()

    def topology(self) -> Topology:
        """As it would be read."""
        seen = [replace(one, shares=self._shares(one)) for one in self.containers.values()]
        return Topology(
            "there", (Machine(HOST),), tuple(self.networks.values()), tuple(seen), tuple(self.plugs.values())
        )

    def facts(self, images: dict[tuple[str, str], str]) -> Facts:
        """As they would be looked up."""
        sharers = [one for one in self.containers.values() if one.owner in self.containers]
        orphans = [one.where for one in sharers if self.lives_in.get(one.name) != self.lives_in.get(one.owner)]
        made_of = {one.where: images[HOST, one.image] for one in self.containers.values()}
        return Facts(self.labels, images, made_of, orphans=frozenset(orphans), homes=self.homes)

    def run(self, plan: Plan, choose: Choose = lambda steps: steps[0], leave: int = 0) -> None:
        """Do all steps but so many, in one of the orders that the plan allows."""
        left = {step.key: step for step in plan.steps}
        while len(left) > leave:
            ready = [step for step in left.values() if not (step.needs | step.after) & left.keys()]
            assert ready, f"these wait for each other: {list(left)}"
            step = choose(ready)
            self.do(step, plan.topology)
            del left[step.key]

    def do(self, step: Step, topology: Topology) -> None:
        """One step. AssertionError where an engine would refuse."""
        thing = step.thing
        if thing.kind == "network":
            (self._make_network if step.verb == "create" else self.remove_network)(thing, topology)
        elif thing.kind == "attachment":
            (self._connect if step.verb == "connect" else self.disconnect)(thing, topology)
        else:
            getattr(self, step.verb)(thing, topology)

    # --- networks and plugs ---------------------------------------------------------------------

    def _make_network(self, thing: Thing, topology: Topology) -> None:
        (network,) = [one for one in topology.networks if thing_of(one) == thing]
        assert thing.name not in self.networks
        assert not any(overlap(_subnets(network), _subnets(other)) for other in self.networks.values())
        self.networks[thing.name] = network
        self.labels[thing] = labels(topology.name, network)

    def remove_network(self, thing: Thing, topology: Topology) -> None:
        assert thing.name in self.networks
        assert not [name for name, network in self.plugs if network == thing.name]
        del self.networks[thing.name]
        self.labels.pop(thing, None)

    def _connect(self, thing: Thing, topology: Topology) -> None:
        (plug,) = [one for one in topology.attachments if thing_of(one) == thing]
        assert thing.network in self.networks
        assert (thing.name, thing.network) not in self.plugs
        assert (thing.name, "none") not in self.plugs
        assert self._at_home(thing.name)
        self._check_address(plug)
        self.plugs[thing.name, thing.network] = replace(plug, mac="")

    def disconnect(self, thing: Thing, topology: Topology) -> None:
        assert (thing.name, thing.network) in self.plugs
        del self.plugs[thing.name, thing.network]

    def _check_address(self, plug: Attachment) -> None:
        taken = [
            one.container for one in self._live_plugs() if (one.network, one.address) == (plug.network, plug.address)
        ]
        assert not plug.address or not taken, f"{plug.address} is taken by {taken}"

    def _live_plugs(self) -> list[Attachment]:
        return [plug for plug in self.plugs.values() if self.containers[plug.container].state in ("running", "paused")]

    # --- containers -----------------------------------------------------------------------------

    def create(self, thing: Thing, topology: Topology) -> None:
        (container,) = [one for one in topology.containers if thing_of(one) == thing]
        assert thing.name not in self.containers
        assert not container.owner or container.owner in self.containers
        self.containers[thing.name] = replace(container, state="created")
        self._ids[thing.name] = next(self._numbers)
        self._owners[thing.name] = self._ids.get(container.owner, -1)
        self.labels[thing] = labels(topology.name, container)
        for network, plug in is_on(container, topology).items():
            assert network in self.networks
            self.plugs[thing.name, network] = plug

        self.homes[HOST, thing.name] = next(iter(is_on(container, topology)), "none")

    def _at_home(self, name: str) -> bool:
        return self.homes[HOST, name] in (*self.networks, "none")

    def remove(self, thing: Thing, topology: Topology) -> None:
        del self.containers[thing.name]
        self.labels.pop(thing, None)
        self.plugs = {key: plug for key, plug in self.plugs.items() if key[0] != thing.name}

    def start(self, thing: Thing, topology: Topology) -> None:
        container = self.containers[thing.name]
        assert container.state in ("created", "exited")
        (wanted,) = [one for one in topology.containers if thing_of(one) == thing]
        for lead in filter(None, (*wanted.depends_on, container.owner)):
            assert self.containers[lead].state == "running", f"{thing} is started before {lead}"
        assert self._at_home(thing.name)
        for other in self.containers.values():
            assert other.state not in ("running", "paused") or not {*other.ports} & {*container.ports}
        for plug in [plug for plug in self.plugs.values() if plug.container == thing.name]:
            assert plug.network in self.networks
            self._check_address(plug)
        self.lives_in[thing.name] = self.lives_in[container.owner] if container.owner else next(self._numbers)
        self._set(thing, "running")

    def wait(self, thing: Thing, topology: Topology) -> None:
        assert self.containers[thing.name].state == "running"

    def stop(self, thing: Thing, topology: Topology) -> None:
        self._set(thing, "exited")

    def pause(self, thing: Thing, topology: Topology) -> None:
        assert self.containers[thing.name].state == "running"
        self._set(thing, "paused")

    def unpause(self, thing: Thing, topology: Topology) -> None:
        assert self.containers[thing.name].state == "paused"
        self._set(thing, "running")

    def _set(self, thing: Thing, state: State) -> None:
        self.containers[thing.name] = replace(self.containers[thing.name], state=state)

    def _shares(self, container: Container) -> str:
        there = container.owner in self.containers and self._ids[container.owner] == self._owners[container.name]
        return container.shares if there or not container.owner else "container:0123456789ab"


def _subnets(network: Network) -> list[Subnet]:
    return [parse_subnet(subnet, network.name) for subnet in network.subnets]
