"""A journey's stations, in the order in which they stand down the side of its timetable, and where each hop stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from course.observe.hop import Hop, Way
from course.observe.journey import Journey

RUN = 3  # so many rules, one after the other, that only let the packet pass are told together


@dataclass(eq=False)
class Row:
    """One station: an interface, a chain or a socket of one namespace (``view``) of one machine."""

    machine: str
    view: str
    station: str

    @property
    def group(self) -> tuple[str, str]:
        """Whose namespace it is in."""
        return (self.machine, self.view)


@dataclass
class Stop:
    """What happened at one station at one moment: a hop, or several dull ones told together."""

    hops: list[Hop]
    row: Row

    @property
    def hop(self) -> Hop:
        """The hop, or the first of several."""
        return self.hops[0]


def stops(journey: Journey) -> tuple[list[Row], list[Stop]]:
    """The rows from top to bottom, and the stops in the order of time."""
    rows: list[Row] = []
    found: list[Stop] = []
    for hops in _folded(journey):
        found.append(Stop(hops, _row(rows, hops, found[-1].row if found else None)))
    return rows, found


def dull(hop: Hop) -> bool:
    """Whether it is a rule that changed nothing and stopped nothing."""
    return hop.act == "rule" and hop.before == hop.after and hop.verdict not in ("DROP", "REJECT")


def parts(journey: Journey) -> tuple[list[list[Hop]], Journey]:
    """What was asked first, such as the address of a name, each with its answer; and the journey without it.

    The last question always remains.
    """
    exchanges: list[list[Hop]] = []
    for before, hop in zip((None, *journey.hops), journey.hops, strict=False):
        if before is None or (before.way == "back" and hop.way == "there"):
            exchanges.append([])
        exchanges[-1].append(hop)
    first = list(takewhile(lambda some: "?" in some[0].before.note and some[-1].way == "back", exchanges[:-1]))
    rest = tuple(hop for exchange in exchanges[len(first) :] for hop in exchange)
    return first, replace(journey, hops=rest)


def _folded(journey: Journey) -> Iterator[list[Hop]]:
    """Each hop alone, and runs of dull rules together."""
    for (boring, *_), some in groupby(
        journey.hops, lambda hop: (dull(hop) and hop is not journey.cause, hop.way, hop.machine, hop.view)
    ):
        run = list(some)
        if boring and len(run) >= RUN:
            yield run
        else:
            yield from ([hop] for hop in run)


def _row(rows: list[Row], hops: list[Hop], before: Row | None) -> Row:
    """The row of the next stop, after the one that was ``before``: a row that is there, or a new one."""
    new = Row(hops[0].machine, hops[0].view, hops[0].station + (" …" if len(hops) > 1 else ""))
    if before is None:
        rows.append(new)
        return new
    at, way = rows.index(before), hops[0].way
    known = _known(rows, new, at, way)
    if known and not (
        known is rows[0] and hops[0].act == "delivered" and way == "there"
    ):  # another's socket, at the end
        return known
    here = _section(rows, at)
    inside = new.group == before.group
    if way == "there":
        rows.insert(at + 1 if inside else here.stop, new)
    else:
        rows.insert(at if inside else here.start, new)
    return new


def _known(rows: list[Row], new: Row, at: int, way: Way) -> Row | None:
    """The nearest row of that name ahead, which is below on the way there and above on the way back, or beside."""
    same = [n for n, row in enumerate(rows) if (row.group, row.station) == (new.group, new.station)]
    ahead = [n for n in same if (n >= at if way == "there" else n <= at)]
    beside = [n for n in same if n in _section(rows, at)]
    return rows[min(ahead or beside, key=lambda n: abs(n - at))] if ahead or beside else None


def _section(rows: list[Row], at: int) -> range:
    """The rows around this one that are in the same namespace."""
    first = last = at
    while first > 0 and rows[first - 1].group == rows[at].group:
        first -= 1
    while last + 1 < len(rows) and rows[last + 1].group == rows[at].group:
        last += 1
    return range(first, last + 1)
