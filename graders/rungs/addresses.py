"""Has each end its address, and nobody else the same? Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from course.labhost.records import Interface, View
from graders.case import Case, Reason
from graders.ends import End, bare
from graders.facts import Network
from graders.path import Path, path


def addresses(case: Case) -> Reason | None:
    """The first thing that is wrong with an address of either end."""
    found = path(case) if case.lost or case.refused else None
    if found is None:
        return None
    checks = (_wrong_prefix, _same_address, _same_mac, _overlap)
    return next((reason for check in checks for end in found.ends if (reason := check(case, found, end))), None)


def unknown(case: Case) -> Reason | None:
    """The address that was asked is nobody's."""
    if case.target.place or not case.lost or not case.target.addresses:
        return None
    address = case.target.addresses[0]
    seen = [view for views in case.views.values() for view in views.values()]
    if not seen or any(address in view.addresses for view in seen):
        return None
    return Reason(f"nobody in this lab has the address {address}", "", False, "unknown-address")


def _wrong_prefix(case: Case, way: Path, end: End) -> Reason | None:
    if not end.prefix or not end.interface or f"{end.address}/{end.prefix}" in end.interface.addresses:
        return None
    has = next(one for one in end.interface.addresses if one.startswith(f"{end.address}/"))
    because = f"{end.name} has {has}, and {end.network} is a network of /{end.prefix}: it takes others for far away"
    return Reason(because, f"{case.docker(end.place.host)} restart {end.name}", False, "wrong-prefix")


def _same_address(case: Case, way: Path, end: End) -> Reason | None:
    bridge = way.bridge(end)
    for name, other in _neighbours(case, way, end) if bridge else ():
        if end.address in bare(other):
            because = f"{name} has {end.address} too, the address of {end.name}"
            return Reason(because, _removal(case, end, name), False, "same-address")
    return None


def _same_mac(case: Case, way: Path, end: End) -> Reason | None:
    bridge = way.bridge(end)
    for name, other in _neighbours(case, way, end) if bridge and end.interface else ():
        if end.interface and end.interface.mac and other.mac == end.interface.mac:
            because = f"{name} has the MAC address {other.mac}, as {end.name} has: their bridge cannot tell them apart"
            return Reason(because, _removal(case, end, name), False, "same-mac")
    return None


def _neighbours(case: Case, way: Path, end: End) -> Iterator[tuple[str, Interface]]:
    """The interfaces of others on the end's bridge, with whose they are."""
    views, host = case.views.get(end.place.host, {}), way.host(end.place.host)
    ports = [port.peer.partition("/") for port in host.interfaces if port.master == way.bridge(end)]
    for view, _, name in ports:
        if view in views and views[view].namespace != end.view.namespace:
            yield from ((view, one) for one in views[view].interfaces if one.name == name)


def _removal(case: Case, end: End, name: str) -> str:
    if name.startswith("netns:"):
        return f"%%on {end.place.host}\nip netns delete {name.partition(':')[2]}"
    return f"{case.docker(end.place.host)} rm -f {name}"


def _overlap(case: Case, way: Path, end: End) -> Reason | None:
    """A machine of the LAN, and a lab host on whose bridge its address would be, too."""
    other = way.other(end)
    if end.network or other.place.host == end.place.host or not end.address:
        return None
    for bridge, subnet in _subnets(way.host(other.place.host)):
        if ipaddress.ip_address(end.address) in subnet:
            network = _named(case.known.get(other.place.host, ()), subnet)
            because = (
                f"{network or bridge} of {other.place.host} has {subnet}, and {end.name} on the LAN is {end.address}: "
                f"what is meant for it goes into {bridge}"
            )
            next = (
                f"{case.docker(other.place.host)} network rm {network}"
                if network
                else f"%%on {other.place.host}\nip addr show {bridge}"
            )
            return Reason(because, next, False, "subnet-overlap")
    return None


def _subnets(host: View) -> Iterator[tuple[str, ipaddress.IPv4Network | ipaddress.IPv6Network]]:
    for one in host.interfaces:
        for address in one.addresses if one.kind == "bridge" else ():
            yield one.name, ipaddress.ip_interface(address).network


def _named(networks: tuple[Network, ...], subnet: object) -> str:
    return next((network.name for network in networks if str(subnet) in network.subnets), "")
