"""One step of a plan, as requests to the engine of its machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from course.errors import CourseError
from course.labs.refusals import meaning
from course.topology.checks import Address, parse_address, parse_subnet
from course.topology.difference import Thing, is_on, thing_of
from course.topology.marks import labels
from course.topology.model import Attachment, Container, Healthcheck, Network, Topology
from course.topology.steps import Step, Verb

if TYPE_CHECKING:
    from docker import APIClient

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
            _gone(lambda: api.remove_network(thing.name))
        else:
            network = self._networks[thing]
            api.create_network(network.name, labels=labels(self._topology.name, network), **network_settings(network))

    def _plug(self, api: APIClient, verb: Verb, thing: Thing) -> None:
        if verb == "disconnect":
            _gone(lambda: api.disconnect_container_from_network(thing.name, thing.network))
        else:
            api.connect_container_to_network(thing.name, thing.network, **plug_settings(self._plugs[thing]))

    def _container(self, api: APIClient, verb: Verb, thing: Thing) -> None:
        if verb == "create":
            self._create(api, self._containers[thing])
        elif verb == "remove":
            _gone(lambda: api.remove_container(thing.name, force=True, v=True))
        elif verb == "stop":
            api.unpause(thing.name) if _status(api, thing.name) == "paused" else None
            api.stop(thing.name, timeout=PATIENCE)
        else:
            getattr(api, verb)(thing.name)

    def _create(self, api: APIClient, container: Container) -> None:
        plugs = {name: plug_settings(plug) for name, plug in is_on(container, self._topology).items()}
        at_once = plugs if _version(api) >= MANY_NETWORKS else dict(list(plugs.items())[:1])
        api.create_container(
            name=container.name,
            labels=labels(self._topology.name, container),
            host_config=_host_config(api, container, self._home(container)),
            networking_config={"EndpointsConfig": {n: api.create_endpoint_config(**p) for n, p in at_once.items()}},
            **container_settings(container),
        )
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


def network_settings(network: Network) -> dict[str, Any]:
    """A network as docker-py wants it, but for its name."""
    subnets = [parse_subnet(subnet, network.name) for subnet in network.subnets]
    pools: list[dict[str, Any]] = [{"Subnet": str(subnet)} for subnet in subnets]
    for pool, subnet in zip(pools, subnets, strict=True):
        if network.gateway and parse_address(network.gateway, network.name) in subnet:
            pool["Gateway"] = network.gateway
        if network.ip_range and parse_subnet(network.ip_range, network.name).network_address in subnet:
            pool["IPRange"] = network.ip_range
    return {
        "driver": network.driver,
        "options": dict(network.options) or None,
        "ipam": {"Config": pools} if pools else None,
        "internal": network.internal,
        "enable_ipv6": any(subnet.version == 6 for subnet in subnets),
        "attachable": network.attachable or None,
    }


def plug_settings(plug: Attachment) -> dict[str, Any]:
    """An attachment as docker-py wants it."""
    address: Address | None = parse_address(plug.address, str(plug)) if plug.address else None
    settings = {
        "ipv4_address": plug.address if address and address.version == 4 else "",
        "ipv6_address": plug.address if address and address.version == 6 else "",
        "mac_address": plug.mac,
        "aliases": list(plug.aliases),
    }
    return {name: value for name, value in settings.items() if value}


def container_settings(container: Container) -> dict[str, Any]:
    """What docker-py's ``create_container`` takes directly."""
    settings = {
        "image": container.image,
        "command": list(container.command),
        "entrypoint": list(container.entrypoint),
        "environment": dict(container.environment),
        "hostname": container.hostname,
        "ports": [(port.container_port, port.protocol) for port in container.ports],
        "healthcheck": _healthcheck(container.healthcheck) if container.healthcheck else None,
    }
    return {name: value for name, value in settings.items() if value}


def _host_config(api: APIClient, container: Container, first: str) -> Any:
    return api.create_host_config(
        network_mode=container.shares or first,
        port_bindings=_bindings(container),
        cap_add=list(container.capabilities) or None,
        dns=list(container.dns) or None,
        dns_search=list(container.dns_search) or None,
        extra_hosts=dict(container.hosts) or None,
        sysctls=dict(container.sysctls) or None,
    )


def _bindings(container: Container) -> dict[int | str, list[tuple[str, int | None]]]:
    bindings: dict[int | str, list[tuple[str, int | None]]] = {}
    for port in container.ports:
        inside = f"{port.container_port}/{port.protocol}"
        bindings.setdefault(inside, []).append((port.host_address, port.host_port or None))
    return bindings


def _healthcheck(check: Healthcheck) -> dict[str, Any]:
    kind = "CMD-SHELL" if len(check.test) == 1 else "CMD"
    times = {name: int(getattr(check, name) * 1e9) for name in ("interval", "timeout", "start_period")}
    return {"test": [kind, *check.test], "retries": check.retries, **times}


def _gone(remove: Callable[[], object]) -> None:
    """Remove something; that it is gone already is no failure."""
    from docker.errors import NotFound

    try:
        remove()
    except NotFound:
        return


def _status(api: APIClient, name: str) -> str:
    return str(api.inspect_container(name)["State"]["Status"])


def _version(api: APIClient) -> tuple[int, ...]:
    return tuple(int(part) for part in str(api.api_version).split("."))
