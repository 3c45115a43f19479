"""Faults in what the engine was told: networks, names, ports, and the programs that should serve."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from course.labhost.faults.ground import Ground, Unknown

ICC = "com.docker.network.bridge.enable_icc"

# --- who is attached to what ------------------------------------------------------------------------


def wrong_network(ground: Ground) -> str:
    """The server is on another network than its client."""
    ground.new_network("annex")
    ground.move(ground.cast.server, "annex")
    return f"{ground.cast.server} was moved to annex"


def no_network(ground: Ground) -> str:
    """The server is on no network."""
    for network in ground.container(ground.cast.server)["NetworkSettings"]["Networks"]:
        ground.ask("POST", f"/networks/{network}/disconnect", {"Container": ground.cast.server, "Force": True})
    return f"{ground.cast.server} was taken off its networks"


def default_bridge(ground: Ground) -> str:
    """Client and server are on the default network."""
    return _both_to(ground, "bridge")


def no_icc(ground: Ground) -> str:
    """Client and server are on a network whose containers may not talk to each other."""
    ground.new_network("quiet", Options={ICC: "false"})
    return _both_to(ground, "quiet")


def internal(ground: Ground) -> str:
    """Client and server are on a network without a way out."""
    ground.new_network("vault", Internal=True)
    return _both_to(ground, "vault")


def _both_to(ground: Ground, network: str) -> str:
    for name in (ground.cast.client, ground.cast.server):
        ground.move(name, network)
    return f"{ground.cast.client} and {ground.cast.server} were moved to {network}"


def pool_full(ground: Ground) -> str:
    """The server's network has no address left for it."""
    ground.new_network("narrow", IPAM={"Config": [{"Subnet": "10.99.99.0/30"}]})
    ground.new_container("tenant", HostConfig={"NetworkMode": "narrow"})

    def change(wish: dict[str, Any]) -> None:
        wish["HostConfig"]["NetworkMode"] = "narrow"
        wish["NetworkingConfig"] = {}

    return _refused(ground, change)


def port_taken(ground: Ground) -> str:
    """Another container has the port of the host that is the server's."""
    server, port = ground.cast.server, str(ground.cast.published)
    ground.ask("POST", f"/containers/{server}/stop?t=1")
    ports = {"PortBindings": {f"{ground.cast.port}/tcp": [{"HostPort": port}]}}
    ground.new_container("tenant", HostConfig=ports, ExposedPorts={f"{ground.cast.port}/tcp": {}})
    return _refused(ground, None)


def _refused(ground: Ground, change: Callable[[dict[str, Any]], None] | None) -> str:
    """Start the server again where the engine cannot."""
    try:
        if change:
            ground.remake(ground.cast.server, change)
        else:
            ground.ask("POST", f"/containers/{ground.cast.server}/start")
    except Unknown as refusal:
        return f"{ground.cast.server} was started, and the engine said: {refusal}"
    raise Unknown(f"{ground.cast.server} started all the same")


# --- names --------------------------------------------------------------------------------------------


def alias_missing(ground: Ground) -> str:
    """The server is not known by its alias."""
    names = ground.leave(ground.cast.server)
    ground.join(ground.cast.server, ground.cast.network, [name for name in names if name != ground.cast.alias])
    return f"{ground.cast.server} lost the alias {ground.cast.alias}"


def alias_elsewhere(ground: Ground) -> str:
    """The server's alias is another container's."""
    alias_missing(ground)
    names = ground.leave(ground.cast.other)
    ground.join(ground.cast.other, ground.cast.network, [*names, ground.cast.alias])
    return f"{ground.cast.other} got the alias {ground.cast.alias}"


# --- published ports ------------------------------------------------------------------------------------


def _published(ground: Ground, on: int, port: int, address: str = "") -> str:
    """The server is made again with one published port."""

    def change(wish: dict[str, Any]) -> None:
        wish["HostConfig"]["PortBindings"] = {f"{port}/tcp": [{"HostIp": address, "HostPort": str(on)}]} if on else {}
        wish["ExposedPorts"] = {**(wish["ExposedPorts"] or {}), f"{port}/tcp": {}}

    ground.remake(ground.cast.server, change)
    return f"{ground.cast.server} was made again with {f'-p {address}:{on}:{port}' if on else 'no published port'}"


def wrong_inner_port(ground: Ground) -> str:
    """The published port leads to a port of the server where nothing listens."""
    return _published(ground, ground.cast.published, ground.cast.port + 7)


def published_on_loopback(ground: Ground) -> str:
    """The port is published for the lab host alone."""
    return _published(ground, ground.cast.published, ground.cast.port, "127.0.0.1")


def published_elsewhere(ground: Ground) -> str:
    """The server is published on another port of the host."""
    return _published(ground, ground.cast.published + 1, ground.cast.port)


def not_published(ground: Ground) -> str:
    """The server is not published."""
    return _published(ground, 0, ground.cast.port)


# --- programs -------------------------------------------------------------------------------------------


def _with_variable(ground: Ground, name: str, value: str) -> str:
    """The server is made again with an environment variable that the course's servers know."""

    def change(wish: dict[str, Any]) -> None:
        wish["Env"] = [line for line in wish["Env"] or [] if not line.startswith(f"{name}=")] + [f"{name}={value}"]

    ground.remake(ground.cast.server, change)
    return f"{ground.cast.server} was made again with {name}={value}"


def listens_on_loopback(ground: Ground) -> str:
    """The server's program listens on its loopback alone."""
    return _with_variable(ground, "LISTEN", "127.0.0.1")


def other_port(ground: Ground) -> str:
    """The server's program listens on another port."""
    return _with_variable(ground, "PORT", str(ground.cast.port + 7))


def stopped(ground: Ground) -> str:
    """The server is stopped."""
    ground.ask("POST", f"/containers/{ground.cast.server}/stop?t=1")
    return f"docker stop {ground.cast.server}"


def crashes(ground: Ground) -> str:
    """The server's program ends at once, with an error."""

    def change(wish: dict[str, Any]) -> None:
        wish["Entrypoint"], wish["Cmd"] = None, ["sh", "-c", "echo cannot read /etc/server.conf >&2; exit 3"]

    ground.remake(ground.cast.server, change)
    ground.ask("POST", f"/containers/{ground.cast.server}/wait")  # it is there once the program has ended
    return f"{ground.cast.server} was made again with a program that fails"


def paused(ground: Ground) -> str:
    """The server is paused."""
    ground.ask("POST", f"/containers/{ground.cast.server}/pause")
    return f"docker pause {ground.cast.server}"


def hangs(ground: Ground) -> str:
    """The server's programs take connections and do nothing with them."""
    rows = ground.ask("GET", f"/containers/{ground.cast.server}/top?ps_args=-eo%20pid")["Processes"]
    for row in rows:
        os.kill(int(row[0]), signal.SIGSTOP)
    return f"the programs of {ground.cast.server} were stopped"


DEEDS: dict[str, Callable[[Ground], str]] = {
    "wrong-network": wrong_network,
    "no-network": no_network,
    "default-bridge": default_bridge,
    "no-icc": no_icc,
    "internal": internal,
    "pool-full": pool_full,
    "port-taken": port_taken,
    "alias-missing": alias_missing,
    "alias-elsewhere": alias_elsewhere,
    "wrong-inner-port": wrong_inner_port,
    "published-on-loopback": published_on_loopback,
    "published-elsewhere": published_elsewhere,
    "not-published": not_published,
    "listens-on-loopback": listens_on_loopback,
    "other-port": other_port,
    "stopped": stopped,
    "crashes": crashes,
    "paused": paused,
    "hangs": hangs,
}
