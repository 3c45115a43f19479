"""One step of a plan, as requests to the engine of its machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from course.errors import CourseError
from course.labs.refusals import meaning
from course.topology.applying.as_docker import container_settings, host_settings, network_settings, plug_settings
from course.topology.applying.marks import Labels, labels
from course.topology.applying.steps import Step, Verb
from course.topology.difference import Thing, is_on, thing_of
from course.topology.model import Container, Topology

if TYPE_CHECKING:
    from docker import APIClient

GONE_WITHIN = 20.0  # seconds
PATIENCE = 3  # seconds that a process has to end by itself when its container is stopped
MANY_NETWORKS = (1, 44)  # from this version of the API on, a container is created with several networks at once
POLLS = threading.Semaphore(2)  # with the steps at work no more than the ten connections that docker-py keeps


class Doer:
    """Does steps towards a topology. ``engines`` are the engines' clients by machine."""

    def __init__(self, topology: Topology, engines: Mapping[str, APIClient]) -> None:
        self._topology = topology
        self._engines = engines
        self._containers = {thing_of(container): container for container in topology.containers}
        self._networks = {thing_of(network): network for network in topology.networks}
        self._plugs = {thing_of(plug): plug for plug in topology.attachments}

    def __call__(self, step: Step, over: threading.Event) -> None:
        """Do one step. Raises CourseError, with what the engine's refusal means."""
        from docker.errors import DockerException
        from requests import RequestException

        api, thing = self._engines[step.thing.machine], step.thing
        try:
            if step.verb == "wait":
                self._wait(api, thing, over)
            elif thing.kind == "network":
                self._network(api, step.verb, thing)
            elif thing.kind == "attachment":
                self._plug(api, step.verb, thing)
            else:
                self._container(api, step.verb, thing)
        except (DockerException, RequestException) as error:
            raise meaning(error, thing.machine) from error

    def _network(self, api: APIClient, verb: Verb, thing: Thing) -> None:
        if verb == "remove":
            # a swarm takes its time
            _gone(lambda: api.remove_network(thing.name), lambda: api.inspect_network(thing.name))
        else:
            settings, worn = network_settings(self._networks[thing]), labels(self._topology.name, self._networks[thing])
            make = partial(api.create_network, thing.name, labels=worn, **settings)
            _made(make, lambda: api.inspect_network(thing.name), worn)

    def _plug(self, api: APIClient, verb: Verb, thing: Thing) -> None:
        if verb == "disconnect":
            _gone(lambda: api.disconnect_container_from_network(thing.name, thing.network))
        else:
            api.connect_container_to_network(thing.name, thing.network, **plug_settings(self._plugs[thing]))

    def _container(self, api: APIClient, verb: Verb, thing: Thing) -> None:
        if verb == "create":
            self._create(api, self._containers[thing])
        elif verb == "remove":
            _gone(
                lambda: api.remove_container(thing.name, force=True, v=True),
                lambda: api.inspect_container(thing.name),
            )
        elif verb == "stop":
            api.unpause(thing.name) if _status(api, thing.name) == "paused" else None
            api.stop(thing.name, timeout=PATIENCE)
        else:
            getattr(api, verb)(thing.name)

    def _create(self, api: APIClient, container: Container) -> None:
        plugs = {name: plug_settings(plug) for name, plug in is_on(container, self._topology).items()}
        at_once = plugs if _version(api) >= MANY_NETWORKS else dict(list(plugs.items())[:1])
        worn = labels(self._topology.name, container)
        make = partial(
            api.create_container,
            name=container.name,
            labels=worn,
            host_config=api.create_host_config(**host_settings(container, self._home(container))),
            networking_config={"EndpointsConfig": {n: api.create_endpoint_config(**p) for n, p in at_once.items()}},
            **container_settings(container),
        )
        _made(make, lambda: api.inspect_container(container.name), worn)
        for network in plugs.keys() - at_once.keys():
            api.connect_container_to_network(container.name, network, **plugs[network])

    def _home(self, container: Container) -> str:
        """The network that a container is made on: where there is another, not one that a swarm has to bring first."""
        drivers = {network.where: network.driver for network in self._topology.networks}
        names = [plug.network for plug in is_on(container, self._topology).values()]
        return min(names, key=lambda name: drivers.get((container.machine, name)) == "overlay", default="none")

    def _wait(self, api: APIClient, thing: Thing, over: threading.Event) -> None:
        """Until the container is healthy. Raises CourseError if it never will be, or not in the time that it has."""
        began = time.monotonic()
        pause = 0.1
        while not over.is_set():
            with POLLS:
                told = api.inspect_container(thing.name)
            if not (why := unhealthy(told, time.monotonic() - began)):
                return
            if why != "starting":
                raise CourseError(why, next=f"!docker inspect {thing.name}\nshows its health check and what it said")
            over.wait(pause)
            pause = min(pause * 1.3, 1.0)


def unhealthy(told: Mapping[str, Any], waited: float) -> str:
    """Why an inspected container is not healthy: nothing if it is, ``starting`` if it may become so. Seconds waited."""
    health = told["State"].get("Health")
    if told["State"]["Status"] != "running":
        return f"it does not run (exit code {told['State']['ExitCode']}), so it cannot become healthy"
    if not health or health["Status"] == "none":
        return "it has no health check, so nobody can wait until it is healthy"
    if health["Status"] == "healthy":
        return ""
    check = told["Config"]["Healthcheck"]
    seconds = {name: (check.get(name) or usual) / 1e9 for name, usual in _USUAL.items()}
    longest = seconds["StartPeriod"] + (seconds["Interval"] + seconds["Timeout"]) * ((check.get("Retries") or 3) + 1)
    if health["Status"] == "unhealthy" or waited > longest:
        said = "".join(one["Output"] for one in (health["Log"] or [])[-1:]).strip()
        return f"it is not healthy: its health check says {said or 'nothing'!r}"
    return "starting"


_USUAL = {"StartPeriod": 0, "Interval": 30e9, "Timeout": 30e9}


def _gone(remove: Callable[[], object], inspect: Callable[[], object] | None = None) -> None:
    """Remove something, and wait until ``inspect`` does not find it any more; it may be gone, or going, already."""
    from docker.errors import APIError, NotFound

    try:
        remove()
    except NotFound:
        return
    except APIError as error:
        if "is already in progress" not in str(error.explanation):
            raise
    deadline = time.monotonic() + GONE_WITHIN
    while inspect and time.monotonic() < deadline:
        try:
            inspect()
        except NotFound:
            return
        time.sleep(0.05)


def _made(make: Callable[[], object], inspect: Callable[[], Mapping[str, Any]], worn: Labels) -> None:
    """Make something, unless it was made meanwhile, at the request of an `apply` that was broken off."""
    from docker.errors import APIError

    try:
        make()
    except APIError as error:
        if error.status_code != 409 or not _wears(inspect(), worn):
            raise


def _wears(told: Mapping[str, Any], worn: Labels) -> bool:
    labels = (told.get("Config") or told).get("Labels") or {}
    return worn.items() <= labels.items()


def _status(api: APIClient, name: str) -> str:
    return str(api.inspect_container(name)["State"]["Status"])


def _version(api: APIClient) -> tuple[int, ...]:
    return tuple(int(part) for part in str(api.api_version).split("."))
