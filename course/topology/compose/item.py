"""A value in a Compose file, with its place in words: what it must be is asked of it, and else said what is wrong."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from course.errors import TopologyError
from course.topology.compose.variables import BadVariableError, substitute
from course.topology.compose.yamltext import Node

MOST = 300_000  # values, each counted whenever an alias brings it in again
LONGEST = 200  # of what an error quotes, in characters
LIKE = {"list": "a list", "map": "a map of names to values", "null": "empty"}


@dataclass
class File:
    """What is known while a file is read: the values of variables, what has been noted, and how much was read."""

    variables: Mapping[str, str]
    notes: dict[str, None] = field(default_factory=dict)  # in order, each once
    read: int = 0


@dataclass(frozen=True)
class Item:
    """A value, and where it stands: ``services.web.ports[0]``."""

    node: Node
    file: File
    place: str = ""

    def __post_init__(self) -> None:
        self.file.read += 1
        if self.file.read > MOST:
            raise self.wrong(f"the file holds more than {MOST} values, counted with all that its aliases bring in")

    @property
    def empty(self) -> bool:
        """Whether nothing stands there: ``web:``."""
        return self.node.type == "null"

    def wrong(self, what: str, because: str = "", next: str = "") -> TopologyError:
        """An error about this value, which names its place and its line."""
        place, what = (
            text if len(text) < LONGEST else f"{text[:LONGEST]}…" for text in (self.place or "the file", what)
        )
        return TopologyError(f"{place} (line {self.node.line}): {what}", because, next)

    def note(self, sentence: str) -> None:
        """Say that something was not taken over."""
        self.file.notes[f"{self.place or 'the file'}: {sentence}"] = None

    @contextmanager
    def here(self) -> Iterator[None]:
        """What a record of the topology says against its values is said of this place."""
        try:
            yield
        except TopologyError as error:
            if " (line " in error.what:
                raise
            raise self.wrong(error.what, error.because, error.next) from None

    # --- what it must be ----------------------------------------------------------------------

    def text(self) -> str:
        """Text, with its variables filled in. A number or a flag is read as Compose would write it."""
        if self.node.type in LIKE:
            raise self.wrong(f"a text is wanted here, and this is {LIKE[self.node.type]}")
        try:
            return substitute(_plain(self.node), self.file.variables, self._unset)
        except BadVariableError as error:
            raise self.wrong(str(error), next="a dollar sign itself is written $$") from None
        except RecursionError:
            raise self.wrong("too many variables stand inside each other") from None

    def _unset(self, name: str) -> None:
        self.note(
            f'the variable {name} has no value, so it is empty here: read_compose(…, variables={{"{name}": "…"}})'
        )

    def flag(self) -> bool:
        """True or false."""
        text = self.text().lower()
        if text not in ("true", "false"):
            raise self.wrong(f"{text!r} is neither true nor false")
        return text == "true"

    def whole(self) -> int:
        """A whole number of at most nine digits."""
        text = self.text()
        if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
            raise self.wrong(f"{text!r} is not a number that makes sense here")
        return int(text)

    def entries(self) -> dict[str, Item]:
        """The values of a map by their names; nothing at all is an empty one."""
        if self.empty:
            return {}
        if self.node.type != "map":
            raise self.wrong(
                f"a map of names to values is wanted here, and this is {LIKE.get(self.node.type, 'a text')}"
            )
        return {name: Item(node, self.file, self._inside(name)) for name, node in self.node.entries.items()}

    def items(self) -> list[Item]:
        """The values of a list; nothing at all is an empty one."""
        if self.empty:
            return []
        if self.node.type != "list":
            raise self.wrong(f"a list is wanted here, and this is {LIKE.get(self.node.type, 'a text')}")
        return [Item(node, self.file, f"{self.place}[{number}]") for number, node in enumerate(self.node.items)]

    def texts(self) -> tuple[str, ...]:
        """A list of texts, or one text."""
        if self.node.type in LIKE:
            return tuple(item.text() for item in self.items())
        return (self.text(),)

    def pairs(self, separators: str = "=") -> Iterator[tuple[str, Item | None, str]]:
        """``(name, value, its text)`` of a map, or of a list of ``name=value``; the value is None if there is none."""
        if self.node.type == "map":
            for name, item in self.entries().items():
                yield (name, None, "") if item.empty else (name, item, item.text())
            return
        for item in self.items():
            text = item.text()
            cut = min((place for mark in separators if (place := text.find(mark)) >= 0), default=len(text))
            yield text[:cut], item if cut < len(text) else None, text[cut + 1 :]

    def others(self, known: Collection[str], reasons: Mapping[str, str], words: Collection[str]) -> None:
        """Note every entry that is not among the known ones; ``words`` are those that Compose has."""
        for name, item in self.entries().items():
            if name not in known and not name.startswith("x-"):
                item.note(reasons.get(name) or _reason(name, [*known, *words]))

    def _inside(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name


def _reason(name: str, words: Collection[str]) -> str:
    if name in words:
        return "left out, for a topology does not hold it"
    near = difflib.get_close_matches(name, words, 1)
    return "left out, for Compose has no such word" + (f"; did you mean {near[0]}?" if near else "")


def _plain(node: Node) -> str:
    """A scalar as Compose hands it on: ``0x10`` is 16, ``1.50`` is 1.5, ``True`` is true."""
    text = node.text
    if node.type == "flag":
        return text.lower()
    if node.type == "whole" and len(text) < 20:
        digits = text.replace("_", "").lower()
        octal = len(digits.lstrip("+-")) > 1 and digits.lstrip("+-").isdigit() and digits.lstrip("+-")[0] == "0"
        return str(int(digits, 8 if octal else 0))
    if node.type == "number" and len(text) < 20 and math.isfinite(float(text)):
        return repr(float(text)).removesuffix(".0")
    return text
