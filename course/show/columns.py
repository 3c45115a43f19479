"""What several places said, side by side: columns in a page, that stand below each other where it is narrow, and in
plain text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from course.show.running import Kind
from course.show.sharing import rooms

WIDEST, SLIMMEST = 110, 40  # characters: of all columns together, and of one, below which they are not side by side
BETWEEN = " │ "
# The colours of a terminal, and control characters.
CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]|[^\n\t -\U0010ffff]|\x7f"
)  # colours of a terminal, and control characters
PRE = "margin:0;white-space:pre-wrap;overflow-wrap:anywhere"
LOOKS: dict[Kind, str] = {
    "prompt": f"{PRE};font-weight:bold",
    "out": PRE,
    "err": f"{PRE};border-left:3px solid;padding-left:6px",
    "note": f"{PRE};font-style:italic",
}


@dataclass
class Column:
    """What one place said: texts with their kinds, in the order in which they came."""

    parts: list[tuple[Kind, str]] = field(default_factory=list)

    def hear(self, kind: Kind, text: str) -> None:
        """Add what was said; what follows on the same stream belongs to it."""
        if self.parts and self.parts[-1][0] == kind and kind in ("out", "err"):
            self.parts[-1] = (kind, self.parts[-1][1] + text)
        elif text:
            self.parts.append((kind, text))

    @property
    def blocks(self) -> list[tuple[Kind, str]]:
        """What was said, without control characters."""
        return [(kind, CONTROL.sub("", text.expandtabs()).rstrip("\n")) for kind, text in self.parts]

    @property
    def sections(self) -> list[list[str]]:
        """The same as lines: in turns what was run, and all that was said then."""
        found: list[list[str]] = [[], []]
        for kind, text in self.blocks:
            if kind == "prompt" and any(found[-2:]):
                found += [[], []]
            found[-2 if kind == "prompt" else -1] += _lines(kind, text)
        return found if any(found) else [[], ["(nothing)"]]


@dataclass
class Columns:
    """The columns, as a notebook or a terminal shows them; what is run, and what is said then, begins side by side."""

    columns: list[Column]

    def __str__(self) -> str:
        all_sections = [column.sections for column in self.columns]
        texts = [[line for section in sections for line in section] for sections in all_sections]
        widths = [float(max(map(len, lines))) for lines in texts]
        shares = [int(share) for share in rooms(widths, WIDEST - len(BETWEEN) * (len(texts) - 1))]
        if any(share < min(SLIMMEST, wanted) for share, wanted in zip(shares, widths, strict=True)):
            return "\n\n".join("\n".join(lines) for lines in texts)
        sections = zip_longest(*all_sections, fillvalue=[])
        return "\n".join(row for beside in sections for row in _rows(beside, shares))

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}

    def html(self) -> str:
        """The columns as a part of a page."""
        columns = "".join(f'<div style="flex:1 1 22em;min-width:0">{_html(column)}</div>' for column in self.columns)
        return f'<div style="display:flex;flex-wrap:wrap;gap:8px 24px">{columns}</div>'


def _lines(kind: Kind, text: str) -> list[str]:
    lines = text.split("\n")
    return ["stderr:", *(f"  {line}" for line in lines)] if kind == "err" else lines


def _rows(beside: tuple[list[str], ...], shares: list[int]) -> Iterator[str]:
    """Lines side by side, each in its share of the room; long ones go on below."""
    cut = [[part for line in lines for part in _cut(line, share)] for lines, share in zip(beside, shares, strict=True)]
    for row in zip_longest(*cut, fillvalue=""):
        yield BETWEEN.join(cell.ljust(share) for cell, share in zip(row, shares, strict=True)).rstrip()


def _cut(line: str, wide: int) -> list[str]:
    return [line[start : start + wide] for start in range(0, len(line), wide)] or [""]


def _html(column: Column) -> str:
    blocks = column.blocks or [("note", "(nothing)")]
    return "".join(_block(kind, text) for kind, text in blocks)


def _block(kind: Kind, text: str) -> str:
    name = "<small>stderr</small>" if kind == "err" else ""
    return f'{name}<pre style="{LOOKS[kind]}">{html.escape(text)}</pre>'
