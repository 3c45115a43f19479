"""What the engine says about containers and networks, as plain data."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any

DEFAULT_BRIDGE = "bridge"
ENCRYPTED, VNIS = "encrypted", "com.docker.network.driver.overlay.vxlanid_list"


@dataclass(frozen=True)
class Attachment:
    """A container's end on one network. ``address`` (IPv4) and ``prefix`` are empty while it does not run."""

    address: str = ""
    prefix: int = 0
    gateway: str = ""
    names: tuple[str, ...] = ()
    mac: str = ""


@dataclass(frozen=True)
class Publication:
    """A container's port made available on its host; ``address`` is the host's, ``0.0.0.0`` means every one."""

    port: int
    on: int
    address: str = "0.0.0.0"
    protocol: str = "tcp"

    def __str__(self) -> str:
        port = f"port {self.port}" if self.protocol == "tcp" else f"{self.protocol} port {self.port}"
        return f"{port} as {self.on}" if self.address == "0.0.0.0" else f"{port} as {self.address}:{self.on}"


@dataclass(frozen=True)
class Container:
    """A container as its engine describes it. ``host`` is the lab host; ``mode`` is what ``--network`` was given.

    ``error`` is why the engine could not start it.
    """

    name: str
    host: str = "host1"
    status: str = "running"
    image: str = ""
    mode: str = DEFAULT_BRIDGE
    exit_code: int = 0
    error: str = ""
    networks: dict[str, Attachment] = field(default_factory=dict)
    ports: tuple[Publication, ...] = ()

    @property
    def running(self) -> bool:
        """Whether its program runs; a paused container does not."""
        return self.status == "running"

    @property
    def own_network(self) -> bool:
        """Whether its namespace is its own, not its host's or another container's."""
        return self.mode != "host" and not self.mode.startswith("container:")

    @property
    def place(self) -> Place:
        """Where its packets start and end."""
        return Place(self.name, self.host, "container:host" if self.name == "host" else self.name, self)

    @property
    def attached(self) -> list[str]:
        """The networks it can send on, user-defined ones first."""
        return sorted(set(self.networks) - {"none", "host"}, key=lambda name: (name == DEFAULT_BRIDGE, name))


@dataclass(frozen=True)
class Network:
    """A network as its engine describes it; ``options`` are the driver's."""

    name: str
    host: str = "host1"
    driver: str = "bridge"
    internal: bool = False
    attachable: bool = False
    subnets: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    @property
    def gateway(self) -> str:
        """The address by which its containers leave it: the engine takes the subnet's first if it was told none."""
        first = str(ipaddress.ip_network(self.subnets[0])[1]) if self.subnets and self.driver == "bridge" else ""
        return self.gateways[0] if self.gateways else first

    @property
    def encrypted(self) -> bool:
        """Whether an overlay network was asked to encrypt; the option is there with any value but ``false``."""
        return self.driver == "overlay" and self.options.get(ENCRYPTED, "false") != "false"

    @property
    def vnis(self) -> list[int]:
        """The VXLAN numbers of an overlay network, one for each subnet."""
        return [int(number) for number in self.options.get(VNIS, "").split(",") if number]


@dataclass(frozen=True)
class Place:
    """Somewhere packets start or end: a view on a machine of the lab. ``name`` is what the sentence called it."""

    name: str
    host: str
    view: str = "host"
    container: Container | None = None

    @property
    def own_name(self) -> str:
        """What others can look up: empty for a namespace made by hand, which has no name on any network."""
        if self.container is not None:
            return self.container.name
        return self.host if self.view == "host" else ""

    def typed(self, *commands: str) -> str:
        """What to type so that these commands of ``ip`` or ``bridge`` act here."""
        if self.container:
            join = f"!docker run --rm --network container:{self.container.name} --cap-add NET_ADMIN toolbox"
            return "\n".join(f"{join} {command}" for command in commands)
        inside = "" if self.view == "host" else f" -n {self.view.removeprefix('netns:')}"
        lines = [f"{tool}{inside} {rest}" for tool, _, rest in (command.partition(" ") for command in commands)]
        return "\n".join([f"%%on {self.host}", *lines]) if lines else ""


def container_from(seen: dict[str, Any], host: str) -> Container:
    """From the engine's answer to inspect."""
    settings, state = seen["NetworkSettings"], seen["State"]
    return Container(
        name=seen["Name"].lstrip("/"),
        host=host,
        status=state["Status"],
        image=seen["Config"]["Image"],
        mode=seen["HostConfig"]["NetworkMode"],
        exit_code=state["ExitCode"],
        error=state.get("Error") or "",
        networks={name: _attachment(end) for name, end in (settings["Networks"] or {}).items()},
        ports=tuple(_publications(settings.get("Ports") or seen["HostConfig"].get("PortBindings") or {})),
    )


def network_from(seen: dict[str, Any], host: str) -> Network:
    """From the engine's answer to inspect."""
    pools = seen["IPAM"].get("Config") or []
    return Network(
        name=seen["Name"],
        host=host,
        driver=seen["Driver"],
        internal=seen["Internal"],
        attachable=seen["Attachable"],
        subnets=tuple(pool["Subnet"] for pool in pools if pool.get("Subnet")),
        gateways=tuple(pool["Gateway"] for pool in pools if pool.get("Gateway")),
        options=seen["Options"] or {},
    )


def _attachment(end: dict[str, Any]) -> Attachment:
    # Engines before 25 list what resolves as Aliases, later ones as DNSNames.
    names = dict.fromkeys([*(end.get("Aliases") or []), *(end.get("DNSNames") or [])])
    return Attachment(end["IPAddress"], end["IPPrefixLen"], end["Gateway"], tuple(names), end.get("MacAddress", ""))


def _publications(ports: dict[str, list[dict[str, str]] | None]) -> list[Publication]:
    """One for each binding; the engine repeats those of every IPv4 address for IPv6."""
    found = []
    for key, bindings in ports.items():
        port, _, protocol = key.partition("/")
        for binding in bindings or []:
            if ":" not in binding["HostIp"] and binding["HostPort"]:
                address = binding["HostIp"] or "0.0.0.0"
                found.append(Publication(int(port), int(binding["HostPort"]), address, protocol or "tcp"))
    return found
