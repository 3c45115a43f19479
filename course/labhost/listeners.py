"""Who listens: the sockets of the namespace that this thread is in, and the programs that hold them."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import struct
from collections.abc import Iterator
from typing import Literal

from pyroute2 import DiagSocket, NetlinkError  # type: ignore[import-untyped]

from course.labhost.records import Listener

_LISTEN, _UNCONNECTED = 10, 7  # states of tcp and udp sockets (the kernel's tcp_states.h)
_FAMILIES = {socket.AF_INET: "", socket.AF_INET6: "6"}


def listening() -> dict[Listener, int]:
    """The listening TCP and bound UDP sockets here with their inodes, by port; their programs are not named yet."""
    found: dict[Listener, int] = {}
    for family, suffix in _FAMILIES.items():
        found |= _tcp(family, suffix) | parse(_table(f"udp{suffix}"), "udp")
    return dict(sorted(found.items(), key=lambda row: (row[0].protocol, row[0].port, row[0].address)))


def _tcp(family: int, suffix: str) -> dict[Listener, int]:
    """From the kernel's socket diagnosis: /proc/net/tcp walks every connection of the machine, 4 ms each time."""
    try:
        with DiagSocket() as diagnosis:
            rows = list(diagnosis.get_sock_stats(family=family, states=1 << _LISTEN))
    except (OSError, NetlinkError):  # a kernel without it
        return parse(_table(f"tcp{suffix}"), "tcp")
    return {Listener("tcp", row["idiag_src"], row["idiag_sport"]): row["idiag_inode"] for row in rows}


def _table(name: str) -> str:
    try:
        with open(f"/proc/thread-self/net/{name}") as file:
            return file.read()
    except FileNotFoundError:  # no IPv6 here
        return ""


def parse(text: str, protocol: Literal["tcp", "udp"]) -> dict[Listener, int]:
    """The listeners, with their inodes, in the text of ``/proc/net/tcp`` and its like."""
    wanted = _LISTEN if protocol == "tcp" else _UNCONNECTED
    rows = [line.split() for line in text.splitlines()[1:]]
    return {_listener(protocol, row[1]): int(row[9]) for row in rows if int(row[3], 16) == wanted}


def _listener(protocol: Literal["tcp", "udp"], local: str) -> Listener:
    address, port = local.split(":")
    return Listener(protocol, _address(address), int(port, 16))


def programs() -> dict[int, str]:
    """The program that holds each socket, by the socket's inode, as far as this process may look into the others."""
    found: dict[int, str] = {}
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # ended meanwhile, or another user's
            sockets = [target for target in _open_files(pid) if target.startswith("socket:[")]
            if sockets:
                with open(f"/proc/{pid}/comm") as file:
                    name = file.read().strip()
                found |= {int(target[8:-1]): name for target in sockets}
    return found


def _open_files(pid: str) -> Iterator[str]:
    for entry in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            yield os.readlink(entry.path)


def _address(hexadecimal: str) -> str:
    """The kernel prints addresses as 32-bit words in the byte order of the machine."""
    words = [int(hexadecimal[n : n + 8], 16) for n in range(0, len(hexadecimal), 8)]
    return str(ipaddress.ip_address(struct.pack(f"={len(words)}I", *words)))
