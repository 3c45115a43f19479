"""The picture of a reachability matrix: rows ask, columns answer.

A cell says it with a sign and a word, then with its filling: filled is reached, hollow is not. Where something else was
expected the cell has a thick frame and says what.
"""

from __future__ import annotations

from course.observe.matrix import Matrix, Pair, sign
from course.show.canvas import Canvas, Dash
from course.show.picture import Picture
from course.show.theme import NAME, Theme, short, width
from course.show.words import listed

MARGIN = 10.0
TITLE = 34.0
HEAD = 26.0
SPACE = 3.0  # between two cells
SLIMMEST = 64.0


def grid(matrix: Matrix, theme: str | None = None) -> Picture:
    """The picture of a matrix, in "light", in "dark", or in the theme of the page that shows it."""
    return Picture(describe(matrix), lambda colours: _Grid(matrix, colours).paint(), theme)


class _Grid:
    def __init__(self, matrix: Matrix, theme: Theme) -> None:
        self.matrix = matrix
        words = [width(self._said(pair)) + 14 for pair in matrix.answers]
        self.names = [short(name, 20) for name in matrix.places]
        heads = [width(name, bold=True) + 10 for name in self.names]
        self.wide = max([SLIMMEST, *words, *heads])
        self.high = 44.0 if matrix.expected else 30.0
        self.left = MARGIN + max([40, *(width(name, bold=True) for name in self.names)]) + 12
        self.top = MARGIN + TITLE + HEAD
        title, remark = matrix.title.split(": ")
        across = self.left + len(self.names) * (self.wide + SPACE)
        across = max(across, MARGIN + width(title, NAME, True) + 10 + width(remark))
        self.canvas = Canvas(across + MARGIN, self.top + len(self.names) * (self.high + SPACE) + MARGIN, theme)

    def paint(self) -> Canvas:
        """The sheet with every cell on it."""
        c, t = self.canvas, self.canvas.theme
        title, remark = self.matrix.title.split(": ")
        c.text((MARGIN, MARGIN + 10), title, t.ink, NAME, bold=True)
        c.text((MARGIN + width(title, NAME, True) + 10, MARGIN + 10), remark, t.muted)
        for number, name in enumerate(self.names):
            x, y = self._corner(number, number)
            c.text((self.left - 12, y + self.high / 2), name, t.ink, bold=True, align="right")
            c.text((x + self.wide / 2, self.top - 12), name, t.ink, bold=True, align="center")
        for row, asker in enumerate(self.matrix.places):
            for column, target in enumerate(self.matrix.places):
                if (asker, target) in self.matrix.answers:
                    self._cell((asker, target), *self._corner(row, column))
        return c

    def _corner(self, row: int, column: int) -> tuple[float, float]:
        return (self.left + column * (self.wide + SPACE), self.top + row * (self.high + SPACE))

    def _cell(self, pair: Pair, x: float, y: float) -> None:
        c, t = self.canvas, self.canvas.theme
        answer, wrong = self.matrix.answers[pair], pair in self.matrix.surprises
        fill, letters = (t.running, t.on_running) if answer.ok else (t.paper, t.ink)
        dash: Dash = "dashed" if answer.outcome in ("timeout", "broken") else "solid"
        c.box((x, y), (self.wide, self.high), t.running if answer.ok else t.muted, fill, 1, dash)
        if wrong:
            c.box((x + 1, y + 1), (self.wide - 2, self.high - 2), t.bad, "none", 4)
        middle, centre = y + self.high / 2, x + self.wide / 2
        c.text((centre, middle - (8 if wrong else 0)), self._said(pair), letters, align="center")
        if wrong:
            c.text(
                (centre, middle + 9), f"expected {'✓' if self.matrix.expected[pair] else '×'}", letters, align="center"
            )

    def _said(self, pair: Pair) -> str:
        return f"{sign(self.matrix.answers[pair])} {self.matrix.word(pair)}"


def describe(matrix: Matrix) -> str:
    """The matrix in sentences, one for each place that asks."""
    rows = [_row(matrix, place) for place in matrix.places]
    wrong = [f"{asker} to {target}" for asker, target in matrix.surprises]
    told = [f"Not as expected: {listed(wrong)}."] if wrong else ["All as expected."] if matrix.expected else []
    return " ".join([f"{matrix.title}.", *rows, *told])


def _row(matrix: Matrix, asker: str) -> str:
    reached = [target for target in matrix.places if (asker, target) in matrix.reached]
    others = [
        f"{target} ({matrix.word((asker, target))})"
        for target in matrix.places
        if (asker, target) in matrix.answers and target not in reached
    ]
    verb = "finds" if matrix.kind == "dns" else "reaches"
    parts = [f"{asker} {verb} {listed(reached) or 'nobody'}", f"not {listed(others)}" if others else ""]
    return f"{', '.join(part for part in parts if part)}."
