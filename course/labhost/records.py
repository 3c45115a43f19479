"""The data that the agent and its clients share. Standard library only: the agent runs inside a lab host.

A *view* is one network namespace, named by whoever it belongs to:

========================  =====================================================
``"host"``                the lab host (or plain machine) itself
``"web"``                 the container of that name
``"netns:red"``           the namespace made by ``ip netns add red``
========================  =====================================================
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Kind = Literal["icmp", "tcp", "udp", "http", "dns", "arp", "pmtu"]
Outcome = Literal["reply", "refused", "timeout", "no-route", "no-name", "no-neighbour", "reset", "closed", "broken"]
T = TypeVar("T")
_PLAIN = (str, int, bool)


@dataclass(frozen=True)
class Probe:
    """One question asked with real packets.

    ``target`` is a name or an address, resolved as ``source`` itself would resolve it;
    for ``http`` it is a URL, for ``dns`` the name to look up. ``timeout`` is in seconds.
    """

    kind: Kind
    source: str
    target: str
    port: int = 0
    timeout: float = 1.0


@dataclass(frozen=True)
class Answer:
    """What came back.

    ``reply`` is the only outcome that means *yes*. ``broken`` means that the question could not
    be asked (no such source, no permission): it is neither yes nor no.
    ``address`` is where the packets went (for ``dns`` the name server, empty if the hosts file knew),
    ``addresses`` every address that the name has,
    ``ms`` the time it took, ``mtu`` the path MTU in bytes, ``detail`` one sentence in plain words.
    """

    outcome: Outcome
    address: str = ""
    addresses: list[str] = field(default_factory=list)
    ms: float = 0.0
    status: int = 0
    body: str = ""
    mac: str = ""
    mtu: int = 0
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether the answer is *yes*."""
        return self.outcome == "reply"

    def __repr__(self) -> str:
        said = f"{self.outcome}: {self.detail}" if self.detail else self.outcome
        return "\n".join([f"{said} ({self.ms:.1f} ms)" if self.ok else said, *self.body.splitlines()])


@dataclass(frozen=True)
class Interface:
    """A network interface. ``addresses`` are in CIDR form; ``master`` is the bridge it is a port of.

    ``peer`` is the other end of a veth pair as ``view/interface`` (``"web/eth0"``), empty if it is
    not a veth or if the other end lies in no view of this machine. ``vni`` is the number of a VXLAN's network,
    ``passed`` the bytes so far, both ways; two looks at one interface are equal whatever passed.
    """

    name: str
    index: int
    kind: str = ""
    mac: str = ""
    mtu: int = 0
    up: bool = False
    addresses: list[str] = field(default_factory=list)
    master: str = ""
    peer: str = ""
    vni: int = 0
    passed: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Route:
    """A route of the main table; ``destination`` is a CIDR or ``"default"``."""

    destination: str
    via: str = ""
    device: str = ""
    source: str = ""
    kind: str = "unicast"


@dataclass(frozen=True)
class Neighbour:
    """An entry of the neighbour (ARP) cache."""

    address: str
    mac: str
    device: str
    state: str


@dataclass(frozen=True)
class Listener:
    """A listening TCP socket or bound UDP socket; ``process`` may be empty."""

    protocol: Literal["tcp", "udp"]
    address: str
    port: int
    process: str = ""


@dataclass(frozen=True)
class View:
    """One network namespace as it is now. ``namespace`` is its inode: equal inodes, same namespace.

    ``settings`` are the kernel's (``net.ipv4.ip_forward``), those that were asked for and exist.
    """

    name: str
    namespace: int
    interfaces: list[Interface] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    neighbours: list[Neighbour] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    nameservers: list[str] = field(default_factory=list)
    search: list[str] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def addresses(self) -> list[str]:
        """Every address of every interface but the loopback's and IPv6 link-local ones, without prefix length."""
        every = (a.split("/")[0] for i in self.interfaces if i.name != "lo" for a in i.addresses)
        return [address for address in every if not address.startswith("fe80:")]


@dataclass(frozen=True)
class State:
    """Everything about the networks of one machine, in one answer.

    ``rules`` holds ``iptables-save`` lines by table, the chains' lines without counters
    (``{"nat": [":POSTROUTING ACCEPT", "-A POSTROUTING …"]}``); it is empty if they were not asked for.
    """

    views: dict[str, View]
    rules: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Details:
    """What only a failed question needs to know of one view: what costs more to look at, and seldom matters.

    ``rules`` are the view's own, as in State; ``settings`` the kernel's (``net.ipv4.ip_forward``), those that exist;
    ``queues`` the queueing disciplines that hold packets back, by interface, as ``tc`` writes them; ``isolated`` the
    bridge ports that may not talk to each other.
    """

    rules: dict[str, list[str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    isolated: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """What a network tool on the machine itself said."""

    exit: int
    stdout: str = ""
    stderr: str = ""

    def __repr__(self) -> str:
        failed = f"\n(exit code {self.exit})" if self.exit else ""
        return (self.stdout + self.stderr).rstrip("\n") + failed


def to_json(record: Any) -> str:
    """The record as JSON text."""
    return json.dumps(record, default=vars)


def from_data(kind: type[T], data: Any) -> T:
    """Build ``kind`` from parsed JSON, checking every field: ValueError names the one that is wrong, or unknown."""
    return typing.cast(T, _read(kind, data, kind.__name__))


def _read(kind: Any, data: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind):
        return _read_record(kind, data, where)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        if data not in inner or isinstance(data, bool):
            raise ValueError(f"{where} is {_short(data)}; it must be one of {', '.join(map(str, inner))}")
        return data
    if origin is list:
        return [_read(inner[0], item, f"{where}[{n}]") for n, item in enumerate(_is(list, data, where))]
    if origin is dict:
        rows = _is(dict, data, where).items()
        return {_is(str, key, where): _read(inner[1], item, f"{where}.{key}") for key, item in rows}
    if origin in (typing.Union, types.UnionType):
        return None if data is None else _read(next(k for k in inner if k is not type(None)), data, where)
    if kind is float:
        return _read_float(data, where)
    return _is(kind, data, where)


def _read_record(kind: Any, data: Any, where: str) -> Any:
    hints = _hints(kind)
    given = _is(dict, data, where)
    if unknown := sorted(set(given) - set(hints)):
        raise ValueError(f"{where} has no field {unknown[0]!r}")
    try:
        return kind(**{name: _read_field(hints[name], item, where, name) for name, item in given.items()})
    except TypeError as error:
        raise ValueError(f"{where} lacks a field: {error}") from None


def _read_field(kind: Any, data: Any, where: str, name: str) -> Any:
    # nearly all are as they should be, and need not be told where they are
    return data if type(data) is kind and kind in _PLAIN else _read(kind, data, f"{where}.{name}")


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read_float(data: Any, where: str) -> float:
    number = data if isinstance(data, float) else _is(int, data, where)
    if not -1e300 < number < 1e300:  # JSON as Python reads it knows NaN, Infinity and whole numbers without end
        raise ValueError(f"{where} is {_short(data)}; it must be a finite number")
    return float(number)


def _is(kind: type, data: Any, where: str) -> Any:
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise ValueError(f"{where} is {_short(data)}; it must be of type {kind.__name__}")
    return data


def _short(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 40 else text[:37] + "..."
