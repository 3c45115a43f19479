"""The networks of one machine as they are now: every view, and the firewall's rules, in one answer."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute  # type: ignore[import-untyped]

from course.labhost import listeners, tables
from course.labhost.commands.allowed import SYSCTL_READ
from course.labhost.namespaces import Namespace, Namespaces, inside
from course.labhost.probing.names import read_resolver
from course.labhost.records import Interface, Listener, Neighbour, Route, State, View

_MAIN_TABLE = 254
_UP = 1  # IFF_UP
_NOARP = 0x40
_ROUTES = {1: "unicast", 2: "local", 6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw"}
_NEIGHBOURS = {1: "INCOMPLETE", 2: "REACHABLE", 4: "STALE", 8: "DELAY", 16: "PROBE", 32: "FAILED", 128: "PERMANENT"}


@dataclass
class _Wire:
    """One end of a veth pair: where it is, and the index and the namespace (as a number) of the other end."""

    inode: int
    index: int
    other: int
    link: int | None


@dataclass
class _Seen:
    """What was read inside one namespace; views that share it share this."""

    view: View
    path: str
    wires: list[_Wire]
    sockets: dict[Listener, int]


def state(
    namespaces: Namespaces,
    wanted: Iterable[str] = (),
    with_rules: bool = True,
    cables: bool = True,
    settings: Sequence[str] = (),
) -> State:
    """The views of these names (all, if none is given) and, if they are wanted, the rules of the machine itself.

    The other end of a veth pair may be in any namespace: without ``cables`` only those of the names are looked into.
    ``settings`` are names of kernel settings to read in every view. A view that does not exist, vanished meanwhile or
    cannot be read says so in ``trouble``; nothing is raised.
    """
    names = list(dict.fromkeys(wanted))
    spaces = namespaces.find(() if cables else names)
    seen: dict[int, _Seen] = {}
    views = {name: _view(space, seen, settings) for name, space in spaces.items()}
    peers, programs = _peers(list(seen.values())), listeners.programs()
    views = {name: _joined(view, seen, peers, programs) for name, view in views.items()}
    chosen = names or list(views)
    return State(
        {name: views.get(name) or _missing(name, namespaces) for name in chosen}, rules() if with_rules else {}
    )


def rules() -> dict[str, list[str]]:
    """The ``iptables-save`` lines of this machine by table, chains without their counters (``:FORWARD DROP``)."""
    legacy = Path("/proc/net/ip_tables_names")  # tables of the old kind, which may stand beside the new
    tools = ["iptables-save"] + ["iptables-legacy-save"] * (legacy.exists() and bool(legacy.read_text().strip()))
    tables: dict[str, list[str]] = {}
    for tool in tools:
        for table, lines in parse_rules(_output(tool)).items():
            known = tables.setdefault(table, [])
            known += [line for line in lines if line not in known]
    return tables


def parse_rules(text: str) -> dict[str, list[str]]:
    """The lines of ``iptables-save`` by table, without comments and counters."""
    tables: dict[str, list[str]] = {}
    table: list[str] = []
    for line in text.splitlines():
        if line.startswith("*"):
            table = tables.setdefault(line[1:], [])
        elif line.startswith(":"):
            table.append(line.rpartition(" [")[0])
        elif line.startswith("-"):
            table.append(line)
    return tables


def _output(tool: str) -> str:
    try:
        return subprocess.run([tool], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""  # a machine without a firewall has no rules


def _missing(name: str, namespaces: Namespaces) -> View:
    return View(name, 0, trouble=namespaces.missing(name))


def _view(space: Namespace, seen: dict[int, _Seen], settings: Sequence[str] = ()) -> View:
    if space.trouble:
        return View(space.name, 0, trouble=space.trouble)
    try:
        with inside(space.path):
            inode = os.stat("/proc/thread-self/ns/net").st_ino
            if inode not in seen:
                seen[inode] = _read(space, inode, settings)
        resolver = read_resolver(space.resolv_conf, space.hosts)
    except Exception as error:  # it may vanish at any step, and the others shall be seen all the same
        return View(space.name, 0, trouble=f"{space.name} cannot be looked at now ({error})")
    known = {name: addresses[0] for name, addresses in resolver.hosts.items()}
    return replace(
        seen[inode].view, name=space.name, nameservers=resolver.nameservers, search=resolver.search, hosts=known
    )


def _read(space: Namespace, inode: int, settings: Sequence[str]) -> _Seen:
    """Everything about the namespace that this thread is in."""
    links, addressed, routed, known = tables.read(_dumps)
    names = {link["index"]: link.get_attr("IFLA_IFNAME") for link in links}
    addresses = _addresses(addressed)
    interfaces = [_interface(link, names, addresses) for link in links]
    routes = [row for message in routed for row in _routes(message, names)]
    neighbours = [row for message in known for row in _neighbour(message, names)]
    view = View(space.name, inode, interfaces, routes, neighbours, settings=_settings(settings))
    wires = [_wire(link, inode) for link in links if _kind(link) == "veth"]
    return _Seen(view, space.path, wires, listeners.listening())


def _settings(names: Iterable[str]) -> dict[str, str]:
    """The kernel's settings of the namespace that this thread is in; what is none of the network's is left out."""
    files = {name: Path("/proc/sys", *name.split(".")) for name in names if re.fullmatch(SYSCTL_READ, name)}
    return {name: file.read_text().strip() for name, file in files.items() if file.is_file()}


def _dumps(netlink: Any) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Links, addresses, routes and neighbours, as the kernel sends them."""
    routes = netlink.get_routes(table=_MAIN_TABLE)
    return list(netlink.get_links()), list(netlink.get_addr()), list(routes), list(netlink.get_neighbours())


