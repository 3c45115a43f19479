"""Which rule of a machine's firewall drops what: real packets, counted by the rule that drops them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from course.labhost.records import Probe
from graders.facts import Place
from graders.scene import Scene, is_address
from graders.silence import Cannot, Stage
from graders.traffic import Wish
from graders.verdict import PASS, Verdict, fail, undecided

FEWEST, MOST = 3, 7  # packets of a round: another number each time, so that others' packets are not taken for ours
REPEATS_AFTER = 1.0  # seconds, then a TCP connection that nobody answers is asked for again (RFC 6298)
_LINE = re.compile(r"\[(?P<packets>\d+):\d+\] (?P<text>-A (?P<chain>\S+) .*)")
_POLICY = re.compile(r":(?P<chain>\S+) DROP \[(?P<packets>\d+):\d+\]")
_DROPS = re.compile(r" -j (DROP|REJECT)\b")


@dataclass(frozen=True)
class Rule:
    """A rule, or a chain's policy, that drops; ``packets`` is how many it has counted."""

    chain: str
    text: str
    packets: int


@dataclass(frozen=True)
class Rules:
    """The chains of a machine's firewall, and everything in them that drops."""

    chains: frozenset[str]
    dropping: tuple[Rule, ...]

    def since(self, before: Rules) -> list[tuple[Rule, int]] | None:
        """Each with the packets that it counted meanwhile; None if the rules are not the same any more."""
        if [rule.text for rule in self.dropping] != [rule.text for rule in before.dropping]:
            return None
        pairs = zip(before.dropping, self.dropping, strict=True)
        return [(new, new.packets - old.packets) for old, new in pairs]


class Dropped(Cannot):
    """What ``wish`` sends is dropped by a rule of the chain, on one machine.

    As every "cannot", and more: each round sends a number of packets of its own choice, and the dropping rules of the
    chain must have counted just that many, in both rounds.
    """

    def __init__(self, wish: Wish, chain: str, control: str = "", on: str = "") -> None:
        super().__init__(wish, control)
        self.chain = chain
        self.on = on
        self.times = FEWEST

    def look(self, scene: Scene) -> Verdict:
        """Two rounds, after a look whether there is such a chain."""
        stage = self._stage(scene)
        host = self._machine(scene, stage)
        rules = counted(scene, host)
        if self.chain not in rules.chains:
            return no_chain(self.chain, host, sorted({rule.chain for rule in rules.dropping}))
        numbers = random.sample(range(FEWEST, MOST + 1), 2)
        rounds = (self._counted(scene, stage, host, times) for times in numbers)
        return next((verdict for verdict in rounds if not verdict.passed), PASS)

    def _machine(self, scene: Scene, stage: Stage) -> str:
        """Where the rules are: as told, or at the target, or at the source if the target is no machine of the lab."""
        return self.on or (stage.target.place or stage.source).host

    def _counted(self, scene: Scene, stage: Stage, host: str, times: int) -> Verdict:
        self.times = times
        before = counted(scene, host)
        verdict = self._round(scene, stage)
        moved = counted(scene, host).since(before)
        if not verdict.passed:
            return verdict
        if moved is None:
            return undecided(f"whether {self.chain} drops it could not be told", "the rules were changed meanwhile")
        ways = len([end for end in stage.target.all_ends if is_address(end)])
        most = times * ways * (1 if self.patience.seconds < REPEATS_AFTER else 3)
        return attributed(self.wish, self.chain, host, moved, times, most)

    def _questions(self, wish: Wish, source: Place, ends: list[str]) -> list[tuple[Place, Probe]]:
        """By address and several times, where it must be dropped: a name might lead nowhere."""
        if wish is not self.wish:
            return super()._questions(wish, source, ends)
        return super()._questions(wish, source, [end for end in ends if is_address(end)]) * self.times


def counted(scene: Scene, host: str) -> Rules:
    """The machine's rules with their counters, now."""
    return parse(scene.run(Place(host, host), "iptables-save", "-c").stdout)


def parse(text: str) -> Rules:
    """From what ``iptables-save -c`` says."""
    chains, dropping = set(), []
    for line in text.splitlines():
        if line.startswith(":"):
            chains.add(line[1:].split()[0])
        if found := _POLICY.match(line):
            dropping.append(Rule(found["chain"], f"-P {found['chain']} DROP", int(found["packets"])))
        elif (found := _LINE.match(line)) and _DROPS.search(line):
            dropping.append(Rule(found["chain"], found["text"], int(found["packets"])))
    return Rules(frozenset(chains), tuple(dropping))


def attributed(wish: Wish, chain: str, host: str, moved: Sequence[tuple[Rule, int]], times: int, most: int) -> Verdict:
    """Whether the chain's rules counted what was sent: ``times`` packets for each way, ``most`` in all. Pure."""
    mine = sum(packets for rule, packets in moved if rule.chain == chain)
    if _fits(mine, times, most):
        return PASS
    if mine > times:
        observed = f"its rules counted {mine} packets where {times} were sent"
        return undecided(f"whether {chain} drops what {wish.source} sends could not be told", observed)
    took = [rule.text for rule, packets in moved if _fits(packets, times, most)]
    has = any(rule.chain == chain for rule, _ in moved)
    return fail(
        f"{chain} of {host} does not drop what {wish.source} sends to {wish}",
        f"a rule of {chain} that counts the packets and drops them",
        f"its rules counted {mine} of {times} packets" if has else "no rule of it drops anything",
        f"they were dropped by {' and '.join(took)}" if took else "they do not arrive, and no rule dropped them",
        f"%%on {host}\niptables -vnL {chain}",
    )


def no_chain(chain: str, host: str, dropping: Sequence[str]) -> Verdict:
    """The firewall has no such chain."""
    observed = f"what drops there is in {', '.join(dropping)}" if dropping else "nothing drops anything there"
    next = f"%%on {host}\niptables -S"
    return fail(f"{host} has no chain {chain}", f"a chain {chain} in its firewall", observed, "", next)


def _fits(packets: int, times: int, most: int) -> bool:
    return 0 < packets <= most and packets % times == 0
