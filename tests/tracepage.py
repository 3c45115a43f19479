"""The page of traces: each a real journey of a real packet, as the tests saw it."""

from __future__ import annotations

from collections.abc import Mapping

from course.labs.release import REPOSITORY
from course.observe.journey import Journey
from course.show.journey import timetable

PAGE = REPOSITORY / "build" / "docs" / "traces.md"
HEAD = """# Traces

Each of these is one real packet and its answer. `trace("web", "db:5432")` sends it, and every machine of the lab
watches: at every interface, and at every rule of its firewall. The tests wrote this page when they followed these
packets.
"""


def write(journeys: Mapping[str, Journey]) -> None:
    """Write the page, with each journey's timetable beside it."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    parts = [HEAD]
    for title, journey in journeys.items():
        parts += [f"## {title}\n", f'`trace("{journey.source}", "{journey.target}")`\n', f"{journey.sentence}\n"]
        file = timetable(journey).save(PAGE.with_name(f"trace-{_slug(title)}.svg"))
        parts.append(f"![{title}]({file.name})\n")
        parts.append(f"```\n{journey}\n```\n")
    PAGE.write_text("\n".join(parts))


def _slug(title: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in title.lower()).split())
