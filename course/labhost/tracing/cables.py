"""The interfaces of the namespace that this thread is in, read quickly: their ends, bridges and kinds."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterable

from course.labhost.tracing.netlink import DUMP, attributes, dump, message, text
from course.labhost.tracing.sightings import Link

_GET_LINK, _GET_ADDRESS = 18, 22  # rtnetlink(7)
# linux/if_link.h
_NAME, _LINK, _MASTER, _INFO = 3, 5, 10, 18
_INFO_KIND, _INFO_DATA, _VXLAN_ID = 1, 2, 1
_HEADER, _ADDRESS_HEADER = 16, 8  # of struct ifinfomsg, struct ifaddrmsg
_LOCAL, _ADDRESS = 2, 1


def links() -> list[Link]:
    """Every interface; raises OSError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        rows = list(dump(sock, message(_GET_LINK, DUMP, bytes(_HEADER))))
        addresses = _addresses(dump(sock, message(_GET_ADDRESS, DUMP, bytes(_ADDRESS_HEADER))))
    found = [(struct.unpack_from("=i", row, 4)[0], attributes(row[_HEADER:])) for row in rows]
    names = {index: text(row[_NAME]) for index, row in found}
    return [_link(index, row, names, addresses.get(index, [])) for index, row in found]


def _addresses(rows: Iterable[bytes]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in rows:
        values = attributes(row[_ADDRESS_HEADER:])
        address = ipaddress.ip_address(values.get(_LOCAL) or values[_ADDRESS])
        found.setdefault(struct.unpack_from("=i", row, 4)[0], []).append(str(address))
    return found


def _link(index: int, row: dict[int, bytes], names: dict[int, str], addresses: list[str]) -> Link:
    info = attributes(row.get(_INFO, b""))
    kind = text(info.get(_INFO_KIND, b""))
    vni = _number(attributes(info.get(_INFO_DATA, b"")).get(_VXLAN_ID, b"")) if kind == "vxlan" else -1
    master = names.get(_number(row.get(_MASTER, b"")), "")
    return Link(names[index], index, _number(row.get(_LINK, b"")), master, kind, vni, addresses)


def _number(value: bytes) -> int:
    return int.from_bytes(value, "little" if struct.pack("=H", 1) == b"\1\0" else "big")
