"""What TCP and UDP carry, in words: DNS (RFC 1035), the first line of HTTP (RFC 9112), DHCP (RFC 2131).

Each function gives the name of the application and what is said; both empty where nothing is said. None raises.
"""

from __future__ import annotations

import re
import socket
import struct

Said = tuple[str, str]
DNS_PORTS = {53, 5353}
_REQUEST = re.compile(rb"([A-Z]{3,10}) (\S{1,2000}) HTTP/1\.[01]\r?$")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([\x20-\x7e]*))?\r?$")
_TYPES = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 255: "ANY"}
_RCODES = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
_DHCP = {1: "discover", 2: "offer", 3: "request", 4: "decline", 5: "ack", 6: "nak", 7: "release", 8: "inform"}
_MAGIC = b"\x63\x82\x53\x63"


def over_tcp(payload: bytes, names: bool = False) -> Said:
    """``names``: whether one of the ports is a name server's."""
    if not payload:
        return "", ""
    line = payload[:4096].partition(b"\n")[0]
    if asked := _REQUEST.match(line):
        return "http", f"HTTP {_text(asked[1])} {_text(asked[2])}"
    if told := _STATUS.match(line):
        return "http", f"HTTP {_text(told[1])} {_text(told[2] or b'')}".rstrip()
    if names and (said := _dns(payload[2:])):
        return "dns", said
    return "", _bytes(payload)


def over_udp(payload: bytes, ports: set[int]) -> Said:
    """``ports`` are both of them; they say what to look for."""
    if ports & DNS_PORTS and (said := _dns(payload)):
        return "dns", said
    if ports & {67, 68} and payload[236:240] == _MAGIC and (kind := _dhcp(payload[240:])):
        return "dhcp", f"DHCP {kind}"
    return "", _bytes(payload)


def _bytes(payload: bytes) -> str:
    return "1 byte" if len(payload) == 1 else f"{len(payload)} bytes"


def _text(raw: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in raw)


def _dns(data: bytes) -> str:
    """A question or an answer; empty if it is not one that can be read."""
    try:
        _, flags, questions, answers = struct.unpack_from("!HHHH4x", data)
        if questions != 1:
            return ""
        name, at = _name(data, 12)
        kind = _kind(struct.unpack_from("!HH", data, at)[0])
        if not flags & 0x8000:
            return f"{kind}? {name}"
        if flags & 15:
            return f"{_RCODES.get(flags & 15, f'error {flags & 15}')} {name}"
        return _answered(name, kind, _records(data, at + 4, answers))
    except (struct.error, ValueError):
        return ""


def _answered(name: str, kind: str, found: list[str]) -> str:
    if not found:
        return f"{name} has no {kind}"
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return f"{name} is {', '.join(found[:3])}{more}"


def _records(data: bytes, at: int, count: int) -> list[str]:
    """The addresses of an answer, or, if it has none, the names."""
    addresses, names = list[str](), list[str]()
    for _ in range(count):
        _, at = _name(data, at)
        kind, _, _, length = struct.unpack_from("!HHIH", data, at)
        at += 10
        raw = data[at : at + length]
        if kind in (1, 28):
            addresses.append(socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, raw))
        elif kind in (2, 5, 12):
            names.append(_name(data, at)[0])
        at += length
    return addresses or names


def _kind(number: int) -> str:
    return _TYPES.get(number, f"type {number}")


def _name(data: bytes, at: int) -> tuple[str, int]:
    """The name at this place, and the place after it. Raises ValueError, also for names that point in circles."""
    labels, after = list[str](), 0
    for _ in range(128):
        (length,) = struct.unpack_from("!B", data, at)
        if length >= 0xC0:  # the rest stands elsewhere
            after = after or at + 2
            at = struct.unpack_from("!H", data, at)[0] & 0x3FFF
        elif length > 63:
            raise ValueError("no such label")
        elif length == 0:
            return ".".join(labels) or ".", after or at + 1
        else:
            (raw,) = struct.unpack_from(f"!{length}s", data, at + 1)
            labels.append(_text(raw))
            at += 1 + length
    raise ValueError("a name without an end")


def _dhcp(options: bytes) -> str:
    """The kind of message, from the options (RFC 2132)."""
    at = 0
    while at + 2 < len(options) and options[at] != 255:
        if options[at] == 53:
            return _DHCP.get(options[at + 2], "")
        at += 1 if options[at] == 0 else 2 + options[at + 1]
    return ""
