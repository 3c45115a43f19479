"""Published ports as Compose writes them: ``8080:80``, ``127.0.0.1:53:53/udp``, ``9000-9002:80-82``, the long form.

Source: the Compose Specification, "ports".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.topology.compose.item import Item
from course.topology.container import Port

SHORT = re.compile(
    r"(?:(?P<address>\[[0-9a-fA-F:.]+\]|[0-9.]+|):)??"
    r"(?:(?P<host>[0-9]+(?:-[0-9]+)?|):)?(?P<container>[0-9]+(?:-[0-9]+)?)(?:/(?P<protocol>[a-zA-Z]+))?"
)
LONG = ("target", "published", "protocol", "host_ip", "mode")
LONG_WORDS = ("name", "app_protocol")
MOST = 1000  # ports of a container
TOO_MANY = "a bridge takes about a thousand"


def read_ports(item: Item) -> tuple[Port, ...]:
    """The ports of a service, ranges taken apart."""
    ports: list[Port] = []
    for one in item.items():
        ports += _long(one) if one.node.type == "map" else _short(one)
        if len(ports) > MOST:
            raise one.wrong(f"these are more than {MOST} ports", because=TOO_MANY)
    return tuple(ports)


def write_port(port: Port) -> str:
    """A port in the short form: ``8080:80``."""
    address = f"[{port.host_address}]" if ":" in port.host_address else port.host_address
    host = str(port.host_port) if port.host_port else ""
    before = f"{address}:{host}:" if address else f"{host}:" if host else ""
    return f"{before}{port.container_port}" + (f"/{port.protocol}" if port.protocol != "tcp" else "")


def _short(item: Item) -> Iterator[Port]:
    text = item.text()
    if not (match := SHORT.fullmatch(text)):
        raise item.wrong(f"{text!r} is not a published port", next='write it like "8080:80" or "127.0.0.1:8080:80/tcp"')
    address = (match["address"] or "").strip("[]")
    yield from _ports(item, match["host"] or "", match["container"], match["protocol"] or "tcp", address)


def _long(item: Item) -> Iterator[Port]:
    words = item.entries()
    item.others(LONG, {}, LONG_WORDS)
    if "target" not in words:
        raise item.wrong("a published port has a target", next="target: the port inside the container")
    if "mode" in words and words["mode"].text() not in ("ingress", "host"):
        raise words["mode"].wrong("the mode of a port is ingress or host")
    said = {name: "" if one.empty else one.text() for name, one in words.items() if name in LONG}
    protocol, address = said.get("protocol") or "tcp", said.get("host_ip", "")
    yield from _ports(item, said.get("published", ""), said["target"], protocol, address)


def _ports(item: Item, host: str, container: str, protocol: str, address: str) -> Iterator[Port]:
    inside, outside = _range(item, container), _range(item, host or "0")
    if not host:
        outside = range(len(inside))
    elif len(inside) == 1 < len(outside):
        item.note(f"a topology has no choice of host ports, so any free one is taken, not one of {host}")
        outside, host = range(1), ""
    elif len(inside) != len(outside):
        raise item.wrong(f"{host} are {len(outside)} ports, and {container} are {len(inside)}")
    with item.here():
        for on, port in zip(outside, inside, strict=True):
            yield Port(on if host else 0, port, protocol.lower(), address)


def _range(item: Item, text: str) -> range:
    match = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
    if not match or last < first:
        raise item.wrong(f"{text!r} is neither a port nor a range of ports")
    if last - first >= MOST:
        raise item.wrong(f"{text} are {last - first + 1} ports", because=TOO_MANY)
    return range(first, last + 1)
