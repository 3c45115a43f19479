"""One question, put to every pair of places, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from course.errors import CourseError
from course.labhost.records import Answer, Kind

Pair = tuple[str, str]  # (who asks, who answers)
SIGNS = {"reply": "✓", "timeout": "…", "no-name": "–", "broken": "?"}
NO = "×"  # the sign of every other outcome
WITH_PORT = ("tcp", "udp", "http")
SHORT = {"icmp": "ping", "dns": "name"}
MEANINGS = {"✓": "yes", NO: "no", "…": "silence", "–": "no name", "?": "not asked"}
MAYBE = "silence (over UDP neither yes nor no)"


@dataclass(frozen=True)
class Question:
    """What is asked of a target: ``tcp:80``, ``udp:53``, ``http:8080``, ``icmp``, ``dns``."""

    kind: Kind
    port: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.port}" if self.port else self.kind

    @property
    def title(self) -> str:
        """As the head of a table: ``TCP port 80``."""
        return f"{self.kind.upper()} port {self.port}" if self.port else self.kind.upper()

    @property
    def short(self) -> str:
        """As a label: ``TCP 80``, ``ping``, ``name``."""
        return f"{self.kind.upper()} {self.port}" if self.port else SHORT.get(self.kind, self.kind.upper())


def questions(words: tuple[Any, ...], port: int) -> tuple[Question, ...]:
    """``("tcp:80", "dns")`` as questions; numbers are ports of the kind before them, ``port`` is that of one without.

    Raises CourseError for what is no question.
    """
    found: list[Question] = []
    bare = False  # whether the last one came without a port
    for word in words or ("icmp",):
        if isinstance(word, int) and found:
            kind = found.pop().kind if bare else found[-1].kind
            found.append(_question(f"{kind}:{word}", port))
        else:
            found.append(_question(word, port))
        bare = not isinstance(word, int) and ":" not in str(word)
    return tuple(dict.fromkeys(found))


def _question(word: Any, port: int) -> Question:
    kind, colon, number = str(word).partition(":")
    chosen = number if colon else str(port) if kind in WITH_PORT else "0"
    known = kind in get_args(Kind) and (kind in WITH_PORT or not colon)
    if not known or not chosen.isdecimal() or int(chosen) > 65535 or (kind in WITH_PORT and int(chosen) == 0):
        raise CourseError(f"a matrix cannot ask {word!r}", next='ask "icmp", "tcp:80", "udp:53", "http:80" or "dns"')
    return Question(kind, int(chosen))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Layer:
    """The answers to one question, by pair.

    ``expected`` says of some pairs whether the answer is to be yes. ``mistaken`` names who answered in place of the
    target, or whose address its name has: two hosts may hand out the same addresses, a name may be out of date. Such a
    pair counts as *no route*, or as *no name* if a name was asked for.
    """

    question: Question
    answers: Mapping[Pair, Answer]
    expected: Mapping[Pair, bool] = field(default_factory=dict)
    mistaken: Mapping[Pair, str] = field(default_factory=dict)

    @cached_property
    def reached(self) -> set[Pair]:
        """The pairs whose answer is yes."""
        return {pair for pair, answer in self.answers.items() if answer.ok}

    @cached_property
    def surprises(self) -> set[Pair]:
        """The pairs whose answer is not the expected one, which *not asked* never is.

        Silence over UDP is neither yes nor no: it agrees with both.
        """
        return {pair for pair, wish in self.expected.items() if pair in self.answers and not self._agrees(pair, wish)}

    def _agrees(self, pair: Pair, wish: bool) -> bool:
        answer = self.answers[pair]
        silent = self.question.kind == "udp" and answer.outcome == "timeout"
        return silent or (answer.outcome != "broken" and answer.ok == wish)

    def sign(self, pair: Pair) -> str:
        """The answer of a pair in one character: yes, no, silence, no name, not asked."""
        return NO if pair in self.mistaken else SIGNS.get(self.answers[pair].outcome, NO)

    def wish(self, pair: Pair) -> str:
        """The expected answer of a pair in one character; empty if nothing is expected."""
        return {True: "✓", False: NO}[self.expected[pair]] if pair in self.expected else ""

    def word(self, pair: Pair) -> str:
        """The answer of a pair in a word or two; no times, for those of many probes at once say little."""
        answer, kind = self.answers[pair], self.question.kind
        if pair in self.mistaken:
            return f"is {self.mistaken[pair]}"
        if answer.ok:
            return {"tcp": "open", "http": str(answer.status), "dns": ", ".join(answer.addresses)}.get(kind, "reply")
        if answer.outcome == "broken":
            return "not asked"
        if answer.outcome == "timeout" and kind == "udp":
            return "no answer"
        return "no address" if answer.outcome == "no-route" and not answer.address else answer.outcome.replace("-", " ")
