"""The docker-py code that makes a topology."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from course.topology.container import Container, Healthcheck, Port
from course.topology.model import Attachment, Network, Topology
from course.topology.pools import Pool, pools
from course.topology.quoting import quoted
from course.topology.script import Given, Start, Step, Wait, engines, steps, variables
from course.topology.wish import wish

WIDTH = 100
NANOSECONDS = 1_000_000_000
WAITING = """
def wait_until_healthy(name, seconds=60):
    deadline = time.monotonic() + seconds
    while client.containers.get(name).health != "healthy":
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} is not healthy")
        time.sleep(0.5)
"""


class Code(str):
    """Python that stands for itself, where other text is quoted."""

    __slots__ = ()


def python_code(topology: Topology) -> str:
    """Plain docker-py code that makes the topology, on the engine that ``DOCKER_HOST`` names.

    Where there are several machines, the environment's ``HOST1`` and so on say where their engines listen
    (``lab.host1.engine_url``). An overlay needs the machines to be in a swarm.
    Raises TopologyError for what an engine would refuse.
    """
    wished = wish(topology)
    places = variables(wished)
    body = []
    for machine in engines(wished):
        lines = [line for step in steps(wished, machine) for line in _lines(step)]
        client = f'docker.DockerClient(base_url=os.environ["{places[machine]}"])' if places else "docker.from_env()"
        body.append("\n".join([*([f"# {machine}"] if places else []), f"client = {client}", *lines]))
    return _head("\n".join(body)) + "\n" + "\n\n".join(body) + "\n"


def _head(body: str) -> str:
    """The imports that the body needs, and the function that waits."""
    waits = "wait_until_healthy(" in body
    plain = [f"import {name}" for name, needed in (("os", "os.environ" in body), ("time", waits)) if needed]
    types = [name for name in ("IPAMConfig", "IPAMPool") if f"{name}(" in body]
    imports = [
        "\n".join(plain),
        "\n".join(["import docker", *([f"from docker.types import {', '.join(types)}"] if types else [])]),
    ]
    return "\n\n".join(part for part in imports if part) + "\n" + (f"\n{WAITING}\n" if waits else "")


def _lines(step: Step) -> list[str]:
    if isinstance(step, Given):
        return [f"# network {step.network.name} is made {step.by}"]
    if isinstance(step, Network):
        return [_call("client.networks.create", [step.name], _network(step))]
    if isinstance(step, Wait):
        return [_call("wait_until_healthy", [step.container], {})]
    connects = [
        _call(f"client.networks.get({quoted(plug.network)}).connect", [plug.container], _endpoint(plug))
        for plug in step.later
    ]
    return [
        _call("client.containers.run", [step.container.image, *_command(step.container)], _container(step)),
        *connects,
    ]


def _network(network: Network) -> dict[str, Any]:
    said: dict[str, Any] = {"driver": network.driver if network.driver != "bridge" else ""}
    said |= {"internal": network.internal, "attachable": network.attachable, "options": dict(network.options)}
    said["enable_ipv6"] = any(":" in subnet for subnet in network.subnets)
    if network.subnets:
        said["ipam"] = Code(_call("IPAMConfig", [], {"pool_configs": [_pool(pool) for pool in pools(network)]}))
    return {name: value for name, value in said.items() if value}


def _pool(pool: Pool) -> Code:
    said = {"subnet": pool.subnet, "gateway": pool.gateway, "iprange": pool.ip_range}
    said |= {"aux_addresses": dict(pool.aux_addresses)}  # type: ignore[dict-item]
    return Code(_call("IPAMPool", [], {name: value for name, value in said.items() if value}))


# --- containers ---------------------------------------------------------------------------------------------------


def _command(container: Container) -> list[Any]:
    return [list(container.command)] if container.command else []


def _container(start: Start) -> dict[str, Any]:
    container = start.container
    said: dict[str, Any] = {"name": container.name, "detach": True, "network_mode": container.shares}
    said |= _plugged(start)
    said |= {"hostname": container.hostname, "entrypoint": list(container.entrypoint)}
    said |= {"ports": _ports(container.ports), "environment": dict(container.environment)}
    said |= {"cap_add": list(container.capabilities), "sysctls": dict(container.sysctls), "dns": list(container.dns)}
    said |= {"dns_search": list(container.dns_search), "extra_hosts": dict(container.hosts)}
    said["healthcheck"] = _health(container.healthcheck) if container.healthcheck else None
    return {name: value for name, value in said.items() if value}


def _ports(ports: Iterable[Port]) -> dict[str, Any]:
    """Bindings by the port inside; None is any free port."""
    bindings: dict[str, list[Any]] = {}
    for port in ports:
        number = port.host_port or None
        binding = number if not port.host_address else (port.host_address, number) if number else (port.host_address,)
        bindings.setdefault(f"{port.container_port}/{port.protocol}", []).append(binding)
    return {inside: some[0] if len(some) == 1 else some for inside, some in bindings.items()}


def _health(check: Healthcheck) -> dict[str, Any]:
    if check.off:
        return {"test": check.words}
    usual = Healthcheck(check.test)
    times = {name: getattr(check, name) for name in ("interval", "timeout", "start_period")}
    changed = {name: round(time * NANOSECONDS) for name, time in times.items() if time != getattr(usual, name)}
    return {"test": check.words, **changed} | ({"retries": check.retries} if check.retries != usual.retries else {})


def _plugged(start: Start) -> dict[str, Any]:
    if not start.first:
        return {}
    plug, *others = start.first
    if plug.network == "bridge" and not others:
        return {"mac_address": plug.mac}
    endpoints = {
        one.network: Code(_call("client.api.create_endpoint_config", [], _endpoint(one))) for one in start.first
    }
    plain = not others and not _endpoint(plug)
    return {"network": plug.network} | ({} if plain else {"networking_config": endpoints})


def _endpoint(plug: Attachment) -> dict[str, Any]:
    addresses = {"ipv6_address" if ":" in one else "ipv4_address": one for one in (plug.address6, plug.address) if one}
    said = {"aliases": list(plug.aliases), **addresses, "mac_address": plug.mac, "driver_opt": dict(plug.options)}
    return {name: value for name, value in said.items() if value}


# --- Python -------------------------------------------------------------------------------------------------------


def _call(function: str, arguments: list[Any], named: dict[str, Any]) -> str:
    """A call in one line, or with an argument in each where it would be too long."""
    said = [*map(_literal, arguments), *(f"{name}={_literal(value)}" for name, value in named.items())]
    line = f"{function}({', '.join(said)})"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    rows = "".join(f"{argument},\n" for argument in said)
    return f"{function}(\n" + "".join(f"    {row}\n" for row in rows.splitlines()) + ")"


def _literal(value: Any) -> str:
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_literal(name)}: {_literal(one)}' for name, one in value.items())}}}"
    return repr(value)
