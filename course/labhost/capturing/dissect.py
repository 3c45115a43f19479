"""What a frame says: its headers, from the bytes that were on the wire. Pure functions that never raise.

Ethernet (IEEE 802.3, tags of 802.1Q), ARP (RFC 826), IPv4 and IPv6 (RFC 791, 8200), TCP, UDP and ICMP (RFC 9293, 768,
792, 4443), VXLAN (RFC 7348), IP in IP (RFC 2003). What TCP and UDP carry, `payloads` reads.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from course.labhost.capturing import icmp, payloads

CUT = "cut short"  # the words of what ends before its headers do
VXLAN_PORTS = (4789, 8472)  # the registered one, which Swarm uses, and the older one of the Linux kernel
_TAGS = (0x8100, 0x88A8)
_FLAGS = ("FIN", "SYN", "RST", "PSH", "ACK")
_EXTENSIONS = (0, 43, 60)  # IPv6: hop-by-hop options, routing, destination options
_DEEPEST = 4  # packets in packets; whoever sends more wants to see this program fail


@dataclass(frozen=True)
class Dissection:
    """One frame or packet, read.

    ``protocol`` is ethernet, arp, ip, tcp, udp, icmp, esp or igmp: the innermost header that could be read, of the
    outer packet where one packet carries another. ``source`` and ``destination`` are IP addresses, or MAC addresses
    where there is no IP. ``words`` say what it says, in the field's own words: ``SYN``, ``HTTP GET /``, ``A? db``,
    ``echo request``, ``who has 10.0.0.3?``. ``application`` is dns, http, dhcp or vxlan where it is one.
    ``ident`` and ``sequence`` are those of an ICMP echo; of TCP ``sequence`` and ``acknowledged``. ``packet_id`` is the
    identification of IPv4. ``vlan`` and ``vni`` are -1 where there is none. ``payload`` is what UDP, TCP or ICMP carry.
    ``depth`` is how many packets it lies in.
    ``inner`` is the packet carried inside (VXLAN, IP in IP), ``quoted`` the one that an ICMP error is about.
    """

    protocol: str
    source: str = ""
    destination: str = ""
    source_port: int = 0
    destination_port: int = 0
    words: str = ""
    application: str = ""
    source_mac: str = ""
    destination_mac: str = ""
    ttl: int = 0
    packet_id: int = 0
    flags: tuple[str, ...] = ()
    ident: int = 0
    sequence: int = 0
    acknowledged: int = 0
    vlan: int = -1
    vni: int = -1
    payload: bytes = b""
    depth: int = 0
    inner: Dissection | None = None
    quoted: Dissection | None = None

    def __str__(self) -> str:
        return f"{self.source} → {self.destination} {self.protocol.upper()} {self.words}"

    @property
    def innermost(self) -> Dissection:
        """The packet at the bottom of all wrappings; itself if it carries none."""
        return self.inner.innermost if self.inner else self


def frame(data: bytes, depth: int = 0) -> Dissection:
    """An Ethernet frame, from its destination address on; ``depth`` is how many packets it was taken out of."""
    if len(data) < 14:
        return Dissection("ethernet", words=CUT)
    there, back = data[:6].hex(":"), data[6:12].hex(":")
    kind, start, vlan = _after_tags(data)
    seen = Dissection("ethernet", back, there, source_mac=back, destination_mac=there, vlan=vlan, depth=depth)
    if kind in (0x0800, 0x86DD):
        return replace(packet(data[start:], depth), source_mac=back, destination_mac=there, vlan=vlan)
    if kind == 0x0806:
        return _read(_arp, seen, data[start:])
    if 0 <= kind < 0x0600:  # a length, not a type: IEEE 802.3
        return replace(seen, words="spanning tree" if there == "01:80:c2:00:00:00" else "802.3 frame")
    return replace(seen, words=CUT if kind < 0 else f"ethertype 0x{kind:04x}")


def packet(data: bytes, depth: int = 0) -> Dissection:
    """An IPv4 or IPv6 packet, from its first byte on; ``depth`` is how many packets it was taken out of."""
    if depth > _DEEPEST:
        return Dissection("ip", words="wrapped too deeply", depth=depth)
    version = data[0] >> 4 if data else 0
    reader = {4: _ipv4, 6: _ipv6}.get(version)
    if reader is None:
        return Dissection("ip", words=f"IP version {version}" if data else CUT, depth=depth)
    return _read(reader, Dissection("ip", depth=depth), data)


_Reader = Callable[[Dissection, bytes], Dissection]


def _read(reader: _Reader, seen: Dissection, data: bytes) -> Dissection:
    """What the reader adds to what was seen; if the data ends too early, that."""
    try:
        return reader(seen, data)
    except struct.error:
        return replace(seen, words=CUT)


def _after_tags(data: bytes) -> tuple[int, int, int]:
    """The type of what the frame carries (-1 if that is cut off), where it starts, and the innermost VLAN."""
    start, vlan = 12, -1
    while len(data) >= start + 4 and int.from_bytes(data[start : start + 2], "big") in _TAGS:
        vlan = int.from_bytes(data[start + 2 : start + 4], "big") & 0x0FFF
        start += 4
    kind = int.from_bytes(data[start : start + 2], "big") if len(data) >= start + 2 else -1
    return kind, start + 2, vlan


def _arp(seen: Dissection, data: bytes) -> Dissection:
    hardware, protocol, _, _, operation = struct.unpack_from("!HHBBH", data)
    seen = replace(seen, protocol="arp")
    if (hardware, protocol) != (1, 0x0800):
        return replace(seen, words="ARP of another kind")
    mac, source, _, target = struct.unpack_from("!6s4s6s4s", data, 8)
    here, there = socket.inet_ntoa(source), socket.inet_ntoa(target)
    asks = operation == 1 and here != there
    words = f"who has {there}?" if asks else f"{here} is at {mac.hex(':')}"
    return replace(seen, source=here, destination=there, words=words)


def _ipv4(seen: Dissection, data: bytes) -> Dissection:
    first, length, ident, fragment, ttl, protocol, source, target = struct.unpack_from("!BxHHHBBxx4s4s", data)
    start, offset = (first & 15) * 4, (fragment & 0x1FFF) * 8
    ends = (socket.inet_ntoa(source), socket.inet_ntoa(target))
    seen = replace(seen, source=ends[0], destination=ends[1], ttl=ttl, packet_id=ident)
    # A length of nothing: longer than the field can say, as the kernel hands it over before it is cut up
    body = data[start : length or None]
    if start < 20 or len(data) < start:
        return replace(seen, words=CUT)
    return _fragment(seen, offset, body) if offset else _carried(seen, protocol, body)


def _ipv6(seen: Dissection, data: bytes) -> Dissection:
    length, protocol, ttl, source, target = struct.unpack_from("!4xHBB16s16s", data)
    ends = [socket.inet_ntop(socket.AF_INET6, end) for end in (source, target)]
    seen, body = replace(seen, source=ends[0], destination=ends[1], ttl=ttl), data[40 : 40 + length if length else None]
    while protocol in _EXTENSIONS:
        protocol, units = struct.unpack_from("!BB", body)
        body = body[(units + 1) * 8 :]
    if protocol == 44:
        protocol, where = struct.unpack_from("!BxH4x", body)
        if offset := where & 0xFFF8:
            return _fragment(seen, offset, body[8:])
        body = body[8:]
    return _carried(seen, protocol, body)


def _fragment(seen: Dissection, offset: int, body: bytes) -> Dissection:
    return replace(seen, words=f"fragment, from byte {offset} on", payload=body)


def _carried(seen: Dissection, protocol: int, body: bytes) -> Dissection:
    """What an IP packet carries."""
    if protocol in (4, 41):
        inner = packet(body, seen.depth + 1)
        return replace(seen, words=f"IP in IP: {_line(inner)}", inner=inner)
    if protocol not in _CARRIED:
        return replace(seen, words=f"protocol {protocol}" if protocol != 59 else "nothing", payload=body)
    name, reader = _CARRIED[protocol]
    return _read(reader, replace(seen, protocol=name), body)


def _tcp(seen: Dissection, data: bytes) -> Dissection:
    ports = struct.unpack_from("!HH", data)
    seen = replace(seen, source_port=ports[0], destination_port=ports[1])
    sequence, acknowledged, start, bits = struct.unpack_from("!IIBB", data, 4)
    flags = tuple(name for place, name in enumerate(_FLAGS) if bits & 1 << place)
    seen = replace(seen, flags=flags, sequence=sequence, acknowledged=acknowledged)
    if (start >> 4) * 4 < 20 or len(data) < (start >> 4) * 4:
        return replace(seen, words=CUT)
    payload = data[(start >> 4) * 4 :]
    application, said = payloads.over_tcp(payload, 53 in ports)
    shown = [name for name in ("SYN", "FIN", "RST", "ACK") if name in flags and (name != "ACK" or not payload)]
    words = " ".join([*shown, said] if said else shown)
    return replace(seen, words=words or "no flags", application=application, payload=payload)


def _udp(seen: Dissection, data: bytes) -> Dissection:
    source, target, length = struct.unpack_from("!HHHxx", data)
    payload = data[8 : length or None]
    seen = replace(seen, source_port=source, destination_port=target, payload=payload)
    if target in VXLAN_PORTS and len(payload) >= 8 and payload[0] & 0x08:
        return _vxlan(seen, payload)
    # Docker's name server answers at a port that changes: its address tells
    ports = {53, source, target} if "127.0.0.11" in (seen.source, seen.destination) else {source, target}
    application, words = payloads.over_udp(payload, ports)
    return replace(seen, application=application, words=words)


def _vxlan(seen: Dissection, data: bytes) -> Dissection:
    vni, inner = int.from_bytes(data[4:7], "big"), frame(data[8:], seen.depth + 1)
    return replace(seen, application="vxlan", vni=vni, inner=inner, words=f"VXLAN {vni}: {_line(inner)}")


def _line(inner: Dissection) -> str:
    """A packet in another one's words; TCP's own flags need no TCP before them."""
    kind = "" if inner.application or inner.protocol in ("arp", "ethernet") else f"{inner.protocol.upper()} "
    return f"{inner.source} → {inner.destination} {kind}{inner.words}"


def _icmp(seen: Dissection, data: bytes) -> Dissection:
    return _icmp_of(seen, data, icmp.words, echoes=(0, 8), errors=(3, 5, 11, 12))


def _icmp6(seen: Dissection, data: bytes) -> Dissection:
    if data[:1] in (b"\x87", b"\x88"):
        return _neighbour(seen, data)
    return _icmp_of(seen, data, icmp.words6, echoes=(128, 129), errors=(1, 2, 3, 4))


def _icmp_of(
    seen: Dissection, data: bytes, words: icmp.Words, echoes: tuple[int, ...], errors: tuple[int, ...]
) -> Dissection:
    kind, code, first, second = struct.unpack_from("!BBxxHH", data)
    seen = replace(seen, words=words(kind, code, first << 16 | second), payload=data[8:])
    if kind in echoes:
        return replace(seen, ident=first, sequence=second)
    return replace(seen, quoted=packet(data[8:], seen.depth + 1)) if kind in errors else seen


def _neighbour(seen: Dissection, data: bytes) -> Dissection:
    """IPv6's ARP (RFC 4861): who has an address, and who says that it has."""
    kind, address = struct.unpack_from("!B7x16s", data)
    target = socket.inet_ntop(socket.AF_INET6, address)
    mac = f" at {data[26:32].hex(':')}" if data[24:26] == b"\x02\x01" and len(data) >= 32 else " here"
    return replace(seen, words=f"who has {target}?" if kind == 135 else f"{target} is{mac}", payload=data[8:])


def _esp(seen: Dissection, data: bytes) -> Dissection:
    spi, sequence = struct.unpack_from("!II", data)
    return replace(seen, words=f"encrypted, {len(data) - 8} bytes", ident=spi, sequence=sequence, payload=data[8:])


def _igmp(seen: Dissection, data: bytes) -> Dissection:
    (kind,) = struct.unpack_from("!B", data)
    return replace(seen, words={0x11: "multicast query", 0x17: "multicast leave"}.get(kind, "multicast report"))


_CARRIED: dict[int, tuple[str, _Reader]] = {
    1: ("icmp", _icmp), 2: ("igmp", _igmp), 6: ("tcp", _tcp), 17: ("udp", _udp), 50: ("esp", _esp),
    58: ("icmp", _icmp6),
}  # fmt: skip
