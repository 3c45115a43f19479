"""A capture as text: one line a packet, none longer than a hundred columns."""

from __future__ import annotations

from collections.abc import Sequence

from course.observe.capture_packets import Packet

WIDTH = 100
HEAD = ("ms", "at", "way", "from", "to", "kind", "says", "bytes")
_FIRST, _LAST = 30, 10  # what is shown of a long capture
_WIDEST = {"at": 20, "from": 24, "to": 24}
_RIGHT = ("ms", "bytes")
_GAP = "  "


def table(packets: Sequence[Packet]) -> str:
    """Of long captures the beginning and the end."""
    folded = len(packets) > _FIRST + _LAST + 1
    shown = [*packets[:_FIRST], *packets[-_LAST:]] if folded else list(packets)
    rows = [HEAD, *(_row(packet) for packet in shown)]
    widths = _widths(rows)
    lines = [_line(row, widths) for row in rows]
    if folded:
        left_out = f"… {len(packets) - _FIRST - _LAST} more packets"
        lines.insert(1 + _FIRST, " " * (widths[0] + len(_GAP)) + left_out)
    return "\n".join(lines)


def _row(packet: Packet) -> tuple[str, ...]:
    ends, length = packet.ends, str(packet.length)
    return (f"{packet.ms:.3f}", packet.at, packet.way, *ends, packet.protocol, packet.words, length)


def _widths(rows: Sequence[tuple[str, ...]]) -> list[int]:
    """Of each column; what is said gets what the others leave."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths = [min(width, _WIDEST.get(name, width)) for name, width in zip(HEAD, widths, strict=True)]
    says = HEAD.index("says")
    others = sum(widths) - widths[says] + len(_GAP) * (len(HEAD) - 1)
    widths[says] = min(widths[says], max(8, WIDTH - others))
    return widths


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [_cell(*cell) for cell in zip(HEAD, row, widths, strict=True)]
    return _GAP.join(cells).rstrip()


def _cell(name: str, text: str, width: int) -> str:
    text = text if len(text) <= width else text[: width - 1] + "…"
    return text.rjust(width) if name in _RIGHT else text.ljust(width)
