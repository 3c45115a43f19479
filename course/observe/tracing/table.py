"""A journey as a text table: when, where, at which station, what happened, and how the packet changed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from course.observe.hop import Header, Hop

WIDTH = 118  # of the sentence and of what could not be seen
_SIGNS = {"there": "→", "back": "←"}


def table(hops: Sequence[Hop]) -> list[str]:
    """A line for each hop under a line of heads; none where there is no hop."""
    rows = list(_rows(hops))
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    return ["  ".join([row[0].rjust(widths[0]), *map(str.ljust, row[1:5], widths[1:]), row[5]]) for row in rows]


def told(sentence: str, unseen: Iterable[str]) -> list[str]:
    """How it ended and what could not be watched, in lines that fit under the table."""
    return [_wrapped(sentence), *(_wrapped(f"not seen: {text}") for text in unseen)]


def _rows(hops: Sequence[Hop]) -> Iterator[tuple[str, ...]]:
    if hops:
        yield ("ms", "", "where", "station", "packet", "what")
    place, header = "", ""
    for hop in hops:
        where, before, after = _where(hop), _header(hop.before), _header(hop.after)
        packet = f"⇒ {after}" if before != after else before if before != header else ""
        yield (
            f"{hop.ms:.3f}",
            _SIGNS[hop.way],
            where if where != place else "",
            hop.station,
            packet,
            _what(hop),
        )
        place, header = where, after


def _where(hop: Hop) -> str:
    return hop.machine if hop.view == "host" else f"{hop.machine}/{hop.view}"


def _header(header: Header) -> str:
    text = f"{header} {header.note}".rstrip()
    outer = header.outer
    return f"VXLAN {header.vni} {outer.source} → {outer.destination} [{text}]" if outer else text


def _what(hop: Hop) -> str:
    stop = "■ " if hop.act == "stopped" else ""
    return f"{stop}{hop.rule or hop.detail}"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
