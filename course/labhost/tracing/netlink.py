"""Netlink messages as bytes (netlink(7), rtnetlink(7)): for what pyroute2 does slowly or not at all."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator

REQUEST, DUMP, CREATE = 0x1, 0x300, 0x400
_ERROR, _DONE = 2, 3
_NESTED = 0x8000
Attributes = dict[int, bytes]


def message(kind: int, flags: int, body: bytes) -> bytes:
    """A message with its header; the body begins with the family's own header."""
    return struct.pack("=IHHII", 16 + len(body), kind, REQUEST | flags, 0, 0) + body


def attribute(kind: int, value: bytes | str | int) -> bytes:
    """One attribute, padded. Texts end with a zero byte, numbers are 32 bits in network order."""
    if isinstance(value, str):
        value = value.encode() + b"\0"
    elif isinstance(value, int):
        value = struct.pack("!I", value & 0xFFFFFFFF)
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def nested(kind: int, *parts: bytes) -> bytes:
    """An attribute that holds others."""
    return attribute(kind | _NESTED, b"".join(parts))


def attributes(data: bytes) -> Attributes:
    """The attributes in these bytes by their kind; what is cut off is left out."""
    found: Attributes = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if not 4 <= length <= len(data):
            break
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def text(value: bytes) -> str:
    """The text of an attribute."""
    return value.rstrip(b"\0").decode(errors="replace")


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each message in what one read gave. Raises OSError for an error that the kernel reports."""
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        body = data[16 : max(16, length)]
        if kind == _ERROR and (code := struct.unpack_from("=i", body)[0]):
            raise OSError(-code, os.strerror(-code))
        yield kind, body
        data = data[(max(16, length) + 3) & ~3 :]


def dump(sock: socket.socket, request: bytes) -> Iterator[bytes]:
    """The bodies of all messages that answer the request; raises OSError."""
    sock.send(request)
    while True:
        for kind, body in messages(sock.recv(1 << 17)):
            if kind == _DONE:
                return
            yield body
