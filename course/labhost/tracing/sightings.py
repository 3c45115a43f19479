"""What one machine saw of a trace: the raw data that the agent and its clients share. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field

from course.labhost.records import Kind

IN_USE = "in use by another trace"  # what is said of a mark for which another will do


@dataclass(frozen=True)
class Wanted:
    """What to watch for: packets that carry the mark (see `marks`), for so many seconds at most.

    ``protocol`` and ``port`` are the question's, so that a program which takes it and asks on (Docker's userland
    proxy) is known before it does.
    """

    mark: int
    seconds: float
    protocol: str = ""
    port: int = 0


@dataclass(frozen=True)
class Question:
    """One question asked with marked packets: as records.Probe, and the mark."""

    mark: int
    kind: Kind
    source: str
    target: str
    port: int = 0
    timeout: float = 0.9


@dataclass(frozen=True)
class Sighting:
    """One packet at one interface. ``at`` is the kernel's clock (ns since 1970), which all machines of a lab share.

    ``packet`` is what was on the wire, in hexadecimal, from the network header on; the Ethernet addresses are empty
    where the interface has none.
    """

    view: str
    at: int
    interface: str
    leaving: bool
    ethertype: int
    packet: str
    source_mac: str = ""
    destination_mac: str = ""


@dataclass(frozen=True)
class Step:
    """One report of netfilter, in the order in which they came; see netfilter.Report for the fields."""

    view: str
    packet: int
    family: str
    table: str
    chain: str
    kind: str
    handle: int
    verdict: str
    came: str = ""
    goes: str = ""
    data: str = ""


@dataclass(frozen=True)
class Link:
    """An interface: ``index`` and ``other`` pair the ends of cables, ``master`` is the bridge that it is a port of.

    ``addresses`` are without their prefix length.
    """

    name: str
    index: int
    other: int = 0
    master: str = ""
    kind: str = ""
    vni: int = -1
    addresses: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Seen:
    """All that one machine saw.

    ``rules`` gives the text of each rule by view and by ``family table chain handle``; ``links`` the interfaces of
    each view; ``routers`` are views that pass packets on; ``networks`` the engine's names by bridge; ``proxy`` the
    server (``address:port``) to which a userland proxy passes the question on; ``trouble`` sentences about what could
    not be watched.
    """

    sightings: list[Sighting] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    rules: dict[str, dict[str, str]] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)
    routers: list[str] = field(default_factory=list)
    networks: dict[str, str] = field(default_factory=dict)
    proxy: str = ""
    trouble: list[str] = field(default_factory=list)
