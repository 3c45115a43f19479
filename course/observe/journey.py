"""A packet's journey as data: the stations that it passed, what each did with it, and why it ended where it did.

Nothing here looks at a lab. `trace` makes journeys, `explain` reads them, and pictures, tables and replays show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from course.observe.hop import Hop
from course.observe.tracing.table import table, told

Outcome = Literal[
    "answered", "refused", "rejected", "dropped", "no-route", "no-neighbour", "no-name", "unanswered", "lost", "broken"
]


@dataclass(frozen=True)
class Journey:
    """The way of one question and of its answer.

    ``sentence`` says how it ended and why. ``cause`` is the hop that ended it, if one was seen. ``unseen`` are
    sentences about what could not be watched: an empty tuple claims that everything on the way was.
    """

    source: str
    target: str
    outcome: Outcome
    sentence: str
    hops: tuple[Hop, ...] = ()
    cause: Hop | None = None
    unseen: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.source} → {self.target}", *table(self.hops), "", *told(self.sentence, self.unseen)])

    __repr__ = __str__

    @property
    def arrived(self) -> bool:
        """Whether the question was answered."""
        return self.outcome == "answered"
