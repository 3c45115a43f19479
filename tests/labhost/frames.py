"""Frames for the tests, put together byte by byte as the standards say."""

from __future__ import annotations

import ipaddress
import struct

RED, BLUE = "02:00:00:00:00:02", "02:00:00:00:00:03"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def ethernet(body: bytes, kind: int = 0x0800, vlan: int | None = None, to: str = BLUE) -> bytes:
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    return mac(to) + mac(RED) + tag + struct.pack("!H", kind) + body


def ipv4(
    body: bytes, protocol: int, source: str = "10.0.0.2", target: str = "10.0.0.3", fragment: int = 0, ttl: int = 64
) -> bytes:
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 7, fragment, ttl, protocol, 0)
    return head + _packed(source) + _packed(target) + body


def ipv6(body: bytes, following: int, source: str = "fd00::2", target: str = "fd00::3") -> bytes:
    return struct.pack("!IHBB", 6 << 28, len(body), following, 64) + _packed(source) + _packed(target) + body


def tcp(payload: bytes = b"", flags: int = ACK, source: int = 40000, target: int = 80) -> bytes:
    return struct.pack("!HHIIBBHHH", source, target, 1000, 2000, 5 << 4, flags, 65535, 0, 0) + payload


def udp(payload: bytes, source: int = 40000, target: int = 53) -> bytes:
    return struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload


def icmp(kind: int, code: int = 0, rest: int = 0, payload: bytes = b"") -> bytes:
    return struct.pack("!BBHI", kind, code, 0, rest) + payload


def vxlan(inner: bytes, vni: int = 4097) -> bytes:
    return struct.pack("!II", 0x08000000, vni << 8) + inner


def arp(operation: int, source: str = "10.0.0.2", target: str = "10.0.0.3") -> bytes:
    head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
    return head + mac(RED) + _packed(source) + bytes(6) + _packed(target)


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed
