"""The picture of a topology, drawn as network engineers draw by hand.

A network is a horizontal line, its name and subnet at the left end; containers hang from the lines that they are
attached to; a lab host is a frame, the LAN a thick line under the frames. A dot marks a joint: lines that cross without
one have nothing to do with each other. State is a shape and a word, then a colour.
"""

from __future__ import annotations

from course.show.canvas import Canvas, Dash
from course.show.layout import frames
from course.show.picture import Picture
from course.show.shapes import INSET, NAME_ROW, PAD, ROW, Box, Frame, Line, Spine, Stem, Tag, section_height, sections
from course.show.theme import NAME, Theme, short, width
from course.show.words import describe
from course.topology.model import Container, Machine, Topology

MARGIN = 10.0
BETWEEN = 26.0  # between two frames
DROP = 58.0  # from the frames to the LAN, and from the LAN to the machines on it


def sheet(topology: Topology, theme: str | None = None) -> Picture:
    """The picture of a topology, in "light", in "dark", or in the theme of the page that shows it."""
    made = frames(topology)
    return Picture(describe(topology), lambda colours: _Sheet(topology, made, colours).paint(), theme)


class _Sheet:
    """The whole picture: frames side by side, standing on one line above the LAN."""

    def __init__(self, topology: Topology, frames: list[Frame], theme: Theme) -> None:
        self.topology = topology
        self.frames = frames
        self.machines = [machine for machine in topology.machines if not machine.has_engine]
        self.lan = bool(topology.lan) or bool(self.machines)
        self.floor = MARGIN + max((made.height for made in frames), default=0)
        self.road = self.floor + (DROP if frames else MARGIN)
        across = sum(made.width for made in frames) + BETWEEN * max(0, len(frames) - 1)
        self.lan_label = width(topology.lan) + 24
        self.hanging = self.lan_label + sum(_machine_room(machine) for machine in self.machines)
        across = max(across, self.hanging if self.machines else 0, 260)
        bottom = self.floor + 2
        if self.lan:
            bottom = self.road + (DROP + NAME_ROW + 2 * INSET if self.machines else 36)
        self.canvas = Canvas(across + 2 * MARGIN, bottom + MARGIN, theme)

    def paint(self) -> Canvas:
        """The sheet with everything on it."""
        if self.lan:
            self._lan()
        x = MARGIN
        for made in self.frames:
            _Painter(self.canvas, made, x, self.floor - made.height).paint()
            if self.lan:
                self._road(x + PAD + 6, made.machine)
            x += made.width + BETWEEN
        if not self.topology.machines:
            self.canvas.text((MARGIN, self.floor), "nothing here yet", self.canvas.theme.muted)
        return self.canvas

    def _lan(self) -> None:
        c, colours = self.canvas, self.canvas.theme
        c.line([(MARGIN, self.road), (c.size[0] - MARGIN, self.road)], colours.ink, 5)
        c.text((MARGIN, self.road + 16), "LAN", colours.ink, NAME, bold=True)
        c.text((MARGIN, self.road + 31), self.topology.lan, colours.ink)
        x = MARGIN + self.lan_label
        for machine in self.machines:
            self._machine(x, machine)
            x += _machine_room(machine)

    def _road(self, x: float, machine: Machine) -> None:
        """A lab host's way down to the LAN."""
        c, ink = self.canvas, self.canvas.theme.ink
        c.line([(x, self.floor), (x, self.road)], ink)
        c.dot((x, self.road), ink, 4)
        _labels(c, x, self.road - 4, [machine.interface, machine.address], above=True)

    def _machine(self, x: float, machine: Machine) -> None:
        c, ink = self.canvas, self.canvas.theme.ink
        wide, high = _machine_width(machine), NAME_ROW + 2 * INSET
        top, middle = self.road + DROP, x + wide / 2
        c.line([(middle, self.road), (middle, top)], ink)
        c.dot((middle, self.road), ink, 4)
        _labels(c, middle, self.road + 4, [machine.interface, machine.address])
        c.box((x, top), (wide, high), ink)
        c.text((middle, top + high / 2), short(machine.name), ink, NAME, bold=True, align="center")


