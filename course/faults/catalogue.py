"""The catalogue of faults, by where they lie: with the engine, inside a namespace, or on the way between."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from course.faults import engine, inside, paths
from course.faults.causes import CAUSES
from course.faults.fault import Fault

if TYPE_CHECKING:
    from course.labs.lab import Lab

CATALOGUE: dict[str, Fault] = {fault.name: fault for fault in (*engine.FAULTS, *inside.FAULTS, *paths.FAULTS)}


def choose(lab: Lab, key: str, among: Collection[str] = ()) -> str:
    """The fault that this learner gets for this key: one of the names, or of the whole catalogue."""
    return lab.values.choice(key, sorted(among or CATALOGUE))


def labels(faults: Collection[str] = ()) -> dict[str, str]:
    """The causes to choose from, as label and sentence: those of the named faults, or all."""
    wanted = {CATALOGUE[name].cause for name in faults} or set(CAUSES)
    return {label: sentence for label, sentence in CAUSES.items() if label in wanted}
