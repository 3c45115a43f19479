"""Where everything of a journey's timetable goes: pure numbers, in pixels.

Time runs to the right, but not to scale: each stop has room for what is written at it. A packet leaves a station one
``step`` before it reaches the next, and waits there until then. On the way there words stand above a station's line,
on the way back below it, always to the right of the stop, so that neither way crosses them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from course.observe.journey import Journey
from course.show.saying import Saying, sayings
from course.show.stations import Row, Stop, stops
from course.show.theme import NAME, short, width

SLIMMEST, WIDEST = 540.0, 1060.0
STEPS = (40.0, 28.0, 20.0, 13.0, 9.0)  # between two stops: the first with which everything is narrow enough
PAUSE, LONG = 30.0, 100.0  # pixels more where nothing happened for so many ms
INSET, TITLE, BELOW = 10.0, 23.0, 9.0  # of a frame: to its rows, above them, below them
PITCH = 11.0  # from a row's line to the edge of its band, at least
BESIDE = 9.0  # from a stop to its words


@dataclass
class Track:
    """A row's place: the height of its line, and how far its words reach above and below."""

    row: Row
    up: float = PITCH
    down: float = PITCH
    y: float = 0.0


@dataclass
class Mark:
    """A stop's place, and the words beside it."""

    stop: Stop
    words: list[Saying]
    x: float = 0.0

    @property
    def back(self) -> bool:
        """Whether it is on the way back, and its words stand below the line."""
        return self.stop.hop.way == "back"

    @property
    def right(self) -> float:
        """Where its words end."""
        return self.x + (BESIDE + max(word.width for word in self.words) if self.words else 5)

    @property
    def height(self) -> float:
        """How high its words are."""
        return sum(word.height for word in self.words)


@dataclass
class Band:
    """A frame around the rows of a machine, or around those of one namespace inside it."""

    title: str
    depth: int
    top: float = 0.0
    bottom: float = 0.0


@dataclass
class Table:
    """The whole layout. ``left`` is where the plot begins."""

    tracks: list[Track]
    marks: list[Mark]
    step: float = 0.0
    left: float = 0.0
    width: float = 0.0
    height: float = 0.0
    bands: list[Band] = field(default_factory=list)

    def track(self, mark: Mark) -> Track:
        """The row on which a mark is."""
        return next(track for track in self.tracks if track.row is mark.stop.row)


def table(journey: Journey) -> Table:
    """The layout of a journey, as wide as a page allows."""
    rows, found = stops(journey)
    made = Table(
        [Track(row) for row in rows], [Mark(*pair) for pair in zip(found, sayings(journey, found), strict=True)]
    )
    names = [width(short(row.station, 34)) for row in rows]
    titles = [width(short(word, 34), NAME, bold=True) for row in rows for word in row.group]
    made.left = 2 * INSET + max([100.0, *names, *titles]) + 24
    for made.step in STEPS:
        _place_across(made)
        if made.width <= WIDEST:
            break
    _place_down(made)
    return made


def _place_across(made: Table) -> None:
    place = {id(track.row): number for number, track in enumerate(made.tracks)}
    done: list[tuple[int, Mark]] = []
    for mark in made.marks:
        number = place[id(mark.stop.row)]
        mark.x = _earliest(made, done, number, mark) if done else made.left
        done.append((number, mark))
    made.width = max([SLIMMEST, *(mark.right for mark in made.marks)]) + 2 * INSET


def _earliest(made: Table, done: list[tuple[int, Mark]], number: int, mark: Mark) -> float:
    """The leftmost place of a mark: after the last one, and so that the way to it crosses no words."""
    origin, last = done[-1]
    pause = PAUSE if mark.stop.hop.ms - last.stop.hops[-1].ms >= LONG else 0
    x = last.x + made.step + pause
    upwards = number < origin
    for other, before in done:
        if not before.words:
            continue
        if other == number or (other == origin and upwards != before.back and origin != number):
            x = max(x, before.right + 6 + (made.step if other == origin != number else 0))
        elif min(origin, number) < other < max(origin, number):
            x = max(x, before.right + 6 + made.step)
    return x


def _place_down(made: Table) -> None:
    for mark in made.marks:
        track = made.track(mark)
        if mark.back:
            track.down = max(track.down, mark.height + 8)
        else:
            track.up = max(track.up, mark.height + 5)
    y = 0.0
    for machine, some in groupby(made.tracks, lambda track: track.row.machine):
        frame = Band(machine, 0, y)
        made.bands.append(frame)
        y += TITLE
        for view, tracks in groupby(some, lambda track: track.row.view):
            y = _place_view(made, view, list(tracks), y)
        frame.bottom = y + BELOW - 4
        y = frame.bottom + 10
    made.height = max(0.0, y - 10)


def _place_view(made: Table, view: str, tracks: list[Track], y: float) -> float:
    """Rows of one namespace; in a frame of their own where they are not the machine's."""
    band = Band(view, 1, y + 3)
    if view != "host":
        made.bands.append(band)
        y += TITLE
    for track in tracks:
        track.y = y + track.up
        y = track.y + track.down
    if view != "host":
        band.bottom = y + 3
        y = band.bottom + 5
    return y


def pauses(made: Table) -> Iterator[tuple[float, float]]:
    """Where nothing happened for long: the middle of the gap, and its length in ms."""
    for one, other in zip(made.marks, made.marks[1:], strict=False):
        gap = other.stop.hop.ms - one.stop.hops[-1].ms
        if gap >= LONG:
            yield other.x - made.step / 2 - PAUSE / 2, gap
