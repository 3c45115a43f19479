"""Room shared out between things that stand side by side."""

from __future__ import annotations


def rooms(widths: list[float], room: float) -> list[float]:
    """What each of several things gets of the room: no more than it needs, and the wide ones the same."""
    given = dict.fromkeys(range(len(widths)), 0.0)
    for done, number in enumerate(sorted(given, key=lambda number: widths[number])):
        given[number] = min(widths[number], (room - sum(given.values())) / (len(widths) - done))
    return list(given.values())