class _Painter:
    """One lab host, painted with its frame's corner at (x, y)."""

    def __init__(self, canvas: Canvas, made: Frame, x: float, y: float) -> None:
        self.c, self.made, self.x, self.y = canvas, made, x, y
        self.colours = canvas.theme

    def paint(self) -> None:
        """The frame and everything in it; boxes last, for they lie over the ends of stems."""
        made, ink, muted = self.made, self.colours.ink, self.colours.muted
        self.c.box((self.x, self.y), (made.width, made.height), ink)
        self.c.text((self.x + PAD, self.y + 18), made.machine.name, ink, NAME + 1, bold=True)
        after = self.x + PAD + width(made.machine.name, NAME + 1, bold=True) + 8
        self.c.text((after, self.y + 18), "lab host", muted)
        for spine in made.spines:
            self._spine(spine)
        for line in made.lines:
            self._line(line)
        for box in made.boxes:
            for stem in box.stems:
                self._stem(box, stem)
        for tag in made.tags:
            self._tag(tag)
        for box in (*made.boxes, *made.guests):
            self._box(box)

    def _colour(self, line: Line) -> str:
        return self.colours.lines[line.colour % len(self.colours.lines)]

    def _spine(self, spine: Spine) -> None:
        """One line down the left side, with a dot at each line of the network that it joins."""
        lines = [self.made.lines[number] for number in spine.lines]
        ys, x, colour = [self.y + line.y for line in lines], self.x + spine.x, self._colour(lines[0])
        self.c.line([(x, ys[0]), (x, ys[-1] + 1.5)], colour, 3)
        for y in ys[:-1]:
            self.c.dot((x, y), colour, 4)

    def _line(self, line: Line) -> None:
        y, network, colour = self.y + line.y, line.network, self._colour(line)
        spines = [spine.x for spine in self.made.spines if self.made.lines[spine.lines[0]].network == network]
        left = self.x + PAD + self.made.inset
        start = (
            self.x + spines[0] - 1.5 if line.again else self.x if network.bridge or network.driver == "bridge" else left
        )
        self.c.line([(min([start, *(self.x + x for x in spines)]), y), (self.x + line.end + 12, y)], colour, 3)
        self.c.text((left, y - 11), line.title, self.colours.ink, NAME, bold=True)
        self.c.text((left + width(line.title, NAME, bold=True) + 6, y - 11), line.remark, self.colours.muted)
        for number, row in enumerate(line.rows):
            self.c.text((left, y + 12 + ROW * number), row, self.colours.ink if not number else self.colours.muted)

    def _stem(self, box: Box, stem: Stem) -> None:
        line, colour = self.made.lines[stem.line], self._colour(self.made.lines[stem.line])
        alive = any(container.state in ("running", "paused") for container in box.containers)
        above = line.y < box.y
        x, y, end = self.x + stem.x, self.y + line.y, self.y + (box.y if above else box.bottom)
        self.c.line([(x, y), (x, end)], colour, 2, "solid" if alive else "dashed")
        self.c.dot((x, y), colour, 4)
        _labels(self.c, x, y + (4 if above else -4), stem.labels, above=not above)

    def _tag(self, tag: Tag) -> None:
        high = ROW * len(tag.rows) + 5
        edge = self.y + self.made.height
        top = edge - high / 2 if tag.outside else edge - high - 6
        left, middle = self.x + tag.x, self.x + tag.x + tag.width / 2
        if tag.clear:
            self.c.line([(middle, self.y + tag.box.bottom), (middle, top)], self.colours.ink, 1.3, "dotted")
        self.c.box((left, top), (tag.width, high), self.colours.ink, self.colours.paper, 1.2)
        for number, row in enumerate(tag.rows):
            self.c.text((middle, top + 9.5 + ROW * number), row, self.colours.ink, align="center")

    def _box(self, box: Box) -> None:
        y = self.y + box.y
        if not box.stems:
            self.c.text((self.x + box.centre, y - 10), box.remark, self.colours.muted, align="center")
        for number, container in enumerate(box.containers):
            high = section_height(container)
            self._container(container, self.x + box.x, y, box.width, high)
            if number:  # one namespace, so one box: the line between two names does not reach its edges
                ends = (self.x + box.x + 14, self.x + box.right - 14)
                self.c.line([(end, y) for end in ends], self._look(container.state)[2], 1, "dotted")
            y += high

    def _container(self, container: Container, x: float, y: float, wide: float, high: float) -> None:
        edge, fill, letters, dash = self._look(container.state)
        self.c.box((x, y), (wide, high), edge, fill, 1.6, dash)
        middle, row = x + wide / 2, y + INSET + NAME_ROW / 2 - 1
        self.c.text((middle, row), short(container.name), letters, NAME, bold=True, align="center")
        if container.state == "missing":
            half = width(short(container.name), NAME, bold=True) / 2 + 4
            self.c.line([(middle - half, row), (middle + half, row)], self.colours.bad, 2)
        for number, text in enumerate(sections(container)):
            self.c.text((middle, row + NAME_ROW - 1 + ROW * number), text, letters, align="center")

    def _look(self, state: str) -> tuple[str, str, str, Dash]:
        """Edge, filling, letters and dash of a box: the shape that says the state before the colour does."""
        t = self.colours
        looks: dict[str, tuple[str, str, str, Dash]] = {
            "running": (t.running, t.running, t.on_running, "solid"),
            "paused": (t.paused, t.paused, t.on_paused, "solid"),
            "planned": (t.running, t.paper, t.ink, "dashed"),
            "missing": (t.bad, t.paper, t.ink, "dashed"),
        }
        return looks.get(state, (t.muted, t.paper, t.ink, "solid"))


def _labels(canvas: Canvas, x: float, y: float, rows: list[str], above: bool = False) -> None:
    """Interface and address beside a stem, above or below the line that it meets at ``y``."""
    rows = [row for row in rows if row]
    top = y - ROW * len(rows) + 4 if above else y + 8
    for number, row in enumerate(rows):
        colour = canvas.theme.ink if number + 1 == len(rows) else canvas.theme.muted
        canvas.text((x + 7, top + ROW * number), row, colour)


def _machine_width(machine: Machine) -> float:
    return max(width(short(machine.name), NAME, bold=True) + 2 * INSET + 12, 92.0)


def _machine_room(machine: Machine) -> float:
    """From one machine on the LAN to the next: its box, or its stem's labels where they reach further."""
    wide = _machine_width(machine)
    return max(wide, wide / 2 + 7 + width(machine.address)) + BETWEEN
