"""One line that says how far an `apply` is, where someone sits and looks."""

from __future__ import annotations

import sys
from collections import Counter

from course.topology.applying.report import News, State, Tell
from course.topology.difference import Thing

WIDTH = 78
ENDED: tuple[State, ...] = ("done", "failed", "not tried")


class Line:
    """Rewrites one line of the standard output at each piece of news, and leaves it behind at the end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._states: dict[Thing, State] = {}

    def __call__(self, news: News) -> None:
        """Take note, and show."""
        self._states[news.object] = news.state
        print(f"\r{self.text:<{WIDTH}}", end="\n" if self._over else "", flush=True)

    @property
    def text(self) -> str:
        """``shop: 3 of 12 · working on web, db``, cut to fit a terminal."""
        counts = Counter(self._states.values())
        text = f"{self._name}: {sum(counts[state] for state in ENDED)} of {len(self._states)}"
        text += f", {counts['failed']} failed" if counts["failed"] else ""
        busy = [thing.name for thing, state in self._states.items() if state == "working"]
        text += f" · working on {', '.join(busy)}" if busy else ""
        return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"

    @property
    def _over(self) -> bool:
        return all(state in ENDED for state in self._states.values())


def usual(name: str) -> Tell:
    """A line in a terminal or a notebook, and nothing elsewhere."""
    return Line(name) if sys.stdout.isatty() or _in_notebook() else lambda news: None


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    return hasattr(get_ipython(), "kernel")
