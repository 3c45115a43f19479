"""What is written below a matrix of tiles: which tile is which question, what the signs mean, what was not expected."""

from __future__ import annotations

import math

from course.observe.matrix import Matrix
from course.show.canvas import Canvas, Point
from course.show.marks import Marks
from course.show.theme import width

LINE = 19.0
SIDE = 12.0  # of the tiles that are explained
AFTER = 16.0  # between two explanations
MOST_LINES = 8  # of what was not expected
A_CELL = "a cell"
WRONG = "not as expected"


class Legend:
    """Its size is ``wide`` by ``high`` pixels. ``columns`` is how many tiles a cell has side by side."""

    def __init__(self, matrix: Matrix, columns: int) -> None:
        self.questions = [layer.question.short for layer in matrix.layers] if len(matrix.layers) > 1 else []
        self.columns = columns
        self.signs = matrix.meanings
        self.notes = _notes(matrix.differences)
        self.box = max([0, *map(width, self.questions)]) + 12
        self.key = math.ceil(len(self.questions) / columns) * (LINE + 2) + 8 if self.questions else 0.0
        self.high = self.key + LINE * (1 + bool(self.notes) + len(self.notes))
        signs = sum(SIDE + 6 + width(meaning) + AFTER for meaning in self.signs.values())
        self.wide = max(
            signs, width(A_CELL) + 10 + columns * self.box, *(30 + width(note) for note in [WRONG, *self.notes])
        )

    def paint(self, canvas: Canvas, corner: Point) -> None:
        """The legend with that top left corner."""
        x, y = corner
        marks = Marks(SIDE)
        self._key(canvas, x, y)
        y += self.key
        for sign, meaning in self.signs.items():
            x = self._entry(canvas, marks, (x, y), sign, meaning)
        if self.notes:
            y += LINE + 2
            self._entry(canvas, marks, (corner[0], y), "", WRONG)
            for number, note in enumerate(self.notes, 1):
                canvas.text((corner[0] + SIDE + 6, y + SIDE / 2 + number * LINE), note, canvas.theme.ink)
        marks.paint(canvas)

    def _entry(self, canvas: Canvas, marks: Marks, at: Point, sign: str, meaning: str) -> float:
        """A tile and its meaning; where the next one begins."""
        marks.add(sign, at, framed=not sign)
        canvas.text((at[0] + SIDE + 6, at[1] + SIDE / 2), meaning, canvas.theme.ink)
        return at[0] + SIDE + 6 + width(meaning) + AFTER

    def _key(self, canvas: Canvas, x: float, y: float) -> None:
        """A cell at a larger scale, with each question in the place of its tile."""
        if self.questions:
            canvas.text((x, y + (self.key - 8) / 2), A_CELL, canvas.theme.muted)
        x += width(A_CELL) + 10
        for number, name in enumerate(self.questions):
            at = x + number % self.columns * self.box, y + number // self.columns * (LINE + 2)
            canvas.box(at, (self.box, LINE + 2), canvas.theme.muted, width=1)
            canvas.text((at[0] + self.box / 2, at[1] + LINE / 2 + 1), name, canvas.theme.ink, align="center")


def _notes(lines: list[str]) -> list[str]:
    """The lines, or the first of them and how many more there are."""
    most = MOST_LINES if len(lines) <= MOST_LINES else MOST_LINES - 1
    more = [f"and {len(lines) - most} more"] if len(lines) > most else []
    return [*lines[:most], *more]
