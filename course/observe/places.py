"""Where packets come from and go to: the machines of a lab, and its running containers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from course.topology.model import Container, Topology


@dataclass(frozen=True)
class Place:
    """Somewhere packets come from and go to: a machine itself (view ``host``), or a container of it.

    ``addresses`` are by network: ``host1/bridge`` and ``host2/bridge`` are two, an overlay is one wherever it is.
    """

    name: str
    machine: str
    view: str
    addresses: Mapping[str, str] = field(default_factory=dict)

    def address(self, asker: Place) -> str:
        """Where ``asker`` finds it: on a network that both are on, else at its first address; empty if it has none."""
        shared = [address for network, address in self.addresses.items() if network in asker.addresses]
        return next(iter([*shared, *self.addresses.values()]), "")


def places(topology: Topology) -> dict[str, Place]:
    """Every machine and every running container, by the name that it has in a table."""
    running = [container for container in topology.containers if container.state in ("running", "paused")]
    names = Counter([machine.name for machine in topology.machines] + [container.name for container in running])
    found = [Place(m.name, m.name, "host", {"lan": m.address} if m.address else {}) for m in topology.machines]
    for container in running:
        name = f"{container.machine}/{container.name}" if names[container.name] > 1 else container.name
        found.append(Place(name, container.machine, container.name, _addresses(topology, container)))
    return {place.name: place for place in found}


def _addresses(topology: Topology, container: Container) -> dict[str, str]:
    """Addresses by network; who lives in another's namespace has that one's."""
    if container.shares == "host":
        return {"lan": topology.machine(container.machine).address}
    owners = [other for other in topology.containers_of(container.machine) if other.name == container.owner]
    if owners:
        return _addresses(topology, owners[0])
    wide = {network.where for network in topology.networks if network.driver == "overlay"}
    plugs = [plug for plug in topology.attachments_of(container) if plug.address]
    return {p.network if (p.machine, p.network) in wide else f"{p.machine}/{p.network}": p.address for p in plugs}
