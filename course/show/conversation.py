"""The picture of a capture: who said what to whom. Places stand side by side, time runs down, a packet is an arrow.

Packets that say the same again are told once, with their number; of a very long capture the middle is left out, and
how much it was is written in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from course.show.canvas import Canvas
from course.show.journey import clock, sentence
from course.show.picture import Picture
from course.show.talk import EVERYONE, Packet, Saying, places, sayings
from course.show.theme import NAME, Theme, short, width
from course.show.words import listed

MARGIN = 10.0
HEAD, ROW, GAP = 44.0, 27.0, 18.0  # heights of the names, of a packet, of a long silence
BESIDE = 9.0  # from where an arrow begins to words that begin there
LONG = 100.0  # a silence of so many ms is shown as one
WIDEST = 1100.0
EMPTY = "no packets were seen"
LENGTHS = (64, 44, 30, 20, 14)  # characters of what a packet says: the first with which it all is narrow enough


def conversation(packets: Sequence[Packet], title: str = "", theme: str | None = None) -> Picture:
    """The picture of packets, in "light", in "dark", or in the theme of the page that shows it."""
    rows = sayings(packets)
    made = next((made for made in (Layout(rows, most) for most in LENGTHS) if made.width <= WIDEST), None)
    made = made or Layout(rows, LENGTHS[-1])
    head = title if rows else title or EMPTY
    return Picture(describe(packets, title), lambda colours: _Conversation(made, head, colours).paint(), theme)


@dataclass
class Layout:
    """Where everybody's line is, in pixels from the left: ``x`` by name. Words have ``most`` characters."""

    rows: list[Saying]
    most: int
    x: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in places(self.rows):
            self.x[name] = self._next(name)

    @property
    def left(self) -> float:
        """Where the times end, and the first place may begin."""
        return MARGIN + max([30.0, *(width(clock(row.first.ms)) for row in self.rows)]) + 16

    @property
    def right(self) -> float:
        """Where the last place and the last words end, and the sizes begin."""
        edges = (x + half(name) + 4 for name, x in self.x.items())
        return max([self.left, *edges, *map(self._end, self.rows)]) + 14

    @property
    def width(self) -> float:
        """Where the sizes end."""
        return self.right + max([0.0, *(width(row.size) for row in self.rows)])

    def _next(self, name: str) -> float:
        """The place of one more: far enough from the others for what they say to each other."""
        if not self.x:
            return self.left + half(name) + 4
        last = list(self.x)[-1]
        x = self.x[last] + half(last) + half(name) + 22
        for row in self.rows:
            ends = {row.first.source, row.first.destination}
            other = next(iter(ends - {name}), "")
            if name in ends and other in self.x:
                x = max(x, self.x[other] + width(row.text(self.most), bold=True) + 34)
        return x

    def _end(self, row: Saying) -> float:
        """How far right a packet's words reach, where they do not stand between two places."""
        alone = row.first.destination in (*EVERYONE, row.first.source)
        return self.x[row.first.source] + 34 + width(row.text(self.most), bold=True) if alone else 0.0


def half(name: str) -> float:
    """Half the width of a place's box."""
    return width(short(name), NAME, bold=True) / 2 + 8


