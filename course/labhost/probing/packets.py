"""Packets as bytes, and the kernel's small tables as text: pure functions, without a socket."""

from __future__ import annotations

import ipaddress
import socket
import struct
from dataclasses import dataclass

ETH_P_ARP = 0x0806
BROADCAST = b"\xff" * 6


@dataclass(frozen=True)
class Hop:
    """Where a packet goes next: out of ``device``, to the machine with ``address`` on that link."""

    device: str
    address: str


def echo_request(ident: int, sequence: int, payload: int, v6: bool = False) -> bytes:
    """An ICMP echo request with ``payload`` bytes of data (RFC 792, RFC 4443).

    Over IPv6 the kernel fills in the checksum.
    """
    data = bytes(payload)
    if v6:
        return struct.pack("!BBHHH", 128, 0, 0, ident, sequence) + data
    bare = struct.pack("!BBHHH", 8, 0, 0, ident, sequence) + data
    return struct.pack("!BBHHH", 8, 0, checksum(bare), ident, sequence) + data


def echo_reply(packet: bytes, ident: int, v6: bool = False) -> int | None:
    """The sequence number, if ``packet`` as read from a raw socket is a reply to ``ident``."""
    start = 0 if v6 else (packet[0] & 0x0F) * 4 if packet else 0
    if len(packet) < start + 8:
        return None
    kind, code, _, their_ident, sequence = struct.unpack_from("!BBHHH", packet, start)
    return sequence if (kind, code, their_ident) == (129 if v6 else 0, 0, ident) else None


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def arp_request(mac: bytes, source: str, target: str) -> bytes:
    """A whole Ethernet frame that asks who has ``target`` (RFC 826)."""
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + mac + socket.inet_aton(source)
    return BROADCAST + mac + struct.pack("!H", ETH_P_ARP) + body + bytes(6) + socket.inet_aton(target)


def arp_reply(frame: bytes, target: str) -> str:
    """The MAC address, if ``frame`` is a reply from ``target``; otherwise an empty text."""
    if len(frame) < 42 or frame[12:14] != struct.pack("!H", ETH_P_ARP) or frame[20:22] != b"\0\2":
        return ""
    return frame[22:28].hex(":") if frame[28:32] == socket.inet_aton(target) else ""


def next_hop(routes: str, address: str) -> Hop | None:
    """The next hop to an IPv4 ``address`` by the text of ``/proc/net/route`` (longest prefix, then metric)."""
    goal = int(ipaddress.IPv4Address(address))
    best: tuple[int, int, Hop] | None = None
    for line in routes.splitlines()[1:]:
        device, network, gateway, flags, _, _, metric, mask = line.split()[:8]
        if not int(flags, 16) & 1 or goal & _number(mask) != _number(network):
            continue
        via = str(ipaddress.IPv4Address(_number(gateway))) if _number(gateway) else address
        rank = (_number(mask), -int(metric))
        if best is None or rank > best[:2]:
            best = (*rank, Hop(device, via))
    return best[2] if best and best[2].device != "*" else None  # "*": a blackhole, unreachable or prohibit route


def unanswered(arp: str, hop: Hop) -> bool:
    """Whether ARP for ``hop`` was asked and not answered, by the text of ``/proc/net/arp``."""
    rows = [line.split() for line in arp.splitlines()[1:]]
    return any(row[0] == hop.address and row[-1] == hop.device and int(row[2], 16) == 0 for row in rows)


def _number(hexadecimal: str) -> int:
    """The kernel prints addresses in the byte order of the machine."""
    return int.from_bytes(struct.pack("=I", int(hexadecimal, 16)), "big")
