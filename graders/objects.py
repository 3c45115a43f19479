"""Verdicts on what the engine says of containers. Pure: facts in, verdict out.

``run`` is what to type before a docker command (``"!"``, or how to turn to another lab host first).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from graders import standstill
from graders.facts import Attachment, Container, Network
from graders.verdict import Verdict, fail, require

# --- containers -----------------------------------------------------------------------------------


def missing(name: str, others: Iterable[str]) -> Verdict:
    """There is no container of that name; a similar name is worth a word."""
    known = sorted(others)
    close = difflib.get_close_matches(name, known, 1)
    because = f"there is one called {close[0]}: a name must match letter by letter" if close else ""
    observed = f"only {', '.join(known)}" if known else "no containers at all"
    next = f"!docker run -d --name {name.rpartition('/')[2]} … starts one"
    verdict = fail(f"{name} does not exist", "a container of that name", observed, because, next)
    return replace(verdict, why="unknown-name")


def twice(name: str, hosts: Sequence[str]) -> Verdict:
    """More than one lab host has a container of that name, and the check cannot tell which is meant."""
    observed = f"it is on {' and on '.join(hosts)}"
    next = f'remove one of them: lab.use("{hosts[-1]}"), then !docker rm -f {name}'
    return fail(f"{name} exists more than once", "one container of that name", observed, "", next)


def not_running(container: Container, run: str = "!") -> Verdict:
    """The container is there, but its program is not running."""
    observed = {
        "exited": f"it ended with exit code {container.exit_code}",
        "created": "it was created and never started",
        "paused": "it is paused",
        "restarting": f"it ends again and again with exit code {container.exit_code}",
    }.get(container.status, f"its state is {container.status}")
    why = standstill.cause(container)
    if container.error:
        return replace(_never_started(container, observed, run), why=why)
    command = {"crashes": "logs", "paused": "unpause"}.get(why, "start")
    settled = container.status not in ("created", "restarting")
    because, next = standstill.BECAUSE.get(why, ""), f"{run}docker {command} {container.name}"
    verdict = fail(f"{container.name} is not running", "a running container", observed, because, next, settled)
    return replace(verdict, why=why)


def _never_started(container: Container, observed: str, run: str) -> Verdict:
    """The engine tried, and its own words say why it could not."""
    said = re.sub(r" \([0-9a-f]{64}\)", "", container.error)
    next = f"{run}docker rm -f {container.name}, then run it again without that fault"
    if "port is already allocated" in said:
        next = f"{run}docker ps\nshows who has that port; then {run}docker rm -f {container.name}, and another port"
    return fail(f"{container.name} is not running", "a running container", observed, f"the engine said: {said}", next)


def image(container: Container, wanted: str, run: str = "!") -> Verdict:
    """The container was made from that image."""
    return require(
        _tagged(container.image) == _tagged(wanted),
        f"{container.name} runs another image",
        f"the image {wanted}",
        f"the image {container.image}",
        "a container keeps the image it was made from",
        f"{run}docker rm -f {container.name}, then run it again from {wanted}",
    )


def attached(container: Container, network: Network, run: str = "!") -> Verdict:
    """The container is on the network."""
    return require(
        network.name in container.networks,
        f"{container.name} is not attached to {network.name}",
        f"{network.name} among its networks",
        on(container),
        "",
        f"{run}docker network connect {network.name} {container.name}",
    )


def detached(container: Container, network: str, run: str = "!") -> Verdict:
    """The container is not on the network."""
    return require(
        network not in container.networks,
        f"{container.name} is attached to {network}",
        f"{network} not among its networks",
        on(container),
        "",
        f"{run}docker network disconnect {network} {container.name}",
    )


def address(container: Container, network: str, wanted: str, run: str = "!") -> Verdict:
    """The container's IPv4 address on the network."""
    return require(
        _end(container, network).address == wanted,
        f"{container.name} has another address on {network}",
        wanted,
        _end(container, network).address or "no address there",
        "Docker chooses the next free address unless it is told one",
        f"{run}docker network disconnect {network} {container.name}\n"
        f"{run}docker network connect --ip {wanted} {network} {container.name}",
    )


def mac(container: Container, network: str, wanted: str, run: str = "!") -> Verdict:
    """The container's MAC address on the network."""
    return require(
        _end(container, network).mac == wanted.lower(),
        f"{container.name} has another MAC address on {network}",
        wanted.lower(),
        _end(container, network).mac or "no MAC address there",
        "Docker makes one up unless it is told one",
        f"{run}docker rm -f {container.name}, then run it again with --network {network} --mac-address {wanted}",
    )


def alias(container: Container, network: str, wanted: str, run: str = "!") -> Verdict:
    """The name server of the network knows the container by this name too."""
    names = [name for name in _end(container, network).names if name != container.name]
    return require(
        wanted in (*names, container.name),
        f"{container.name} has no alias {wanted} on {network}",
        f"{wanted} among its names there",
        f"its names there: {', '.join([container.name, *names])}",
        "an alias is given when the container is connected, and holds on that network only",
        f"{run}docker network disconnect {network} {container.name}\n"
        f"{run}docker network connect --alias {wanted} {network} {container.name}",
    )


def without_network(container: Container, run: str = "!") -> Verdict:
    """No network at all: ``--network none``."""
    next = f"{run}docker run with --network none gives a container no network at all"
    if container.mode.startswith("container:") or container.mode == "host":
        whose = "its host's" if container.mode == "host" else "another container's"
        return fail(f"{container.name} has a network", "no network", f"it shares {whose}", "", next)
    return require(not container.attached, f"{container.name} has a network", "no network", on(container), "", next)


def not_published(container: Container, port: int = 0) -> Verdict:
    """Neither this port nor, without a port, any other can be reached through the host."""
    what = f"port {port} of {container.name}" if port else container.name
    expected = "no port of the host leads to it"
    next = f"!docker rm -f {container.name}, then run it again without -p"
    if container.mode == "host":
        observed = "it uses its host's network, so its ports are the host's own"
        return fail(f"{what} is published", expected, observed, "", next.replace("-p", "--network host"))
    found = [str(p) for p in container.ports if port in (0, p.port)]
    because = "a published port is open to everyone who reaches the host"
    return require(not found, f"{what} is published", expected, ", ".join(found), because, next)


# --- words ------------------------------------------------------------------------------------------


def on(container: Container) -> str:
    """The networks of a container in words."""
    if container.mode.startswith("container:"):
        return "it shares another container's network"
    return f"it is on {' and '.join(sorted(container.networks))}" if container.networks else "it is on no network"


def _tagged(image: str) -> str:
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"


def _end(container: Container, network: str) -> Attachment:
    return container.networks.get(network, Attachment())
