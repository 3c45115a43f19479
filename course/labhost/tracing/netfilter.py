"""The kernel's firewall over netlink: rules that have one trace's packets reported, and the reports.

A table of nf_tables, named after the trace, tells netfilter to report what every rule of the namespace does with the
marked packets; the learner's own tables are not touched. The table is *owned* by the socket that made it: the kernel
takes it away with the socket, however the process ends. Before Linux 5.12 tables have no owner; there the agent
removes what is left when it starts. Sources: linux/netfilter/nf_tables.h, libnftnl.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from course.labhost.tracing.marks import FLAGS, MASK, PLACES, SYN_OR_RST, TCP, Server
from course.labhost.tracing.netlink import CREATE, DUMP, attribute, attributes, dump, message, messages, nested, text

OURS = "course_trace_"  # and the mark: the names of our tables
FAMILIES = {2: "ip", 10: "ip6", 1: "inet", 7: "bridge", 3: "arp", 5: "netdev"}
_KINDS = {1: "policy", 2: "return", 3: "rule"}
# linux/netfilter.h; negative ones are nf_tables' own
_VERDICTS = {0: "DROP", 1: "ACCEPT", 2: "STOLEN", 3: "QUEUE", -1: "CONTINUE", -2: "BREAK", -3: "JUMP", -4: "GOTO"}
_VERDICTS[-5] = "RETURN"
_NETFILTER, _SUBSYSTEM = 12, 10 << 8
_NEW_TABLE, _GET_TABLE, _DELETE_TABLE, _NEW_CHAIN, _NEW_RULE, _GET_RULE, _TRACE = 0, 1, 2, 3, 6, 7, 17
_BATCH_BEGINS, _BATCH_ENDS = 0x10, 0x11
_INET, _OWNED = 1, 2
_BUFFER = 1 << 22
_MOST_AT_ONCE = 5000
_HOOKS = {"entering": 0, "sending": 3}  # prerouting, output
_BEFORE_ALL = -350  # priority: iptables' raw table is at -300
_NETWORK, _TRANSPORT = 1, 2
_APPEND = 0x800


@dataclass(frozen=True)
class Report:
    """What netfilter says of one packet at one rule, or at the end of a chain.

    ``kind`` is ``rule``, ``return`` or ``policy``; ``verdict`` is iptables' word. ``data`` is the packet from its
    network header on, given once for each walk through a base chain; the rest of the walk has the same ``packet``.
    """

    packet: int
    family: str
    table: str
    chain: str
    kind: str
    handle: int
    verdict: str
    came: int
    goes: int
    data: bytes


class Netfilter:
    """One namespace's firewall: make it inside the namespace. Raises OSError where there is no nf_tables."""

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETFILTER)
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, 33, _BUFFER)  # SO_RCVBUFFORCE
        self._sock.bind((0, 0))
        self._nobodys = ""  # a table of ours that the kernel would leave here

    def close(self) -> None:
        """Close the socket; the kernel takes the table that it made away, or is told to."""
        if self._nobodys:
            with contextlib.suppress(OSError):
                self.remove(self._nobodys)
        self._sock.close()

    def fileno(self) -> int:
        """For select."""
        return self._sock.fileno()

    def report(self, mark: int, server: Server | None = None) -> None:
        """Have every packet with the mark reported from now on, and those of the server. Raises OSError."""
        try:
            self._batch(_orders(mark, server, _OWNED))
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                raise
            self._batch(_orders(mark, server, 0))
            self._nobodys = f"{OURS}{mark}"
        self._sock.setsockopt(270, 1, 9)  # SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE

    def reports(self) -> Iterator[Report]:
        """What has been reported since the last time. Raises OSError (ENOBUFS) if it was too much to be kept."""
        for body in self._waiting():
            yield _report(FAMILIES.get(body[0], str(body[0])), attributes(body[4:]))

    def handles(self) -> dict[tuple[str, str, str], list[int]]:
        """The handles of all rules in their order, by family, table and chain; raises OSError."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for body in dump(self._sock, _message(_GET_RULE, DUMP, family=0)):
            row = attributes(body[4:])
            key = (FAMILIES.get(body[0], str(body[0])), text(row[1]), text(row[2]))
            found.setdefault(key, []).append(int.from_bytes(row[3], "big"))
        return found

    def leftovers(self) -> list[str]:
        """The tables of ours that there are; raises OSError."""
        rows = [attributes(body[4:]) for body in dump(self._sock, _message(_GET_TABLE, DUMP))]
        return [name for row in rows if (name := text(row[1])).startswith(OURS)]

    def remove(self, table: str) -> None:
        """Take a table away that nobody owns; raises OSError."""
        self._batch([_message(_DELETE_TABLE, 0, attribute(1, table))])

    def _batch(self, orders: list[bytes]) -> None:
        """All or nothing. The kernel has carried them out, and said what it refused, when ``send`` returns."""
        begin, end = (_message(kind, 0, batch=True) for kind in (_BATCH_BEGINS, _BATCH_ENDS))
        self._sock.send(b"".join([begin, *orders, end]))
        list(self._waiting())

    def _waiting(self) -> Iterator[bytes]:
        for _ in range(_MOST_AT_ONCE):  # while some are read others come
            try:
                data = self._sock.recv(1 << 17, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            yield from (body for kind, body in messages(data) if kind == _SUBSYSTEM | _TRACE)


def _report(family: str, row: dict[int, bytes]) -> Report:
    verdict = attributes(row.get(5, b"")).get(1, b"\0\0\0\1")
    code = struct.unpack("!i", row.get(16, verdict))[0]
    return Report(
        packet=_number(row, 6),
        family=family,
        table=text(row.get(1, b"")),
        chain=text(row.get(2, b"")),
        kind=_KINDS.get(_number(row, 4), ""),
        handle=_number(row, 3),
        verdict=_VERDICTS.get(code, str(code)),
        came=_number(row, 10),
        goes=_number(row, 12),
        data=row.get(8, b"") + row.get(9, b""),
    )


def _number(row: dict[int, bytes], kind: int) -> int:
    return int.from_bytes(row.get(kind, b""), "big")


# --- orders ------------------------------------------------------------------------------------------


def _orders(mark: int, server: Server | None, flags: int) -> list[bytes]:
    """The table, its two chains, and in each the rules that have a packet reported."""
    table = f"{OURS}{mark}"
    orders = [_message(_NEW_TABLE, CREATE, attribute(1, table), attribute(2, flags))]
    for chain, hook in _HOOKS.items():
        where = nested(4, attribute(1, hook), attribute(2, _BEFORE_ALL))
        orders.append(
            _message(_NEW_CHAIN, CREATE, attribute(1, table), attribute(3, chain), where, attribute(7, "filter"))
        )
        place = attribute(1, table) + attribute(2, chain)
        orders += [_message(_NEW_RULE, CREATE | _APPEND, place, nested(4, *rule)) for rule in _rules(mark, server)]
    return orders


def _message(kind: int, flags: int, *parts: bytes, family: int = _INET, batch: bool = False) -> bytes:
    header = struct.pack("!BBH", family, 0, _SUBSYSTEM >> 8 if batch else 0)
    return message(kind if batch else _SUBSYSTEM | kind, flags, header + b"".join(parts))


def _rules(mark: int, server: Server | None) -> Iterator[list[bytes]]:
    for protocol, offsets in PLACES.items():
        for offset in offsets:
            masked = [*_load(_TRANSPORT, offset, 2), _masked(struct.pack("!H", MASK)), _equals(struct.pack("!H", mark))]
            yield [*_is_protocol(protocol), *masked, *_REPORT]
    for address, port in ((12, 0), (16, 2)) if server else ():  # from it, to it
        assert server
        yield [
            *_meta_is(15, bytes([socket.AF_INET])),
            *_is_protocol(TCP),
            *_load(_NETWORK, address, 4),
            _equals(socket.inet_aton(server.address)),
            *_load(_TRANSPORT, port, 2),
            _equals(struct.pack("!H", server.port)),
            *_load(_TRANSPORT, FLAGS, 1),
            _masked(bytes([SYN_OR_RST])),
            _equals(b"\0", unequal=1),
            *_REPORT,
        ]


def _expression(name: str, *parts: bytes) -> bytes:
    return nested(1, attribute(1, name), nested(2, *parts))


def _meta_is(key: int, value: bytes) -> list[bytes]:
    return [_expression("meta", attribute(1, 1), attribute(2, key)), _equals(value)]


def _is_protocol(number: int) -> list[bytes]:
    return _meta_is(16, bytes([number]))


def _load(base: int, offset: int, length: int) -> list[bytes]:
    return [_expression("payload", attribute(1, 1), attribute(2, base), attribute(3, offset), attribute(4, length))]


def _masked(mask: bytes) -> bytes:
    bits, zero = nested(4, attribute(1, mask)), nested(5, attribute(1, bytes(len(mask))))
    return _expression("bitwise", attribute(1, 1), attribute(2, 1), attribute(3, len(mask)), bits, zero)


def _equals(value: bytes, unequal: int = 0) -> bytes:
    return _expression("cmp", attribute(1, 1), attribute(2, unequal), nested(3, attribute(1, value)))


# meta nftrace set 1
_REPORT = [
    _expression("immediate", attribute(1, 1), nested(2, attribute(1, b"\1"))),
    _expression("meta", attribute(3, 1), attribute(2, 12)),
]
