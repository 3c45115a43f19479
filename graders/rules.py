"""What a machine's firewall does with a packet, told from its rules. Pure: lines of ``iptables-save`` in, fate out.

A rule that names what is not known of the packet is passed over: the answer is what surely happens.
Sources: iptables(8), iptables-extensions(8).
"""

from __future__ import annotations

import ipaddress
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

Hook = Literal["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
TABLES = ("raw", "mangle", "filter")  # in the order in which a packet meets them
ENDS = ("ACCEPT", "DROP", "REJECT", "RETURN", "MASQUERADE", "SNAT", "DNAT")


@dataclass(frozen=True)
class Packet:
    """As a firewall sees it. ``came`` and ``goes`` are interfaces; ``port`` is the destination's, 0 if not known.

    ``state`` is conntrack's word; ``asked`` and ``asked_port`` are where the question was sent before it was
    translated. ``length`` is in bytes.
    """

    protocol: str
    source: str
    destination: str
    port: int = 0
    came: str = ""
    goes: str = ""
    state: str = "NEW"
    asked: str = ""
    asked_port: int = 0
    length: int = 60
    local: bool = False


@dataclass(frozen=True)
class Fate:
    """What became of it: the last verdict, the rule or policy that said so, and its chain.

    ``sometimes`` is a rule, passed on the way, that drops some packets by chance.
    """

    verdict: str = "ACCEPT"
    rule: str = ""
    chain: str = ""
    sometimes: str = ""

    @property
    def stopped(self) -> bool:
        """Whether the packet goes no further."""
        return self.verdict in ("DROP", "REJECT")


@dataclass(frozen=True)
class Rule:
    """One line: its conditions as (option, negated, value), and what happens to a packet that meets them all."""

    text: str
    chain: str
    target: str = ""
    conditions: tuple[tuple[str, bool, str], ...] = ()

    def matches(self, packet: Packet) -> bool | None:
        """Whether the packet meets all conditions; None if that cannot be told."""
        told = [_told(packet, *condition) for condition in self.conditions]
        return False if False in told else None if None in told else True

    @property
    def by_chance(self) -> bool:
        """Whether it takes some packets and lets others pass."""
        return any(option in ("--probability", "--every") for option, _, _ in self.conditions)


@dataclass(frozen=True)
class Table:
    """The chains of one table, with the policies of those that are built in."""

    chains: Mapping[str, Sequence[Rule]] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)

    def fate(self, chain: str, packet: Packet) -> Fate:
        """Where the packet ends in this table, entering at a built-in chain."""
        found = self._walk(chain, packet, [])
        policy = self.policies.get(chain, "ACCEPT")
        fate = found[0] or Fate(policy, f"-P {chain} {policy}" if policy == "DROP" else "", chain)
        return Fate(fate.verdict, fate.rule, fate.chain, found[1])

    def _walk(self, chain: str, packet: Packet, above: list[str]) -> tuple[Fate | None, str]:
        """The fate, if the chain decides it, and a rule that drops by chance, if one was passed."""
        sometimes = ""
        for rule in self.chains.get(chain, ()) if chain not in above else ():
            if rule.by_chance and rule.target == "DROP" and rule.matches(packet) is not False:
                sometimes = sometimes or rule.text
            elif rule.matches(packet):
                if rule.target == "RETURN":
                    break
                if rule.target in ENDS:
                    return Fate(rule.target, rule.text, chain), sometimes
                if rule.target in self.chains:
                    fate, chance = self._walk(rule.target, packet, [*above, chain])
                    sometimes = sometimes or chance
                    if fate:
                        return fate, sometimes
        return None, sometimes


def fate(rules: Mapping[str, Sequence[str]], hook: Hook, packet: Packet) -> Fate:
    """What the tables that filter do with the packet at this hook; the first that stops it."""
    sometimes = ""
    for name in TABLES:
        found = read(tuple(rules.get(name, ()))).fate(hook, packet)
        sometimes = sometimes or found.sometimes
        if found.stopped:
            return Fate(found.verdict, found.rule, found.chain, sometimes)
    return Fate(sometimes=sometimes)


