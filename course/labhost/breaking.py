"""What only a teacher may do to a machine: empty it of whatever lessons made. (Breaking it is in `faults`.)"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import urllib.parse
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from course.labhost import tables
from course.labhost.namespaces import NETNS_DIRECTORY, Engine, EngineSilent

_PREDEFINED = {"bridge", "host", "none"}
_ENGINES_OWN = {"docker0", "docker_gwbridge"}
_CABLE = re.compile(r"eth[0-9]+")  # how the outer engine joins this machine to its networks, at any time
_MADE_BY_HAND = {"bridge", "veth", "dummy", "vxlan", "vlan", "macvlan", "ipvlan", "vrf", "gretap"}


@dataclass(frozen=True)
class Removed:
    """What a reset removed, by name, and what went wrong.

    Not covered: rules that somebody added to other chains than DOCKER-USER, routes, addresses and
    settings changed by hand, images built or pulled. A new lab host is without any of them.
    """

    containers: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    swarm: bool = False
    netns: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    rules: bool = False
    trouble: list[str] = field(default_factory=list)


def links() -> set[str]:
    """The names of the network interfaces of the machine itself."""
    return tables.read(lambda netlink: {link.get_attr("IFLA_IFNAME") for link in netlink.get_links()})


def reset(engine: Engine, keep: Iterable[str] = ()) -> Removed:
    """Remove whatever lessons made on this machine; the interfaces named in ``keep`` stay."""
    trouble: list[str] = []
    engines = _empty_engine(engine, trouble) if os.path.exists(engine.path) else Removed()
    netns = _each(_delete_netns, _netns(), trouble)
    by_hand = _each(_delete_link, _links_by_hand(set(keep) | _ENGINES_OWN), trouble)
    return replace(engines, netns=netns, links=by_hand, rules=_empty_docker_user(), trouble=trouble)


def _empty_engine(engine: Engine, trouble: list[str]) -> Removed:
    swarm = _leave_swarm(engine, trouble)
    return Removed(
        swarm=swarm,
        containers=_remove_all(engine, "/containers/json?all=1", "/containers/{}?force=1&v=1", trouble),
        networks=_remove_all(engine, "/networks", "/networks/{}", trouble),
        volumes=_remove_all(engine, "/volumes", "/volumes/{}?force=1", trouble),
    )


def _leave_swarm(engine: Engine, trouble: list[str]) -> bool:
    """First of all: a manager would replace the tasks that are removed."""
    try:
        if engine.ask("GET", "/info")["Swarm"]["LocalNodeState"] == "inactive":
            return False
        engine.ask("POST", "/swarm/leave?force=1", timeout=30)
        return True
    except EngineSilent as error:
        trouble.append(str(error))
        return False


def _remove_all(engine: Engine, listing: str, url: str, trouble: list[str]) -> list[str]:
    try:
        found = engine.ask("GET", listing)
    except EngineSilent as error:
        trouble.append(str(error))
        return []
    rows = found["Volumes"] or [] if "Volumes" in found else found
    urls = {_name(row): url.format(urllib.parse.quote(row.get("Id") or row["Name"], safe="")) for row in rows}
    for name in _PREDEFINED if listing == "/networks" else ():
        urls.pop(name, None)
    return _each(lambda name: engine.ask("DELETE", urls[name], timeout=30), list(urls), trouble)


def _name(row: dict[str, Any]) -> str:
    return str(row["Name"]) if "Name" in row else str((row["Names"] or [row["Id"][:12]])[0]).lstrip("/")


def _each(remove: Callable[[str], None], names: list[str], trouble: list[str]) -> list[str]:
    """Call ``remove`` for all names at once; the names for which it worked."""

    def attempt(name: str) -> bool:
        try:
            remove(name)
        except (EngineSilent, OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", "") or str(error)
            trouble.append(f"{name} stays: {said.strip()}")
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        return [name for name, gone in zip(names, threads.map(attempt, names), strict=True) if gone]


def _netns() -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(os.listdir(NETNS_DIRECTORY))
    return []


def _delete_netns(name: str) -> None:
    _command("ip", "netns", "delete", name)


def _links_by_hand(keep: set[str]) -> list[str]:
    found = tables.read(lambda netlink: list(netlink.get_links()))
    kinds = {link.get_attr("IFLA_IFNAME"): link.get_attr("IFLA_LINKINFO") for link in found}
    return [
        name
        for name, info in kinds.items()
        if info and info.get_attr("IFLA_INFO_KIND") in _MADE_BY_HAND and name not in keep and not _CABLE.fullmatch(name)
    ]


def _delete_link(name: str) -> None:
    try:
        _command("ip", "link", "delete", name)
    except subprocess.CalledProcessError:
        if name in links():  # otherwise the other end of a pair took this one with it
            raise


def _empty_docker_user() -> bool:
    """DOCKER-USER as the engine makes it: nothing but a way back. False on a machine without it."""
    try:
        _command("iptables", "-w5", "-F", "DOCKER-USER")
        _command("iptables", "-w5", "-A", "DOCKER-USER", "-j", "RETURN")
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _command(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=15)
