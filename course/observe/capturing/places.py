"""Where a capture listens, and whose the addresses are that it sees."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from course.errors import LabError
from course.labhost.capturing.captured import Spot
from course.labhost.records import View
from course.observe.places import Place, places
from course.topology.model import Topology

Look = tuple[Topology, Mapping[str, View]]  # a lab, and by machine what its own view holds, where it was asked for
RESOLVER = "127.0.0.11"  # where every container of a user-defined network asks for names
EVERYONE = "everyone"
_WORD = re.compile(r"[A-Za-z0-9][\w./-]*")
_BEFORE_A_NAME = {"host", "src", "dst"}


@dataclass(frozen=True)
class Ear:
    """One place to listen at: ``name`` as a table shows it, the machine, and the spot there."""

    name: str
    machine: str
    spot: Spot


def ear(text: str, topology: Topology) -> Ear:
    """The place that is meant by ``web``, ``web/eth0``, ``host1``, ``host1/web``, ``host1/docker0``, ``laptop``.

    In place of an interface a network may be named: ``host1/app`` is its bridge there, ``web/app`` the container's
    interface in it. Namespaces made by hand are ``host1/netns:red``. Raises LabError if there is no such place.
    """
    known = places(topology)
    views = {f"{place.machine}/{place.view}": place for place in known.values()}
    whole, interface = text, ""
    for _ in range(2):
        if place := known.get(whole) or views.get(whole) or _by_hand(whole, topology):
            return Ear(place.name, place.machine, Spot(place.view, _interface(place, interface, topology)))
        whole, _, interface = text.rpartition("/")
    there = ", ".join(known) or "nothing"
    raise LabError(
        f"there is no place {text!r} to capture at",
        because="no running container, no machine and no interface is called that",
        next=f"there is {there}; an interface is written after a slash: web/eth0",
    )


def _by_hand(text: str, topology: Topology) -> Place | None:
    """A namespace that ``ip netns`` made."""
    machine, _, view = text.partition("/")
    here = machine in [one.name for one in topology.machines]
    return Place(text, machine, view) if here and re.fullmatch("netns:[^/]+", view) else None


def _interface(place: Place, word: str, topology: Topology) -> str:
    """The interface itself if a network was named."""
    for network in topology.networks:
        if place.view == "host" and (network.machine, network.name) == (place.machine, word) and network.bridge:
            return network.bridge
    for plug in topology.attachments:
        if (plug.machine, plug.container, plug.network) == (place.machine, place.view, word) and plug.interface:
            return plug.interface
    return word


@dataclass(frozen=True)
class Owners:
    """Whose an address is, and what an interface is for: by machine, since two may use the same ones."""

    addresses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def name(self, address: str, seen_by: Ear) -> str:
        """The name of the place with this IP or MAC address; the address itself if nobody is known to have it."""
        if address == RESOLVER:
            return "embedded DNS"
        if address in ("ff:ff:ff:ff:ff:ff", "255.255.255.255"):
            return EVERYONE
        if address.startswith("127.") or address == "::1":
            return seen_by.name
        return self.addresses.get(seen_by.machine, {}).get(address, address)

    def label(self, interface: str, seen_by: Ear) -> str:
        """What a machine's interface is for: the network of a bridge, the container that a cable leads to."""
        return self.labels.get((seen_by.machine, interface), "") if seen_by.spot.view == "host" else ""


def owners(looks: Iterable[Look]) -> Owners:
    """Of several looks at one lab: what came and went between them is known too; the last one knows best."""
    addresses: dict[str, dict[str, str]] = {}
    labels: dict[tuple[str, str], str] = {}
    for topology, views in looks:
        for machine in topology.machines:
            addresses.setdefault(machine.name, {}).update(_seen_from(machine.name, topology))
        bridges = [network for network in topology.networks if network.bridge not in ("", "docker0")]
        labels |= {(network.machine, network.bridge): network.name for network in bridges}
        cables = [(name, one) for name, view in views.items() for one in view.interfaces if one.peer]
        labels |= {(name, one.name): f"veth({one.peer.partition('/')[0]})" for name, one in cables}
    return Owners(addresses, labels)


def _seen_from(machine: str, topology: Topology) -> dict[str, str]:
    """Names by address; what is nearer counts more: others' places, this machine's own, this machine."""
    everyone = sorted(places(topology).values(), key=lambda place: (place.machine == machine, place.view == "host"))
    found = {address: place.name for place in everyone for address in place.addresses.values()}
    names = {(place.machine, place.view): place.name for place in everyone}
    macs = sorted(topology.attachments, key=lambda plug: plug.machine == machine)
    found |= {p.mac.lower(): names[p.machine, p.container] for p in macs if (p.machine, p.container) in names and p.mac}
    mine = [network for network in topology.networks if network.machine == machine and network.bridge]
    found |= {network.gateway: machine for network in mine if network.gateway}
    return found | _broadcasts([topology.lan, *(subnet for network in mine for subnet in network.subnets)])


def _broadcasts(subnets: Iterable[str]) -> dict[str, str]:
    every = [ipaddress.ip_network(subnet, strict=False) for subnet in subnets if subnet]
    return {str(subnet.broadcast_address): EVERYONE for subnet in every if subnet.version == 4}


def with_addresses(text: str, topology: Topology) -> str:
    """A filter in which places may stand for their addresses: ``host db`` is ``host 10.0.0.3``.

    tcpdump knows addresses only. A place with several becomes ``(host 10.0.0.3 or host 10.1.0.3)``.
    """
    known, words = places(topology), re.split(r"(\s+|[()])", text)
    for at, word in enumerate(words):
        before = [other for other in words[:at] if other.strip()][-1:]
        if _WORD.fullmatch(word) and word in known and before and before[0] in _BEFORE_A_NAME:
            words[at] = _either(before[0], list(dict.fromkeys(known[word].addresses.values()))) or word
    return "".join(words)


def _either(word: str, addresses: list[str]) -> str:
    """What follows the word so that any of the addresses fits: tcpdump carries ``host`` on from one to the next."""
    return addresses[0] if len(addresses) == 1 else f"({' or '.join(addresses)})" if addresses else ""
