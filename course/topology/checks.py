"""What a name, an address and a subnet must look like, said in words that help."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from course.errors import TopologyError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Subnet = ipaddress.IPv4Network | ipaddress.IPv6Network

# The rule by which the engine judges names of containers (`RestrictedNamePattern` in moby's daemon/names).
PREDEFINED = {"bridge": "bridge", "host": "host", "none": "null"}
"""The networks that every engine has from the start, and their drivers."""
LONE = ("host", "null")  # drivers of which an engine has one network only
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")


def check_name(name: str, kind: str) -> str:
    """The name, if Docker would take it for a ``kind`` ("container"); else TopologyError with a better one."""
    if not NAME.fullmatch(name):
        raise TopologyError(
            f"{name!r} cannot be the name of a {kind}",
            because="a name has two characters or more: unaccented letters, digits, and after the first also _ . -",
            next=f"try {_better(name)!r}",
        )
    return name


def _better(name: str) -> str:
    kept = re.sub(r"[^a-zA-Z0-9_.-]+", "-", name).strip("-_.")
    return kept if NAME.fullmatch(kept) else f"{kept or 'web'}1"


def check_network_name(name: str, driver: str = "bridge") -> str:
    """The name, if it can be read on one line. The engine takes any other for a network: ``my net``, ``a``, ``-x``.

    What the engine makes itself, ``bridge``, ``host`` and ``none``, has a driver of its own; ``default`` is kept free.
    """
    if not name.strip() or not name.isprintable():
        because = "it must be visible, and fit on one line"
        raise TopologyError(f"{name!r} cannot be the name of a network", because, next=f"try {_better(name)!r}")
    if name == "default" or PREDEFINED.get(name, driver) != driver or (driver in LONE and name not in PREDEFINED):
        own = ", ".join(f"{name} (driver {driver})" for name, driver in PREDEFINED.items())
        because = f"the engine keeps some names and drivers to itself: default, {own}"
        what = f"{name!r} cannot be the name of a network with the driver {driver}"
        raise TopologyError(what, because, next=f"try {name}1, with the driver bridge")
    return name


def check_texts(texts: Iterable[str], who: str) -> None:
    """TopologyError for a text that no process can be given: one with a null character, or with half a character."""
    for text in texts:
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise TopologyError(
                f"{who}: {text!r} is not a text", "it holds a null, or half a character", "leave it out"
            )


def parse_address(text: str, who: str) -> Address:
    """An IPv4 or IPv6 address without a prefix length, or TopologyError in the name of ``who``."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise TopologyError(
            f"{who}: {text!r} is not an address", next="write it like 10.0.0.2, without a prefix length"
        ) from None


def parse_subnet(text: str, who: str) -> Subnet:
    """A subnet in CIDR form, its bits behind the prefix zero, or TopologyError in the name of ``who``."""
    try:
        subnet = ipaddress.ip_network(text, strict=False)
        address = ipaddress.ip_address(text.rpartition("/")[0])
    except ValueError:
        raise TopologyError(f"{who}: {text!r} is not a subnet", next="write it like 10.0.0.0/24") from None
    if address != subnet.network_address:
        raise TopologyError(
            f"{who}: {text} is an address in a subnet, not a subnet",
            because="bits behind the prefix are set",
            next=f"write {subnet}",
        )
    return subnet


def check_range(text: str, subnets: Sequence[Subnet], who: str) -> None:
    """TopologyError unless ``text`` is a part (CIDR) of one of the subnets."""
    part = parse_subnet(text, who)
    check_inside(str(part.network_address), subnets, who)
    check_inside(str(part.broadcast_address), subnets, who)


def check_version(address: str, version: int, who: str) -> None:
    """TopologyError unless it is an address of that version of IP."""
    if parse_address(address, who).version != version:
        raise TopologyError(f"{who}: {address} is not an IPv{version} address", next="write it where the other is")


def check_mac(mac: str, who: str) -> None:
    """TopologyError unless ``mac`` is six pairs of hexadecimal digits."""
    if not MAC.fullmatch(mac):
        raise TopologyError(f"{who}: {mac!r} is not a MAC address", next="write it like 02:42:ac:1e:00:02")


def check_inside(address: str, subnets: Sequence[Subnet], who: str) -> None:
    """TopologyError unless the address lies in one of the subnets."""
    parsed = parse_address(address, who)
    if not any(parsed in subnet for subnet in subnets):
        inside = " or ".join(map(str, subnets)) or "a subnet, for there is none"
        raise TopologyError(f"{who}: {address} is not in {inside}", next="choose an address inside the subnet")


def check_choice(value: str, choices: Iterable[str], who: str) -> None:
    """TopologyError unless the value is one of the choices."""
    if value not in (known := list(choices)):
        raise TopologyError(f"{who} cannot be {value!r}", next=f"use one of {', '.join(known)}")


def check_known(name: str, known: Iterable[str], kind: str, who: str) -> None:
    """TopologyError, with the names there are, unless ``name`` is one of them."""
    if name not in (names := sorted(known)):
        there = f"there is {', '.join(names)}" if names else f"there is no {kind} yet: add it first"
        raise TopologyError(f"{who}: there is no {kind} {name!r}", next=there)


def check_once(kind: str, keys: Iterable[tuple[str, str]]) -> None:
    """TopologyError if a (machine, name) comes twice."""
    for (machine, name), times in Counter(keys).items():
        if times > 1:
            place = f" on {machine}" if machine else ""
            raise TopologyError(f"there are {times} {kind}s {name!r}{place}", next="each needs a name of its own")


def overlap(mine: Iterable[Subnet], theirs: Iterable[Subnet]) -> tuple[Subnet, Subnet] | None:
    """The first two subnets that have addresses in common, if any."""
    others = list(theirs)
    pairs = ((one, other) for one in mine for other in others if one.version == other.version)
    return next(((one, other) for one, other in pairs if one.overlaps(other)), None)
