"""How fast the course is, as ratios against a peer measured in the same run: ``python -m tests.bench``."""

from __future__ import annotations

import dataclasses
import operator
import time
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure: a ratio or a time in seconds, what it is measured against, and the goal it must hold."""

    name: str
    value: float
    unit: str
    peer: str
    goal: str

    @property
    def holds(self) -> bool:
        """Whether the value meets the goal, which is written ``<= 2`` or ``>= 8``."""
        sign, bound = self.goal.split()
        return bool({"<=": operator.le, ">=": operator.ge}[sign](self.value, float(bound)))

    def data(self) -> dict[str, Any]:
        """The row as it is written to ``build/bench.json``."""
        return dataclasses.asdict(self) | {"holds": self.holds}


def seconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
