"""What a fault is done to: the namespaces, cables, containers and networks of one machine."""

from __future__ import annotations

import contextlib
import ipaddress
import subprocess
import urllib.parse
from collections.abc import Callable
from typing import Any

from course.labhost.faults.cast import Cast
from course.labhost.namespaces import EngineSilent, Namespace, Namespaces, inside
from course.labhost.records import Interface
from course.labhost.state import state

_KEPT = ("Image", "Cmd", "Entrypoint", "Env", "Labels", "ExposedPorts", "WorkingDir", "User", "StopSignal")
# What the engine says when the process that was to become a container died on the way, of no fault of the container's.
# Seen once, on a busy machine (runc 1.1.15), and not again in 1,600 starts that were made to see it.
_LOST_ON_THE_WAY = "waiting for init preliminary setup"
_KEPT_OF_HOST = ("NetworkMode", "PortBindings", "CapAdd", "CapDrop", "RestartPolicy", "Binds", "Memory", "ExtraHosts")


class Unknown(Exception):
    """There is no such fault, or it cannot be done here; the text is a sentence."""


class Ground:
    """One machine, and the cast of the fault. Every method raises Unknown where something is not there."""

    def __init__(self, namespaces: Namespaces, cast: Cast) -> None:
        self.namespaces = namespaces
        self.cast = cast

    # --- commands -------------------------------------------------------------------------------

    def host(self, *command: str) -> str:
        """Run a command on the machine itself; answers it as text."""
        return done(*command)

    def inside(self, view: str, *command: str) -> str:
        """Run a command in the network namespace of a view; answers it as text."""
        try:
            with inside(self.space(view).path):  # a process starts in the namespace of the thread that starts it
                return done(*command)
        except OSError as error:
            raise Unknown(f"{view} cannot be entered: {error}") from error

    def space(self, view: str) -> Namespace:
        """The namespace, and the files that names are looked up in."""
        space = self.namespaces.find([view]).get(view)
        if space is None or space.trouble:
            raise Unknown(space.trouble if space else self.namespaces.missing(view))
        return space

    # --- the engine -----------------------------------------------------------------------------

    def ask(self, method: str, url: str, body: Any = None) -> Any:
        """The engine's answer."""
        try:
            return self.namespaces.engine.ask(method, url, 60, body)
        except EngineSilent as error:
            raise Unknown(str(error)) from error

    def container(self, name: str) -> dict[str, Any]:
        """A container as the engine describes it."""
        return dict(self.ask("GET", f"/containers/{_quoted(name)}/json"))

    def network(self, name: str) -> dict[str, Any]:
        """A network as the engine describes it."""
        return dict(self.ask("GET", f"/networks/{_quoted(name)}"))

    def bridge(self, name: str) -> str:
        """The bridge of a network."""
        found = self.network(name)
        options = found.get("Options") or {}
        return str(options.get("com.docker.network.bridge.name") or f"br-{found['Id'][:12]}")

    def subnet(self, name: str) -> ipaddress.IPv4Network:
        """The first IPv4 subnet of a network."""
        pools = [pool["Subnet"] for pool in self.network(name)["IPAM"]["Config"] or [] if ":" not in pool["Subnet"]]
        if not pools:
            raise Unknown(f"network {name} has no IPv4 subnet")
        return ipaddress.IPv4Network(pools[0])

    def nobody(self, name: str) -> str:
        """An address at the far end of a network's subnet, where the engine has not come yet."""
        return str(self.subnet(name)[-6])

    def address(self, container: str) -> str:
        """The container's address on the network of the cast."""
        ends = self.container(container)["NetworkSettings"]["Networks"]
        found = (ends.get(self.cast.network) or {}).get("IPAddress", "")
        if not found:
            raise Unknown(f"{container} has no address on {self.cast.network}")
        return str(found)

    def move(self, container: str, to: str) -> None:
        """Take a container off the network of the cast and put it on another, under the same names."""
        self.join(container, to, self.leave(container))

    def leave(self, container: str) -> list[str]:
        """Take a container off the network of the cast; answers what it was called there beside its name."""
        seen = self.container(container)
        end = seen["NetworkSettings"]["Networks"].get(self.cast.network) or {}
        self.ask("POST", f"/networks/{_quoted(self.cast.network)}/disconnect", {"Container": container, "Force": True})
        return [name for name in end.get("Aliases") or [] if name not in (container, seen["Id"][:12])]

    def join(self, container: str, network: str, aliases: list[str]) -> None:
        """Put a container on a network; the default one knows no names."""
        config = {"Aliases": aliases} if network != "bridge" else {}
        self.ask("POST", f"/networks/{_quoted(network)}/connect", {"Container": container, "EndpointConfig": config})

    def new_network(self, name: str, **more: Any) -> None:
        """Make a bridge network; one that an earlier fault left, and nobody uses, is made anew."""
        with contextlib.suppress(Unknown):
            self.ask("DELETE", f"/networks/{_quoted(name)}")
        self.ask("POST", "/networks/create", {"Name": name, "Driver": "bridge", "CheckDuplicate": True, **more})

    def remake(self, name: str, change: Callable[[dict[str, Any]], None], start: bool = True) -> None:
        """Make a container again from what the engine says of it, with a change to the request."""
        wish = _specification(self.container(name))
        change(wish)
        self.ask("DELETE", f"/containers/{_quoted(name)}?force=1")
        self.ask("POST", f"/containers/create?name={_quoted(name)}", wish)
        if start:
            self.start(name)

    def new_container(self, name: str, **wish: Any) -> None:
        """Make and start a container of the toolbox."""
        self.ask("POST", f"/containers/create?name={_quoted(name)}", {"Image": "toolbox", **wish})
        self.start(name)

    def start(self, name: str) -> None:
        """Start a container; once more if it was lost on the way, which a second start does not mind."""
        try:
            self.ask("POST", f"/containers/{_quoted(name)}/start")
        except Unknown as refusal:
            if _LOST_ON_THE_WAY not in str(refusal):
                raise
            self.ask("POST", f"/containers/{_quoted(name)}/start")

    # --- cables -----------------------------------------------------------------------------------

    def interface(self, container: str) -> Interface:
        """The container's interface on the network of the cast."""
        address = self.address(container)
        view = state(self.namespaces, [container]).views[container]
        for found in view.interfaces:
            if address in [cidr.partition("/")[0] for cidr in found.addresses]:
                return found
        raise Unknown(f"no interface of {container} has {address}")

    def cable(self, container: str) -> str:
        """The host's end of the container's cable to the network of the cast."""
        there, _, name = self.interface(container).peer.partition("/")
        if there != "host":
            raise Unknown(f"the cable of {container} does not end on this machine")
        return name


def done(*command: str) -> str:
    """Run a command; answers it as text."""
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=15)
    except subprocess.CalledProcessError as error:
        raise Unknown(f"{' '.join(command)}: {error.stderr.strip()}") from error
    return " ".join(command)


def _specification(seen: dict[str, Any]) -> dict[str, Any]:
    """A request that makes the container again, as far as the course's containers go."""
    ends = seen["NetworkSettings"]["Networks"]
    short = (seen["Id"][:12], seen["Name"].lstrip("/"))
    networks = {
        name: {
            "IPAMConfig": end.get("IPAMConfig"),
            "Aliases": [alias for alias in end.get("Aliases") or [] if alias not in short],
        }
        for name, end in ends.items()
    }
    return {
        **{key: seen["Config"].get(key) for key in _KEPT},
        "HostConfig": {key: seen["HostConfig"].get(key) for key in _KEPT_OF_HOST},
        "NetworkingConfig": {"EndpointsConfig": networks},
    }


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")
