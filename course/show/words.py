"""A topology in sentences: what a screen reader says in place of the picture."""

from __future__ import annotations

from course.topology.model import Attachment, Container, Machine, Network, Topology


def describe(topology: Topology) -> str:
    """Everything that the picture shows, one sentence for each thing."""
    if not topology.machines:
        return "Nothing here yet."
    return " ".join([_overview(topology), *(_machine(topology, machine) for machine in topology.machines)])


def _overview(topology: Topology) -> str:
    hosts = [machine.name for machine in topology.machines if machine.has_engine]
    others = [machine.name for machine in topology.machines if not machine.has_engine]
    groups = [_group("lab host", hosts), _group("machine", others)]
    lan = f" on the LAN {topology.lan}" if topology.lan else ""
    return f"{' and '.join(group for group in groups if group)}{lan}."


def _group(kind: str, names: list[str]) -> str:
    return f"{kind}{'s' if len(names) > 1 else ''} {listed(names)}" if names else ""


def _machine(topology: Topology, machine: Machine) -> str:
    where = f" at {machine.address}" if machine.address else ""
    if not machine.has_engine:
        return f"{machine.name} is a machine{where}."
    networks = [
        _network(network) for network in topology.networks_of(machine.name) if network.driver not in ("host", "null")
    ]
    containers = [_container(topology, container) for container in topology.containers_of(machine.name)]
    has = f" has {listed(networks) or 'no networks'}" + ("" if containers else ", and no containers")
    return " ".join([f"{machine.name}{where}{has}.", *containers])


def _network(network: Network) -> str:
    kind = "internal " * network.internal + network.driver
    about = ", ".join(word for word in (kind, *network.subnets, network.bridge) if word)
    return f"network {network.name} ({about})"


def _container(topology: Topology, container: Container) -> str:
    ports = f", published {listed([str(port) for port in container.ports])}" if container.ports else ""
    return f"{container.name} is {container.state}{_place(topology, container)}{ports}."


def _place(topology: Topology, container: Container) -> str:
    if container.owner:
        return f", in the network namespace of {container.owner}"
    if container.shares == "host":
        return ", in the network namespace of its host"
    plugs = [_plug(plug) for plug in topology.attachments_of(container)] if not container.shares else []
    return f", on {listed(plugs)}" if plugs else ", on no network"


def _plug(plug: Attachment) -> str:
    return f"{plug.network} as {plug.address}" if plug.address else plug.network


def listed(words: list[str]) -> str:
    """Words joined as in a sentence: a, b and c."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
