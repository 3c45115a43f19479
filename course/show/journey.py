"""The picture of a packet's journey, in the style of a railway's timetable.

Stations stand down the side, in frames that say in whose namespace they are; time runs to the right. The header is
written where it changes. A full stop marks where the packet ended; the answer's way back is dashed.
"""

from __future__ import annotations

from itertools import pairwise

from course.observe.hop import Hop
from course.observe.journey import Journey
from course.show.canvas import Canvas
from course.show.picture import Picture
from course.show.saying import Nested, Saying, carrier, changes, ended, said
from course.show.shapes import ROW
from course.show.stations import parts
from course.show.theme import NAME, Theme, short, width, wrapped
from course.show.timetable import BESIDE, INSET, Mark, Table, pauses, table

MARGIN = 10.0
HEAD, AXIS = 24.0, 24.0
LINE = 18.0  # of the sentence underneath


def timetable(journey: Journey, theme: str | None = None) -> Picture:
    """The picture of a journey, in "light", in "dark", or in the theme of the page that shows it."""
    lookups, rest = parts(journey)
    made = table(rest)
    first = [lookup(hops) for hops in lookups]
    return Picture(describe(journey), lambda colours: _Timetable(rest, made, first, colours).paint(), theme)


class _Timetable:
    def __init__(self, journey: Journey, made: Table, first: list[str], theme: Theme) -> None:
        self.journey, self.made, self.t = journey, made, theme
        room = made.width
        self.first = [row for text in first for row in wrapped(text, room)]
        self.top = MARGIN + HEAD + (ROW + 2) * len(self.first) + (AXIS if made.marks else 0)
        self.sentence = wrapped(sentence(journey.sentence), room, NAME)
        self.unseen = [row for text in journey.unseen for row in wrapped(f"Not seen: {sentence(text)}", room)]
        foot = 12 + LINE * len(self.sentence) + (ROW + 2) * len(self.unseen)
        self.c = Canvas(room + 2 * MARGIN, self.top + made.height + foot + MARGIN, theme)

    def paint(self) -> Canvas:
        """The sheet with everything on it: what is written lies over what is drawn."""
        self._title()
        if self.made.marks:
            self._frames()
            self._axis()
            self._ways()
            for mark in self.made.marks:
                self._mark(mark)
        self._foot()
        return self.c

    def _title(self) -> None:
        title = f"{short(self.journey.source, 40)} to {short(self.journey.target, 60)}"
        self.c.text((MARGIN, MARGIN + 9), title, self.t.ink, NAME + 1, bold=True)
        after = MARGIN + width(title, NAME + 1, bold=True) + 10
        self.c.text((after, MARGIN + 9), self.journey.outcome.replace("-", " "), self.t.muted, NAME)
        for number, row in enumerate(self.first):
            self.c.text((MARGIN, MARGIN + HEAD + 3 + (ROW + 2) * number), row, self.t.muted)

    def _frames(self) -> None:
        c, t = self.c, self.t
        for band in self.made.bands:
            inset = INSET * band.depth
            corner = (MARGIN + inset, self.top + band.top)
            size = (self.made.width - 2 * inset, band.bottom - band.top)
            c.box(corner, size, t.muted if band.depth else t.ink, width=1 if band.depth else 1.5)
            c.text((corner[0] + INSET, corner[1] + 13), short(band.title, 34), t.ink, NAME, bold=True)
        for track in self.made.tracks:
            y = self.top + track.y
            c.line([(MARGIN + self.made.left - 12, y), (MARGIN + self.made.width - 2 * INSET, y)], t.rail, 1)
            c.text((MARGIN + 2 * INSET, y), short(track.row.station, 34), t.ink)

    def _axis(self) -> None:
        c, t, y = self.c, self.t, self.top - 7
        left, right = MARGIN + self.made.left, MARGIN + self.made.width
        c.text((left - 24, y - 6), "ms, not to scale", t.muted, align="right")
        c.line([(left - 6, y), (right, y)], t.muted, 1)
        for x, _ in pauses(self.made):
            c.box((MARGIN + x - 3, y - 4), (6, 8), t.paper, t.paper)
            for shift in (-3, 3):
                c.line([(MARGIN + x + shift - 2, y + 5), (MARGIN + x + shift + 2, y - 5)], t.muted, 1)
        free, times = 0.0, [hop.ms for hop in self.journey.hops]
        for mark in self.made.marks:
            text, x = clock(mark.stop.hop.ms, max(times) - min(times)), MARGIN + mark.x
            if x - width(text) / 2 < free:
                continue
            free = x + width(text) / 2 + 8
            c.line([(x, y), (x, y + 4)], t.muted, 1)
            c.text((x, y - 7), text, t.muted, align="center")
            c.line([(x, y + 4), (x, self._y(mark))], t.rail, 1, "dotted")

    def _ways(self) -> None:
        marks = self.made.marks
        for one, other in pairwise(marks):
            y, leaves = self._y(one), max(one.x, other.x - self.made.step)
            points = [(MARGIN + one.x, y), (MARGIN + leaves, y), (MARGIN + other.x, self._y(other))]
            if one.stop.hops[-1].after.outer and other.stop.hop.before.outer:  # a packet in a packet: a line in a tube
                self.c.line(points, self.t.muted, 8)
                self.c.line(points, self.t.paper, 5.5)
            back = other.back
            self.c.line(points, self.t.line1 if back else self.t.running, 2.2, "dashed" if back else "solid")

    def _mark(self, mark: Mark) -> None:
        c, t, at = self.c, self.t, (MARGIN + mark.x, self._y(mark))
        hop, colour = mark.stop.hop, self.t.line1 if mark.back else self.t.running
        if ended(hop, self.journey):
            c.box((at[0] - 6, at[1] - 6), (12, 12), t.bad, t.bad)
        elif hop.act in ("wrapped", "unwrapped", "delivered") or changes(hop):
            c.ring(at, colour, t.paper)
        else:
            c.dot(at, colour, 3.5)
        y = at[1] + 6 if mark.back else at[1] - 3 - mark.height
        for saying in mark.words:
            self._say((at[0] + BESIDE, y), saying)
            y += saying.height

    def _say(self, corner: tuple[float, float], saying: Saying) -> None:
        c, t, (x, y) = self.c, self.t, corner
        if isinstance(saying, Nested):
            c.box((x, y + 1), (saying.width, saying.height - 5), t.muted, t.paper, 1)
            c.text((x + 7, y + ROW / 2 + 3), saying.outer, t.ink)
            c.box((x + 5, y + ROW + 3), (saying.width - 10, ROW + 4), t.running, t.paper, 1.2)
            c.text((x + 12, y + ROW * 1.5 + 5), saying.inner, t.ink, bold=True)
        else:
            c.box((x - 1, y), (saying.width + 2, saying.height), t.paper, t.paper, 0)
            c.text((x, y + ROW / 2), saying.text, t.muted if saying.muted else t.ink, bold=saying.bold)

    def _foot(self) -> None:
        y = self.top + self.made.height + 12 + LINE / 2
        for row in self.sentence:
            self.c.text((MARGIN, y), row, self.t.ink, NAME)
            y += LINE
        for row in self.unseen:
            self.c.text((MARGIN, y), row, self.t.muted)
            y += ROW + 2

    def _y(self, mark: Mark) -> float:
        return self.top + self.made.track(mark).y


