"""What was said in a capture, in rows: what says the same again is told once, and of very long ones not the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, runtime_checkable

from course.show.theme import short

MOST, LAST = 40, 10  # rows, and how many of them show the end
EVERYONE = ("everyone", "255.255.255.255", "ff:ff:ff:ff:ff:ff")  # all who are on the link


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

    def text(self, most: int) -> str:
        """What stands over the arrow: so many characters of what was said."""
        words = short(self.first.words or self.first.protocol, most)
        to = "  to everyone" if self.first.destination in EVERYONE else ""
        return f"{words}{to}" + (f"  ×{len(self.packets)}" if len(self.packets) > 1 else "")

    @property
    def size(self) -> str:
        """What stands at its end: the protocol, and the bytes of all of them."""
        return f"{self.first.protocol}, {sum(packet.length for packet in self.packets):,} bytes"


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
