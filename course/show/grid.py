"""The picture of a reachability matrix: rows ask, columns answer.

Where there is room, a cell says each answer with a sign and a word: filled is yes, hollow is not. In larger ones a cell
holds a small tile for each question, and a legend tells which is which. What was not expected has a thick frame, and is
said in words.
"""

from __future__ import annotations

from typing import Protocol

from course.observe.layer import Pair
from course.observe.matrix import Matrix
from course.show.canvas import Canvas, Point
from course.show.gridcells import Tiled, Told
from course.show.gridwords import describe
from course.show.legend import Legend
from course.show.picture import Picture
from course.show.theme import NAME, Theme, short, width

MARGIN = 10.0
TITLE = 34.0
GAP = 12.0  # between the cells and the legend
ROOM = 960.0  # as wide as a page of a notebook: a wider picture would be made smaller, and its words with it
STEP = 5  # in a matrix of many, every fifth row and column stands apart
LONGEST = 20  # letters of a name


class Cells(Protocol):
    """What the cells look like: the size of one, the space to the next, and the legend below them all."""

    wide: float
    high: float
    space: float
    legend: Legend | None

    def draw(self, canvas: Canvas, pair: Pair, corner: Point) -> None:
        """One cell from its top left corner."""

    def end(self, canvas: Canvas) -> None:
        """Called after the last cell."""


def grid(matrix: Matrix, theme: str | None = None) -> Picture:
    """The picture of a matrix, in "light", in "dark", or in the theme of the page that shows it."""
    return Picture(describe(matrix), lambda colours: _Grid(matrix, colours).paint(), theme)


class _Grid:
    def __init__(self, matrix: Matrix, theme: Theme) -> None:
        self.matrix = matrix
        self.names = [short(name, LONGEST) for name in matrix.places]
        widths = [width(name, bold=True) for name in self.names]
        self.left = MARGIN + max([40, *widths]) + 12
        self.cells: Cells = Told(matrix, widths)
        if self._across() > ROOM:
            self.cells = Tiled(matrix, ROOM - self.left - MARGIN)
        self.upright = max([0, *widths]) + 6 > self.cells.wide
        self.top = MARGIN + TITLE + (max(widths) + 8 if self.upright else 26)
        self.title, remark = matrix.title.split(": ")
        self.remark = "; ".join(part for part in (remark, matrix.verdict) if part)
        caption = MARGIN + width(self.title, NAME, True) + 10 + width(self.remark)
        self.bottom = self.top + self._offset(len(self.names), self.cells.high)
        across = max(self._across(), caption, self.left + (self.cells.legend.wide if self.cells.legend else 0))
        foot = GAP + self.cells.legend.high if self.cells.legend else 0
        self.canvas = Canvas(across + MARGIN, self.bottom + foot + MARGIN, theme)

    def _across(self) -> float:
        return self.left + self._offset(len(self.names), self.cells.wide)

    def _offset(self, number: int, size: float) -> float:
        apart = number // STEP if len(self.names) > 2 * STEP else 0
        return number * (size + self.cells.space) + apart * self.cells.space

    def paint(self) -> Canvas:
        """The sheet with every cell on it."""
        c, t = self.canvas, self.canvas.theme
        c.text((MARGIN, MARGIN + 10), self.title, t.ink, NAME, bold=True)
        c.text((MARGIN + width(self.title, NAME, True) + 10, MARGIN + 10), self.remark, t.muted)
        for number, name in enumerate(self.names):
            x, y = self._corner(number, number)
            c.text((self.left - 12, y + self.cells.high / 2), name, t.ink, bold=True, align="right")
            self._head((x + self.cells.wide / 2, self.top), name)
        there = self.matrix.layers[0].answers
        for row, asker in enumerate(self.matrix.places):
            for column, target in enumerate(self.matrix.places):
                if (asker, target) in there:
                    self.cells.draw(c, (asker, target), self._corner(row, column))
        self.cells.end(c)
        if self.cells.legend:
            self.cells.legend.paint(c, (self.left, self.bottom + GAP))
        return c

    def _head(self, at: Point, name: str) -> None:
        c, t = self.canvas, self.canvas.theme
        if self.upright:
            c.upright((at[0], at[1] - 6), name, t.ink, bold=True)
        else:
            c.text((at[0], at[1] - 12), name, t.ink, bold=True, align="center")

    def _corner(self, row: int, column: int) -> Point:
        return self.left + self._offset(column, self.cells.wide), self.top + self._offset(row, self.cells.high)
