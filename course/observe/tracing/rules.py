"""Firewall rules in words: ``-A DOCKER-USER -i eth0 -j DROP`` is DROP for everything that comes in by eth0."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

TRANSLATES = ("DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP")
_TARGET = re.compile(r" (?:-j|-g) (\S+)")
# What is true of a packet that an option of iptables matches: the verb, and the rest.
_OPTIONS = {
    "-i": ("comes", "in by {}"),
    "-o": ("goes", "out by {}"),
    "-s": ("comes", "from {}"),
    "-d": ("goes", "to {}"),
    "-p": ("is", "{}"),
    "--dport": ("goes", "to port {}"),
    "--sport": ("comes", "from port {}"),
    "--dports": ("goes", "to one of the ports {}"),
    "--sports": ("comes", "from one of the ports {}"),
    "--ctstate": ("belongs", "to a connection that is {}"),
    "--ctorigdstport": ("was", "sent to port {} at first"),
    "--ctorigdst": ("was", "sent to {} at first"),
    "--ctdir": ("goes", "in the direction {}"),
    "--dst-type": ("goes", "to an address that is {}"),
    "--src-type": ("comes", "from an address that is {}"),
    "--icmp-type": ("is", "an ICMP message of type {}"),
    "--mac-source": ("comes", "from {}"),
    "--length": ("is", "{} bytes long"),
    "--probability": ("is", "chosen by chance ({})"),
}
_NEGATED = {
    "comes": "does not come",
    "goes": "does not go",
    "is": "is not",
    "belongs": "does not belong",
    "was": "was not",
}


def target(rule: str) -> str:
    """What the rule says to do (``DROP``); empty if it only counts."""
    found = _TARGET.search(rule)
    return found[1] if found else ""


def meaning(rule: str, named: Callable[[str], str] = str) -> str:
    """The rule, as ``iptables -S`` writes it, in words; ``named`` says how a reader knows an interface."""
    words = rule.split()
    if words[:1] == ["-P"]:
        return f"{words[2]} for everything that no rule of {words[1]} decided"
    conditions = list(_conditions(words, named))
    what = f"everything that {' and '.join(conditions)}" if conditions else "everything"
    return f"{target(rule) or 'only counted'} for {what}"


def _conditions(words: list[str], named: Callable[[str], str]) -> Iterator[str]:
    for before, word, value in zip(["", *words], words, [*words[1:], ""], strict=False):
        if word in ("-j", "-g"):
            return
        if word in _OPTIONS:
            verb, rest = _OPTIONS[word]
            yield f"{_NEGATED[verb] if before == '!' else verb} {rest.format(_value(word, value, named))}"


def _value(option: str, value: str, named: Callable[[str], str]) -> str:
    if option in ("-i", "-o"):
        return named(value)
    if value == "LOCAL":
        return "this machine's own"
    if option == "-p":
        return value.upper()
    return value.lower().replace(",", " or ") if option == "--ctstate" else value.removesuffix("/32")
