"""Packet filters in tcpdump's language, made into programs for the kernel.

tcpdump compiles and the kernel filters. No tcpdump runs while a capture does: sockets need no process that could be
left behind, and listen sooner (a tcpdump in each place is live after 12 to 20 ms and takes 24 to 28 ms to end; a filter
is compiled in 4 ms, once for all places).
"""

from __future__ import annotations

import ctypes
import re
import socket
import struct
import subprocess
from typing import Literal

from course.labhost.commands.tools import ENVIRONMENT

Link = Literal["EN10MB", "RAW"]
ARPHRD_ETHER, ARPHRD_LOOPBACK = 1, 772
_SO_ATTACH_FILTER = 26
_PATIENCE = 5.0
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06  # instructions (linux/filter.h)
_HARDWARE = 0xFFFFF000 + 28  # SKF_AD_OFF + SKF_AD_HATYPE: the kind of interface
# What the kernel keeps beside the packet; tcpdump knows how to ask for it only if it holds a real interface.
_BESIDE_THE_PACKET = re.compile(r"\b(vlan|inbound|outbound)\b")

Program = list[tuple[int, int, int, int]]


def compiled(text: str, link: Link, snaplen: int) -> Program:
    """The program for packets of this kind of interface. Raises ValueError with tcpdump's own words."""
    if not text.strip():
        return [(_RETURN, 0, 0, snaplen)]
    # a filter is one word after "--": it cannot become an option
    where = ["-i", "lo"] if link == "EN10MB" and _BESIDE_THE_PACKET.search(text) else ["-y", link]
    argv = ["tcpdump", "-ddd", "-s", str(snaplen), *where, "--", text]
    try:
        said = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=ENVIRONMENT, cwd="/", timeout=_PATIENCE
        )
    except FileNotFoundError:
        raise ValueError("tcpdump, which reads filters, is not installed on this machine") from None
    except subprocess.TimeoutExpired:
        raise ValueError(f"the filter {text!r} takes tcpdump more than {_PATIENCE:g} s to read") from None
    if said.returncode:
        reason = said.stderr.strip().splitlines()[-1:] or [f"exit code {said.returncode}"]
        raise ValueError(f"the filter {text!r} is wrong: {reason[0].removeprefix('tcpdump: ')}")
    rows = (line.split() for line in said.stdout.splitlines()[1:])
    return [(int(code), int(yes), int(no), int(value)) for code, yes, no, value in rows]


def only_ethernet(program: Program) -> Program:
    """The same, but nothing of interfaces without Ethernet frames: the program would misread it."""
    return [
        (_LOAD, 0, 0, _HARDWARE),
        (_JUMP_IF_EQUAL, 2, 0, ARPHRD_ETHER),
        (_JUMP_IF_EQUAL, 1, 0, ARPHRD_LOOPBACK),
        (_RETURN, 0, 0, 0),
        *program,
    ]


def attach(sock: socket.socket, program: Program) -> None:
    """From now on the socket receives only what the program lets through. Raises OSError if it is too long."""
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    held = ctypes.create_string_buffer(code)
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(program), ctypes.addressof(held)))
