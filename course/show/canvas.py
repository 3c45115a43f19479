"""A sheet to draw on, measured in pixels from its top left corner, in the colours of one theme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count
from typing import Any, Literal

from course.show.theme import FONT, LABEL, Theme

Align = Literal["left", "center", "right"]
Dash = Literal["solid", "dashed", "dotted"]
DASHES: dict[Dash, Any] = {"solid": "solid", "dashed": (0, (4, 3)), "dotted": (0, (1.2, 2.6))}
Point = tuple[float, float]


class Canvas:
    """Lines, rectangles, dots and text on a matplotlib figure of ``width`` by ``height`` pixels."""

    def __init__(self, width: float, height: float, theme: Theme) -> None:
        from matplotlib.figure import Figure  # not pyplot: nobody else shall know this figure, and show it again

        width, height = math.ceil(width), math.ceil(height)
        self.size = (width, height)
        self.theme = theme
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=theme.paper)
        self._axes: Any = self.figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        self._axes.set_axis_off()
        self._layers = count(2)  # what is painted later lies over what was painted before

    def line(self, points: Sequence[Point], colour: str, width: float = 1.5, dash: Dash = "solid") -> None:
        """A line through the points."""
        from matplotlib.lines import Line2D

        x, y = zip(*points, strict=True)
        ends: dict[str, Any] = {"solid_capstyle": "butt", "solid_joinstyle": "miter"}
        self._add(Line2D(x, y, color=colour, linewidth=width, linestyle=DASHES[dash], **ends))

    def pieces(
        self, pieces: Sequence[Sequence[Point]], edge: str = "none", fill: str = "none", width: float = 1.0
    ) -> None:
        """Many small lines of one look, closed if they are filled, to a tenth of a pixel, as one shape.

        Thousands of shapes of their own would make a file too long for a notebook.
        """
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        rounded = [[(round(x, 1), round(y, 1)) for x, y in piece] for piece in pieces]
        if rounded:
            lines = [Path([*piece, piece[0]] if fill != "none" else piece) for piece in rounded]
            shape = Path.make_compound_path(*lines)
            self._add(PathPatch(shape, edgecolor=edge, facecolor=fill, linewidth=width, capstyle="butt"))

    def upright(self, at: Point, text: str, colour: str, size: float = LABEL, bold: bool = False) -> None:
        """One line of text that reads from below to above, and ends there."""
        weight = "bold" if bold else "normal"
        where: dict[str, Any] = {"ha": "center", "va": "bottom", "family": FONT, "weight": weight, "rotation": 90}
        self._axes.text(*at, text, color=colour, fontsize=size, parse_math=False, clip_on=False, **where)

    def box(
        self, corner: Point, size: Point, edge: str, fill: str = "none", width: float = 1.5, dash: Dash = "solid"
    ) -> None:
        """A rectangle from its top left corner."""
        from matplotlib.patches import Rectangle

        self._add(Rectangle(corner, *size, edgecolor=edge, facecolor=fill, linewidth=width, linestyle=DASHES[dash]))

    def dot(self, at: Point, colour: str, radius: float = 4) -> None:
        """A filled dot: here two lines are joined, and do not merely cross."""
        from matplotlib.patches import Circle

        self._add(Circle(at, radius, facecolor=colour, edgecolor="none"))

    def ring(self, at: Point, edge: str, fill: str, radius: float = 5, width: float = 2) -> None:
        """A circle with a rim."""
        from matplotlib.patches import Circle

        self._add(Circle(at, radius, edgecolor=edge, facecolor=fill, linewidth=width))

    def wedge(self, tip: Point, towards: int, colour: str) -> None:
        """The head of an arrow that points right (``towards`` 1) or left (-1)."""
        from matplotlib.patches import Polygon

        x, y = tip
        back = x - 9 * towards
        self._add(Polygon([(x, y), (back, y - 4.5), (back, y + 4.5)], closed=True, facecolor=colour, edgecolor="none"))

    def text(
        self, at: Point, text: str, colour: str, size: float = LABEL, bold: bool = False, align: Align = "left"
    ) -> None:
        """One line of text whose middle is at that height. It is shown as it is written: ``$`` is a dollar."""
        weight = "bold" if bold else "normal"
        where: dict[str, Any] = {"ha": align, "va": "center_baseline", "family": FONT, "weight": weight}
        layer = next(self._layers)
        self._axes.text(*at, text, color=colour, fontsize=size, parse_math=False, zorder=layer, clip_on=False, **where)

    def _add(self, artist: Any) -> None:
        artist.set(clip_on=False, zorder=next(self._layers))
        self._axes.add_artist(artist)