def clock(ms: float, span: float = 1.0) -> str:
    """A time in ms as it is written on an axis, where all happened within ``span`` ms: as exact as that asks for."""
    digits = 3 if span < 1 and abs(ms) < 100 else 2 if abs(ms) < 10 else 1 if abs(ms) < 100 else 0
    return f"{round(ms, digits) + 0.0:.{digits}f}"  # plus nothing: else there is a -0


def lookup(hops: list[Hop]) -> str:
    """What was asked before, such as the address of a name, and the answer."""
    asked, told = hops[0].before, hops[-1].after
    when = f"{clock(hops[0].ms)} to {clock(hops[-1].ms)} ms"
    return f"First ({when}) {hops[0].place} said to {asked.destination}: {asked.note}. The answer: {told.note}."


def sentence(text: str) -> str:
    """With a full stop at its end. Its first letter stays, for it often begins with a name."""
    return text if text.endswith((".", "?")) or not text else f"{text}."


def describe(journey: Journey) -> str:
    """The journey in sentences: what each station did with the packet, then how it ended."""
    start = f"The journey of a packet from {journey.source} to {journey.target}: {journey.outcome.replace('-', ' ')}."
    told = [sentence(journey.sentence), *(f"Not seen: {sentence(text)}" for text in journey.unseen)]
    return " ".join([start, *_legs(journey), *told])


def _legs(journey: Journey) -> list[str]:
    legs: list[str] = []
    way, place = "", ""
    for hop in journey.hops:
        if hop.way != way:
            legs.append(f"{'There' if hop.way == 'there' else 'Back'}, {said(hop.before)}:")
        where = f"{hop.station} of {hop.place}" if (hop.place, hop.way) != (place, way) else hop.station
        legs.append(f"{where}{_did(hop)};")
        way, place = hop.way, hop.place
    return [leg[:-1] + "." if leg.endswith(";") and _last(legs, n) else leg for n, leg in enumerate(legs)]


def _last(legs: list[str], number: int) -> bool:
    """Whether a leg's part is the last of its way."""
    return number + 1 == len(legs) or legs[number + 1].endswith(":")


def _did(hop: Hop) -> str:
    what = "; ".join(changes(hop))
    if hop.after.outer and not hop.before.outer:
        what = f"wrapped as {carrier(hop.after)}"
    elif hop.before.outer and not hop.after.outer:
        what = "unwrapped"
    words = [word for word in (hop.verdict, what, "the end" if hop.act == "stopped" else "", hop.detail) if word]
    return f" ({', '.join(words)})" if words else ""
