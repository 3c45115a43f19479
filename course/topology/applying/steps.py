"""A plan as data: the steps from what is there to what is meant, and what it says of them to a reader. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from course.errors import CourseError
from course.topology.difference import Thing
from course.topology.model import Topology

Verb = Literal["remove", "create", "disconnect", "connect", "start", "stop", "pause", "unpause", "wait"]
Sign = Literal["+", "~", "-"]
Key = tuple[Verb, Thing]
KINDS = ("container", "network", "attachment")


@dataclass(frozen=True)
class Step:
    """One request to an engine. It is tried only if all it ``needs`` was done, and when all it comes ``after`` has
    ended, well or badly. ``wait`` asks until a container is healthy."""

    verb: Verb
    thing: Thing
    needs: frozenset[Key] = frozenset()
    after: frozenset[Key] = frozenset()

    @property
    def key(self) -> Key:
        """What other steps call it."""
        return (self.verb, self.thing)


@dataclass(frozen=True)
class Change:
    """What becomes of one object: made (+), changed (~) or removed (-), and why in words."""

    sign: Sign
    thing: Thing
    sentence: str


@dataclass(frozen=True)
class Refused:
    """An object that cannot be made as it is meant; ``tried`` is false where only what it needs cannot."""

    thing: Thing
    because: str
    next: str = ""
    tried: bool = True

    @property
    def error(self) -> CourseError:
        """The same as an error, in the name of no one."""
        return CourseError(self.because if self.tried else f"not tried: {self.because}", next=self.next)


@dataclass(frozen=True, repr=False)
class Plan:
    """What `apply` would do. ``adopted`` are objects of others that are used as they are, for they fit.

    False (as a condition) if there is nothing to do. Its repr is for people.
    """

    topology: Topology
    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    refused: tuple[Refused, ...] = ()
    adopted: tuple[Thing, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps or self.refused)

    @property
    def summary(self) -> str:
        """``+2 containers, +1 network, ~1 attachment, -0``."""
        parts = [part for sign in ("+", "~", "-") for part in _counts(sign, self.changes)]
        parts += [f"{len(self.refused)} cannot be done"] if self.refused else []
        return ", ".join(parts)

    def __repr__(self) -> str:
        rows: list[tuple[str, Thing, str]] = [(one.sign, one.thing, one.sentence) for one in self.changes]
        rows += [("=", thing, "is there already and fits; destroy will leave it") for thing in self.adopted]
        rows += [("!", one.thing, str(one.error)) for one in self.refused]
        return "\n".join([f"{self.topology.name}: {self.summary if self else 'nothing to do'}", *table(rows)])


def table(rows: Sequence[tuple[str, Thing, str]]) -> list[str]:
    """Lines of sign, object and sentence below each other; with the machine's name if there are several."""
    several = len({thing.machine for _, thing, _ in rows}) > 1
    named = [(sign, f"{thing} ({thing.machine})" if several else str(thing), text) for sign, thing, text in rows]
    width = max((len(name) for _, name, _ in named), default=0)
    lines = []
    for sign, name, text in named:
        first, *rest = text.splitlines()
        lines.append(f"  {sign} {name:<{width}}  {first}".rstrip())
        lines += [f"{'':{width + len(sign) + 5}}{line}" for line in rest]
    return lines


def _counts(sign: str, changes: Iterable[Change]) -> list[str]:
    kinds: Counter[str] = Counter(change.thing.kind for change in changes if change.sign == sign)
    return [f"{sign}{kinds[kind]} {kind}{'s' * (kinds[kind] > 1)}" for kind in KINDS if kinds[kind]] or _none(sign)


def _none(sign: str) -> list[str]:
    return [] if sign == "~" else [f"{sign}0"]
