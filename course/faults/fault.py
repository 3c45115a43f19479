"""A fault as data: what is wrong, what it is called, how it shows, what proves it, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from course.faults.look import Look
from course.faults.standing import Standing
from course.labhost.faults.cast import Cast
from course.labhost.records import Answer, Kind, Outcome, Probe

if TYPE_CHECKING:
    from course.labs.lab import Lab


@dataclass(frozen=True)
class Symptom:
    """A question that is answered on a healthy lab, and not, or not like that, while the fault is there.

    ``source``, ``target`` and ``meant`` are told with the names of the cast in braces: ``http://{server}:{port}``.
    ``outcomes`` are what the fault makes of it. ``times``: asked so many times at once, and every one must be
    answered. ``meant`` is the container that must answer.
    """

    kind: Kind
    source: str
    target: str
    outcomes: tuple[Outcome, ...]
    port: int = 0
    timeout: float = 1.0
    times: int = 1
    meant: str = ""

    def of(self, cast: Cast, host: str) -> Symptom:
        """The same, with the names of this cast on this lab host."""
        names = asdict(cast) | {"host": host}
        source, target, meant = (text.format(**names) for text in (self.source, self.target, self.meant))
        return replace(self, source=source, target=target, meant=meant)

    def ask(self, lab: Lab, host: str) -> list[Answer]:
        """Ask the question, once the cast has been filled in."""
        machine = lab.all[self.source] if self.source in lab.all else lab.all[host]
        view = "host" if self.source in lab.all else self.source
        return machine.probe([Probe(self.kind, view, self.target, self.port, self.timeout)] * self.times)


@dataclass(frozen=True)
class Fault:
    """An entry of the catalogue.

    ``about`` says what is wrong, in the names of the cast. ``cause`` is the label in CAUSES that a learner, and an
    explanation, must name. ``artifact`` tells from one look whether the fault is there. ``repair`` gives commands that
    mend it, as a learner would type them: ``!docker …``, or a cell that begins with ``%%on host1``.
    """

    name: str
    about: str
    cause: str
    symptom: Symptom
    artifact: Callable[[Look], bool] = field(repr=False)
    repair: Callable[[Look, Standing], list[str]] = field(repr=False)
