"""A capture as a file that Wireshark and tcpdump read.

``.pcap`` is the old format (https://www.tcpdump.org/manpages/pcap-savefile.5.html), here with nanoseconds; anything
else is pcapng (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-05.html), which also keeps where each packet
was seen, which way it went, and the names of the addresses.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from course.errors import CourseError
from course.labhost.capturing.captured import WHOLE
from course.observe.capturing.packets import Packet

_ETHERNET, _RAW = 1, 101  # https://www.tcpdump.org/linktypes.html
_SECTION, _INTERFACE, _NAMES, _PACKET = 0x0A0D0D0A, 1, 4, 6
_IF_NAME, _IF_TSRESOL, _EPB_FLAGS = 2, 9, 2
_INBOUND, _OUTBOUND = 1, 2


def save(packets: Sequence[Packet], path: Path) -> None:
    """Write the file as a whole or not at all. Raises CourseError if it cannot be written."""
    data = pcap(packets) if path.suffix == ".pcap" else pcapng(packets)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError as error:
        raise CourseError(
            f"the capture cannot be saved as {path}",
            because=str(error.strerror or error),
            next="choose another place, or make room there; the capture itself is still whole",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink()


def pcap(packets: Sequence[Packet]) -> bytes:
    """The old format. Raises CourseError if some interfaces carry Ethernet frames and others do not."""
    kinds = {_link(packet) for packet in packets} or {_ETHERNET}
    if len(kinds) > 1:
        raise CourseError(
            "a .pcap file holds packets of one kind of interface, and these are of two",
            next='save it as .pcapng: taken.save("capture.pcapng")',
        )
    head = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, WHOLE, kinds.pop())
    return b"".join([head, *(_old(packet) for packet in packets)])


def _old(packet: Packet) -> bytes:
    seconds, ns = divmod(packet.ns, 1_000_000_000)
    return struct.pack("<IIII", seconds, ns, len(packet.raw), packet.length) + packet.raw


def pcapng(packets: Sequence[Packet]) -> bytes:
    """One section, with an interface for each place where something was seen."""
    places = list(dict.fromkeys((packet.at, _link(packet)) for packet in packets))
    numbers = {place: number for number, place in enumerate(places)}
    parts = [_block(_SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    parts += [_interface(*place) for place in places]
    parts += [_known_names(packets)] if packets else []
    parts += [_packet(packet, numbers[packet.at, _link(packet)]) for packet in packets]
    return b"".join(parts)


def _link(packet: Packet) -> int:
    return _ETHERNET if packet.ethernet else _RAW


def _interface(name: str, link: int) -> bytes:
    options = [(_IF_NAME, name.encode()), (_IF_TSRESOL, b"\x09")]  # times in 10⁻⁹ s
    return _block(_INTERFACE, struct.pack("<HHI", link, 0, WHOLE), options)


def _packet(packet: Packet, interface: int) -> bytes:
    head = struct.pack("<IIIII", interface, packet.ns >> 32, packet.ns & 0xFFFFFFFF, len(packet.raw), packet.length)
    way = struct.pack("<I", _OUTBOUND if packet.way == "out" else _INBOUND)
    return _block(_PACKET, head + _padded(packet.raw), [(_EPB_FLAGS, way)])


def _known_names(packets: Iterable[Packet]) -> bytes:
    named = {
        pair
        for packet in packets
        for pair in ((packet.headers.source, packet.source), (packet.headers.destination, packet.destination))
        if pair[0] != pair[1]
    }
    records = [record for address, name in sorted(named) if (record := _name(address, name))]
    return _block(_NAMES, b"".join([*records, struct.pack("<HH", 0, 0)]))


def _name(address: str, name: str) -> bytes:
    try:
        end = ipaddress.ip_address(address)
    except ValueError:  # of an Ethernet frame without IP
        return b""
    value = end.packed + name.replace(" ", "-").encode() + b"\0"
    return struct.pack("<HH", 1 if end.version == 4 else 2, len(value)) + _padded(value)


def _block(kind: int, body: bytes, options: Sequence[tuple[int, bytes]] = ()) -> bytes:
    listed = [struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options]
    body += b"".join([*listed, struct.pack("<HH", 0, 0)]) if options else b""
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
