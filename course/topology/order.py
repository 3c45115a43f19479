"""In which order the containers of a machine are started: each after those that it waits for or lives with."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from course.errors import TopologyError

if TYPE_CHECKING:
    from course.topology.container import Container
    from course.topology.model import Topology


def in_order(topology: Topology, machine: str) -> list[Container]:
    """The containers of a machine, those first that others depend on or share a namespace with; else as they stand.

    Raises TopologyError if some wait for each other.
    """
    containers = {container.name: container for container in topology.containers_of(machine)}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for container in containers.values():
        sorter.add(container.name, *(name for name in _first(container) if name in containers))
    try:
        return [containers[name] for name in sorter.static_order()]
    except CycleError as error:
        ring = error.args[1][::-1]  # each waits for the next
        what = f"{ring[0]} would have to start before itself"
        chain = ", ".join(f"{one} waits for {other}" for one, other in pairwise(ring))
        raise TopologyError(what, because=chain, next="take one of these dependencies out") from None


def check_order(topology: Topology) -> None:
    """TopologyError if containers wait for each other. One that is not there is nobody's, see `check_wiring`."""
    for machine in topology.machines:
        in_order(topology, machine.name)


def _first(container: Container) -> list[str]:
    return [*container.depends_on, *([container.owner] if container.owner else [])]
