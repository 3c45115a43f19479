"""Packets at any container's or machine's interface: what passes while a block runs, or for some seconds.

>>> with capture("web", "tcp port 80") as taken:
...     lab.laptop.get("http://host1:8080")
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from course.errors import CourseError
from course.labhost.capturing.captured import MOST_PACKETS, WHOLE, Caught, Order, Spot
from course.observe.capturing import file as capture_file
from course.observe.capturing.ears import Listening, lost
from course.observe.capturing.packets import Packet, once, packets
from course.observe.capturing.places import Ear, Look, ear, owners, with_addresses
from course.observe.capturing.table import table
from course.observe.live import read

if TYPE_CHECKING:
    from course.labs.lab import Lab
    from course.topology.model import Topology

LONGEST_WAIT = 500.0  # seconds; less than what an agent allows
_WAIT_FOR_COUNT = 60.0


class Capture:
    """Packets that were captured; as a context manager, those that pass while the block runs.

    ``packets`` are in the order of time, each as often as it was seen; ``once`` are the same without repetitions.
    ``notes`` are sentences about what is missing: an empty tuple claims that every packet is there.
    """

    def __init__(self, lab: Lab, at: tuple[str, ...], filter: str, snaplen: int) -> None:
        self.at, self.filter = at, filter
        self.packets: tuple[Packet, ...] = ()
        self.notes: tuple[str, ...] = ()
        self._lab, self._snaplen = lab, snaplen
        self._listening: Listening | None = None
        self._looks = list[Look]()
        self._wide = set[str]()  # machines of which all interfaces are heard
        self._over = False

    def __enter__(self) -> Capture:
        if self._listening or self._over:
            raise CourseError(
                "this capture was made already",
                because="one with seconds or count waits by itself; one with a block is for one block",
                next=f'with capture("{self.at[0]}") as taken:',
            )
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        troubles = self._stop()
        if troubles and error is None:
            raise lost(troubles, len(self.packets))

    def __len__(self) -> int:
        return len(self.packets)

    def __iter__(self) -> Iterator[Packet]:
        return iter(self.packets)

    def __getitem__(self, number: int) -> Packet:
        return self.packets[number]

    def __str__(self) -> str:
        return "\n".join([self.title, *([table(self.packets)] if self.packets else []), *self.notes])

    __repr__ = __str__

    @property
    def title(self) -> str:
        """What was captured: ``12 packets at web that fit "tcp port 80", in 0.213 s``."""
        where = f"at {', '.join(self.at)}" + (f' that fit "{self.filter}"' if self.filter else "")
        if not self._over:
            how = "is going on" if self._listening else 'has not begun: write "with" before it'
            return f"a capture of packets {where}; it {how}"
        if not self.packets:
            return f"no packets {where}"
        number = "1 packet" if len(self.packets) == 1 else f"{len(self.packets)} packets"
        return f"{number} {where}, in {self.packets[-1].ms / 1000:.3f} s"

    @property
    def heard(self) -> list[tuple[Ear, Caught]]:
        """What was heard so far, while the block still runs; by machine, and without names."""
        return self._listening.caught if self._listening else []

    @property
    def once(self) -> tuple[Packet, ...]:
        """Each packet where it was seen first, however many interfaces it passed."""
        return once(self.packets)

    def save(self, path: str | Path) -> Path:
        """Write a file for Wireshark or ``tcpdump -r``: ``.pcap``, or ``.pcapng``, which keeps places and names too.

        Raises CourseError if it cannot be written.
        """
        capture_file.save(self.packets, Path(path))
        return Path(path)

    def take(self, seconds: float, count: int) -> Capture:
        """Wait for so many seconds or packets, whichever comes first."""
        listening = self._start()
        try:
            listening.wait(count, seconds or _WAIT_FOR_COUNT)
        finally:
            troubles = self._stop()
        self.packets = self.packets[: count or None]
        if troubles:
            raise lost(troubles, len(self.packets))
        return self

    def _start(self) -> Listening:
        topology = read(self._lab)
        ears = [ear(place, topology) for place in self.at]
        text = with_addresses(self.filter, topology)
        self._wide = {one.machine for one in ears if one.spot == Spot("host")}
        self._look(topology)

        def order(here: list[Ear]) -> Order:
            return Order([one.spot for one in here], text, snaplen=self._snaplen)

        self._listening = Listening(self._lab, ears, order)
        return self._listening

    def _stop(self) -> list[str]:
        """What went wrong, as sentences."""
        assert self._listening
        self._listening.stop()
        heard, self._over = self._listening, True
        with contextlib.suppress(CourseError):  # the machines may be gone: what was caught is not
            self._look(read(self._lab))
        self.packets, self.notes = packets(heard.caught, owners(self._looks)), (*heard.limits, *heard.troubles)
        return heard.troubles

    def _look(self, topology: Topology) -> None:
        """Remember who is who now, and where a machine's cables lead if all of its interfaces are heard."""
        self._looks.append((topology, {name: self._lab.all[name].state("host").views["host"] for name in self._wide}))


def capture(
    at: str | Iterable[str],
    filter: str = "",
    *,
    seconds: float = 0,
    count: int = 0,
    snaplen: int = WHOLE,
    lab: Lab | None = None,
) -> Capture:
    """Packets at one place or several, as long as a ``with`` block runs, or for so many seconds or packets.

    A place is a container (``web``: all its interfaces), a machine (``host1``, ``laptop``) or one interface
    (``web/eth0``, ``host1/docker0``, ``host1/app``: the bridge of that network). ``filter`` is in tcpdump's language
    (man pcap-filter: ``tcp port 80``, ``icmp or arp``), in which places may stand for addresses: ``host db``. Of
    interfaces without Ethernet frames (tunnels) nothing is seen unless they are named. ``count`` without ``seconds``
    waits for a minute at most. ``lab`` is the one opened last.

    Raises CourseError if there is no such place, the filter is wrong, or a place goes away meanwhile.
    """
    if lab is None:
        from course.labs.lab import current

        lab = current()
    if not (0 <= seconds <= LONGEST_WAIT and 0 <= count <= MOST_PACKETS):
        raise CourseError(f"a capture waits for at most {LONGEST_WAIT:g} seconds or {MOST_PACKETS:,} packets")
    places = tuple(dict.fromkeys([at] if isinstance(at, str) else at))
    if not places:
        raise CourseError("a capture needs a place to listen at", next='for example capture("web", "icmp", seconds=3)')
    begun = Capture(lab, places, filter.strip(), snaplen)
    return begun.take(seconds, count) if seconds or count else begun
