"""What is written at a stop of a timetable: the header where it changes, the rule, the verdict, the reason."""

from __future__ import annotations

from dataclasses import dataclass

from course.observe.hop import Header, Hop
from course.observe.journey import Journey
from course.show.shapes import ROW
from course.show.stations import Stop, dull
from course.show.theme import short, width, wrapped

ROOM = 390.0  # no text at a stop is wider
LONGEST_RULE = 110  # characters of a rule


@dataclass(frozen=True)
class Said:
    """One row of text."""

    text: str
    bold: bool = False
    muted: bool = False

    @property
    def width(self) -> float:
        """Its width in pixels."""
        return width(self.text, bold=self.bold)

    @property
    def height(self) -> float:
        """Its height in pixels."""
        return ROW


@dataclass(frozen=True)
class Nested:
    """A packet inside another: two boxes, one in the other."""

    outer: str
    inner: str

    @property
    def width(self) -> float:
        """The width of the outer box in pixels."""
        return max(width(self.outer), width(self.inner, bold=True) + 14) + 14

    @property
    def height(self) -> float:
        """The height of the outer box, and of the space that it needs, in pixels."""
        return 2 * ROW + 18


Saying = Said | Nested


def sayings(journey: Journey, stops: list[Stop]) -> list[list[Saying]]:
    """For each stop the rows that are written there; most have none."""
    before: Hop | None = None
    told: list[list[Saying]] = []
    for stop in stops:
        told.append(_together(stop.hops) if len(stop.hops) > 1 else _said(stop.hop, before, journey))
        before = stop.hops[-1]
    return told


def _together(hops: list[Hop]) -> list[Saying]:
    """Rules that are told together: how many, and the one that let the packet pass at last."""
    rows = [f"{len(hops)} rules passed"]
    if hops[-1].verdict == "ACCEPT" and hops[-1].rule.startswith("-A"):
        rows += wrapped(short(hops[-1].rule, LONGEST_RULE), ROOM)
    return [Said(row, muted=True) for row in rows]


def _said(hop: Hop, before: Hop | None, journey: Journey) -> list[Saying]:
    rows: list[Saying] = []
    if before is None or before.way != hop.way or ends(before.after) != ends(hop.before):
        answer = "answer: " if hop.way == "back" and before and before.way == "there" else ""
        rows += [Said(row, bold=True) for row in wrapped(answer + said(hop.before), ROOM, bold=True)]
    rows += _changes(hop)
    stopped = ended(hop, journey)
    if stopped and not (hop.verdict and hop.detail.startswith(hop.verdict)):
        rows.append(Said(hop.verdict or journey.outcome.replace("-", " "), bold=True))
    elif dull(hop) and hop.verdict != "JUMP":
        rows.append(Said(hop.verdict, muted=True))
    told = len(rows)
    if stopped or (hop.act == "delivered" and hop.way == "there"):
        rows += [Said(row, bold=stopped and not told) for row in wrapped(hop.detail, ROOM)]
    if hop.rule and not dull(hop):
        rows += [Said(row, muted=True) for row in wrapped(short(hop.rule, LONGEST_RULE), ROOM)]
    return rows


def ended(hop: Hop, journey: Journey) -> bool:
    """Whether the packet came no further: it was stopped, or nothing more was seen of it."""
    lost = journey.cause is None and hop is journey.hops[-1] and hop.way == "there" and not journey.arrived
    return hop is journey.cause or hop.act == "stopped" or lost


def _changes(hop: Hop) -> list[Saying]:
    if hop.after.outer and hop.after.outer != hop.before.outer:
        return [Nested(carrier(hop.after), said(hop.after))]
    if hop.before.outer and not hop.after.outer:
        return [Said(f"unwrapped: {said(hop.after)}", bold=True)]
    rows: list[Saying] = [Said(row, bold=True) for text in changes(hop) for row in wrapped(text, ROOM, bold=True)]
    if hop.before.ttl and hop.after.ttl and hop.before.ttl != hop.after.ttl:
        rows.append(Said(f"TTL {hop.before.ttl} becomes {hop.after.ttl}", muted=True))
    return rows


def changes(hop: Hop) -> list[str]:
    """What a hop changed in the header, in words: ``destination 10.213.7.11:8080 becomes 172.30.0.2:80``."""
    pairs = zip(("source", "destination"), ends(hop.before), ends(hop.after), strict=True)
    return [f"{end} {before} becomes {after}" for end, before, after in pairs if before != after]


def ends(header: Header) -> tuple[str, str]:
    """Where a packet comes from and goes to, each with its port."""
    source, _, destination = str(header).partition(" → ")
    return source, destination


def said(header: Header) -> str:
    """A packet in one row: ``TCP SYN 172.30.0.2:40312 → 172.30.0.3:80``."""
    words = [header.protocol.upper(), header.note]
    return " ".join(word for word in (*words, "" if header.protocol == "arp" else str(header)) if word)


def carrier(header: Header) -> str:
    """The packet that carries this one: ``VXLAN 4097 in UDP 10.213.7.11:49152 → 10.213.7.12:4789``."""
    outer = said(header.outer) if header.outer else ""
    return f"VXLAN {header.vni} in {outer}" if header.vni >= 0 else outer
