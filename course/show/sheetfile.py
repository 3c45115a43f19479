"""The builder's file: a Compose file that Docker reads too, with the places on the sheet under ``x-builder``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from course.errors import CourseError, TopologyError
from course.topology.compose import read_compose, write_compose
from course.topology.model import Topology

PLACES = "x-builder"


class SheetFile:
    """One Compose file, read once and written whenever the drawing changed.

    What was typed into it, or written by somebody else meanwhile, is never lost: that version is kept beside, as
    ``NAME.before.yml``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = ""
        self._found: object = None

    def read(self, otherwise: Topology) -> tuple[Topology, dict[str, list[float]], str]:
        """The topology in the file, its places, and a sentence about what was left out; ``otherwise`` without a file.

        Raises TopologyError if the file is none that Compose would take, CourseError if it cannot be read.
        """
        if not self.path.exists():
            return otherwise, {}, ""
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CourseError(f"{self.path.name} cannot be read", because=str(error)) from error
        reading = read_compose(text, name=otherwise.name)
        self._known = text if f"\n{PLACES}:" in text else ""  # else it was typed: with comments, maybe
        notes = f"{self.path.name} says more than can be drawn: {'; '.join(reading.notes)}" if reading.notes else ""
        return reading.topology, _places(text), notes

    def save(self, topology: Topology, places: dict[str, list[float]]) -> str:
        """As `write`, but a file that is there stays as it was typed until the drawing says something else."""
        if self._found is None:
            self._found = (topology, places) if self.path.exists() else ()
        if (topology, places) == self._found:
            return ""
        self._found = ()
        return self.write(topology, places)

    def write(self, topology: Topology, places: dict[str, list[float]]) -> str:
        """Write the file where it differs; a sentence for the reader, or nothing. Raises CourseError if it cannot."""
        text = write_compose(topology) + _appendix(places)
        if text == self._known:
            return ""
        try:
            note = self._keep_foreign()
            fresh = self.path.with_name(f".{self.path.name}.new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self.path)
        except OSError as error:
            because, next = error.strerror or str(error), "make room, or choose another file: builder(file=…)"
            raise CourseError(f"{self.path.name} cannot be written", because, next) from error
        self._known = text
        return note

    def _keep_foreign(self) -> str:
        if not self.path.exists():
            return ""
        there = self.path.read_text(encoding="utf-8", errors="replace")
        if there == self._known:
            return ""
        before = self.path.with_suffix(f".before{self.path.suffix}")
        os.replace(self.path, before)
        return f"{self.path.name} was typed, or changed by somebody else: that version is kept as {before.name}"


def _appendix(places: dict[str, list[float]]) -> str:
    """One line a thing, so that a difference of two versions shows what was moved."""
    if not places:
        return ""
    rows = (f"  {name}: [{', '.join(f'{value:g}' for value in row)}]" for name, row in sorted(places.items()))
    return "\n".join([f"\n{PLACES}:", *rows, ""])


def _places(text: str) -> dict[str, list[float]]:
    import yaml

    try:
        given: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise TopologyError("the file cannot be read", because=str(error)) from error
    rows = given.get(PLACES, {}) if isinstance(given, dict) else {}
    if not isinstance(rows, dict):
        return {}
    return {str(name): row for name, row in rows.items() if isinstance(row, list) and all(map(_is_number, row))}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