class _Conversation:
    def __init__(self, made: Layout, title: str, theme: Theme) -> None:
        self.made, self.rows, self.x = made, made.rows, made.x
        self.title, self.t = title, theme
        self.top = MARGIN + (26 if title else 0)
        self.ys = self._heights()
        self.floor = self.ys[-1] + 16 if self.ys else self.top + 4
        across = max(made.width, MARGIN + width(title, NAME + 1, bold=True), 200.0)
        self.c = Canvas(across + MARGIN, self.floor + MARGIN, theme)

    def paint(self) -> Canvas:
        """The sheet with everything on it."""
        c, t = self.c, self.t
        c.text((MARGIN, MARGIN + 9), self.title, t.ink, NAME + 1, bold=True)
        if not self.rows:
            return c
        c.text((MARGIN, self.top + 12), "ms", t.muted)
        for name in self.x:
            self._place(name)
        for y, row in zip(self.ys, self.rows, strict=True):
            self._packet(y, row)
        for (y, row), (below, after) in pairwise(zip(self.ys, self.rows, strict=True)):
            if below - y > ROW:
                self._tear(y + GAP / 2 + 3, row, after)
        return c

    def _heights(self) -> list[float]:
        ys: list[float] = []
        y, before = self.top + HEAD - 6, None
        for row in self.rows:
            y += ROW
            if before and (row.first.ms - before.packets[-1].ms >= LONG or before.left_out):
                y += GAP
            ys.append(y)
            before = row
        return ys

    def _place(self, name: str) -> None:
        c, t, x = self.c, self.t, self.x[name]
        c.line([(x, self.top + 24), (x, self.floor)], t.muted, 1.2)
        c.box((x - half(name), self.top), (2 * half(name), 24), t.ink, t.paper)
        c.text((x, self.top + 12), short(name), t.ink, NAME, bold=True, align="center")

    def _tear(self, y: float, before: Saying, after: Saying) -> None:
        """A long silence, or packets left out: all lines are torn."""
        c, t = self.c, self.t
        for x in self.x.values():
            c.box((x - 3, y - 3), (6, 6), t.paper, t.paper)
            for shift in (-3, 3):
                c.line([(x - 5, y + shift + 2), (x + 5, y + shift - 2)], t.muted, 1)
        if before.left_out:
            self._words(self.made.left, y, f"{before.left_out} packets more, until {clock(after.first.ms)} ms", "left")

    def _packet(self, y: float, row: Saying) -> None:
        packet, source = row.first, self.x[row.first.source]
        self.c.text((self.made.left - 14, y), clock(packet.ms), self.t.muted, align="right")
        self.c.text((self.made.right, y), row.size, self.t.muted)
        if packet.destination == packet.source:
            self._loop(source, y, row.text(self.made.most))
        elif packet.destination in EVERYONE:
            self._call(source, y, row.text(self.made.most))
        else:
            self._arrow(source, y, self.x[packet.destination])
            self._words((source + self.x[packet.destination]) / 2, y - 9, row.text(self.made.most), "center")

    def _arrow(self, source: float, y: float, x: float) -> None:
        self.c.line([(source, y), (x, y)], self.t.running, 2)
        self.c.wedge((x, y), 1 if x > source else -1, self.t.running)
        self.c.dot((source, y), self.t.running, 3.5)

    def _call(self, x: float, y: float, text: str) -> None:
        """What is for everyone: a line without an end, for who was there to hear it is not known."""
        end = max(x + BESIDE + width(text, bold=True), *self.x.values())
        self.c.line([(min(self.x.values()), y), (end, y)], self.t.running, 2, "dotted")
        self.c.dot((x, y), self.t.running, 3.5)
        self._words(x + BESIDE, y - 9, text, "left")

    def _loop(self, x: float, y: float, text: str) -> None:
        """What a place says to itself."""
        self.c.line([(x, y - 5), (x + 24, y - 5), (x + 24, y + 5), (x + 6, y + 5)], self.t.running, 2)
        self.c.wedge((x, y + 5), -1, self.t.running)
        self.c.dot((x, y - 5), self.t.running, 3.5)
        self._words(x + 30, y, text, "left")

    def _words(self, x: float, y: float, text: str, align: str) -> None:
        wide = width(text, bold=True)
        left = x if align == "left" else x - wide / 2
        self.c.box((left - 2, y - 6.5), (wide + 4, 13), self.t.paper, self.t.paper, 0)
        self.c.text((left, y), text, self.t.ink, bold=True)


def describe(packets: Sequence[Packet], title: str = "") -> str:
    """The capture in sentences."""
    rows = sayings(packets)
    if not rows:
        return sentence(title or EMPTY)
    start = f"{title}: {_counted(len(packets))} between {listed(places(rows))}."
    told = []
    for row in rows:
        to = "everyone" if row.first.destination in EVERYONE else row.first.destination
        times = f" ({len(row.packets)} times)" if len(row.packets) > 1 else ""
        words = row.first.words or row.first.protocol
        told.append(f"{clock(row.first.ms)} ms, {row.first.source} to {to}: {sentence(words + times)}")
        if row.left_out:
            told.append(f"{_counted(row.left_out)} more.")
    return " ".join([start.removeprefix(": "), *told])


def _counted(number: int) -> str:
    return f"{number} packet{'s' if number != 1 else ''}"
