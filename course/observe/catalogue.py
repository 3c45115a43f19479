"""The catalogue of faults, by where they lie: with the engine, inside a namespace, or on the way between."""

from __future__ import annotations

from course.observe import catalogue_engine, catalogue_inside, catalogue_paths
from course.observe.faults import Fault

FAULTS: tuple[Fault, ...] = (*catalogue_engine.FAULTS, *catalogue_inside.FAULTS, *catalogue_paths.FAULTS)
