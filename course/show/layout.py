"""Where everything of one lab host goes in its picture: pure numbers, in pixels from the frame's top left corner.

Networks are horizontal lines, one under the other. A container hangs from the first line that it is attached to, and
stands on the others. Lines are ordered so that few stems pass a line that is not theirs; containers that do pass one
stand further right than everything on that line.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from course.show.parts import boxes_of, lines_of
from course.show.shapes import INSET, PAD, ROW, Box, Frame, Line, Tag
from course.show.sharing import rooms
from course.show.storeys import joined, wrapped
from course.show.theme import NAME, short, width
from course.topology.model import Machine, Topology

GAP = 14.0  # between two boxes
BETWEEN_STOREYS = 6.0  # more than between two lines
TITLE = 36.0  # height of a frame's title
NAMES = 24.0  # room above a line for the network's name
STRIP = 36.0  # room between a line and a box for two rows of label
CROWD = 4  # boxes on one line, from which on they may hang in two rows
LOOSE, TWO_ROWS, CLOSE = range(3)  # how close things stand; CLOSE writes only the end of each address
WIDEST = 1000.0  # what a page shows at full size
BEARABLE = 1180.0  # and what it may become before lines are continued below


def frames(topology: Topology) -> list[Frame]:
    """The finished layout of every lab host, as loose as the width of a page allows."""
    machines = [machine for machine in topology.machines if machine.has_engine]
    for closeness in (LOOSE, TWO_ROWS, CLOSE):
        made = [frame(topology, machine, closeness) for machine in machines]
        if sum(one.width for one in made) <= WIDEST:
            break
    widths = [one.width for one in made]
    if sum(widths) > BEARABLE:
        pairs = zip(machines, rooms(widths, WIDEST), strict=True)
        made = [frame(topology, machine, CLOSE, room) for machine, room in pairs]
    tallest = max((one.height for one in made), default=0)
    for one in made:
        _stretch(one, tallest)
    return made


def frame(topology: Topology, machine: Machine, closeness: int = LOOSE, room: float = math.inf) -> Frame:
    """The layout of one lab host. What is wider than ``room`` is continued in further storeys below."""
    boxes = list(boxes_of(topology, machine.name))
    lines = lines_of(topology, machine.name, boxes, brief=closeness == CLOSE)
    for box in boxes:
        box.measure()
    guests = [box for box in boxes if box.containers[0].shares == "host"]
    whole = Frame(machine, lines, [box for box in boxes if box not in guests], guests)

    def place(storey: Frame) -> float:
        return _place_across(storey, two_rows=closeness != LOOSE)

    right = place(whole)
    storeys = wrapped(whole, right, room - PAD, place)
    bottom = TITLE
    for number, storey in enumerate(storeys):
        bottom = _place_down(storey, bottom + (BETWEEN_STOREYS if number else 0))
    made = joined(whole, storeys)
    _place_edge(made, max(map(right_end, storeys)), bottom)
    return made


# --- across -------------------------------------------------------------------------------------------------------


@dataclass
class _Tier:
    """The room under one line, filled from the left.

    ``clear`` is where the next stem may come down; for each of two rows, ``free`` is where the next box may begin,
    ``edges`` and ``middles`` are the right edge and the middle of the last one.
    """

    clear: float
    free: list[float]
    edges: list[float] = field(default_factory=lambda: [0.0, 0.0])
    middles: list[float] = field(default_factory=lambda: [0.0, 0.0])
    count: int = 0

    def centre(self, box: Box, own: bool) -> float:
        """The leftmost middle that a box can have: no box lies over the way up or down of one in the other row."""
        half, other = box.width / 2, 1 - box.row
        if not own:
            return max(self.clear, *self.free) + half
        return max(
            self.clear + box.overhang, self.free[box.row] + half, self.edges[other] + 8, self.middles[other] + half + 8
        )

    def take(self, box: Box, own: bool) -> None:
        """Give it its room: a box that only passes through takes both rows."""
        ends = [stem.x + stem.width + 4 for stem in box.stems]
        self.clear = max([self.clear, *ends]) if ends else box.centre + box.overhang + 8
        for row in [box.row] if own else [0, 1]:
            self.free[row], self.edges[row], self.middles[row] = box.right + GAP, box.right, box.centre
        self.count += own


def _place_across(made: Frame, two_rows: bool) -> float:
    """Give every box its ``x``; returns the right end of it all."""
    gutter = PAD + made.inset + max((line.width + 18 for line in made.lines), default=0)
    tiers = [_Tier(gutter, [gutter, gutter]) for _ in range(max(1, len(made.lines)))]
    crowds = Counter(_passed(box, len(tiers))[0] for box in made.boxes)
    for line in made.lines:
        line.end = gutter
    for box in made.boxes:
        box.row = 0
    for box in sorted(made.boxes, key=lambda box: _reach(box, len(tiers))):
        own, *others = _passed(box, len(tiers))
        if two_rows and crowds[own] >= CROWD:  # what has stems below hangs low, or they would meet a box
            box.row = 1 if len(box.stems) > 1 else tiers[own].count % 2
        beyond = [made.lines[number].end + GAP + box.width / 2 for number in others]
        box.x = max([tiers[number].centre(box, number == own) for number in (own, *others)] + beyond) - box.width / 2
        _place_stems(box, made.lines)
        for number in (own, *others):
            tiers[number].take(box, own=number == own)
    return right_end(made)


def right_end(made: Frame) -> float:
    """Where all that stands in a frame ends."""
    words = (stem.x + stem.width for box in made.boxes for stem in box.stems)
    lonely = (box.centre + box.overhang + 4 for box in made.boxes if not box.stems)
    return max([PAD, *(box.right for box in made.boxes), *words, *lonely])


def _reach(box: Box, tiers: int) -> tuple[bool, int, bool]:
    """What is attached to nothing comes last, before it what passes many lines, before that what is on several."""
    return (not box.stems, len(_passed(box, tiers)), len(box.stems) > 1)


def _passed(box: Box, tiers: int) -> range:
    """The tiers in which it takes room: its own, and each that a stem of it runs through."""
    if not box.stems:
        return range(tiers - 1, tiers)
    first, last = box.stems[0].line, box.stems[-1].line
    return range(first, max(first + 1, last))


def _place_stems(box: Box, lines: list[Line]) -> None:
    x = box.below
    for number, stem in enumerate(box.stems):
        stem.x = x if number else box.centre
        x += stem.width if number else 0
        lines[stem.line].end = max(lines[stem.line].end, stem.x)


# --- down ---------------------------------------------------------------------------------------------------------


def _place_down(made: Frame, y: float) -> float:
    """Give every line and box its ``y``, from there on; returns the lower end of it all."""
    if not made.lines:
        return max([y, *(_hang(made.boxes, y + 12))])
    for number, line in enumerate(made.lines):
        onto = any(stem.line == number for box in made.boxes for stem in box.stems[1:])
        line.y = y + (STRIP if onto else NAMES)
        hanging = [box for box in made.boxes if _passed(box, len(made.lines))[0] == number]
        text = line.y + 8 + ROW * len(line.rows)
        y = max([text, *_hang(hanging, line.y + STRIP)]) + 10
    return y - 10


def _hang(boxes: list[Box], y: float) -> list[float]:
    """Put the boxes of one line into their rows; their lower edges."""
    for row in (0, 1):
        for box in boxes:
            if box.row == row:
                box.y = y
        y = max([y, *(box.bottom + GAP for box in boxes if box.row == row)])
    return [box.bottom for box in boxes]


# --- the lower edge -------------------------------------------------------------------------------------------------


def _place_edge(made: Frame, right: float, bottom: float) -> None:
    """The frame's own size, and where published ports and guests stand on its lower edge."""
    made.tags = list(_tags(made.boxes))
    inside = max((len(tag.rows) for tag in made.tags if not tag.outside), default=0)
    outside = max((len(tag.rows) for tag in made.tags if tag.outside), default=0)
    room = max(PAD, inside * ROW + 26 if inside else 0, outside * ROW / 2 + 24 if outside else 0)
    tallest = max((box.height for box in made.guests), default=0)
    made.height = max(bottom + room, TITLE + tallest + 10)
    x = PAD + 20
    for tag in sorted(made.tags, key=lambda tag: tag.box.port):
        tag.x = max(x, tag.box.port - tag.width / 2)
        tag.clear = not _hidden(tag, made.boxes)
        if not tag.clear:
            tag.rows = [f"{row} {short(tag.box.containers[0].name)}" for row in tag.rows]
        x = tag.x + tag.width + 8
    edge = max(right + GAP, x) if made.guests else x - 8
    for box in made.guests:
        box.x, box.y = edge, made.height - box.height
        edge += box.width + GAP
    edge -= GAP if made.guests else 0
    title = width(made.machine.name, NAME, bold=True) + 90
    made.width = max(right, edge, PAD + title, 190) + PAD


def _hidden(tag: Tag, boxes: list[Box]) -> bool:
    """Whether the straight way down from its box is not free, or does not lead to it."""
    below = [box for box in boxes if box.y > tag.box.y and box.x - 4 < tag.middle < box.right + 4]
    return bool(below) or not tag.box.x + INSET < tag.middle < tag.box.right - INSET


def _stretch(made: Frame, height: float) -> None:
    """Let the frame be as high as the others; what stands on its lower edge goes down with it."""
    for box in made.guests:
        box.y += height - made.height
    made.height = height


def _tags(boxes: list[Box]) -> Iterator[Tag]:
    for box in boxes:
        for outside in (True, False):
            ports = [str(port) for port in box.ports if (not port.host_address.startswith("127.")) == outside]
            if ports:
                yield Tag(box, ports, outside)
