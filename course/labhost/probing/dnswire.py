"""Questions to name servers as bytes (RFC 1035, RFC 3596): pure functions.

dnspython reads every kind of record, in a quarter of a millisecond; of the hundreds of answers that a matrix asks for,
the addresses alone are wanted.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

A, AAAA = 1, 28
_FAMILIES = {(A, 4): socket.AF_INET, (AAAA, 16): socket.AF_INET6}
_IN = 1
_RECURSION_DESIRED = 0x0100
_POINTER = 0xC0


@dataclass(frozen=True)
class Reply:
    """What a name server said: its code (0 is fine, 3 is NXDOMAIN) and the addresses, of one family."""

    code: int
    addresses: list[str]


def question(ident: int, name: bytes, kind: int) -> bytes:
    """A question for the records of one kind; ``name`` is in wire form."""
    return struct.pack("!6H", ident, _RECURSION_DESIRED, 1, 0, 0, 0) + name + struct.pack("!2H", kind, _IN)


def reply(packet: bytes, asked: bytes) -> Reply | None:
    """The reply in ``packet`` if it answers the question ``asked``, else nothing. Raises ValueError if it is broken."""
    if len(packet) < 12 or packet[:2] != asked[:2] or not packet[2] & 0x80:
        return None
    _, flags, questions, answers = struct.unpack_from("!4H", packet)
    if questions and packet[12 : len(asked)].lower() != asked[12:].lower():
        return None
    try:
        return Reply(flags & 0x0F, _addresses(packet, len(asked) if questions else 12, answers))
    except (IndexError, struct.error) as error:
        raise ValueError("the name server sent a broken reply") from error


def _addresses(packet: bytes, at: int, count: int) -> list[str]:
    """The addresses among ``count`` records, the first of which is ``at`` that place."""
    found = []
    for _ in range(count):
        at = _after_name(packet, at)
        kind, group, _, length = struct.unpack_from("!2HIH", packet, at)
        at += 10
        data = packet[at : at + length]
        if len(data) < length:
            raise IndexError
        if group == _IN and (kind, length) in _FAMILIES:
            found.append(socket.inet_ntop(_FAMILIES[kind, length], data))
        at += length
    return found


def _after_name(packet: bytes, at: int) -> int:
    while length := packet[at]:
        if length >= _POINTER:
            return at + 2
        at += 1 + length
    return at + 1
