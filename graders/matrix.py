"""Who reaches whom, said whole: every pair in both directions, and nothing that is not listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from course.labhost.records import Answer, Kind
from graders import explain
from graders.facts import Place
from graders.reach import case, explained, leading
from graders.scene import Scene
from graders.silence import ROUNDS, Patience, unheard
from graders.traffic import Target, Wish
from graders.verdict import PASS, Verdict, error, fail, undecided

MOST_LINES = 6


@dataclass(frozen=True)
class Pair:
    """One cell of the table: whether ``source`` must reach ``target``."""

    source: str
    target: str
    wanted: bool

    def said(self, reaches: bool) -> str:
        """The pair in words."""
        return f"{self.source} {'reaches' if reaches else 'does not reach'} {self.target}"


@dataclass(frozen=True)
class Table:
    """One look at every pair, and at each place asking itself: the answer that says most, for each cell."""

    places: dict[str, Place]
    targets: dict[str, Target]
    cells: dict[tuple[str, str], Answer]

    def controls(self, target: str) -> list[float]:
        """The time in ms of every probe that the target answered; its own comes with it."""
        return [answer.ms for (_, to), answer in self.cells.items() if to == target and answer.ok]

    @property
    def deaf(self) -> list[str]:
        """Those that answer nobody, not even themselves."""
        return [name for name in self.places if not self.controls(name)]

    @property
    def slowest_ms(self) -> float:
        """The time of the slowest column's fastest answer."""
        return max(min(self.controls(name)) for name in self.places)


class Matrix:
    """``expected`` gives everyone that a source reaches; whoever is only named as a target reaches nobody.

    A target is reached if any of its addresses answers, to a ping or on ``port``. The control of every column is
    whoever gets an answer there, the target itself at least. If anything must not work, two rounds in a row must agree.
    """

    def __init__(self, expected: Mapping[str, set[str]], port: int = 0) -> None:
        self.names = list(dict.fromkeys([*expected, *sorted(set().union(*expected.values()))]))
        self.pairs = [Pair(a, b, b in expected.get(a, ())) for a, b in product(self.names, repeat=2) if a != b]
        self.port = port
        self.kind: Kind = "tcp" if port else "icmp"
        self.patience = Patience(self.kind)

    def look(self, scene: Scene) -> Verdict:
        """Two rounds (one, if there is nothing that must not work); the verdict of the first that finds otherwise."""
        places = {name: scene.need_place(name) for name in self.names}
        scene.see(places.values())
        targets = {name: Target("", scene.every_address(place), place) for name, place in places.items()}
        needed = 1 if all(pair.wanted for pair in self.pairs) else ROUNDS
        rounds = (self._round(scene, self._table(scene, places, targets)) for _ in range(needed))
        return next((verdict for verdict in rounds if not verdict.passed), PASS)

    def _table(self, scene: Scene, places: dict[str, Place], targets: dict[str, Target]) -> Table:
        cells: dict[tuple[str, str], list[Answer]] = {(a, b): [] for a, b in product(self.names, repeat=2)}
        questions = [(a, b, end) for a, b in cells for end in _ends(scene, places[a], targets[b])]
        answers = scene.ask(
            (places[a], self._wish(a, b).probe(places[a].view, end, self.patience.seconds)) for a, b, end in questions
        )
        for (a, b, _), answer in zip(questions, answers, strict=True):
            cells[a, b].append(answer)
        return Table(places, targets, {cell: _telling(got) for cell, got in cells.items()})

    def _round(self, scene: Scene, table: Table) -> Verdict:
        for (a, b), answer in table.cells.items():
            if answer.outcome == "broken":
                return error(f"{a} could not be asked to probe {b}", answer.detail)
        if table.deaf:
            self.patience.grow()
            name = table.deaf[0]
            return unheard(scene, table.places[name], self.port, "tcp", table.cells[name, name])
        if wrong := [pair for pair in self.pairs if table.cells[pair.source, pair.target].ok != pair.wanted]:
            self.patience.grow()
            return self._wrong(scene, table, wrong)
        if self.patience.covers(table.slowest_ms):
            return PASS
        return undecided("who reaches whom could not be told", f"a control took {table.slowest_ms:.0f} ms")

    def _wish(self, a: str, b: str) -> Wish:
        return Wish(self.kind, a, b, self.port, "address")

    def _wrong(self, scene: Scene, table: Table, wrong: list[Pair]) -> Verdict:
        first = wrong[0]
        wish, answer = self._wish(first.source, first.target), table.cells[first.source, first.target]
        expected = _lines([pair.said(pair.wanted) for pair in wrong])
        observed = _lines([pair.said(not pair.wanted) for pair in wrong])
        headline = wish.headline if first.wanted else wish.unwanted
        verdict = fail(headline, expected, observed, settled=not any(pair.wanted for pair in wrong))
        found = case(scene, wish, table.places[first.source], table.targets[first.target], answer)
        return explained(verdict, explain.why_not(found) if first.wanted else explain.why_so(found))


def _ends(scene: Scene, source: Place, target: Target) -> Iterable[str]:
    if source == target.place or target.place is None:
        return target.own_ends
    return leading(scene, source, target.place, target.addresses)


def _telling(answers: list[Answer]) -> Answer:
    """A yes before a question that could not be asked before a no."""
    ranked = sorted(answers, key=lambda answer: (not answer.ok, answer.outcome != "broken"))
    return ranked[0] if ranked else Answer("no-route", detail="it has no address")


def _lines(lines: list[str]) -> str:
    more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    return "\n".join([*lines[:MOST_LINES], *more])
