"""What became of a plan: news of each object on the way, and the whole at the end. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from course.topology.applying.steps import table
from course.topology.difference import Thing

State = Literal["waiting", "working", "done", "failed", "not tried"]


@dataclass(frozen=True)
class News:
    """How far one object is, and the sentence that goes with it: why it changes, what went wrong, what it needs."""

    object: Thing
    state: State
    sentence: str

    def __str__(self) -> str:
        return f"{self.object} {self.state}: {self.sentence}"


Tell = Callable[[News], object]


@dataclass(frozen=True, repr=False)
class Report:
    """The last news of every object that was to change. ``name`` is the topology's, ``seconds`` how long it took.

    True (as a condition) if all went well. Its repr is for people.
    """

    name: str
    news: tuple[News, ...] = ()
    seconds: float = 0.0

    def __bool__(self) -> bool:
        return all(one.state == "done" for one in self.news)

    @property
    def failed(self) -> tuple[News, ...]:
        """The objects that failed, in the order of the plan."""
        return tuple(one for one in self.news if one.state == "failed")

    @property
    def not_tried(self) -> tuple[News, ...]:
        """The objects that were left alone because something failed that they need."""
        return tuple(one for one in self.news if one.state == "not tried")

    def __repr__(self) -> str:
        if not self.news:
            return f"{self.name}: nothing to do"
        rows = [(one.state, (one.object, one.sentence)) for one in (*self.failed, *self.not_tried)]
        width = max((len(state) for state, _ in rows), default=0)
        return "\n".join([self._summary(), *table([(f"{state:<{width}} ", *one) for state, one in rows])])

    def _summary(self) -> str:
        counts = Counter(one.state for one in self.news)
        parts = [f"{counts[state]} {state}" for state in get_args(State) if counts[state]]
        return f"{self.name}: {', '.join(parts)} in {self.seconds:.1f} s"
