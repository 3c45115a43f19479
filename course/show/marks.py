"""Small tiles that say yes, no, silence, no name or not asked, by a sign, then by their filling."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from course.show.canvas import Canvas, Point

Piece = list[Point]


def rectangle(corner: Point, size: Point) -> Piece:
    """Its four corners, from the top left one on."""
    (x, y), (wide, high) = corner, size
    return [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]


@dataclass
class Marks:
    """Tiles of one size, collected and painted together. A frame lies round what was not expected."""

    side: float
    at: dict[str, list[Point]] = field(default_factory=dict)
    frames: list[Point] = field(default_factory=list)

    def add(self, sign: str, corner: Point, framed: bool = False) -> None:
        """A tile with that sign at its top left corner."""
        self.at.setdefault(sign, []).append(corner)
        if framed:
            self.frames.append(corner)

    def paint(self, canvas: Canvas) -> None:
        """All tiles on the sheet, the frames last."""
        theme, stroke = canvas.theme, max(1.1, self.side / 9)
        canvas.pieces(self._all("✓", self._square), fill=theme.running)
        canvas.pieces(self._all("✓", self._tick), theme.on_running, width=stroke)
        canvas.pieces(self._all("×", self._cross), theme.ink, width=stroke)
        canvas.pieces(self._all("…", self._dots), theme.muted, width=self._dot)
        canvas.pieces(self._all("–", self._dash), theme.muted, width=stroke)
        for x, y in self.at.get("?", []):
            canvas.text((x + self.side / 2, y + self.side / 2), "?", theme.ink, self.side, align="center")
        canvas.pieces([piece for corner in self.frames for piece in self._frame(corner)], theme.bad, width=2)

    @property
    def _dot(self) -> float:
        """How wide and high a dot is."""
        return max(1.2, self.side * 0.12)

    def _all(self, sign: str, shape: Callable[[Point], Iterable[Piece]]) -> list[Piece]:
        return [piece for corner in self.at.get(sign, []) for piece in shape(corner)]

    def _points(self, corner: Point, *parts: Point) -> Piece:
        return [(corner[0] + x * self.side, corner[1] + y * self.side) for x, y in parts]

    def _square(self, corner: Point) -> list[Piece]:
        return [rectangle(corner, (self.side, self.side))]

    def _tick(self, corner: Point) -> list[Piece]:
        return [self._points(corner, (0.22, 0.52), (0.43, 0.72), (0.78, 0.3))]

    def _cross(self, corner: Point) -> list[Piece]:
        lines = (((0.28, 0.28), (0.72, 0.72)), ((0.28, 0.72), (0.72, 0.28)))
        return [self._points(corner, *line) for line in lines]

    def _dots(self, corner: Point) -> list[Piece]:
        half = self._dot / self.side / 2
        return [self._points(corner, (middle - half, 0.5), (middle + half, 0.5)) for middle in (0.22, 0.5, 0.78)]

    def _dash(self, corner: Point) -> list[Piece]:
        return [self._points(corner, (0.25, 0.5), (0.75, 0.5))]

    def _frame(self, corner: Point) -> list[Piece]:
        box = rectangle((corner[0] - 1, corner[1] - 1), (self.side + 2, self.side + 2))
        return [[*box, *box[:2]]]  # round the first corner, so that it is as full as the others
