"""The faults that a machine can be given, by name. What each is for a learner, `course.faults` tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from course.labhost.faults import engine, inside, paths
from course.labhost.faults.cast import Cast
from course.labhost.faults.ground import Ground, Unknown
from course.labhost.namespaces import Namespaces
from course.labhost.records import from_data

Deed = Callable[[Ground], str]
DEEDS: dict[str, Deed] = {**engine.DEEDS, **paths.DEEDS, **inside.DEEDS}


@dataclass(frozen=True)
class Drop:
    """A DROP rule in front of all forwarded packets. Empty options match everything; ``port`` is a destination port."""

    interface: str = ""
    protocol: str = ""
    port: int = 0
    source: str = ""
    destination: str = ""


@dataclass(frozen=True)
class Blackhole:
    """A route in ``view`` that swallows the packets to ``destination`` (address or CIDR)."""

    view: str
    destination: str


def drop(ground: Ground, options: Drop) -> str:
    """Insert the rule at the top of DOCKER-USER; answers the rule."""
    if options.port and not options.protocol:
        raise Unknown("a port needs a protocol: tcp or udp")
    given = {"-i": options.interface, "-s": options.source, "-d": options.destination, "-p": options.protocol}
    match = [part for flag, value in given.items() if value for part in (flag, value)]
    port = ["--dport", str(options.port)] if options.port else []
    return ground.host("iptables", "-w5", "-I", "DOCKER-USER", *match, *port, "-j", "DROP")


def blackhole(ground: Ground, options: Blackhole) -> str:
    """Add the route; answers the command."""
    return ground.inside(options.view, "ip", "route", "add", "blackhole", options.destination)


# Tools to build faults of one's own with; each has options of its own.
FREE: dict[str, tuple[type, Callable[[Ground, Any], str]]] = {"drop": (Drop, drop), "blackhole": (Blackhole, blackhole)}


def fault(namespaces: Namespaces, name: str, options: Any) -> str:
    """Inject the fault of that name; answers what was done. Raises Unknown, or ValueError for wrong options."""
    if name in FREE:
        kind, deed = FREE[name]
        return deed(Ground(namespaces, Cast()), from_data(kind, options))
    if name not in DEEDS:
        raise Unknown(f"there is no fault {name!r}; there are: {', '.join([*FREE, *DEEDS])}")
    return DEEDS[name](Ground(namespaces, from_data(Cast, options)))
