"""How the packets of one trace are told from all others: by a number that they carry wherever they go.

The source ports, ICMP identifiers and DNS identifiers of one trace lie in one block of 16 numbers, its *mark*, above
what kernels hand out by themselves. Translation changes addresses, and wrapping puts other headers in front; the mark
stays, and this table says where a packet may carry it. Pure functions, without a socket.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from dataclasses import dataclass

BLOCK = 16  # numbers of one trace
FIRST, LAST = 61008, 65520  # beyond net.ipv4.ip_local_port_range as kernels come (32768 to 60999)
ALL = range(FIRST, LAST + 1, BLOCK)
MASK = 0xFFFF & ~(BLOCK - 1)
TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58

# Offsets in bytes from the transport header: ports; an ICMP echo's identifier, and in an ICMP error the ports or the
# identifier of the packet that it is about; a DNS identifier; ports and identifier of a packet inside VXLAN (8 bytes
# of UDP, 8 of VXLAN, 14 of Ethernet, 20 of IPv4).
PLACES = {TCP: (0, 2), UDP: (0, 2, 8, 50, 52, 54), ICMP: (4, 28, 30, 32), ICMP6: (4, 48, 50, 52)}
FLAGS, SYN_OR_RST = 13, 0x06  # in the TCP header
_ECHOES = (b"\0", b"\x08", b"\x80", b"\x81")


@dataclass(frozen=True)
class Server:
    """A TCP server in a container, to which a program of the machine passes connections on (userland proxy)."""

    address: str
    port: int


def valid(mark: int) -> bool:
    """Whether this is the first number of a block."""
    return mark in ALL


def fingerprint(packet: bytes) -> str:
    """What of a packet (from its IP header on) stays the same on its whole way, whoever translates its addresses.

    20 bytes of the transport header are looked at: netfilter gives no more. Empty for what is no IP packet.
    """
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) > 20:
        protocol, number, transport = packet[9], packet[4:6], packet[(packet[0] & 15) * 4 :]
    elif version == 6 and len(packet) > 40:
        protocol, number, transport = packet[6], b"", packet[40:]
    else:
        return ""
    return f"{protocol} {(number + _constant(protocol, transport[:20])).hex()}"


def _constant(protocol: int, transport: bytes) -> bytes:
    if protocol == TCP:
        return transport[4:12] + transport[13:14]  # sequence numbers, flags
    if protocol == UDP:
        return transport[4:6] + transport[8:]  # length, and the beginning of what it carries
    if protocol in (ICMP, ICMP6) and transport[:1] in _ECHOES:
        return transport[:2] + transport[4:8]  # type, code, identifier, number
    return transport[:2] + transport[12:14]  # an error: and the number of the packet that it is about


# --- classic BPF (socket filters, see Documentation/networking/filter.rst of the kernel) -------------

_LDB, _LDH, _LD = 0x30, 0x28, 0x20
_LDB_X, _LDH_X, _LDX, _LDX_IP = 0x50, 0x48, 0x01, 0xB1
_STORE, _RELOAD = 0x02, 0x60
_AND, _JEQ, _JSET, _JUMP, _RETURN = 0x54, 0x15, 0x45, 0x05, 0x06
_NET = 0xFFF00000  # SKF_NET_OFF: counts from the network header, whatever kind of interface it is
_ETHERTYPE = 0xFFFFF000  # SKF_AD_OFF + SKF_AD_PROTOCOL
LONGEST_PACKET = 512  # bytes kept of each

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def program(mark: int, server: Server | None = None) -> list[Instruction]:
    """A filter that lets through ARP, and what carries the mark or goes to or comes from the server."""
    tests = [_test(protocol, _marked(offsets, mark)) for protocol, offsets in PLACES.items()]
    if server:
        tests[:0] = _of_server(server)
    return [
        (_LDH, 0, 0, _ETHERTYPE),
        (_JEQ, 0, 1, 0x0806),
        (_RETURN, 0, 0, LONGEST_PACKET),
        (_JEQ, 0, 3, 0x0800),
        (_LDX_IP, 0, 0, _NET),  # X: the length of the IPv4 header
        (_LDB, 0, 0, _NET + 9),
        (_JUMP, 0, 0, 4),
        (_JEQ, 1, 0, 0x86DD),
        (_RETURN, 0, 0, 0),
        (_LDX, 0, 0, 40),
        (_LDB, 0, 0, _NET + 6),
        (_STORE, 0, 0, 0),
        *(step for test in tests for step in test),
        (_RETURN, 0, 0, 0),
    ]


def _test(protocol: int, steps: list[Instruction]) -> list[Instruction]:
    """The steps if the accumulator is this protocol; a packet of it that passes none is not wanted."""
    return [(_JEQ, 0, len(steps) + 1, protocol), *steps, (_RETURN, 0, 0, 0)]


def _marked(offsets: tuple[int, ...], mark: int) -> list[Instruction]:
    """A packet that is too short for an offset is not wanted either: the kernel ends the program there."""
    steps: list[Instruction] = []
    for offset in offsets:
        steps += [(_LDH_X, 0, 0, _NET + offset), (_AND, 0, 0, MASK)]
        steps += [(_JEQ, 0, 1, mark), (_RETURN, 0, 0, LONGEST_PACKET)]
    return steps


def _of_server(server: Server) -> list[list[Instruction]]:
    """Only what opens, accepts or refuses a connection: others may use the server too, and much."""
    address = struct.unpack("!I", socket.inet_aton(server.address))[0]
    return [
        [
            (_JEQ, 0, 8, TCP),
            (_LD, 0, 0, _NET + at),
            (_JEQ, 0, 5, address),
            (_LDH_X, 0, 0, _NET + port),
            (_JEQ, 0, 3, server.port),
            (_LDB_X, 0, 0, _NET + FLAGS),
            (_JSET, 0, 1, SYN_OR_RST),
            (_RETURN, 0, 0, LONGEST_PACKET),
            (_RELOAD, 0, 0, 0),
        ]
        for at, port in ((12, 0), (16, 2))
    ]


def attach(sock: socket.socket, steps: list[Instruction]) -> None:
    """Have the kernel run the program on every packet for the socket; raises OSError."""
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    kept = ctypes.create_string_buffer(code)
    sock.setsockopt(socket.SOL_SOCKET, 26, struct.pack("@HP", len(steps), ctypes.addressof(kept)))  # SO_ATTACH_FILTER
