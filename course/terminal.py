"""What the command ``course`` shows on a terminal, and writes where there is none."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


class Telling:
    """Shows how images come along: on a terminal one line for each image, else a line now and then."""

    def __init__(self, every: float = 10.0) -> None:
        from rich.console import Console
        from rich.live import Live

        self._lines: dict[str, str] = {}
        self._live = Live(console=Console(), transient=True)
        self._every, self._said = every, 0.0

    def __enter__(self) -> Telling:
        if sys.stdout.isatty():
            self._live.start()
        return self

    def __exit__(self, *exit: object) -> None:
        self._live.stop()

    def __call__(self, image: str, line: str) -> None:
        """Take one line of what happens to ``image``."""
        fresh = image not in self._lines
        self._lines[image] = line.strip()
        if self._live.is_started:
            self._live.update(self._picture())
        elif fresh or time.monotonic() - self._said > self._every:
            print(f"{image}: {line.strip()[:100]}", flush=True)
            self._said = time.monotonic()

    def _picture(self) -> Table:
        rows = table("", "")
        for image, line in self._lines.items():
            rows.add_row(image, line)
        return rows


def table(*heads: str) -> Table:
    """An empty table without rules; without heads it has no head line."""
    from rich.markup import escape
    from rich.table import Table

    made = Table(box=None, padding=(0, 2, 0, 0), show_header=any(heads), header_style="bold")
    for head in heads:
        made.add_column(escape(head), overflow="ellipsis", no_wrap=True)
    return made


def show(rows: Table, otherwise: str) -> None:
    """Print the table, or ``otherwise`` if it is empty."""
    from rich.console import Console

    if rows.row_count:
        Console(width=None if sys.stdout.isatty() else 160).print(rows)
    else:
        print(otherwise)
