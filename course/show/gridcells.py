"""The cells of a matrix's picture: told in words where there is room, else tiled with one mark for each question."""

from __future__ import annotations

import math

from course.observe.layer import Layer, Pair
from course.observe.matrix import Matrix
from course.show.canvas import Canvas, Dash, Point
from course.show.legend import Legend
from course.show.marks import Marks, Piece, rectangle
from course.show.theme import width

SLIMMEST = 64.0
ROW = 25.0  # the height of one answer in words, if it is one of several
SIDES = (18.0, 16.0, 14.0, 12.0, 11.0, 10.0, 9.0, 8.0)  # of tiles, the largest that fits is taken
SPACE = 3.0  # between two cells


class Told:
    """Cells with a sign, a word and, where it differs, what was expected: one bar for each question."""

    legend: Legend | None = None  # everything is said

    def __init__(self, matrix: Matrix, heads: list[float]) -> None:
        self.layers = matrix.layers
        expecting = any(layer.expected for layer in self.layers)
        self.bar = ROW if len(self.layers) > 1 else 44.0 if expecting else 30.0
        said = [width(self._line(layer, pair)) + 14 for layer in self.layers for pair in layer.answers]
        self.wide = max([SLIMMEST, *said, *(head + 10 for head in heads)])
        self.high = self.bar * len(self.layers)
        self.space = 3.0 if len(self.layers) == 1 else 9.0

    def draw(self, canvas: Canvas, pair: Pair, corner: Point) -> None:
        """One bar below the other."""
        for number, layer in enumerate(self.layers):
            self._bar(canvas, layer, pair, corner[0], corner[1] + number * self.bar)

    def end(self, canvas: Canvas) -> None:
        """Nothing is left to draw."""

    def _bar(self, c: Canvas, layer: Layer, pair: Pair, x: float, y: float) -> None:
        t, answer, wrong = c.theme, layer.answers[pair], pair in layer.surprises
        fill, letters = (t.running, t.on_running) if answer.ok else (t.paper, t.ink)
        dash: Dash = "dashed" if answer.outcome in ("timeout", "broken") else "solid"
        high = self.bar if len(self.layers) == 1 else self.bar - 3
        c.box((x, y), (self.wide, high), t.running if answer.ok else t.muted, fill, 1, dash)
        if wrong:
            c.box((x + 1, y + 1), (self.wide - 2, high - 2), t.bad, "none", 3)
        middle, centre = y + high / 2, x + self.wide / 2
        if wrong and len(self.layers) == 1:
            c.text((centre, middle - 8), said(layer, pair), letters, align="center")
            c.text((centre, middle + 9), f"expected {layer.wish(pair)}", letters, align="center")
        else:
            c.text((centre, middle), self._line(layer, pair), letters, align="center")

    def _line(self, layer: Layer, pair: Pair) -> str:
        if len(self.layers) == 1:
            return said(layer, pair)
        wish = f", expected {layer.wish(pair)}" if pair in layer.surprises else ""
        return f"{labelled(layer, pair)}{wish}"


def said(layer: Layer, pair: Pair) -> str:
    """An answer as a sign and a word."""
    return f"{layer.sign(pair)} {layer.word(pair)}"


def labelled(layer: Layer, pair: Pair) -> str:
    """An answer beside others: a sign, what was asked, and a word if it is not yes."""
    word = layer.question.short if layer.answers[pair].ok else f"{layer.question.short} {layer.word(pair)}"
    return f"{layer.sign(pair)} {word.replace('name no name', 'no name')}"


class Tiled:
    """Cells with a tile for each question, in the order in which they were asked; a legend below all cells."""

    def __init__(self, matrix: Matrix, room: float) -> None:
        self.matrix = matrix
        count = len(matrix.layers)
        self.columns = count if count <= 3 else math.ceil(count / 2)
        self.rows = math.ceil(count / self.columns)
        most = room / max(1, len(matrix.places))
        self.side = next((side for side in SIDES if self._size(side, self.columns) + SPACE * 1.2 <= most), SIDES[-1])
        self.wide, self.high = self._size(self.side, self.columns), self._size(self.side, self.rows)
        self.space = SPACE
        self.boxes: list[Piece] = []
        self.marks = Marks(self.side)
        self.legend: Legend | None = Legend(matrix, self.columns)

    @staticmethod
    def _size(side: float, count: int) -> float:
        """Of so many tiles in a row, one pixel apart, and the line round them."""
        return count * (side + 1) + 3

    def draw(self, canvas: Canvas, pair: Pair, corner: Point) -> None:
        """One tile beside the other."""
        (x, y), step = corner, self.side + 1
        self.boxes.append(rectangle((x + 0.5, y + 0.5), (self.wide - 1, self.high - 1)))
        for number, layer in enumerate(self.matrix.layers):
            at = x + 2 + number % self.columns * step, y + 2 + number // self.columns * step
            self.marks.add(layer.sign(pair), at, pair in layer.surprises)

    def end(self, canvas: Canvas) -> None:
        """All tiles at once."""
        canvas.pieces(self.boxes, canvas.theme.muted, canvas.theme.paper, 0.5)
        self.marks.paint(canvas)
