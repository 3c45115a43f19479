"""A tap: a socket that hears every packet of an interface, or of all interfaces, of one network namespace."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct

from course.labhost.capturing import filters
from course.labhost.capturing.captured import Caught, Spot
from course.labhost.namespaces import Namespace, inside

ETH_P_ALL = 3
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_AUXDATA = 263, 6, 8
_PACKET_ADD_MEMBERSHIP, _PACKET_MR_PROMISC = 1, 1
_SO_RCVBUFFORCE, _SO_TIMESTAMPNS = 33, 35
_BUFFER = 32 * 1024 * 1024
_VLAN_VALID, _VLAN_TPID_VALID = 1 << 4, 1 << 6
_LONGEST = 262_144 + 32
_libc = ctypes.CDLL(None, use_errno=True)
_ANCILLARY = socket.CMSG_SPACE(20) + socket.CMSG_SPACE(16)


class Tap:
    """Listens from `listen` on until it is closed. Nothing is left of it, whoever ends it or kills its process."""

    def __init__(self, spot: Spot, number: int, space: Namespace) -> None:
        """Raises ValueError if there is no such interface."""
        self.spot, self.number = spot, number
        self._path, self._inode = space.path, _inode(space.path)
        try:
            with inside(space.path):
                # no protocol: it hears nothing until its filter is in place
                self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
                self._there = {name: index for index, name in socket.if_nameindex()}
        except OSError as error:
            raise ValueError(f"the network namespace of {self._who} cannot be entered: {error.strerror}") from None
        if spot.interface and spot.interface not in self._there:
            self._socket.close()
            raise ValueError(f"{self._who} has no interface {spot.interface!r}; it has {', '.join(self._there)}")
        self._hardware = self._kind()
        self._room = memoryview(bytearray(_LONGEST))
        self._socket.setblocking(False)
        _stamp(self._socket)
        self._socket.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)

    @property
    def _who(self) -> str:
        return "this machine" if self.spot.view == "host" else self.spot.view

    @property
    def link(self) -> filters.Link:
        """What the packets of the interface begin with."""
        return "EN10MB" if self._hardware in (filters.ARPHRD_ETHER, filters.ARPHRD_LOOPBACK) else "RAW"

    def _kind(self) -> int:
        """The kind of interface; where it is all of them, that of those which are listened to."""
        with contextlib.suppress(OSError):  # removed this moment: `listen` will say so
            if self.spot.interface:
                self._socket.bind((self.spot.interface, 0))
                return int(self._socket.getsockname()[3])
        return filters.ARPHRD_ETHER

    def listen(self, program: filters.Program) -> None:
        """Hear what the program lets through, from now on. Raises ValueError if the kernel does not take it."""
        try:
            filters.attach(self._socket, program if self.spot.interface else filters.only_ethernet(program))
            self._bind()
        except OSError as error:
            raise ValueError(f"{self.spot} cannot be listened to: {error.strerror}") from None

    def _bind(self) -> None:
        everywhere = struct.pack("HHi12x", socket.AF_PACKET, socket.htons(ETH_P_ALL), 0)
        if self.spot.interface:
            self._socket.bind((self.spot.interface, ETH_P_ALL))
            self._see_all()
        elif _libc.bind(self.fileno(), everywhere, len(everywhere)):  # Python's own wants the name of an interface
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def _see_all(self) -> None:
        """Have a bridge show what passes through it, as tcpdump does; the kernel undoes it with the socket."""
        with contextlib.suppress(OSError):  # some interfaces have no such mode
            wish = struct.pack("iHH8x", self._there[self.spot.interface], _PACKET_MR_PROMISC, 0)
            self._socket.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, wish)

    def fileno(self) -> int:
        """For selectors."""
        return self._socket.fileno()

    def hear(self) -> Caught | None:
        """The next packet; ``None`` if there is none now, or if it was the other half of a loopback's packet."""
        size, ancillary, _, address = self._socket.recvmsg_into([self._room], _ANCILLARY)
        frame = bytes(self._room[:size])
        interface, _, kind, hardware = address[:4]
        outgoing = kind == socket.PACKET_OUTGOING
        if outgoing and hardware == filters.ARPHRD_LOOPBACK:
            return None
        ns, length, tag = _beside(ancillary)
        if tag and self.link == "EN10MB":
            frame, length = frame[:12] + tag + frame[12:], length + len(tag)
        return Caught(self.number, interface, outgoing, ns, max(length, len(frame)), frame, self.link == "RAW")

    def gone(self) -> str:
        """Why nothing will ever be heard again, as a sentence; empty as long as something may be."""
        if _inode(self._path) != self._inode:
            return f"{self._who} stopped, and its network namespace is gone"
        with contextlib.suppress(OSError):
            if self.spot.interface and not self._socket.getsockname()[0]:
                return f"the interface {self.spot.interface} of {self._who} was removed"
        return ""

    def lost(self) -> int:
        """How many packets came while the socket was full, since this was last asked."""
        return int(struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1])

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()


def stamping() -> socket.socket:
    """As long as this is open the kernel notes of every packet when it came. It begins some time after it was asked to:
    a capture that was the first to ask would be told of its first packets when they were read."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    _stamp(sock)
    return sock


def _stamp(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def _inode(path: str) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _beside(ancillary: list[tuple[int, int, bytes]]) -> tuple[int, int, bytes]:
    """What the kernel tells beside a packet: its time, its whole length, and the VLAN tag that it took out."""
    ns, length, tag = 0, 0, b""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, rest = struct.unpack("qq", data[:16])
            ns = seconds * 1_000_000_000 + rest
        elif (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA):
            status, length, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
            if status & _VLAN_VALID:
                tag = struct.pack("!HH", tpid if status & _VLAN_TPID_VALID else 0x8100, tci)
    return ns, length, tag
