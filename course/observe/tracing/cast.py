"""Which of the packets that were seen belong to the question and its answer, and in which role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from course.labhost.tracing.marks import MASK
from course.labhost.tracing.sightings import Seen
from course.observe.hop import Way
from course.observe.tracing.chart import Chart
from course.observe.tracing.join import Moment, Passage

By = Literal["asker", "resolver", "proxy"]  # who sent it: the asker's own socket, or a program that asks on
_ONCE = ("SYN", "SYN ACK")


@dataclass(frozen=True)
class Scene:
    """One packet of the journey: its passage, its way, and who sent it (or is answered by it).

    ``handed_on`` says that a userland proxy takes it where it ends.
    """

    passage: Passage
    way: Way
    by: By = "asker"
    handed_on: bool = False

    @property
    def last(self) -> Moment:
        """Where it was seen last."""
        return self.passage.moments[-1]

    @property
    def note(self) -> str:
        """What kind of packet it is."""
        return self.passage.packet.header.note

    def answered_by(self, other: Scene) -> bool:
        """Whether the other packet came back to the very socket that sent this one."""
        mine, theirs = self.passage.moments[0].header, other.last.header
        here = (self.way, other.way) == ("there", "back") and mine.protocol == theirs.protocol != "icmp"
        return here and (mine.source, mine.source_port) == (theirs.destination, theirs.destination_port)

    @property
    def lookup(self) -> bool:
        """Whether it is a question to a name server, or the answer."""
        return bool(self.passage.packet.kind)


def cast(passages: Iterable[Passage], mark: int, v6: bool) -> list[Scene]:
    """The packets that carry the mark, without those that only keep a connection going, and no packet twice.

    ``v6`` says that the name's IPv6 address was used: of a lookup's two questions, only the one that led on counts.
    """
    scenes: dict[str, Scene] = {}
    for passage in passages:
        way = passage.packet.way
        if way and (role := _role(passage, way, "AAAA" if v6 else "A")):
            scenes.setdefault(f"{way} {role}", Scene(passage, way, _by(passage, mark)))
    return list(scenes.values())


def _role(passage: Passage, way: Way, kind: str) -> str:
    """What makes the packet different from others that are shown; empty if it is not shown itself."""
    packet = passage.packet
    header = packet.header
    if header.protocol == "tcp":
        if header.note in _ONCE:
            return header.note
        if "RST" in header.note:
            return "RST" if way == "back" else ""
        return "data" if packet.carries > 0 else ""
    if header.protocol == "udp":
        return "datagram" if not packet.kind else packet.seal if packet.kind == kind else ""
    return header.note


def _by(passage: Passage, mark: int) -> By:
    header = passage.packet.header
    marked = {header.source_port & MASK, header.destination_port & MASK}
    return "resolver" if passage.packet.kind and mark not in marked else "asker"


def proxied(scenes: list[Scene], passages: Iterable[Passage], seen: Mapping[str, Seen]) -> tuple[list[Scene], bool]:
    """The packets of a userland proxy that took the question and asks on, and whether others may be mistaken for them.

    Nothing in the packets ties the proxy's own connection to the one that it took: it is the first that the proxy's
    machine opens to the server after it took the question.
    """
    taken = next((scene for scene in scenes if scene.note == "SYN" and scene.handed_on), None)
    if taken is None:
        return [], False
    machine = taken.last.machine
    server = seen[machine].proxy
    others = [passage for passage in passages if passage.packet.way is None and server in _ends(passage)]
    opened = [
        passage
        for passage in others
        if passage.packet.header.note == "SYN"
        and passage.moments[0].where == (machine, "host")
        and passage.began > taken.last.at
    ]
    if not opened:
        return [], False
    ends = set(_ends(opened[0]))
    return list(_once(passage for passage in others if set(_ends(passage)) == ends)), len(opened) > 1


def _once(passages: Iterable[Passage]) -> Iterator[Scene]:
    """The opening of the connection and what answers it."""
    known: set[tuple[str, Way]] = set()
    client = ""
    for passage in passages:
        source = _ends(passage)[0]
        client = client or source
        way: Way = "there" if source == client else "back"
        role = _role(passage, way, "A")
        if role and (role, way) not in known:
            known.add((role, way))
            yield Scene(passage, way, "proxy")


def is_proxied(scene: Scene, seen: Mapping[str, Seen], chart: Chart) -> bool:
    """Whether a userland proxy takes the packet: it ends at the machine itself, which has one for this port."""
    last = scene.last
    ends_here = scene.way == "there" and not scene.lookup and chart.is_own(*last.where, last.header.destination)
    return bool(ends_here and last.view == "host" and seen[last.machine].proxy)


def _ends(passage: Passage) -> tuple[str, str]:
    header = passage.packet.header
    return f"{header.source}:{header.source_port}", f"{header.destination}:{header.destination_port}"
