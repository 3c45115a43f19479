"""The kinds of ICMP messages in words (RFC 792, RFC 4443, and the registries of IANA)."""

from __future__ import annotations

from collections.abc import Callable

Words = Callable[[int, int, int], str]

_UNREACHABLE = {
    0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
    9: "network prohibited", 10: "host prohibited", 13: "prohibited by a filter",
}  # fmt: skip
_UNREACHABLE6 = {
    0: "no route", 1: "prohibited by a filter", 3: "address unreachable", 4: "port unreachable", 6: "route rejected",
}  # fmt: skip
_ICMP = {0: "echo reply", 5: "redirect", 8: "echo request", 11: "time exceeded"}
_ICMP6 = {
    3: "time exceeded", 128: "echo request", 129: "echo reply", 130: "multicast query", 131: "multicast report",
    132: "multicast done", 133: "router solicitation", 134: "router advertisement", 137: "redirect",
    143: "multicast report",
}  # fmt: skip


def words(kind: int, code: int, rest: int) -> str:
    """``rest`` is the second half of the header."""
    if (kind, code) == (3, 4):
        return f"fragmentation needed, MTU {rest & 0xFFFF}"
    return _UNREACHABLE.get(code, f"unreachable, code {code}") if kind == 3 else _ICMP.get(kind, f"type {kind}")


def words6(kind: int, code: int, rest: int) -> str:
    """The same of ICMPv6."""
    if kind == 2:
        return f"packet too big, MTU {rest}"
    return _UNREACHABLE6.get(code, f"unreachable, code {code}") if kind == 1 else _ICMP6.get(kind, f"type {kind}")
