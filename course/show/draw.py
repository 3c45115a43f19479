"""One word for all pictures: ``draw(lab)``, ``draw(journey)``."""

from __future__ import annotations

from contextlib import suppress

from course.errors import CourseError, LabError
from course.labs.lab import Lab
from course.observe.byhand import with_handmade
from course.observe.journey import Journey
from course.observe.live import read
from course.observe.matrix import Matrix
from course.show.conversation import conversation
from course.show.grid import grid
from course.show.journey import timetable
from course.show.picture import Picture
from course.show.sheet import sheet
from course.show.talk import Talk
from course.topology.model import Topology


def draw(what: Lab | Topology | Matrix | Journey | Talk, theme: str | None = None) -> Picture:
    """The picture of a lab as it is now, of a topology, a matrix, a packet's journey, or a capture.

    ``theme`` is "light" or "dark"; without one, the picture follows the theme of the page that shows it.
    Raises CourseError for anything else.
    """
    if isinstance(what, Lab):
        return sheet(_seen(what), theme)
    if isinstance(what, Topology):
        return sheet(what, theme)
    if isinstance(what, Matrix):
        return grid(what, theme)
    if isinstance(what, Journey):
        return timetable(what, theme)
    if isinstance(what, Talk):
        title = f"{what.title}; each packet is drawn once" if what.once else what.title
        return conversation(what.once, title, theme)
    raise CourseError(
        f"a {type(what).__name__} cannot be drawn",
        next="draw a lab, a topology, a matrix, a journey or a capture: draw(lab)",
    )


def _seen(lab: Lab) -> Topology:
    """What is there now, with what was made by hand; without that where an agent does not answer."""
    topology = read(lab)
    for host in lab.hosts.values():
        with suppress(LabError):
            topology = with_handmade(topology, host.name, host.state(rules=False).views)
    return topology
