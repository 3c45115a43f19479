"""What is said between the agent and whoever asks it to capture: an order, then lines until one of both ends it.

The order goes to ``POST /capture`` and is refused as a whole or taken. Then come lines of JSON, one event each:
``ready`` (from now on no packet is missed), ``caught``, ``gone`` (a spot that was lost, and why) and last ``ended``.
The client stops the capture by closing its sending side; it still gets what was on the wire by then. One that goes away
ends it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from course.labhost.records import from_data

LONGEST = 600.0
MOST_PACKETS, MOST_BYTES = 20_000, 64 * 1024 * 1024
WHOLE = 262_144  # bytes of a packet that are kept: all, as tcpdump does
Kind = Literal["ready", "caught", "gone", "ended"]
Reason = Literal["stopped", "time", "packets", "bytes", "gone"]


@dataclass(frozen=True)
class Spot:
    """Where to listen: an interface of a view, or without its name all of them that carry Ethernet frames."""

    view: str
    interface: str = ""

    def __str__(self) -> str:
        return f"{self.view}/{self.interface}" if self.interface else self.view


@dataclass(frozen=True)
class Order:
    """What to capture. ``filter`` is in tcpdump's language, an empty one takes all.

    The capture ends by itself after so many ``seconds``, ``packets``, or ``bytes`` of packets. Of each packet the
    first ``snaplen`` bytes are kept.
    """

    spots: list[Spot]
    filter: str = ""
    seconds: float = LONGEST
    packets: int = MOST_PACKETS
    bytes: int = MOST_BYTES
    snaplen: int = WHOLE

    def trouble(self) -> str:
        """Why this cannot be done, as a sentence; empty if it can."""
        if not 1 <= len(self.spots) <= 100:
            return "a capture listens at 1 to 100 places"
        most = {"seconds": LONGEST, "packets": MOST_PACKETS, "bytes": MOST_BYTES, "snaplen": WHOLE}
        for name, high in most.items():
            if not 0 < getattr(self, name) <= high:
                return f"{name} is {getattr(self, name)}; it must be more than 0 and at most {high:,g}"
        if len(self.filter) > 2000 or not (self.filter.isascii() and (self.filter or " ").isprintable()):
            return "a filter is one line of plain text, of at most 2000 characters"
        return ""


@dataclass(frozen=True)
class Caught:
    """One packet at one interface: ``frame`` as it was on the wire, from the Ethernet header on.

    ``ns`` is its time in nanoseconds since 1970 by the clock that all machines of a lab share, ``length`` its whole
    length, of which ``frame`` may hold the beginning only. ``raw`` says that the interface carries IP packets without
    Ethernet frames. ``spot`` counts the order's spots from 0.
    """

    spot: int
    interface: str
    outgoing: bool
    ns: int
    length: int
    frame: bytes
    raw: bool = False


@dataclass(frozen=True)
class Ended:
    """Why the capture ended, and how many packets came faster than they could be kept."""

    reason: Reason = "stopped"
    lost: int = 0


@dataclass(frozen=True)
class Event:
    """One line of the answer."""

    kind: Kind
    spot: int = -1
    detail: str = ""
    caught: Caught | None = None
    ended: Ended = field(default_factory=Ended)


def to_line(event: Event) -> bytes:
    """An event as it goes over the socket."""
    data: list[Any] = [event.kind]
    if event.caught:
        seen = event.caught
        frame = base64.b64encode(seen.frame).decode()
        data += [seen.spot, seen.interface, seen.outgoing, seen.ns, seen.length, frame, seen.raw]
    elif event.kind == "gone":
        data += [event.spot, event.detail]
    elif event.kind == "ended":
        data += [event.ended.reason, event.ended.lost]
    return json.dumps(data).encode() + b"\n"


def from_line(line: bytes) -> Event:
    """The event again. Raises ValueError for anything else."""
    kind, *rest = json.loads(line)
    if kind == "caught":
        spot, interface, outgoing, ns, length, frame, raw = rest
        data = base64.b64decode(frame, validate=True)
        return Event(kind, caught=Caught(spot, interface, outgoing, ns, length, data, raw))
    if kind == "ended":
        return Event(kind, ended=Ended(*rest))
    return from_data(Event, {"kind": kind, **dict(zip(("spot", "detail"), rest, strict=False))})
