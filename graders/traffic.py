"""Traffic as a sentence asks for it: which probes to send, and what the answers mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from course.labhost.records import Answer, Kind, Probe
from graders.facts import Place
from graders.verdict import PASS, Verdict, error, fail

By = Literal["name", "address"]
ASTRAY = "astray"  # the label of a failure whose cause is not known yet: the name led to somebody else
NOWHERE = Answer("no-route", detail="it has no address that leads to it from there")


@dataclass(frozen=True)
class Words:
    """How one kind of traffic is spoken of: ``source cannot target``, ``source does target``."""

    cannot: str
    does: str
    what: str


WORDS = {
    "icmp": Words("cannot ping", "can ping", "an answer to a ping"),
    "tcp": Words("cannot reach", "reaches", "a TCP connection"),
    "udp": Words("gets no answer from", "gets an answer from", "an answer over UDP"),
    "http": Words("cannot fetch", "can fetch", "a page"),
    "dns": Words("cannot resolve", "resolves", "an address for the name"),
}


@dataclass(frozen=True)
class Wish:
    """``source`` wants something of ``target``, a name or an address; for HTTP the target is a URL.

    ``by="address"`` does without names: any address of the target will do.
    ``status``, ``body`` and ``matches`` are what an HTTP answer must have: a part of the page, and a regular
    expression for some part of it.
    """

    kind: Kind
    source: str
    target: str
    port: int = 0
    by: By = "name"
    status: int = 200
    body: str = ""
    matches: str = ""

    @property
    def end(self) -> str:
        """The name or address at the other end, without port and path."""
        return urlsplit(self.target).netloc.partition(":")[0] if self.kind == "http" else self.target

    @property
    def at(self) -> int:
        """The port at the other end, 0 if there is none."""
        return urlsplit(self.target).port or 80 if self.kind == "http" else self.port

    def __str__(self) -> str:
        return f"{self.target}:{self.port}" if self.port else self.target

    @property
    def headline(self) -> str:
        """The failure of a wish that should have come true."""
        return f"{self.source} {WORDS[self.kind].cannot} {self}"

    @property
    def unwanted(self) -> str:
        """The failure of a wish that should not have come true."""
        return f"{self.source} {WORDS[self.kind].does} {self}"

    def probe(self, view: str, end: str, timeout: float) -> Probe:
        """The question, asked from ``view`` about ``end`` (a name or an address) in place of the target."""
        if self.kind == "http":
            end = urlsplit(self.target)._replace(netloc=f"{end}:{self.at}").geturl()
        return Probe(self.kind, view, end, self.port, timeout)


@dataclass(frozen=True)
class Target:
    """The other end of a wish: the name to ask for, the addresses it has, and whose they are if that is known."""

    name: str
    addresses: tuple[str, ...]
    place: Place | None = None

    def ends(self, by: By) -> list[str]:
        """What to ask for when the wish is to come true."""
        return [self.name] if by == "name" and self.name else list(self.addresses)

    @property
    def own_ends(self) -> list[str]:
        """What the target asks for to reach itself."""
        return [*self.addresses, "127.0.0.1"]

    @property
    def all_ends(self) -> list[str]:
        """What to ask for when it must not: the name and every address."""
        return list(dict.fromkeys([*([self.name] if self.name else []), *self.addresses]))


def fulfilled(wish: Wish, answers: Iterable[Answer], within: float) -> Verdict:
    """Whether one of the answers is what was wished for; without any address to ask for there is no answer."""
    got = list(answers) or [NOWHERE]
    if any(_satisfies(wish, answer) for answer in got):
        return PASS
    best = next((answer for answer in got if answer.ok), got[0])
    if best.outcome == "broken":
        return error(f"{wish.source} could not be asked to probe {wish}", best.detail)
    if not best.ok:
        expected = f"{WORDS[wish.kind].what} within {within:g} s"
        return fail(wish.headline, expected, best.detail or best.outcome, settled=False)
    return _wrong_page(wish, best)


def astray(wish: Wish, target: Target, answer: Answer) -> Verdict:
    """Whoever answered to the name must be the container that is meant."""
    meant = wish.by == "address" or target.place is None or target.place.container is None
    if meant or answer.address in target.addresses:
        return PASS
    verdict = fail(
        f'"{target.name}" leads {wish.source} astray',
        f"{' or '.join(target.addresses)}, which {target.name} has",
        f"{answer.address} answered",
        f"a line in /etc/hosts of {wish.source}, or another container with that name",
        f"!docker exec {wish.source} cat /etc/hosts",
        settled=False,
    )
    return replace(verdict, why=ASTRAY)


def control_failed(wish: Wish, control: Wish, answer: Answer) -> Verdict:
    """A "cannot" proves nothing while the same probe fails where it should work."""
    if answer.outcome == "broken":
        return error(f"{control.source} could not be asked to probe {wish}", answer.detail)
    expected = f"{WORDS[wish.kind].what}, while {wish.source} has none"
    return fail(control.headline, expected, answer.detail, settled=False)


def intruded(wish: Wish, answer: Answer) -> Verdict:
    """What must not work did work."""
    return fail(wish.unwanted, f"no way to {wish.end}, by name or by address", answer.detail)


def protocol(kind: Kind) -> str:
    """The transport that a kind of traffic uses to a port."""
    return "udp" if kind == "udp" else "tcp"


def as_control(wish: Wish, source: str) -> Wish:
    """The same question from elsewhere."""
    return replace(wish, source=source)


def _satisfies(wish: Wish, answer: Answer) -> bool:
    if wish.kind != "http" or not answer.ok:
        return answer.ok
    return answer.status == wish.status and wish.body in answer.body and bool(re.search(wish.matches, answer.body))


def _wrong_page(wish: Wish, answer: Answer) -> Verdict:
    if answer.status != wish.status:
        headline = f"{wish.target} answers {wish.source} with status {answer.status}"
        return fail(headline, f"status {wish.status}", f"status {answer.status}", settled=False)
    first = next(iter(answer.body.splitlines()), "an empty page")
    because = "the address is right, and someone else answers there, or an older page does"
    headline = f"{wish.target} shows {wish.source} another page"
    wanted = f'"{wish.body}"' if wish.body not in answer.body else f"something like {wish.matches}"
    return fail(headline, f"a page with {wanted}", f'a page that begins "{first[:60]}"', because, settled=False)
