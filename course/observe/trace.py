"""One real packet followed on its whole way: ``trace("web", "db:5432")``."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from course.errors import CourseError
from course.labhost.records import Answer
from course.labhost.tracing import marks
from course.labhost.tracing.sightings import IN_USE, Question, Seen, Wanted
from course.observe.journey import Journey
from course.observe.tracing.aim import Aim, Asked, aim, place
from course.observe.tracing.story import tell

if TYPE_CHECKING:
    from course.labs.host import Host
    from course.labs.lab import Lab

PATIENCE = 0.9  # seconds for an answer: TCP would say it again after one, and that would be two packets
_SLACK = 5.0  # seconds that machines watch on for somebody who does not come back
# one after the other, so that none is used again while the kernel remembers its last connection
_marks = itertools.cycle(random.sample(marks.ALL, len(marks.ALL)))


def trace(source: str, target: str, lab: Lab | None = None) -> Journey:
    """Send one real packet from ``source`` to ``target`` and show its way, and that of the answer, as data.

    ``source`` is a container, a machine, ``host2/web`` or ``netns:red``. ``target`` is ``db:5432`` (TCP), ``db``
    (ping), ``udp://clock:9000``, ``dns:db`` (name lookup) or ``http://web/``; a name is looked up first, as the
    source would.
    Without a ``lab`` it is the one that was opened last. All machines of the lab watch while the packet is on its way.
    Raises LabError if there is no such source or the lab does not answer, CourseError for a target that makes no sense.
    """
    if lab is None:
        from course.labs.lab import current

        lab = current()
    wanted = aim(target)
    machine, view = place(lab, source)
    mark, answer, seen = _watched(lab, machine, view, wanted)
    return tell(Asked(source, target, wanted, machine, view, mark, answer), seen)


def _watched(lab: Lab, machine: str, view: str, wanted: Aim) -> tuple[int, Answer, dict[str, Seen]]:
    """The question asked while all machines watch: the mark of its packets, the answer, and what was seen."""
    port = 0 if wanted.kind == "http" else wanted.port
    hosts = dict(lab.all)
    with ThreadPoolExecutor(len(hosts)) as pool:
        mark, blind = _begin(hosts, machine, wanted, pool)
        try:
            answer = hosts[machine].ask(Question(mark, wanted.kind, view, wanted.address, port, PATIENCE))
        finally:
            seen = dict(zip(hosts, pool.map(partial(_end, mark), hosts.values()), strict=True))
    return mark, answer, seen | {name: Seen(trouble=[f"it did not watch ({why})"]) for name, why in blind.items()}


def _begin(hosts: dict[str, Host], asker: str, wanted: Aim, pool: ThreadPoolExecutor) -> tuple[int, dict[str, str]]:
    """Have all machines watch: the mark, and what was said by machines that cannot. The asker's own must."""
    for mark in _marks:
        watch = Wanted(mark, PATIENCE + _SLACK, wanted.transport, wanted.port)
        errors = dict(zip(hosts, pool.map(partial(_try, watch), hosts.values()), strict=True))
        blind = {name: error for name, error in errors.items() if error}
        taken = any(IN_USE in error.what for error in blind.values())
        if not taken and asker not in blind:
            return mark, {name: error.what for name, error in blind.items()}
        list(pool.map(partial(_end, mark), (host for name, host in hosts.items() if name not in blind)))
        if not taken:
            raise blind[asker]
    raise AssertionError("marks never end")


def _try(watch: Wanted, host: Host) -> CourseError | None:
    try:
        host.watch(watch)
    except CourseError as error:
        return error
    return None


def _end(mark: int, host: Host) -> Seen:
    """What the machine saw; if it cannot say, nothing, and that is told."""
    try:
        return host.watched(mark)
    except CourseError as error:
        return Seen(trouble=[f"what it saw is lost ({error.what})"])
