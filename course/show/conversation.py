"""The picture of a capture: who said what to whom. Places stand side by side, time runs down, a packet is an arrow.

Packets that say the same again are told once, with their number; of a very long capture the middle is left out, and
how much it was is written in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Protocol, runtime_checkable

from course.show.canvas import Canvas
from course.show.journey import clock, sentence
from course.show.picture import Picture
from course.show.theme import NAME, Theme, short, width
from course.show.words import listed

MARGIN = 10.0
HEAD, ROW, GAP = 44.0, 27.0, 18.0  # heights of the names, of a packet, of a long silence
BESIDE = 9.0  # from where an arrow begins to words that begin there
LONG = 100.0  # a silence of so many ms is shown as one
MOST, LAST = 40, 10  # rows, and how many of them show the end
EVERYONE = ("everyone", "255.255.255.255", "ff:ff:ff:ff:ff:ff")  # all who are on the link
LONGEST = 64  # characters of what a packet says


class Packet(Protocol):
    """What is asked of a captured packet: ``ms`` since the first, who spoke to whom, and what it says in words."""

    @property
    def ms(self) -> float:
        """When it was seen, in ms since the capture began."""

    @property
    def source(self) -> str:
        """The place that sent it, or its address."""

    @property
    def destination(self) -> str:
        """The place that it is for, or its address."""

    @property
    def words(self) -> str:
        """``SYN``, ``HTTP GET /``, ``A? db``."""

    @property
    def protocol(self) -> str:
        """``TCP``, ``UDP``, ``ICMP``, ``ARP``…"""

    @property
    def length(self) -> int:
        """Bytes on the wire."""


@runtime_checkable
class Talk(Protocol):
    """What is asked of a capture: what it is of, and each packet once, however many interfaces it passed."""

    @property
    def title(self) -> str:
        """What was captured."""

    @property
    def once(self) -> Sequence[Packet]:
        """The packets."""


@dataclass
class Saying:
    """A row: packets that say the same one after the other; ``left_out`` is how many others follow, not shown."""

    packets: list[Packet]
    left_out: int = 0

    @property
    def first(self) -> Packet:
        """The first of the packets."""
        return self.packets[0]

    @property
    def text(self) -> str:
        """What stands over the arrow."""
        words = short(self.first.words or self.first.protocol, LONGEST)
        to = "  to everyone" if self.first.destination in EVERYONE else ""
        return f"{words}{to}" + (f"  ×{len(self.packets)}" if len(self.packets) > 1 else "")

    @property
    def size(self) -> str:
        """What stands at its end: the protocol, and the bytes of all of them."""
        return f"{self.first.protocol}, {sum(packet.length for packet in self.packets):,} bytes"


def conversation(packets: Sequence[Packet], title: str = "", theme: str | None = None) -> Picture:
    """The picture of packets, in "light", in "dark", or in the theme of the page that shows it."""
    rows = sayings(packets)
    return Picture(describe(packets, title), lambda colours: _Conversation(rows, title, colours).paint(), theme)


def sayings(packets: Sequence[Packet]) -> list[Saying]:
    """The rows of the picture: at most ``MOST``."""
    alike = groupby(packets, lambda packet: (packet.source, packet.destination, packet.protocol, packet.words))
    rows = [Saying(list(some)) for _, some in alike]
    if len(rows) > MOST:
        first, middle, last = rows[: MOST - LAST], rows[MOST - LAST : -LAST], rows[-LAST:]
        first[-1].left_out = sum(len(row.packets) for row in middle)
        rows = [*first, *last]
    return rows


def places(rows: Sequence[Saying]) -> list[str]:
    """Who takes part, in the order in which they appear."""
    names = (name for row in rows for name in (row.first.source, row.first.destination))
    return list(dict.fromkeys(name for name in names if name not in EVERYONE))


class _Conversation:
    def __init__(self, rows: list[Saying], title: str, theme: Theme) -> None:
        self.rows, self.title, self.t = rows, title, theme
        self.names = places(rows)
        self.left = MARGIN + max([30.0, *(width(clock(row.first.ms)) for row in rows)]) + 16
        self.x = self._columns()
        self.top = MARGIN + (26 if title else 0)
        self.right = max([self.left, *(self._end(row) for row in rows), *self._edges()]) + 14
        across = self.right + max([0.0, *(width(row.size) for row in rows)])
        across = max(across, MARGIN + width(title, NAME + 1, bold=True), 200.0)
        self.ys = self._heights()
        self.floor = (self.ys[-1] if self.ys else self.top + HEAD) + 16
        self.c = Canvas(across + MARGIN, self.floor + MARGIN, theme)

    def paint(self) -> Canvas:
        """The sheet with everything on it."""
        c, t = self.c, self.t
        c.text((MARGIN, MARGIN + 9), self.title, t.ink, NAME + 1, bold=True)
        if not self.rows:
            c.text((MARGIN, self.top + 20), "no packet was seen", t.muted)
            return c
        c.text((MARGIN, self.top + 12), "ms", t.muted)
        for name in self.names:
            self._place(name)
        for y, row in zip(self.ys, self.rows, strict=True):
            self._packet(y, row)
        for (y, row), (below, after) in pairwise(zip(self.ys, self.rows, strict=True)):
            if below - y > ROW:
                self._tear(y + GAP / 2 + 3, row, after)
        return c

    def _columns(self) -> dict[str, float]:
        """Where each place's line is: far enough from the others for what they say to each other."""
        x: dict[str, float] = {}
        for name in self.names:
            half = width(short(name), NAME, bold=True) / 2 + 12
            before = list(x.values())[-1:]
            x[name] = before[0] + half + 30 if before else self.left + half
            if before:
                x[name] = max(x[name], before[0] + width(short(list(x)[-2]), NAME, bold=True) / 2 + half + 26)
            for row in self.rows:
                ends = {row.first.source, row.first.destination}
                other = next(iter(ends - {name}), "")
                if name in ends and other in x:
                    x[name] = max(x[name], x[other] + width(row.text, bold=True) + 34)
        return x

    def _edges(self) -> list[float]:
        return [self.x[name] + width(short(name), NAME, bold=True) / 2 + 12 for name in self.names]

    def _end(self, row: Saying) -> float:
        """How far right a packet's words reach, where they do not stand between two places."""
        source, destination = row.first.source, row.first.destination
        alone = destination in EVERYONE or source == destination
        return self.x.get(source, self.left) + 34 + width(row.text, bold=True) if alone else 0.0

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
        half = width(short(name), NAME, bold=True) / 2 + 8
        c.line([(x, self.top + 24), (x, self.floor)], t.muted, 1.2)
        c.box((x - half, self.top), (2 * half, 24), t.ink, t.paper)
        c.text((x, self.top + 12), short(name), t.ink, NAME, bold=True, align="center")

    def _tear(self, y: float, before: Saying, after: Saying) -> None:
        """A long silence, or packets left out: all lines are torn."""
        c, t = self.c, self.t
        for x in self.x.values():
            c.box((x - 3, y - 3), (6, 6), t.paper, t.paper)
            for shift in (-3, 3):
                c.line([(x - 5, y + shift + 2), (x + 5, y + shift - 2)], t.muted, 1)
        if before.left_out:
            self._words(self.left, y, f"{before.left_out} packets more, until {clock(after.first.ms)} ms", "left")

    def _packet(self, y: float, row: Saying) -> None:
        packet, source = row.first, self.x[row.first.source]
        self.c.text((self.left - 14, y), clock(packet.ms), self.t.muted, align="right")
        self.c.text((self.right, y), row.size, self.t.muted)
        if packet.destination == packet.source:
            self._loop(source, y, row.text)
        elif packet.destination in EVERYONE:
            self._arrows(source, y, [x for x in self.x.values() if x != source] or [source + 60])
            self._words(source + BESIDE, y - 9, row.text, "left")
        else:
            self._arrows(source, y, [self.x[packet.destination]])
            self._words((source + self.x[packet.destination]) / 2, y - 9, row.text, "center")

    def _arrows(self, source: float, y: float, targets: list[float]) -> None:
        for x in targets:
            self.c.line([(source, y), (x, y)], self.t.running, 2)
            self.c.wedge((x, y), 1 if x > source else -1, self.t.running)
        self.c.dot((source, y), self.t.running, 3.5)

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
        return f"{title}: no packet was seen." if title else "No packet was seen."
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
