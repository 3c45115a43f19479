"""What the link itself can tell: who has an address (ARP), and how long a packet may be (path MTU)."""

from __future__ import annotations

import asyncio
import errno
import itertools
import random
import socket
import struct
from fcntl import ioctl

from course.labhost.probing.asking import Ask, Verdict
from course.labhost.probing.packets import ETH_P_ARP, Hop, arp_reply, arp_request, echo_reply, echo_request
from course.labhost.records import Answer

HEADERS = 28  # of IPv4 and ICMP
_SIOCGIFMTU = 0x8921
_IP_MTU_DISCOVER, _IP_PMTUDISC_PROBE = 10, 3
_SIZES_A_ROUND = 24
_idents = itertools.count(random.randrange(65536))


async def arp(question: Ask) -> Answer:
    """The MAC address of whoever answers for the target, asked on the interface that leads there."""
    await question.find(question.probe.target)
    hop = _on_link(question)
    loop = asyncio.get_running_loop()
    with question.source.open(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((hop.device, ETH_P_ARP))
        mine, mac = question.source.own_address(question.address), sock.getsockname()[4]
        if mine == question.address:
            return Answer("reply", mac=mac.hex(":"), detail=f"{mine} is an address of {question.who} itself")
        question.stage = f"no machine on {hop.device} answers to {hop.address} (ARP asked, no reply)"
        try:
            async with asyncio.timeout(question.probe.timeout * 0.9):
                await loop.sock_sendall(sock, arp_request(mac, mine, question.address))
                while not (theirs := arp_reply(await loop.sock_recv(sock, 2048), question.address)):
                    pass
        except TimeoutError:
            raise Verdict("no-neighbour", question.stage) from None
    return Answer("reply", mac=theirs, detail=f"{question.address} is at {theirs} on {hop.device}")


def _on_link(question: Ask) -> Hop:
    address, view = question.address, question.who
    if question.v6:
        raise Verdict("broken", "ARP knows IPv4 addresses only")
    hop = question.source.hop(address)
    if hop is None:
        raise Verdict("no-route", f"{view} has no route to {address}")
    if hop.address != address:
        raise Verdict("no-neighbour", f"{address} is on no network of {view}: its packets go by {hop.address}")
    return hop


async def pmtu(question: Ask) -> Answer:
    """The length in bytes of the longest packet that is answered with *don't fragment* set."""
    await question.find(question.probe.target)
    if question.v6:
        raise Verdict("broken", "the path MTU is measured over IPv4 only")
    with await question.connected(socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        # PROBE: never fragment, and believe no path MTU that was learnt before
        sock.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _IP_PMTUDISC_PROBE)
        first = _device_mtu(question, sock)
        mtu = await _longest(sock, first, question.probe.timeout / 5)
    limit = "all that its interface allows" if mtu == first else f"its interface would allow {first}"
    return Answer("reply", mtu=mtu, detail=f"packets of {mtu} bytes reach {question.address} whole ({limit})")


def _device_mtu(question: Ask, sock: socket.socket) -> int:
    hop = question.source.hop(question.address)
    local = question.source.own_address(question.address) == question.address
    device = "lo" if local or hop is None else hop.device
    answer = ioctl(sock, _SIOCGIFMTU, struct.pack("16sI12x", device.encode(), 0))
    return min(int(struct.unpack_from("I", answer, 16)[0]), 65535)


async def _longest(sock: socket.socket, first: int, patience: float) -> int:
    """Send many lengths at once, then as many between the longest answered and the shortest not answered."""
    low, high = HEADERS, first
    while True:
        step = max(1, (high - low) // _SIZES_A_ROUND)
        sizes = [*range(high, low, -step), low]
        answered = await _answered(sock, sizes, patience)
        if not answered:
            raise TimeoutError
        low = max(answered)
        high = min((size for size in sizes if size > low), default=low + 1) - 1
        if low >= high:
            return low


async def _answered(sock: socket.socket, sizes: list[int], patience: float) -> set[int]:
    """Which lengths are answered within ``patience`` seconds; it waits no longer once the longest is."""
    loop = asyncio.get_running_loop()
    ident, answered = next(_idents) & 0xFFFF, set[int]()
    for size in sizes:
        _send(sock, echo_request(ident, size, size - HEADERS))
    try:
        async with asyncio.timeout(patience):
            while sizes[0] not in answered and len(answered) < len(sizes):
                try:
                    sequence = echo_reply(await loop.sock_recv(sock, 65535), ident)
                except OSError as error:
                    _only_too_long(error)
                else:
                    answered |= {sequence} & set(sizes) if sequence is not None else set()
    except TimeoutError:
        pass
    return answered


def _send(sock: socket.socket, packet: bytes) -> None:
    """Send; what is too long for the interface is not sent. An error may belong to an earlier packet: try again."""
    for _ in range(3):
        try:
            sock.send(packet)
            return
        except OSError as error:
            _only_too_long(error)


def _only_too_long(error: OSError) -> None:
    if error.errno not in (errno.EMSGSIZE, errno.EAGAIN, errno.ENOBUFS):
        raise error
