"""What is there now: the topology of a lab, read from its engines and its agents."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from course.errors import CourseError, LabError
from course.labhost.records import State, View
from course.observe import inspected
from course.topology.checks import LONE
from course.topology.model import Attachment, Container, Machine, Network, Topology

if TYPE_CHECKING:
    from course.labs.host import Host
    from course.labs.lab import Lab

# What images say, by their ids, which are checksums: the same in every engine, and the same for ever.
_images: dict[str, dict[str, Any]] = {}


def read(lab: Lab, brief: bool = False) -> Topology:
    """The machines, networks, containers and attachments of ``lab`` as they are at this moment.

    Interface names and the LAN's subnet come from the agents, and are empty where an agent does not answer.
    Addresses and ports are those that are in use: a container that does not run has none. ``brief`` is a tenth of the
    work: what runs and where it is plugged in, without ports, aliases, settings and what the agents know.
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
    machine = Machine(host.name, host.address, host.has_engine)
    views = {} if brief else _state(host).views
    return parse(machine, containers, networks, views, {} if brief else _look_up(host, containers))


def parse(
    machine: Machine,
    containers: list[dict[str, Any]],
    networks: list[dict[str, Any]],
    views: dict[str, View],
    images: Mapping[str, dict[str, Any]] | None = None,
) -> _Seen:
    """The records of one machine, from what its engine says when inspected and what its agent sees.

    ``images`` are the settings of images by their ids; where one is missing, all is the container's own.
    """
    known = images or {}
    names = {container["Id"]: container["Name"].lstrip("/") for container in containers}
    plugs = list(inspected.plugs(machine.name, containers, {one["Name"]: one["Driver"] for one in networks}, views))
    used = {plug.network for plug in plugs}
    interface = inspected.interface_of(views.get("host"), machine.address, "")
    return _Seen(
        replace(machine, interface=interface),
        _lan(machine.address, views.get("host")),
        [inspected.network(machine.name, n) for n in networks if n["Driver"] not in LONE or n["Name"] in used],
        [inspected.container(machine.name, one, names, known.get(one.get("Image", ""), {})) for one in containers],
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


def _look_up(host: Host, containers: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the images of the containers say; the engine is asked once for each image."""
    from docker.errors import DockerException
    from requests import RequestException

    for image in {container["Image"] for container in containers} - _images.keys():
        with suppress(DockerException, RequestException):  # removed meanwhile: then all is the container's own
            _images[image] = host.client.images.get(image).attrs.get("Config") or {}
    return _images


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
