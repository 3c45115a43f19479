"""DNS messages read from bytes (RFC 1035): what they ask, and which addresses they give."""

from __future__ import annotations

import ipaddress
import struct

_KINDS = {1: "A", 28: "AAAA", 12: "PTR", 15: "MX", 16: "TXT", 33: "SRV", 255: "ANY"}
_NO = {1: "malformed", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}
_HEADER = 12


def read(message: bytes) -> tuple[str, str]:
    """The kind of the question (``A``), and what the message says: ``A? db``, ``db is 10.0.0.2``, ``db: NXDOMAIN``."""
    try:
        name, end = _name(message, _HEADER)
        number = struct.unpack_from("!H", message, end)[0]
        kind = _KINDS.get(number, f"type {number}")
        if not message[2] & 0x80:
            return kind, f"{kind}? {name}"
        addresses = _addresses(message, end + 4)
    except (IndexError, struct.error, ValueError):
        return "", "a DNS message"
    return (
        kind,
        f"{name} is {', '.join(addresses)}" if addresses else f"{name}: {_NO.get(message[3] & 15, 'no address')}",
    )


def _addresses(message: bytes, at: int) -> list[str]:
    found = []
    for _ in range(struct.unpack_from("!H", message, 6)[0]):
        at = _name(message, at)[1]
        kind, length = struct.unpack_from("!H6xH", message, at)
        value = message[at + 10 : at + 10 + length]
        if (kind, length) in ((1, 4), (28, 16)):
            found.append(str(ipaddress.ip_address(value)))
        at += 10 + length
    return found


def _name(message: bytes, at: int) -> tuple[str, int]:
    """The name there, and where what follows it begins; a name may go on elsewhere in the message."""
    labels: list[str] = []
    end = 0
    while (length := message[at]) and len(labels) < 128:
        if length >= 0xC0:
            end = end or at + 2
            at = (length & 0x3F) << 8 | message[at + 1]
            labels.append("")  # counts, so that a loop of pointers ends
            continue
        labels.append(message[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(filter(None, labels)), end or at + 1
