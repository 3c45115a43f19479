"""The catalogue of faults, by where they lie: with the engine, inside a namespace, or on the way between."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from course.faults import engine, inside, paths
from course.faults.fault import Fault

if TYPE_CHECKING:
    from course.labs.lab import Lab

CATALOGUE: dict[str, Fault] = {fault.name: fault for fault in (*engine.FAULTS, *inside.FAULTS, *paths.FAULTS)}


def choose(lab: Lab, key: str, among: Collection[str] = ()) -> str:
    """The fault that this learner gets for this key: one of the names, or of the whole catalogue."""
    return lab.values.choice(key, sorted(among or CATALOGUE))
