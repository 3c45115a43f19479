"""A capture as text: one line a packet, none longer than a hundred columns."""

from __future__ import annotations

from collections.abc import Sequence

from course.observe.capturing.packets import Packet

WIDTH = 100
_FIRST, _LAST = 30, 10  # what is shown of a long capture
_HEAD = ("ms", "at", "way", "from", "to", "kind", "says", "bytes")
_SAYS = _HEAD.index("says")
_RIGHT = ("ms", "bytes")
_WIDEST = {"at": 18, "from": 22, "to": 22}
_GAP = "  "


def table(packets: Sequence[Packet]) -> str:
    """Of long captures the beginning and the end. Ports that a client was given are left out where there is no room."""
    folded = len(packets) > _FIRST + _LAST + 1
    shown = [*packets[:_FIRST], *packets[-_LAST:]] if folded else list(packets)
    rows = [_HEAD, *(_row(packet, packet.ends) for packet in shown)]
    if _widths(rows)[_SAYS] < _longest(rows)[_SAYS]:
        rows = [_HEAD, *(_row(packet, packet.short_ends) for packet in shown)]
    widths = _widths(rows)
    lines = [_line(row, widths) for row in rows]
    if folded:
        lines.insert(1 + _FIRST, f"{'…':>{widths[0]}}{_GAP}{len(packets) - _FIRST - _LAST} more packets")
    return "\n".join(lines)


def _row(packet: Packet, ends: tuple[str, str]) -> tuple[str, ...]:
    return (f"{packet.ms:.3f}", packet.at, packet.way, *ends, packet.protocol, packet.words, str(packet.length))


def _longest(rows: Sequence[tuple[str, ...]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _widths(rows: Sequence[tuple[str, ...]]) -> list[int]:
    """Of each column; what is said gets what the others leave."""
    widths = [min(width, _WIDEST.get(name, width)) for name, width in zip(_HEAD, _longest(rows), strict=True)]
    others = sum(widths) - widths[_SAYS] + len(_GAP) * (len(widths) - 1)
    widths[_SAYS] = min(widths[_SAYS], WIDTH - others)
    return widths


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [_cell(name, text, width) for name, text, width in zip(_HEAD, row, widths, strict=True)]
    return _GAP.join(cells).rstrip()


def _cell(name: str, text: str, width: int) -> str:
    text = text if len(text) <= width else text[: width - 1] + "…"
    return text.rjust(width) if name in _RIGHT else text.ljust(width)
