"""Packets read from bytes: the headers that a journey shows, and what tells one packet from another."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass, replace

from course.labhost.tracing.marks import ICMP, ICMP6, MASK, TCP, UDP, fingerprint
from course.observe.hop import Header, Way
from course.observe.tracing import dns as tracedns

ARP, IPV4 = 0x0806, 0x0800
_VXLAN = 4789
_FLAGS = ((0x04, "RST"), (0x02, "SYN"), (0x01, "FIN"))
_ECHO, _ECHO6 = (8, 0), (128, 129)  # types of request and reply
_OTHER_WAY: dict[Way, Way] = {"there": "back", "back": "there"}
_ETHERNET = 14


@dataclass(frozen=True)
class Packet:
    """A packet at one place.

    ``seal`` stays the same on its whole way, ``wire`` is the seal of what is outermost on the wire. ``way`` is None
    for a packet that does not carry the trace's mark. ``kind`` is the type of a DNS question, ``carries`` how many
    bytes of payload there are.
    """

    header: Header
    seal: str
    wire: str
    way: Way | None
    kind: str = ""
    carries: int = 0


def read(data: bytes, mark: int, ethertype: int = IPV4, source_mac: str = "", destination_mac: str = "") -> Packet:
    """The packet in these bytes, from its network header on; what is wrapped in VXLAN is unwrapped."""
    if ethertype == ARP:
        return Packet(_arp(data, source_mac, destination_mac), "", "", None)
    packet = _ip(data, mark)
    header = packet.header
    outside = replace(header.outer or header, source_mac=source_mac, destination_mac=destination_mac)
    return replace(packet, header=replace(header, outer=outside) if header.outer else outside)


def _ip(data: bytes, mark: int) -> Packet:
    if len(data) >= 20 and data[0] >> 4 == 4:
        protocol, ttl, ends, rest = data[9], data[8], (data[12:16], data[16:20]), data[(data[0] & 15) * 4 :]
    elif len(data) >= 40 and data[0] >> 4 == 6:
        protocol, ttl, ends, rest = data[6], data[7], (data[8:24], data[24:40]), data[40:]
    else:
        return Packet(Header("ip", "", "", note="unreadable"), "", "", None)
    source, destination = (str(ipaddress.ip_address(end)) for end in ends)
    header, seal = Header("ip", source, destination, ttl=ttl), fingerprint(data)
    packet = Packet(replace(header, note=f"protocol {protocol}"), seal, seal, None)
    rest = rest.ljust(20, b"\0")
    if protocol == TCP:
        return _tcp(packet, rest, mark, _length(data) - (rest[12] >> 4) * 4)
    if protocol == UDP:
        return _udp(packet, rest, mark)
    if protocol in (ICMP, ICMP6):
        return _icmp(packet, rest, mark, protocol == ICMP6)
    return packet


def _length(data: bytes) -> int:
    """Of what the IP packet carries."""
    if data[0] >> 4 == 6:
        return int(struct.unpack_from("!H", data, 4)[0])
    return int(struct.unpack_from("!H", data, 2)[0]) - (data[0] & 15) * 4


def _ports(packet: Packet, rest: bytes, protocol: str, mark: int) -> Packet:
    source, destination = struct.unpack_from("!HH", rest)
    header = replace(packet.header, protocol=protocol, source_port=source, destination_port=destination, note="")
    return replace(packet, header=header, way=_way(source, destination, mark))


def _way(source: int, destination: int, mark: int) -> Way | None:
    return "there" if source & MASK == mark else "back" if destination & MASK == mark else None


def _tcp(packet: Packet, rest: bytes, mark: int, payload: int) -> Packet:
    flags = rest[13]
    words = [name for bit, name in _FLAGS if flags & bit]
    if words == ["SYN"] and flags & 0x10:
        words = ["SYN ACK"]
    note = " ".join(words) or (_first_line(rest[(rest[12] >> 4) * 4 :]) if payload else "ACK")
    found = _ports(packet, rest, "tcp", mark)
    return replace(found, header=replace(found.header, note=note), carries=payload)


def _first_line(data: bytes) -> str:
    line = data.split(b"\r\n")[0][:40].decode("ascii", "replace")
    return line if line.isprintable() and line else "data"


def _udp(packet: Packet, rest: bytes, mark: int) -> Packet:
    found = _ports(packet, rest, "udp", mark)
    header = found.header
    if header.destination_port == _VXLAN and len(rest) > 16 + _ETHERNET:
        return _vxlan(found, rest, mark)
    body = rest[8:]
    if len(body) >= 12 and int.from_bytes(body[:2], "big") & MASK == mark:  # a question of ours, whoever passes it on
        answer = bool(body[2] & 0x80)
        kind, note = tracedns.read(body)
        return replace(found, header=replace(header, note=note), way="back" if answer else "there", kind=kind)
    return replace(found, header=replace(header, note="datagram"), carries=len(body))


def _vxlan(outer: Packet, rest: bytes, mark: int) -> Packet:
    frame = rest[16:]
    inner = _ip(frame[_ETHERNET:], mark)
    header = replace(
        inner.header,
        source_mac=frame[6:12].hex(":"),
        destination_mac=frame[:6].hex(":"),
        outer=replace(outer.header, note="VXLAN"),
        vni=int.from_bytes(rest[12:15], "big"),
    )
    return replace(inner, header=header, wire=outer.seal)


def _icmp(packet: Packet, rest: bytes, mark: int, v6: bool) -> Packet:
    kind, code = rest[0], rest[1]
    header = replace(packet.header, protocol="icmp")
    if kind in (_ECHO6 if v6 else _ECHO):
        asks = kind == (_ECHO6 if v6 else _ECHO)[0]
        ours = int.from_bytes(rest[4:6], "big") & MASK == mark
        note = "echo request" if asks else "echo reply"
        return replace(packet, header=replace(header, note=note), way=("there" if asks else "back") if ours else None)
    about = _ip(rest[8:], mark)
    way = _OTHER_WAY.get(about.way) if about.way else None
    return replace(packet, header=replace(header, note=_complaint(kind, code, v6)), way=way)


def _complaint(kind: int, code: int, v6: bool) -> str:
    if kind == (3 if v6 else 11):
        return "time exceeded"
    if v6:
        return {1: {1: "prohibited", 3: "host unreachable", 4: "port unreachable"}.get(code, "no route")}.get(
            kind, f"ICMPv6 type {kind}"
        )
    if kind != 3:
        return f"ICMP type {kind}"
    return {0: "network unreachable", 1: "host unreachable", 3: "port unreachable", 4: "too long for the way"}.get(
        code, "prohibited" if code in (9, 10, 13) else f"unreachable (code {code})"
    )


def _arp(data: bytes, source_mac: str, destination_mac: str) -> Header:
    if len(data) < 28:
        return Header("arp", "", "", note="unreadable")
    sender, target = (str(ipaddress.ip_address(data[at : at + 4])) for at in (14, 24))
    asks = data[6:8] == b"\0\1"
    note = f"who has {target}?" if asks else f"{sender} is at {data[8:14].hex(':')}"
    return Header("arp", sender, target, note=note, source_mac=source_mac, destination_mac=destination_mac)
