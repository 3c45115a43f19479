"""What is there now: the topology of a lab, read from its engines and its agents."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from course.errors import CourseError, LabError
from course.labhost.records import State, View
from course.topology import model
from course.topology.model import Attachment, Container, Machine, Network, Port, Topology

if TYPE_CHECKING:
    from course.labs.host import Host
    from course.labs.lab import Lab

# The engine's words for what a container does, in the topology's: what is restarting or dying runs nothing now.
STATES: dict[str, model.State] = {"running": "running", "paused": "paused", "created": "created"}
WITHOUT_A_LINE = ("host", "null")  # drivers of the networks `host` and `none`: shown only while somebody uses them
BRIDGE_NAME = "com.docker.network.bridge.name"
EVERY_IPV6, EVERY_IPV4 = "::", "0.0.0.0"


def read(lab: Lab, brief: bool = False) -> Topology:
    """The machines, networks, containers and attachments of ``lab`` as they are at this moment.

    Interface names and the LAN's subnet come from the agents, and are empty where an agent does not answer. ``brief``
    is a tenth of the work: what runs and where it is plugged in, without ports, aliases and what the agents know.
    Raises LabError if the lab is closed or an engine of it does not answer.
    """
    if not lab.all:
        raise LabError("this lab is closed, so there is nothing to see", next=f'open it again: open_lab("{lab.name}")')
    with ThreadPoolExecutor(len(lab.all)) as pool:
        seen = list(pool.map(lambda host: _look(host, brief), lab.all.values()))
    return Topology(
        lab.name,
        machines=tuple(one.machine for one in seen),
        networks=tuple(network for one in seen for network in one.networks),
        containers=tuple(container for one in seen for container in one.containers),
        attachments=tuple(plug for one in seen for plug in one.attachments),
        lan=next((one.lan for one in seen if one.lan), ""),
    )


@dataclass(frozen=True)
class _Seen:
    """One machine's part of the topology."""

    machine: Machine
    lan: str
    networks: list[Network]
    containers: list[Container]
    attachments: list[Attachment]


def _look(host: Host, brief: bool) -> _Seen:
    containers, networks = _engine(host, brief) if host.has_engine else ([], [])
    views = {} if brief else _state(host).views
    return parse(Machine(host.name, host.address, host.has_engine), containers, networks, views)


def parse(
    machine: Machine, containers: list[dict[str, Any]], networks: list[dict[str, Any]], views: dict[str, View]
) -> _Seen:
    """The records of one machine, from what its engine says when inspected and what its agent sees."""
    names = {container["Id"]: container["Name"].lstrip("/") for container in containers}
    plugs = list(_plugs(machine.name, containers, {network["Name"] for network in networks}, views))
    used = {plug.network for plug in plugs}
    interface = _interface(views.get("host"), machine.address, "")
    return _Seen(
        replace(machine, interface=interface),
        _lan(machine.address, views.get("host")),
        [_network(machine.name, n) for n in networks if n["Driver"] not in WITHOUT_A_LINE or n["Name"] in used],
        [_container(machine.name, container, names) for container in containers],
        plugs,
    )


def _engine(host: Host, brief: bool = False) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Inspected (if ``brief``, listed) containers and listed networks, oldest first.

    Containers come first: whatever they are attached to is then among the networks, unless it was removed meanwhile.
    """
    from docker.errors import DockerException
    from requests import RequestException

    try:
        if brief:
            # the newest is listed first, and those of one second shall stay in the order in which they were made
            containers = [_inspected(row) for row in reversed(host.client.api.containers())]
        else:
            containers = [c.attrs for c in host.client.containers.list(all=True, ignore_removed=True)]
        networks = [network.attrs for network in host.client.networks.list()]
    except (DockerException, RequestException) as error:
        raise LabError(
            f"the engine of {host.name} does not answer",
            because=str(error),
            next="lab.reset() starts fresh machines; what ran on the old ones is gone",
        ) from error
    return sorted(containers, key=_made), sorted(networks, key=_made)


def _inspected(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the engine's list in the form of an inspection, as far as it goes."""
    name = row["Names"][0] if row["Names"] else row["Id"][:12]
    return {**row, "Name": name, "State": {"Status": row["State"]}, "Config": {"Image": row["Image"]}}


def _made(thing: dict[str, Any]) -> Any:
    return thing["Created"]


def _state(host: Host) -> State:
    try:
        return host.state()
    except CourseError:  # an agent that is silent costs the names of interfaces, not the picture
        return State({})


def _lan(address: str, view: View | None) -> str:
    cidrs = [cidr for interface in (view.interfaces if view else []) for cidr in interface.addresses]
    found = (ipaddress.ip_interface(cidr).network for cidr in cidrs if cidr.partition("/")[0] == address)
    return str(next(found, ""))


def _network(machine: str, network: dict[str, Any]) -> Network:
    pools = (network.get("IPAM") or {}).get("Config") or []
    options = network.get("Options") or {}
    bridge = options.get(BRIDGE_NAME) or f"br-{network['Id'][:12]}"
    return Network(
        network["Name"],
        machine,
        network["Driver"],
        subnets=tuple(pool["Subnet"] for pool in pools if pool.get("Subnet")),
        gateway=next((_bare(pool["Gateway"]) for pool in pools if pool.get("Gateway")), ""),
        internal=bool(network.get("Internal")),
        bridge=bridge if network["Driver"] == "bridge" else "",
    )


def _container(machine: str, container: dict[str, Any], names: dict[str, str]) -> Container:
    state = STATES.get(container["State"]["Status"], "exited")
    return Container(
        container["Name"].lstrip("/"),
        machine,
        container["Config"]["Image"],
        state,
        ports=tuple(_ports(container["NetworkSettings"].get("Ports") or {})),
        shares=_shares(container, names),
    )


def _shares(container: dict[str, Any], names: dict[str, str]) -> str:
    """The network mode in our words; who joined a container that is gone names it by its short id."""
    mode = container["HostConfig"].get("NetworkMode") or ""
    if mode.startswith("container:"):
        owner = mode.partition(":")[2]
        return f"container:{names.get(owner, owner[:12])}"
    # taken off `none` and connected elsewhere later, a container still has that mode
    return mode if mode in ("host", "none") and mode in container["NetworkSettings"]["Networks"] else ""


def _ports(ports: dict[str, Any]) -> Iterator[Port]:
    for inside, bindings in ports.items():
        number, _, protocol = inside.partition("/")
        addresses = {(binding["HostIp"], int(binding["HostPort"])) for binding in bindings or []}
        for address, port in sorted(addresses):
            if address != EVERY_IPV6 or (EVERY_IPV4, port) not in addresses:  # else the same wish, said twice
                yield Port(port, int(number), protocol or "tcp", address)


def _plugs(
    machine: str, containers: list[dict[str, Any]], known: set[str], views: dict[str, View]
) -> Iterator[Attachment]:
    for container in containers:
        name, view = container["Name"].lstrip("/"), views.get(container["Name"].lstrip("/"))
        for network, plug in (container["NetworkSettings"].get("Networks") or {}).items():
            if network in known:
                address = plug.get("IPAddress") or plug.get("GlobalIPv6Address") or ""
                mac = plug.get("MacAddress") or ""
                aliases = tuple(a for a in plug.get("Aliases") or [] if a not in (name, container["Id"][:12]))
                yield Attachment(name, network, machine, _interface(view, address, mac), address, mac, aliases)


def _interface(view: View | None, address: str, mac: str) -> str:
    """The interface that has this address, or, if someone changed that, this MAC address."""
    interfaces = view.interfaces if view else []
    by_address = [i.name for i in interfaces if address and address in map(_bare, i.addresses)]
    by_mac = [i.name for i in interfaces if mac and i.mac.lower() == mac.lower()]
    return next(iter([*by_address, *by_mac]), "")


def _bare(cidr: str) -> str:
    return cidr.partition("/")[0]
