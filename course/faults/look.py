"""One look at a lab host for a fault: its views and rules, and what its engine says of the cast."""

from __future__ import annotations

import ipaddress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from course.labhost.faults.cast import Cast
from course.labhost.records import Details, Interface, State, View

if TYPE_CHECKING:
    from course.labs.lab import Lab


class Look:
    """What is there now, asked for once. ``cast`` says who is who; ``name`` is the lab host's."""

    def __init__(self, lab: Lab, name: str, cast: Cast) -> None:
        self.host = lab.all[name]
        self.name = name
        self.cast = cast
        self._details: dict[str, Details] = {}
        self._inspected: dict[str, dict[str, Any]] = {}

    # --- the machine ------------------------------------------------------------------------------

    @cached_property
    def state(self) -> State:
        """All views and the machine's rules."""
        return self.host.state()

    @property
    def server(self) -> View:
        """The server's namespace; one without anything if it does not run."""
        return self.view(self.cast.server)

    @property
    def client(self) -> View:
        """The client's namespace."""
        return self.view(self.cast.client)

    def view(self, name: str) -> View:
        """A namespace; one without anything if it is not there."""
        return self.state.views.get(name) or View(name, 0)

    def details(self, view: str) -> Details:
        """A closer look at a view; without anything if it is not there."""
        if view not in self._details:
            self._details[view] = self.host.details(view).get(view, Details())
        return self._details[view]

    def rules(self, view: str = "host", table: str = "filter") -> list[str]:
        """The rules of a view."""
        return (self.state if view == "host" else self.details(view)).rules.get(table, [])

    # --- the engine -------------------------------------------------------------------------------

    def container(self, name: str) -> dict[str, Any]:
        """What the engine says of a container; nothing if there is none."""
        if name not in self._inspected:
            from docker.errors import NotFound

            try:
                self._inspected[name] = self.host.client.api.inspect_container(name)
            except NotFound:
                self._inspected[name] = {}
        return self._inspected[name]

    def status(self, name: str) -> str:
        """``running``, ``exited``…; empty if there is no such container."""
        return str(self.container(name).get("State", {}).get("Status", ""))

    def ends(self, name: str) -> dict[str, Any]:
        """The container's ends by network."""
        return dict(self.container(name).get("NetworkSettings", {}).get("Networks") or {})

    def aliases(self, name: str) -> list[str]:
        """What the container is called on the network of the cast."""
        end = self.ends(name).get(self.cast.network) or {}
        return list(end.get("Aliases") or [])

    def bindings(self, name: str) -> list[tuple[str, int, int]]:
        """Published ports as they were wished for: address, port of the host, port of the container."""
        wished = self.container(name).get("HostConfig", {}).get("PortBindings") or {}
        return [
            (binding["HostIp"], int(binding["HostPort"] or 0), int(port.partition("/")[0]))
            for port, bindings in wished.items()
            for binding in bindings or []
        ]

    def variables(self, name: str) -> list[str]:
        """The container's environment."""
        return list(self.container(name).get("Config", {}).get("Env") or [])

    @cached_property
    def network(self) -> dict[str, Any]:
        """What the engine says of the network of the cast."""
        return dict(self.host.client.api.inspect_network(self.cast.network))

    @property
    def bridge(self) -> str:
        """The bridge of the network of the cast."""
        return (self.network["Options"] or {}).get("com.docker.network.bridge.name") or f"br-{self.network['Id'][:12]}"

    @property
    def subnet(self) -> ipaddress.IPv4Network:
        """The subnet of the network of the cast."""
        return ipaddress.IPv4Network(self.network["IPAM"]["Config"][0]["Subnet"])

    @property
    def gateway(self) -> str:
        """The gateway of the network of the cast."""
        return str(self.network["IPAM"]["Config"][0].get("Gateway") or self.subnet[1])

    def address(self, name: str) -> str:
        """The container's address on the network of the cast, as the engine gave it."""
        return str((self.ends(name).get(self.cast.network) or {}).get("IPAddress", ""))

    def interface(self, name: str) -> Interface:
        """The container's interface there, known by its MAC address; one without a name if it is gone."""
        mac = (self.ends(name).get(self.cast.network) or {}).get("MacAddress", "")
        return next((i for i in self.view(name).interfaces if i.mac == mac), Interface("", 0))

    def cable(self, name: str) -> Interface:
        """The host's end of that interface's cable; one without a name if it is gone."""
        peer = self.interface(name).peer.partition("/")[2]
        return next((i for i in self.view("host").interfaces if i.name == peer), Interface("", 0))
