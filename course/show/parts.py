"""What a lab host's picture is made of: the boxes and lines of a topology, in the order in which they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations

from course.show.shapes import Box, Line, Stem, host_part
from course.topology.model import Attachment, Container, Network, Topology

FEW = 6  # lines, all orders of which are tried; of more, only those that are one move better
NO_LINE = ("host", "null")  # drivers of networks that are not drawn as a line


def boxes_of(topology: Topology, machine: str) -> Iterator[Box]:
    """One box for each network namespace of a machine."""
    containers = topology.containers_of(machine)
    names = {container.name for container in containers}
    for container in containers:
        if container.owner not in names:
            yield Box([container, *_lodgers(container.name, containers)])


def _lodgers(owner: str, containers: list[Container]) -> Iterator[Container]:
    """Who lives in the namespace of ``owner``, or of somebody who does."""
    for container in containers:
        if container.owner == owner and container.name != owner:
            yield container
            yield from _lodgers(container.name, containers)


def lines_of(topology: Topology, machine: str, boxes: list[Box], brief: bool) -> list[Line]:
    """The lines in their order; gives every box its stems, with only the ends of their addresses if ``brief``."""
    plugs = [[plug for one in box.containers for plug in topology.attachments_of(one)] for box in boxes]
    networks = [network for network in topology.networks_of(machine) if network.driver not in NO_LINE]
    networks = _ordered(networks, [{plug.network for plug in some} for some in plugs])
    index = {network.name: number for number, network in enumerate(networks)}
    for box, some in zip(boxes, plugs, strict=True):
        known = sorted((plug for plug in some if plug.network in index), key=lambda plug: index[plug.network])
        box.stems = [_stem(index[plug.network], plug, networks, brief) for plug in known]
    return [Line(network, number) for number, network in enumerate(networks)]


def _stem(line: int, plug: Attachment, networks: list[Network], brief: bool) -> Stem:
    address = plug.address
    if address and brief:
        address = host_part(address, networks[line].subnets)
    return Stem(line, plug, [row for row in (plug.interface, address) if row])


def _ordered(networks: list[Network], attached: list[set[str]]) -> list[Network]:
    """An order in which few lines are passed by stems that are not theirs; the best one, if there are few lines."""
    several = [names for names in attached if len(names) > 1]
    if not several:
        return networks

    def passed(order: Iterable[Network]) -> int:
        rows = [[n for n, network in enumerate(order) if network.name in names] for names in several]
        return sum(row[-1] - row[0] + 1 - len(row) for row in rows if row)

    if len(networks) <= FEW:
        return list(min(permutations(networks), key=passed))
    best, least = networks, passed(networks)
    while better := min(_moved(best), key=passed):
        if passed(better) >= least:
            break
        best, least = better, passed(better)
    return best


def _moved(networks: list[Network]) -> Iterator[list[Network]]:
    """All orders that differ in the place of one."""
    for one in networks:
        others = [network for network in networks if network is not one]
        yield from ([*others[:place], one, *others[place:]] for place in range(len(networks)))
