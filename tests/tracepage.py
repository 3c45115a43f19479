"""The page of traces: each a real journey of a real packet, as the tests saw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from course.labs.release import REPOSITORY
from course.observe.journey import Journey

PAGE = REPOSITORY / "build" / "docs" / "traces.md"
HEAD = """# Traces

Each of these is one real packet and its answer. `trace("web", "db:5432")` sends it, and every machine of the lab
watches: at every interface, and at every rule of its firewall. The tests wrote this page when they followed these
packets.
"""
Picture = Callable[[Journey, Path], None]  # draws a journey into a file


def write(journeys: Mapping[str, Journey], picture: Picture | None = None) -> None:
    """Write the page. With ``picture`` each journey's timetable is drawn beside it and shown under its title."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    parts = [HEAD]
    for title, journey in journeys.items():
        parts += [f"## {title}\n", f'`trace("{journey.source}", "{journey.target}")`\n', f"{journey.sentence}\n"]
        if picture:
            file = PAGE.with_name(f"trace-{_slug(title)}.svg")
            picture(journey, file)
            parts.append(f"![{title}]({file.name})\n")
        parts.append(f"```\n{journey}\n```\n")
    PAGE.write_text("\n".join(parts))


def _slug(title: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in title.lower()).split())
