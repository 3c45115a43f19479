"""Who reaches whom: every pair of places, asked with real packets, in one request a machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, Literal

from course.errors import CourseError, LabError
from course.labhost.records import Answer, Probe
from course.observe.expecting import Expected, wishes
from course.observe.layer import MAYBE, MEANINGS, Layer, Pair, Question, questions
from course.observe.places import Place, look

if TYPE_CHECKING:
    from course.labs.lab import Lab

ANSWERED = ("reply", "refused", "reset", "closed")  # somebody was there
MOST = 4000  # questions in one request to an agent, which takes some more


@dataclass(frozen=True)
class Matrix:
    """Rows ask, columns answer; a layer for each question. The cell of a place and itself is blank.

    ``seen["app", "db", "tcp:80"]`` is one Answer; the question may be left out if there is only one.
    """

    places: tuple[str, ...]
    layers: tuple[Layer, ...]

    def __getitem__(self, key: Pair | tuple[str, str, str]) -> Answer:
        asker, target, *asked = key
        return self.layer(*asked).answers[asker, target]

    def layer(self, question: str = "") -> Layer:
        """The answers to one question, such as ``tcp:80``. Raises CourseError if it was not asked, or is not clear."""
        known = {str(layer.question): layer for layer in self.layers}
        if not question and len(known) == 1:
            return self.layers[0]
        if question not in known:
            what = f"{question!r} was not asked" if question else "several questions were asked"
            raise CourseError(what, next=f"name one of {', '.join(known)}")
        return known[question]

    @cached_property
    def reached(self) -> set[Pair]:
        """The pairs whose answer is yes to every question."""
        return set.intersection(*(layer.reached for layer in self.layers))

    @cached_property
    def surprises(self) -> list[Pair]:
        """The pairs with an answer that is not the expected one, in the order of the table."""
        wrong = set().union(*(layer.surprises for layer in self.layers))
        return [(a, b) for a in self.places for b in self.places if (a, b) in wrong]

    @property
    def title(self) -> str:
        """What was asked: ``ICMP, TCP port 80: rows ask, columns answer``."""
        return f"{', '.join(layer.question.title for layer in self.layers)}: rows ask, columns answer"

    def __str__(self) -> str:
        said = self._said if len(self.layers) == 1 else self._signs
        cells = [[said((row, column)) for column in self.places] for row in self.places]
        table = [["", *self.places], *([name, *row] for name, row in zip(self.places, cells, strict=True))]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
        return "\n".join([self.title, *(line.rstrip() for line in lines), *self._notes()])

    __repr__ = __str__

    def _said(self, pair: Pair) -> str:
        layer = self.layers[0]
        if pair not in layer.answers:
            return ""
        wish = f" (expected {layer.wish(pair)})" if pair in layer.surprises else ""
        return f"{layer.sign(pair)} {layer.word(pair)}{wish}"

    def _signs(self, pair: Pair) -> str:
        return " ".join(layer.sign(pair) for layer in self.layers if pair in layer.answers)

    def _notes(self) -> Iterator[str]:
        """What a table of signs needs besides: what they mean, and what was expected instead."""
        if len(self.layers) > 1:
            yield "  ".join(f"{sign} {meaning}" for sign, meaning in self.meanings.items())
            yield from (f"not as expected: {line}" for line in self.differences)
        if self.verdict and not self.surprises:
            yield self.verdict

    @property
    def verdict(self) -> str:
        """How many answers are as expected: ``all 12 as expected``; empty if nothing was expected."""
        expected = sum(pair in layer.answers for layer in self.layers for pair in layer.expected)
        wrong = len(self.differences)
        told = f"{wrong} of {expected} not as expected" if wrong else f"all {expected} as expected"
        return told if expected else ""

    @property
    def meanings(self) -> dict[str, str]:
        """The signs of all answers, each with what it means."""
        there = {layer.sign(pair) for layer in self.layers for pair in layer.answers}
        silent = any(layer.question.kind == "udp" and "…" in map(layer.sign, layer.answers) for layer in self.layers)
        known = MEANINGS | ({"…": MAYBE} if silent else {})
        return {sign: meaning for sign, meaning in known.items() if sign in there}

    @property
    def differences(self) -> list[str]:
        """One line for each answer that is not the expected one: ``app to db, TCP port 80: timeout, expected ✓``."""
        return [
            f"{pair[0]} to {pair[1]}, {layer.question.title}: {layer.word(pair)}, expected {layer.wish(pair)}"
            for pair in self.surprises
            for layer in self.layers
            if pair in layer.surprises
        ]


def matrix(
    lab: Lab,
    *kinds: str | int,
    port: int = 80,
    among: Iterable[str] | None = None,
    by: Literal["address", "name"] = "address",
    expected: Expected | None = None,
    timeout: float = 1.5,
) -> Matrix:
    """Ask every place of the lab, or those ``among`` them, about every other: ``matrix(lab, "icmp", "tcp:80", "dns")``.

    Places are the machines, the running containers, and the namespaces made by hand (``netns:red``); a name that two
    machines use is written ``host2/web``. ``"dns"`` asks whether a target's name gives the target's own address. A kind
    without a port has that of ``port``; a number names that of the kind before it, as in ``matrix(lab, "tcp", 80)``.
    Targets are asked for ``by`` address (on a network that both are on, else their first) or by name.
    ``expected`` is told in course.observe.expecting. ``timeout`` is in seconds, for each probe, all of which run at
    once: a lost SYN is sent again after one second.
    Raises LabError for a place that is not there or if the lab does not answer, CourseError for what cannot be asked.
    """
    asked = questions(kinds, port)
    known = look(lab)
    chosen = list(known.values()) if among is None else [_known(name, known) for name in dict.fromkeys(among)]
    pairs = list(permutations(chosen, 2))
    probes = {
        (question, asker.name, target.name): _probe(asker, target, question, by == "name", timeout)
        for question in asked
        for asker, target in pairs
    }
    answers = _ask(lab, probes, known)
    layers = (_layer(question, pairs, known, answers, expected) for question in asked)
    return Matrix(tuple(place.name for place in chosen), tuple(layers))


Cell = tuple[Question, str, str]


def _known(name: str, known: Mapping[str, Place]) -> Place:
    if name not in known:
        there = ", ".join(known) or "nothing"
        raise LabError(f"no running container and no machine is called {name!r}", next=f"there is {there}")
    return known[name]


def _probe(asker: Place, target: Place, question: Question, by_name: bool, timeout: float) -> Probe | Answer:
    """The probe to send, or the answer where there is nothing to send to."""
    named = by_name or question.kind == "dns"
    where = target.own_name if named else target.address(asker)
    if not where:
        what = "name" if named else "address that a packet could be sent to"
        return Answer("no-name" if named else "no-route", detail=f"{target.name} has no {what}")
    if question.kind == "http":
        where = f"http://[{where}]:{question.port}/" if ":" in where else f"http://{where}:{question.port}/"
    return Probe(question.kind, asker.view, where, 0 if question.kind == "http" else question.port, timeout)


def _ask(lab: Lab, cells: Mapping[Cell, Probe | Answer], known: Mapping[str, Place]) -> dict[Cell, Answer]:
    """Every cell with its answer, in the order of the cells: one request to each machine, all at the same time."""
    answers = {cell: answer for cell, answer in cells.items() if isinstance(answer, Answer)}
    work: dict[str, list[Cell]] = {}
    for cell in (cell for cell in cells if cell not in answers):
        work.setdefault(known[cell[1]].machine, []).append(cell)
    parts = [(machine, mine[n : n + MOST]) for machine, mine in work.items() for n in range(0, len(mine), MOST)]

    def ask(part: tuple[str, list[Cell]]) -> dict[Cell, Answer]:
        machine, mine = part
        probes = [probe for probe in map(cells.__getitem__, mine) if isinstance(probe, Probe)]
        return dict(zip(mine, lab.all[machine].probe(probes), strict=True))

    with ThreadPoolExecutor(max(1, len(parts))) as pool:
        for part in pool.map(ask, parts):
            answers |= part
    return {cell: answers[cell] for cell in cells}


def _layer(
    question: Question,
    pairs: list[tuple[Place, Place]],
    known: Mapping[str, Place],
    cells: Mapping[Cell, Answer],
    expected: Expected | None,
) -> Layer:
    answers = {(a.name, b.name): cells[question, a.name, b.name] for a, b in pairs}
    mistaken = _mistaken(pairs, known.values(), answers)
    for (asker, target), other in mistaken.items():
        if question.kind == "dns":
            wrong: Answer = replace(answers[asker, target], outcome="no-name", detail=f"the name gives {other}")
        else:
            said = f"where {asker} is, the address of {target} belongs to {other}, which answered"
            wrong = replace(answers[asker, target], outcome="no-route", detail=said)
        answers[asker, target] = wrong
    return Layer(question, answers, wishes(expected, question, known, answers), mistaken)


def _mistaken(
    pairs: list[tuple[Place, Place]], everyone: Iterable[Place], answers: Mapping[Pair, Answer]
) -> dict[Pair, str]:
    """Pairs that somebody else answered for, or whose name has somebody else's address: who, or whose address."""
    here: dict[tuple[str, str], str] = {}
    for place in everyone:
        for address in place.addresses.values():
            here.setdefault((place.machine, address), place.name)
    found: dict[Pair, str] = {}
    for asker, target in pairs:
        answer = answers[asker.name, target.name]
        used = answer.addresses or [answer.address]
        theirs = set(target.addresses.values())
        if target.machine != asker.machine:  # on the asker's machine an address may be another's
            theirs -= {address for address in theirs if (asker.machine, address) in here}
        if answer.outcome in ANSWERED and not theirs.intersection(used):
            other = here.get((asker.machine, used[0]), used[0])
            found[asker.name, target.name] = "itself" if other == asker.name else other
    return found
