"""The catalogue of faults, by where they lie: with the engine, inside a namespace, or on the way between."""

from __future__ import annotations

from course.observe.faults import Fault
from course.observe.faulty import engine as catalogue_engine
from course.observe.faulty import inside as catalogue_inside
from course.observe.faulty import paths as catalogue_paths

FAULTS: tuple[Fault, ...] = (*catalogue_engine.FAULTS, *catalogue_inside.FAULTS, *catalogue_paths.FAULTS)
