"""A container as plain data: its image, what it is started with, and the ports that it publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal, get_args

from course.errors import TopologyError
from course.topology.checks import check_choice, check_name, check_texts, parse_address

State = Literal["running", "exited", "paused", "created", "missing", "planned"]
Condition = Literal["started", "healthy"]
Where = tuple[str, str]  # (machine, name): what no other network, and no other container, has
HOST_GATEWAY = "host-gateway"  # the engine's word, in a hosts file, for the address at which it is itself reached
PROTOCOLS = ("tcp", "udp", "sctp")
NO_HEALTHCHECK = ("NONE",)
EVERY_ADDRESS = ("", "0.0.0.0", "::")


@dataclass(frozen=True)
class Port:
    """A published port. ``host_port`` 0 means any free one, an empty ``host_address`` every address of the host."""

    host_port: int
    container_port: int
    protocol: str = "tcp"
    host_address: str = ""

    def __post_init__(self) -> None:
        if not (0 <= self.host_port <= 65535 and 1 <= self.container_port <= 65535):
            what = f"port {self.host_port} cannot be published as {self.container_port}"
            raise TopologyError(what, because="ports are numbers from 1 to 65535")
        check_choice(self.protocol, PROTOCOLS, "the protocol of a port")
        if self.host_address:
            parse_address(self.host_address, f"published port {self.host_port}")

    def __str__(self) -> str:
        address = "" if self.host_address in EVERY_ADDRESS else f"{self.host_address}:"
        protocol = "" if self.protocol == "tcp" else f"/{self.protocol}"
        return f"{address}{self.host_port or 'any'}→{self.container_port}{protocol}"


@dataclass(frozen=True)
class Healthcheck:
    """How the engine finds out whether a container works: a command, tried again and again. Times in seconds.

    ``test`` is a command line for the container's shell if it is one word, else a command and its arguments. A command
    without arguments, run without a shell, is ``("CMD", "pg_isready")``; ``("NONE",)`` switches the image's own off.
    """

    test: tuple[str, ...]
    interval: float = 30.0
    timeout: float = 30.0
    retries: int = 3
    start_period: float = 0.0

    def __post_init__(self) -> None:
        if not self.test:
            raise TopologyError("a health check needs a command", next='write it like ("pg_isready",)')
        if min(self.interval, self.timeout) < 0.001 or self.retries < 1 or self.start_period < 0:
            because = "the engine takes times from a millisecond on, and at least one try"
            raise TopologyError("a health check with such times or tries cannot be made", because)
        check_texts(self.test, "a health check")

    @property
    def off(self) -> bool:
        """Whether it says that there is no health check, whatever the image says."""
        return self.test == NO_HEALTHCHECK

    @property
    def words(self) -> list[str]:
        """The test as the engine's API has it: a list that begins with NONE, CMD or CMD-SHELL."""
        if self.off or (self.test[0] == "CMD" and len(self.test) > 1):
            return list(self.test)
        return ["CMD-SHELL", *self.test] if len(self.test) == 1 else ["CMD", *self.test]


@dataclass(frozen=True)
class Container:
    """A container. ``shares`` says whose network namespace it has instead of its own: ``host``, or ``container:web``;
    ``none`` is one of its own with nothing but a loopback; empty is the usual case.

    The rest is what it is started with, in Docker's words; empty means what the image says. ``hosts`` are further
    lines of its hosts file (name to address), ``depends_on`` maps containers that must come first to what they must
    be: ``started`` or ``healthy``.
    """

    name: str
    machine: str
    image: str = ""
    state: State = "planned"
    ports: tuple[Port, ...] = ()
    shares: str = ""
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    hostname: str = ""
    capabilities: tuple[str, ...] = ()
    sysctls: Mapping[str, str] = field(default_factory=dict)
    dns: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    healthcheck: Healthcheck | None = None
    depends_on: Mapping[str, Condition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        who = f"container {check_name(self.name, 'container')}"
        check_choice(self.state, get_args(State), f"the state of {who}")
        if not self.owner:
            check_choice(self.shares, ("", "host", "none", "container:NAME"), f"what {who} shares")
        for server in self.dns:
            parse_address(server, f"the name server of {who}")
        for name in self.environment:
            check_variable(name, who)
        for name, address in self.hosts.items():
            if not name or re.search(r"[\s:=]", name):
                raise TopologyError(f"{who}: {name!r} cannot be a name in its hosts file", next="try printer.test")
            if address != HOST_GATEWAY:
                parse_address(address, f"the address of {name!r} in the hosts file of {who}")
        for capability in self.capabilities:
            check_capability(capability, who)
        check_texts(self._texts(), who)
        for other, condition in self.depends_on.items():
            check_choice(condition, get_args(Condition), f"what {who} waits for {other} to be")

    def __str__(self) -> str:
        return self.name

    def _texts(self) -> Iterator[str]:
        maps = (self.environment, self.sysctls, self.hosts)
        yield from chain((self.image, self.hostname), self.command, self.entrypoint, self.dns_search)
        yield from chain.from_iterable((*some, *some.values()) for some in maps)

    @property
    def where(self) -> Where:
        """Its machine and its name."""
        return (self.machine, self.name)

    @property
    def owner(self) -> str:
        """The container whose namespace this one shares, or nothing."""
        return self.shares.partition(":")[2] if self.shares.startswith("container:") else ""


def check_variable(name: str, who: str) -> None:
    """TopologyError for a name that no variable of an environment can have."""
    if not name or "=" in name:
        raise TopologyError(f"{who}: {name!r} cannot be the name of a variable", because="it is empty, or holds a =")


def check_capability(capability: str, who: str) -> None:
    """TopologyError unless it is written as in ``--cap-add NET_ADMIN``."""
    if not re.fullmatch(r"(?!CAP_)[A-Z][A-Z_]*", capability):
        better = re.sub(r"[^A-Z_]", "", capability.upper()).removeprefix("CAP_") or "NET_ADMIN"
        raise TopologyError(f"{who}: {capability!r} is not a capability", next=f"write {better}")
