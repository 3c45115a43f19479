"""In which order containers are started: each after those that it waits for or lives with."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from course.errors import TopologyError
from course.topology.container import Container


def in_order(together: Iterable[Container]) -> list[Container]:
    """The containers of one machine, those first that others depend on or share a namespace with; else as they stand.

    One that is depended on and not there is nobody's, see `check_wiring`. Raises TopologyError if some wait for each
    other.
    """
    containers = {container.name: container for container in together}
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


def _first(container: Container) -> list[str]:
    return [*container.depends_on, *([container.owner] if container.owner else [])]
