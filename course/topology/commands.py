"""The ``docker`` commands that make a topology; the same as docker-py code is in `course.topology.program`."""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Iterator

from course.errors import TopologyError
from course.topology.compose.ports import write_port
from course.topology.compose.values import write_duration
from course.topology.container import Container, Healthcheck
from course.topology.model import Attachment, Network, Topology
from course.topology.pools import pools
from course.topology.program import python_code
from course.topology.script import Given, Start, Step, Wait, engines, steps, variables
from course.topology.wish import wish

__all__ = ["docker_commands", "python_code"]

WIDTH = 100
PATIENCE = 60  # seconds for a container to become healthy
LONG = re.compile(r"\w+=\w+")  # docker takes --network a=b for the long form, whatever was meant


def docker_commands(topology: Topology) -> str:
    """A shell script of the ``docker network create``, ``run`` and ``network connect`` that make the topology.

    One section for each machine; where there are several, ``$HOST1`` and so on say where their engines listen
    (``lab.host1.engine_url``). An overlay needs the machines to be in a swarm. Docker's command line knows one word for
    an entrypoint and a line for a health check: the rest of the words go to the command, and into that line.
    Raises TopologyError for what an engine would refuse, and for what only the API can say.
    """
    wished = wish(topology)
    places = variables(wished)
    sections = ["#!/bin/sh\nset -eu"]
    for machine in engines(wished):
        lines = [text for step in steps(wished, machine) for text in _lines(step)]
        head = [f"# {machine}", f'export DOCKER_HOST="${places[machine]}"'] if places else []
        sections.append("\n".join([*head, *lines]))
    return "\n\n".join(section for section in sections if section) + "\n"


def _lines(step: Step) -> list[str]:
    if isinstance(step, Given):
        return [f"# network {step.network.name} is made {step.by}"]
    if isinstance(step, Network):
        return [_wrapped(["docker network create", *_network(step), _name(step.name)])]
    if isinstance(step, Wait):
        ask = f"docker inspect -f '{{{{.State.Health.Status}}}}' {step.container} | grep -qx healthy"
        return [
            f"# {step.why} needs a healthy {step.container}",
            f'timeout {PATIENCE} sh -c "until {ask}; do sleep 1; done"',
        ]
    return [_wrapped(_run(step)), *(_wrapped(_connect(plug)) for plug in step.later)]


def _wrapped(parts: list[str]) -> str:
    """A command in one line, or broken before its options where it would be too long."""
    line = parts[0]
    rows = []
    for part in parts[1:]:
        if len(line) + len(part) > WIDTH:
            rows.append(f"{line} \\")
            line = f"    {part}"
        else:
            line = f"{line} {part}"
    return "\n".join([*rows, line])


def _option(name: str, *values: str) -> Iterator[str]:
    """``--name value`` for each value that is one."""
    yield from (f"{name} {shlex.quote(value)}" for value in values if value)


def _name(name: str) -> str:
    return f"-- {shlex.quote(name)}" if name.startswith("-") else shlex.quote(name)


def _network(network: Network) -> Iterator[str]:
    yield from _option("-d", network.driver if network.driver != "bridge" else "")
    flags = {"--internal": network.internal, "--attachable": network.attachable}
    yield from (flag for flag, wanted in flags.items() if wanted)
    if any(":" in subnet for subnet in network.subnets):
        yield "--ipv6"
    for pool in pools(network):
        yield from _option("--subnet", pool.subnet)
        yield from _option("--gateway", pool.gateway)
        yield from _option("--ip-range", pool.ip_range)
        yield from _option("--aux-address", *(f"{name}={address}" for name, address in pool.aux_addresses.items()))
    yield from _option("-o", *(f"{name}={value}" for name, value in network.options.items()))


# --- containers ---------------------------------------------------------------------------------------------------


def _run(start: Start) -> list[str]:
    container = start.container
    first, *rest = container.entrypoint or ("",)
    options = [*_plugged(start), *_settings(container), *_option("--entrypoint", first)]
    words = [shlex.quote(word) for word in (container.image, *rest, *container.command)]
    return ["docker run -d", f"--name {container.name}", *options, " ".join(words)]


def _settings(container: Container) -> Iterator[str]:
    yield from _option("--hostname", container.hostname)
    yield from _option("-p", *map(write_port, container.ports))
    yield from _option("-e", *(f"{name}={value}" for name, value in container.environment.items()))
    yield from _option("--cap-add", *container.capabilities)
    yield from _option("--sysctl", *(f"{name}={value}" for name, value in container.sysctls.items()))
    yield from _option("--dns", *container.dns)
    yield from _option("--dns-search", *container.dns_search)
    yield from _option("--add-host", *(f"{name}:{address}" for name, address in container.hosts.items()))
    if container.healthcheck:
        yield from _health(container.healthcheck)


def _health(check: Healthcheck) -> Iterator[str]:
    if check.off:
        yield "--no-healthcheck"
        return
    kind, *words = check.words
    yield from _option("--health-cmd", words[0] if kind == "CMD-SHELL" else shlex.join(words))
    usual = Healthcheck(check.test)
    for name in ("interval", "timeout", "start_period"):
        if getattr(check, name) != getattr(usual, name):
            yield f"--health-{name.replace('_', '-')} {write_duration(getattr(check, name))}"
    if check.retries != usual.retries:
        yield f"--health-retries {check.retries}"


# --- plugs --------------------------------------------------------------------------------------------------------


def _plugged(start: Start) -> Iterator[str]:
    yield from _option("--network", start.container.shares)
    for number, plug in enumerate(start.first):
        if number or plug.options or LONG.search(plug.network):
            yield from _long(plug)
        else:
            yield from _option("--network", plug.network if plug.network != "bridge" else "")
            yield from _addresses(plug, "--network-alias")
            yield from _option("--mac-address", plug.mac)


def _connect(plug: Attachment) -> list[str]:
    options = _option("--driver-opt", *(f"{name}={value}" for name, value in plug.options.items()))
    return ["docker network connect", *_addresses(plug, "--alias"), *options, f"{_name(plug.network)} {plug.container}"]


def _addresses(plug: Attachment, alias: str) -> Iterator[str]:
    for address in (plug.address, plug.address6):
        yield from _option("--ip6" if ":" in address else "--ip", address)
    yield from _option(alias, *plug.aliases)


def _long(plug: Attachment) -> Iterator[str]:
    """``--network name=…,ip=…``. Docker folds what stands there to lower case (``opts/network.go`` of its client)."""
    said = [("name", plug.network), *(("alias", alias) for alias in plug.aliases)]
    said += [("ip6" if ":" in address else "ip", address) for address in (plug.address, plug.address6) if address]
    said += [("mac-address", plug.mac)] if plug.mac else []
    said += [("driver-opt", f"{name}={value}") for name, value in plug.options.items()]
    fields = [f"{name}={value}" for name, value in said]
    if any(value != value.lower() for name, value in said if name != "mac-address"):
        what = f"{plug}: docker's command line folds {', '.join(fields)} to lower case"
        raise TopologyError(what, next="python_code(…) can make it, or use small letters only")
    yield from _option("--network", _csv(fields))


def _csv(fields: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()
