"""Who reaches whom: every pair of places, asked with real packets, in one request a machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from course.errors import LabError
from course.labhost.records import Answer, Kind, Probe
from course.observe.live import read
from course.observe.places import Place, places

if TYPE_CHECKING:
    from course.labs.lab import Lab

Pair = tuple[str, str]  # (who asks, who answers)
SIGNS = {"reply": "✓", "timeout": "…", "no-name": "–", "broken": "–"}
ANSWERED = ("reply", "refused", "reset", "closed")  # somebody was there
WITH_PORT = ("tcp", "udp", "http")


@dataclass(frozen=True)
class Matrix:
    """Rows ask, columns answer. The cell of a place and itself is blank.

    ``answers`` holds the agent's Answer for every other pair; ``expected`` says of some pairs whether they should
    reach. ``mistaken`` names who answered in place of the target: two hosts may hand out the same addresses, and what
    is meant for the one then goes to the other. Such a pair counts as *no route*.
    """

    kind: Kind
    port: int
    places: tuple[str, ...]
    answers: Mapping[Pair, Answer]
    expected: Mapping[Pair, bool] = field(default_factory=dict)
    mistaken: Mapping[Pair, str] = field(default_factory=dict)

    def __getitem__(self, pair: Pair) -> Answer:
        return self.answers[pair]

    def __str__(self) -> str:
        cells = [[self._cell((row, column)) for column in self.places] for row in self.places]
        table = [["", *self.places], *([name, *row] for name, row in zip(self.places, cells, strict=True))]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
        return "\n".join([self.title, *(line.rstrip() for line in lines)])

    __repr__ = __str__

    @property
    def title(self) -> str:
        """What was asked: ``TCP port 80: rows ask, columns answer``."""
        port = f" port {self.port}" if self.kind in WITH_PORT else ""
        return f"{self.kind.upper()}{port}: rows ask, columns answer"

    @property
    def reached(self) -> set[Pair]:
        """The pairs that were answered."""
        return {pair for pair, answer in self.answers.items() if answer.ok}

    @property
    def surprises(self) -> list[Pair]:
        """The pairs whose answer is not the expected one, in the order of the table."""
        wished = ((row, column) for row in self.places for column in self.places if (row, column) in self.expected)
        return [pair for pair in wished if pair in self.answers and self.answers[pair].ok != self.expected[pair]]

    def word(self, pair: Pair) -> str:
        """The answer of a pair in a word or two; no times, for those of many probes at once say little."""
        answer = self.answers[pair]
        if pair in self.mistaken:
            return f"is {self.mistaken[pair]}"
        if answer.ok:
            return {"tcp": "open", "http": str(answer.status), "dns": ", ".join(answer.addresses)}.get(
                self.kind, "reply"
            )
        if answer.outcome == "broken":
            return "not asked"
        return "no address" if answer.outcome == "no-route" and not answer.address else answer.outcome.replace("-", " ")

    def _cell(self, pair: Pair) -> str:
        if pair not in self.answers:
            return ""
        wish = f" (expected {'✓' if self.expected[pair] else '×'})" if pair in self.surprises else ""
        return f"{sign(self.answers[pair])} {self.word(pair)}{wish}"


def sign(answer: Answer) -> str:
    """One character for an answer."""
    return SIGNS.get(answer.outcome, "×")


def matrix(
    lab: Lab,
    kind: Kind = "icmp",
    port: int = 80,
    among: Iterable[str] | None = None,
    by: Literal["address", "name"] = "address",
    expected: Mapping[Pair, bool] | None = None,
    timeout: float = 1.0,
) -> Matrix:
    """Ask every place of the lab, or those ``among`` them, about every other.

    Places are the machines and the running containers; a name that two machines use is written ``host2/web``.
    Targets are asked for ``by`` address (on a network that both are on, else their first) or by name.
    ``timeout`` is in seconds, for each probe; all of a machine run at once.
    Raises LabError for a place that is not there, or if the lab does not answer.
    """
    known = places(read(lab))
    chosen = list(known.values()) if among is None else [_known(name, known) for name in dict.fromkeys(among)]
    pairs = [(asker, target) for asker in chosen for target in chosen if asker != target]
    named = by == "name" or kind == "dns"
    questions = {
        (asker.name, target.name): _question(asker, target, kind, port, named, timeout) for asker, target in pairs
    }
    answers = _ask(lab, {known[name].machine for name, _ in questions}, questions, known)
    mistaken = {} if named else _mistaken(pairs, known.values(), answers)
    for (asker, target), other in mistaken.items():
        said = f"where {asker} is, the address of {target} belongs to {other}, which answered"
        answers[asker, target] = replace(answers[asker, target], outcome="no-route", detail=said)
    shown = port if kind in WITH_PORT else 0
    return Matrix(kind, shown, tuple(place.name for place in chosen), answers, dict(expected or {}), mistaken)


def _known(name: str, known: Mapping[str, Place]) -> Place:
    if name not in known:
        there = ", ".join(known) or "nothing"
        raise LabError(f"no running container and no machine is called {name!r}", next=f"there is {there}")
    return known[name]


def _mistaken(
    pairs: list[tuple[Place, Place]], everyone: Iterable[Place], answers: Mapping[Pair, Answer]
) -> dict[Pair, str]:
    """Pairs on two machines, somebody else on the asker's having the target's address and having answered."""
    here: dict[tuple[str, str], str] = {}
    for place in everyone:
        for address in place.addresses.values():
            here.setdefault((place.machine, address), place.name)
    found: dict[Pair, str] = {}
    for asker, target in pairs:
        other = here.get((asker.machine, target.address(asker)), "")
        if other and target.machine != asker.machine and answers[asker.name, target.name].outcome in ANSWERED:
            found[asker.name, target.name] = "itself" if other == asker.name else other
    return found


def _question(asker: Place, target: Place, kind: Kind, port: int, named: bool, timeout: float) -> Probe | Answer:
    """The probe to send, or the answer where there is nothing to send to."""
    own_name = target.machine if target.view == "host" else target.view
    where = own_name if named else target.address(asker)
    if not where:
        return Answer("no-route", detail=f"{target.name} has no address that a packet could be sent to")
    if kind == "http":
        where = f"http://[{where}]:{port}/" if ":" in where else f"http://{where}:{port}/"
    return Probe(kind, asker.view, where, port if kind in ("tcp", "udp") else 0, timeout)


def _ask(
    lab: Lab, machines: set[str], questions: Mapping[Pair, Probe | Answer], known: Mapping[str, Place]
) -> dict[Pair, Answer]:
    """Every pair with its answer, in the order of the questions: one request to each machine, all at the same time."""

    def ask(machine: str) -> dict[Pair, Answer]:
        mine = {pair: q for pair, q in questions.items() if isinstance(q, Probe) and known[pair[0]].machine == machine}
        return dict(zip(mine, lab.all[machine].probe(list(mine.values())), strict=True)) if mine else {}

    answers = {pair: question for pair, question in questions.items() if isinstance(question, Answer)}
    with ThreadPoolExecutor(max(1, len(machines))) as pool:
        for part in pool.map(ask, machines):
            answers |= part
    return {pair: answers[pair] for pair in questions}
