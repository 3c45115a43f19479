"""What engines know and a topology does not say: labels, ids of images and networks, who is in a swarm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from course.labs.refusals import meaning
from course.topology.difference import PREDEFINED, Thing
from course.topology.marks import TOPOLOGY, Facts, Labels
from course.topology.model import Topology, Where

if TYPE_CHECKING:
    from docker import APIClient, DockerClient

    from course.labs.lab import Lab

Summary = dict[str, Any]


def facts(intended: Topology, actual: Topology, lab: Lab) -> Facts:
    """The facts about all machines of the lab. Raises CourseError if an engine does not answer."""
    from docker.errors import DockerException
    from requests import RequestException

    try:
        return _facts(intended, actual, lab)
    except (DockerException, RequestException) as error:
        raise meaning(error, f"{' or '.join(lab.hosts)}") from error


def _facts(intended: Topology, actual: Topology, lab: Lab) -> Facts:
    engines = {name: host.client.api for name, host in lab.hosts.items()}
    containers = {name: api.containers(all=True) for name, api in engines.items()}
    networks = {name: api.networks() for name, api in engines.items()}
    overlay = any(network.driver == "overlay" for network in (*intended.networks, *actual.networks))
    swarm = {name: api.info()["Swarm"] for name, api in engines.items()} if overlay else {}
    return Facts(
        labels=dict(_labels(containers, networks)),
        images=_images(lab, intended),
        made_of={(name, _name(one)): one["ImageID"] for name, some in containers.items() for one in some},
        loose=frozenset(_loose(containers, networks)),
        orphans=frozenset(_orphans(engines, intended, actual)),
        swarm=tuple(name for name, told in swarm.items() if told["LocalNodeState"] == "active"),
        homes=dict(_homes(containers)),
        managers=tuple(name for name, told in swarm.items() if told["ControlAvailable"]),
    )


def ended(lab: Lab, topology: Topology) -> Iterator[tuple[Thing, int, str]]:
    """The containers of a topology that do not run any more: each with its exit code and its last words."""
    wanted = {container.where for container in topology.containers if container.state in ("planned", "running")}
    for machine, host in lab.hosts.items():
        api = host.client.api
        for one in api.containers(all=True, filters={"label": f"{TOPOLOGY}={topology.name}", "status": "exited"}):
            if (machine, _name(one)) in wanted:
                code = api.inspect_container(one["Id"])["State"]["ExitCode"]
                words = api.logs(one["Id"], tail=1).decode(errors="replace").strip()
                yield Thing("container", machine, _name(one)), code, words


def _labels(containers: dict[str, list[Summary]], networks: dict[str, list[Summary]]) -> Iterator[tuple[Thing, Labels]]:
    for machine, some in containers.items():
        for one in some:
            if TOPOLOGY in (one.get("Labels") or {}):
                yield Thing("container", machine, _name(one)), one["Labels"]
    for machine, some in networks.items():
        for one in some:
            if TOPOLOGY in (one.get("Labels") or {}):
                yield Thing("network", machine, one["Name"]), one["Labels"]


def _name(container: Summary) -> str:
    """Its own name; names that links gave it have another slash in them."""
    names = [name[1:] for name in container["Names"] or ["/"] if "/" not in name[1:]]
    return str(names[0]) if names else str(container["Id"][:12])


def _images(lab: Lab, intended: Topology) -> dict[tuple[str, str], str]:
    asked = {(container.machine, container.image) for container in intended.containers if container.image}
    return {(machine, image): _image(lab.hosts[machine].client, image) for machine, image in sorted(asked)}


def _image(client: DockerClient, image: str) -> str:
    from docker.errors import APIError

    try:
        return str(client.images.get(image).id)
    except APIError as error:
        if error.status_code in (400, 404):  # none of that name, or no name for an image
            return ""
        raise


def _loose(containers: dict[str, list[Summary]], networks: dict[str, list[Summary]]) -> Iterator[Thing]:
    for machine, some in containers.items():
        ids = {network["Id"] for network in networks[machine]}
        for one in some:
            for network, plug in ((one.get("NetworkSettings") or {}).get("Networks") or {}).items():
                if plug["NetworkID"] and plug["NetworkID"] not in ids:
                    yield Thing("attachment", machine, _name(one), network)


def _homes(containers: dict[str, list[Summary]]) -> Iterator[tuple[Where, str]]:
    for machine, some in containers.items():
        for one in some:
            mode = one["HostConfig"].get("NetworkMode") or "default"
            if mode not in ("default", *PREDEFINED) and not mode.startswith("container:"):
                yield (machine, _name(one)), mode


def _orphans(engines: dict[str, APIClient], intended: Topology, actual: Topology) -> Iterator[Where]:
    """Who was started before the owner of its namespace was started the last time."""
    there = {container.where for container in actual.containers}
    for container in intended.containers:
        owner = (container.machine, container.owner)
        if container.owner and {container.where, owner} <= there:
            api = engines[container.machine]
            if _started(api, container.name) < _started(api, container.owner):
                yield container.where


def _started(api: APIClient, name: str) -> str:
    return str(api.inspect_container(name)["State"]["StartedAt"])