def _addresses(messages: Iterable[Any]) -> dict[int, list[str]]:
    """CIDR addresses by interface index, IPv4 first."""
    found: dict[int, list[str]] = {}
    for message in sorted(messages, key=lambda m: int(m["family"] != socket.AF_INET)):
        address = message.get_attr("IFA_LOCAL") or message.get_attr("IFA_ADDRESS")
        found.setdefault(message["index"], []).append(f"{address}/{message['prefixlen']}")
    return found


def _interface(link: Any, names: dict[int, str], addresses: dict[int, list[str]]) -> Interface:
    counted = link.get_attr("IFLA_STATS64") or {}
    return Interface(
        name=link.get_attr("IFLA_IFNAME"),
        index=link["index"],
        kind=_kind(link),
        mac=link.get_attr("IFLA_ADDRESS") or "",
        mtu=link.get_attr("IFLA_MTU") or 0,
        up=bool(link["flags"] & _UP),
        addresses=addresses.get(link["index"], []),
        master=names.get(link.get_attr("IFLA_MASTER"), ""),
        vni=link.get_nested("IFLA_LINKINFO", "IFLA_INFO_DATA", "IFLA_VXLAN_ID") or 0,
        passed=counted.get("rx_bytes", 0) + counted.get("tx_bytes", 0),
    )


def _kind(link: Any) -> str:
    return link.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND") or ""


def _routes(message: Any, names: dict[int, str]) -> Iterator[Route]:
    """One route for each way to go; IPv6's own link-local routes are left out."""
    destination = message.get_attr("RTA_DST")
    if destination and destination.lower().startswith(("fe80:", "ff00:")):
        return
    cidr = f"{destination}/{message['dst_len']}" if destination else "default"
    kind = _ROUTES.get(message["type"], str(message["type"]))
    source = message.get_attr("RTA_PREFSRC") or ""
    for way in message.get_attr("RTA_MULTIPATH") or [message]:
        device = way["oif"] if "oif" in way else way.get_attr("RTA_OIF")
        yield Route(cidr, way.get_attr("RTA_GATEWAY") or "", names.get(device, ""), source, kind)


def _neighbour(message: Any, names: dict[int, str]) -> Iterator[Neighbour]:
    address, state_ = message.get_attr("NDA_DST"), message["state"]
    if address and state_ and not state_ & _NOARP:
        mac = message.get_attr("NDA_LLADDR") or ""
        yield Neighbour(address, mac, names.get(message["ifindex"], ""), _NEIGHBOURS.get(state_, str(state_)))


def _wire(link: Any, inode: int) -> _Wire:
    return _Wire(inode, link["index"], link.get_attr("IFLA_LINK") or 0, link.get_attr("IFLA_LINK_NETNSID"))


def _peers(seen: list[_Seen]) -> dict[tuple[int, int], str]:
    """``(namespace, index) -> 'view/interface'`` of the other end, for every veth pair with both ends in view."""
    peers: dict[tuple[int, int], str] = {}
    by_end = {(wire.inode, wire.index): (one, wire) for one in seen for wire in one.wires}
    for one in seen:
        todo = [wire for wire in one.wires if (wire.inode, wire.index) not in peers]
        for wire, other in _matches(one, todo, by_end):
            peers[wire.inode, wire.index] = _label(other[0].view, other[1].index)
            peers[other[1].inode, other[1].index] = _label(one.view, wire.index)
    return peers


def _matches(
    one: _Seen, wires: list[_Wire], by_end: dict[tuple[int, int], tuple[_Seen, _Wire]]
) -> Iterator[tuple[_Wire, tuple[_Seen, _Wire]]]:
    """Each wire with its other end. Indexes may point at each other by chance, so the namespace must agree too."""
    if not wires:
        return
    try:
        with inside(one.path), IPRoute() as netlink:
            for wire in wires:
                for other in by_end.values():
                    mutual = other[1].index == wire.other and other[1].other == wire.index
                    if mutual and _same(wire, other[1], netlink, other[0].path):
                        yield wire, other
    except OSError:
        return  # gone meanwhile: its wires lead nowhere that can be seen


def _same(wire: _Wire, other: _Wire, netlink: Any, path: str) -> bool:
    """Whether the number that the kernel gives the other end's namespace means the one at ``path``."""
    if wire.link is None:
        return wire.inode == other.inode
    with open(path) as file:
        return bool(wire.link == netlink.get_netnsid(fd=file.fileno())["nsid"])


def _label(view: View, index: int) -> str:
    return f"{view.name}/{next(i.name for i in view.interfaces if i.index == index)}"


def _joined(view: View, seen: dict[int, _Seen], peers: dict[tuple[int, int], str], programs: dict[int, str]) -> View:
    """The view with what only the whole machine tells: the other ends of its cables, the programs of its sockets."""
    if view.trouble:
        return view
    sockets = seen[view.namespace].sockets.items()
    return replace(
        view,
        interfaces=[replace(i, peer=peers.get((view.namespace, i.index), "")) for i in view.interfaces],
        listeners=[replace(listener, process=programs.get(inode, "")) for listener, inode in sockets],
    )