def translation(rules: Mapping[str, Sequence[str]], hook: Hook, packet: Packet) -> Rule | None:
    """The rule of the nat table that rewrites the packet at this hook, if there is one."""
    table = read(tuple(rules.get("nat", ())))
    found = table.fate(hook, packet)
    if found.verdict not in ("DNAT", "SNAT", "MASQUERADE"):
        return None
    return next(rule for rule in table.chains[found.chain] if rule.text == found.rule)


@cache
def read(lines: tuple[str, ...]) -> Table:
    """A table from its lines."""
    chains: dict[str, list[Rule]] = {}
    policies: dict[str, str] = {}
    for line in lines:
        words = shlex.split(line)
        if line.startswith(":"):
            chains.setdefault(words[0][1:], [])
            policies[words[0][1:]] = words[1] if len(words) > 1 else "-"
        elif words[0] == "-A":
            chains.setdefault(words[1], []).append(_rule(line, words))
    return Table(chains, {chain: policy for chain, policy in policies.items() if policy != "-"})


def _rule(line: str, words: list[str]) -> Rule:
    conditions, target, negated, n = [], "", False, 2
    while n < len(words):
        word, value = words[n], words[n + 1] if n + 1 < len(words) else ""
        takes = bool(value) and not value.startswith("-") and value != "!"
        if word == "!":
            negated, n = True, n + 1
            continue
        if word in ("-j", "-g"):
            target = value
            conditions += [("to", False, " ".join(words[n + 2 :]))]
            break
        conditions.append((word, negated, value if takes else ""))
        negated, n = False, n + (2 if takes else 1)
    return Rule(line, words[1], target, tuple(conditions))


# --- conditions ---------------------------------------------------------------------------------------


def _told(packet: Packet, option: str, negated: bool, value: str) -> bool | None:
    try:
        found = TESTS[option](packet, value) if option in TESTS else None
    except ValueError:  # not written as iptables-save writes it
        found = None
    return None if found is None else found != negated


def _interface(name: str, wanted: str) -> bool | None:
    if not name:
        return False
    return name.startswith(wanted[:-1]) if wanted.endswith("+") else name == wanted


def _within(address: str, wanted: str) -> bool | None:
    if not address:
        return None
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(one, strict=False) for one in wanted.split(","))


def _number(number: int, wanted: str) -> bool | None:
    return None if not number else any(low <= number <= high for low, high in _ranges(wanted))


def _ranges(text: str) -> Iterator[tuple[int, int]]:
    for part in text.split(","):
        low, colon, high = part.partition(":")
        yield int(low or 0), int(high or 65535) if colon else int(low)


def _protocol(packet: Packet, wanted: str) -> bool:
    return wanted in ("all", "0", packet.protocol)


def _first(packet: Packet, _: str) -> bool | None:
    return packet.state == "NEW"


def _ping(packet: Packet, wanted: str) -> bool | None:
    kind = "8" if packet.state == "NEW" else "0"
    return wanted in (kind, "any", {"8": "echo-request", "0": "echo-reply"}[kind])


TESTS: dict[str, Callable[[Packet, str], bool | None]] = {
    "to": lambda packet, value: True,
    "-m": lambda packet, value: True,
    "--comment": lambda packet, value: True,
    "--mode": lambda packet, value: True,
    "--probability": lambda packet, value: True,
    "--every": lambda packet, value: True,
    "--packet": lambda packet, value: True,
    "-p": _protocol,
    "-i": lambda packet, value: _interface(packet.came, value),
    "-o": lambda packet, value: _interface(packet.goes, value),
    "-s": lambda packet, value: _within(packet.source, value),
    "-d": lambda packet, value: _within(packet.destination, value),
    "--dport": lambda packet, value: _number(packet.port, value),
    "--dports": lambda packet, value: _number(packet.port, value),
    "--state": lambda packet, value: packet.state in value.split(","),
    "--ctstate": lambda packet, value: (
        packet.state in value.split(",")
        or (bool(packet.asked and packet.asked != packet.destination) and "DNAT" in value.split(","))
    ),
    "--ctdir": lambda packet, value: (value == "ORIGINAL") == (packet.state == "NEW"),
    "--ctorigdstport": lambda packet, value: _number(packet.asked_port, value),
    "--ctorigdst": lambda packet, value: _within(packet.asked, value),
    "--length": lambda packet, value: _number(packet.length, value),
    "--icmp-type": _ping,
    "--syn": _first,
    "--dst-type": lambda packet, value: packet.local if value == "LOCAL" else None,
}
