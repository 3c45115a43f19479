"""What engines know and a topology does not say: labels, ids of images and networks, who is in a swarm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from course.labs.refusals import meaning
from course.topology.applying.marks import TOPOLOGY, Facts, Labels
from course.topology.difference import PREDEFINED, Thing
from course.topology.model import Topology, Where

if TYPE_CHECKING:
    from docker import APIClient, DockerClient

    from course.labs.lab import Lab

SETTLED_WITHIN = 10.0  # seconds
Summary = dict[str, Any]
Summaries = dict[str, list[Summary]]  # by machine


def look(intended: Topology, lab: Lab) -> tuple[Topology, Facts]:
    """What is there, and the facts about it, of one moment.

    Engines go on with what they were asked for even if who asked is gone: so it is looked again until nothing changes
    meanwhile, or `SETTLED_WITHIN` is over. Raises LabError if an engine does not answer.
    """
    from docker.errors import DockerException
    from requests import RequestException

    from course.observe.live import read

    deadline = time.monotonic() + SETTLED_WITHIN
    try:
        while True:
            before, actual, after = _summaries(lab), read(lab), _summaries(lab)
            if _stamp(before) == _stamp(after) or time.monotonic() > deadline:
                return actual, _facts(intended, actual, lab, *after)
            time.sleep(0.1)
    except (DockerException, RequestException) as error:
        raise meaning(error, " or ".join(lab.hosts)) from error


def _summaries(lab: Lab) -> tuple[Summaries, Summaries]:
    engines = {name: host.client.api for name, host in lab.hosts.items()}
    containers = {name: api.containers(all=True) for name, api in engines.items()}
    return containers, {name: api.networks() for name, api in engines.items()}


def _stamp(summaries: tuple[Summaries, Summaries]) -> list[tuple[str, str, list[str]]]:
    """What changes when anything does: who is there, in which state, on which networks."""
    containers, networks = ([one for some in kind.values() for one in some] for kind in summaries)
    stamps = [
        (one["Id"], one["State"], sorted(plug["NetworkID"] for plug in _plugs(one).values())) for one in containers
    ]
    return sorted([*stamps, *((one["Id"], "", []) for one in networks)])


def _facts(intended: Topology, actual: Topology, lab: Lab, containers: Summaries, networks: Summaries) -> Facts:
    engines = {name: host.client.api for name, host in lab.hosts.items()}
    overlay = any(network.driver == "overlay" for network in (*intended.networks, *actual.networks))
    swarm = {name: api.info()["Swarm"] for name, api in engines.items()} if overlay else {}
    return Facts(
        labels=dict(_labels(containers, networks)),
        images=_images(lab, intended),
        made_of={(name, _name(one)): one["ImageID"] for name, some in containers.items() for one in some},
        loose=frozenset(_loose(containers, networks)),
        orphans=frozenset(_orphans(engines, intended, actual)),
        homes=dict(_homes(containers)),
        swarm=tuple(name for name, told in swarm.items() if told["LocalNodeState"] == "active"),
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


def _labels(containers: Summaries, networks: Summaries) -> Iterator[tuple[Thing, Labels]]:
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


def _loose(containers: Summaries, networks: Summaries) -> Iterator[Thing]:
    for machine, some in containers.items():
        ids = {network["Id"] for network in networks[machine]}
        for one in some:
            for network, plug in _plugs(one).items():
                if plug["NetworkID"] and plug["NetworkID"] not in ids:
                    yield Thing("attachment", machine, _name(one), network)


def _plugs(container: Summary) -> dict[str, dict[str, Any]]:
    return (container.get("NetworkSettings") or {}).get("Networks") or {}


def _homes(containers: Summaries) -> Iterator[tuple[Where, str]]:
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
