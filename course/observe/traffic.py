"""How much passes through every container's interface: bytes per second, from the kernel's own counters."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from course.errors import CourseError
from course.topology.model import Topology

if TYPE_CHECKING:
    from course.labs.lab import Lab

Plug = tuple[str, str, str]  # machine, container, network
Counted = tuple[float, int]  # when, and how many bytes until then
LEAST = 100.0  # bytes per second; below, a line is quiet: neighbours ask for each other now and then


class Meter:
    """Rates between two readings of a lab."""

    def __init__(self) -> None:
        self._last: dict[Plug, Counted] = {}

    def read(self, lab: Lab, now: Topology) -> dict[Plug, float]:
        """Bytes per second through every plug of ``now`` that is not quiet, both ways together, since the last call.

        A machine that does not answer, and a plug that was not there at the last call, has none.
        """
        counted = {}
        for name, host in lab.hosts.items():
            plugs = [plug for plug in now.attachments if plug.machine == name and plug.interface]
            views = sorted({plug.container for plug in plugs})
            if not views:
                continue
            try:
                seen, at = host.state(*views, rules=False, cables=False).views, time.monotonic()
            except CourseError:
                continue
            for plug in plugs:
                there = seen[plug.container].interfaces
                passed = [one.passed for one in there if one.name == plug.interface]
                if passed:
                    counted[name, plug.container, plug.network] = (at, passed[0])
        rates = {plug: _rate(self._last[plug], one) for plug, one in counted.items() if plug in self._last}
        self._last = counted
        return {plug: rate for plug, rate in rates.items() if rate >= LEAST}


def _rate(before: Counted, now: Counted) -> float:
    return max(0, now[1] - before[1]) / max(now[0] - before[0], 0.001)


def written(rate: float) -> str:
    """A rate with its unit, two digits: ``480 B/s``, ``12 kB/s``, ``1.5 MB/s``."""
    for unit in ("B/s", "kB/s", "MB/s"):
        if rate < 999.5:
            return f"{rate:.1f} {unit}" if rate < 9.95 and unit != "B/s" else f"{rate:.0f} {unit}"
        rate /= 1000
    return f"{rate:.1f} GB/s"
