"""A small language for command lines that may run: words that are allowed, and what may follow each.

``"dev NAME; via ADDRESS?; up"`` allows ``dev`` with one name, ``via`` with or without an address, and ``up``.
Words in capitals are kinds of values (``VALUES``). What is not allowed is refused: there is no list of evils.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

VALUES = {
    "NAME": r"(?!xdp)[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,63}",
    "WORD": r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}",
    "PREFIX": r"default|any|all|[0-9a-fA-F.:]{1,45}(/[0-9.]{1,15})?",
    "ADDRESS": r"[0-9a-fA-F.:]{1,45}(/[0-9.]{1,15})?",
    "ADDRESSES": r"[A-Za-z0-9.:,/_][A-Za-z0-9.:,/_-]{0,199}",
    "BROADCAST": r"[+-]|[0-9.]{1,15}",
    "ENDPOINT": r"(?=.)[0-9a-fA-F.:*\[\]]{0,45}(/[0-9]{1,3})?(:[a-z0-9*-]{1,20})?",
    "KIND": r"veth|bridge|bridge_slave|dummy|vxlan|vlan|macvlan|ipvlan|ipip|gre|gretap|vrf|wireguard",
    "ROUTE": r"unicast|local|broadcast|blackhole|unreachable|prohibit",
    "MODULE": r"tcp|udp|icmp6?|conntrack|state|comment|multiport|addrtype|mac|limit|hashlimit|length|statistic|iprange"
    r"|mark|connmark|physdev|pkttype",
    "HOST": r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,252}(%[A-Za-z0-9_.-]{1,15})?",
    "MAC": r"[0-9a-fA-F:]{1,17}",
    "NUMBER": r"[0-9]{1,10}",
    "DECIMAL": r"[0-9]{1,6}(\.[0-9]{1,6})?",
    "MARK": r"[0-9a-fA-Fx]{1,10}(/[0-9a-fA-Fx]{1,10})?",
    "SWITCH": r"on|off|0|1",
    "LIST": r"[A-Za-z0-9_,:!/+.][A-Za-z0-9_,:!/+.-]{0,199}",
    "TEXT": r"[^-@][ -~]{0,120}|",
    "URL": r"(http://|(?![A-Za-z0-9.+-]*:/))[A-Za-z0-9_\[][A-Za-z0-9_.:@%\[\]-]*([/?][!-~]*)?",
    "NOWHERE": r"/dev/null",
    "FORMAT": r"(?!@)([ -$&-~]|%%|%\{[a-z_]+\})*",
}


class Refused(Exception):
    """The command may not run here; the text is a sentence for whoever typed it."""


@dataclass(frozen=True)
class Grammar:
    """What may stand in a command: ``words`` with what follows each, and bare values in ``places``, in order.

    The last place may repeat if its name ends in ``*``.
    """

    title: str
    words: dict[str, list[str]]
    places: list[str] = field(default_factory=list)

    def check(self, given: list[str]) -> None:
        """Raises Refused at the first word that is not allowed."""
        places, rest = list(self.places), list(given)
        while rest:
            word = rest.pop(0)
            if word in self.words:
                self._take_values(word, rest)
            elif not self._take_place(word, places):
                raise Refused(f"{self.title}: {word!r} is not allowed on this machine; {self._known()}")

    def _take_values(self, word: str, rest: list[str]) -> None:
        for kind in self.words[word]:
            optional = kind.endswith("?")
            if rest and fits(kind.rstrip("?"), rest[0]) and not (optional and rest[0] in self.words):
                rest.pop(0)
            elif not optional:
                said = repr(rest[0]) if rest else "nothing"
                raise Refused(f"{self.title}: after {word} comes one {kind.lower()}, and not {said}")

    def _take_place(self, word: str, places: list[str]) -> bool:
        if not places or not fits(places[0].rstrip("*"), word):
            return False
        if not places[0].endswith("*"):
            places.pop(0)
        return True

    def _known(self) -> str:
        known = [place.rstrip("*").lower() for place in self.places] + list(self.words)
        return f"what may follow: {' '.join(known[:40]) or 'nothing'}{' …' if len(known) > 40 else ''}"


def grammar(title: str, words: str = "", places: str = "") -> Grammar:
    """A grammar from its text form; a word may have other spellings: ``"to|match PREFIX"``."""
    known: dict[str, list[str]] = {}
    for entry in filter(None, (part.split() for part in words.split(";"))):
        known |= dict.fromkeys(entry[0].split("|"), entry[1:])
    return Grammar(title, known, places.split())


def fits(kind: str, word: str) -> bool:
    """Whether ``word`` is a value of that kind."""
    return re.fullmatch(VALUES[kind], word, re.ASCII) is not None
