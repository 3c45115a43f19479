"""A topology made real on a lab: planned first, then applied, and removed again by its label.

Only what wears the label of the topology is changed. Whatever of others fits is used as it is; what does not is named.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from course.errors import TopologyError
from course.topology.applying import looking, telling
from course.topology.applying.doing import Doer
from course.topology.applying.planning import make_plan
from course.topology.applying.report import News, Report, Tell
from course.topology.applying.running import run
from course.topology.applying.steps import Plan, Refused
from course.topology.difference import Thing
from course.topology.model import Topology

if TYPE_CHECKING:
    from course.labs.lab import Lab


def plan(topology: Topology, lab: Lab) -> Plan:
    """What `apply` would do now; nothing is changed.

    Raises TopologyError if the topology has no name, or has something on a machine that the lab has not or that has no
    engine; LabError if the lab is closed or an engine of it does not answer.
    """
    _check(topology, lab)
    return make_plan(topology, *looking.look(topology, lab))


def apply(topology: Topology, lab: Lab, progress: Tell | None = None) -> Report:
    """Make ``topology`` real on the machines of ``lab``: what is missing is made, what differs is changed, in parallel.

    Applied a second time it changes nothing. Each failure is in the report by the name of its object; what needs that
    object is not tried, the rest is. Interrupted at any moment, it leaves what the next `apply` puts right.

    ``progress`` is called with `News` of every object, from this thread; if it is not given, one line tells in a
    terminal or a notebook. Raises what `plan` raises.
    """
    began = time.monotonic()
    todo = plan(topology, lab)
    tell = progress or telling.usual(topology.name)
    news = {one.thing: _refused(one) for one in todo.refused}
    for one in news.values():
        tell(one)
    engines = {name: host.client.api for name, host in lab.hosts.items()}
    news |= run(todo, Doer(topology, engines), tell)
    news |= {one.object: one for one in _ended(topology, lab, news)}
    return Report(topology.name, tuple(news.values()), time.monotonic() - began)


def destroy(topology_name: str, lab: Lab, progress: Tell | None = None) -> Report:
    """Remove all that was made from the topology of that name, by its label, and nothing else."""
    return apply(Topology(topology_name), lab, progress)


def _check(topology: Topology, lab: Lab) -> None:
    if not lab.all:
        raise lab.closed()
    if not topology.name.strip():
        raise TopologyError("a topology without a name cannot be applied", next="give it one: what is made wears it")
    used = {one.machine for one in topology.networks} | {one.machine for one in topology.containers}
    for name in sorted(used - lab.hosts.keys()):
        what = "has no Docker Engine" if name in lab.all else "is not in this lab"
        hosts = ", ".join(lab.hosts)
        raise TopologyError(f"machine {name} of the topology {what}", next=f"the lab hosts of this lab are {hosts}")


def _refused(one: Refused) -> News:
    if not one.tried:
        return News(one.thing, "not tried", one.because)
    return News(one.thing, "failed", str(one.error))


def _ended(topology: Topology, lab: Lab, news: dict[Thing, News]) -> Iterator[News]:
    """What was started and has ended by now: a failure, unless it ended well."""
    for thing, code, words in looking.ended(lab, topology) if news else ():
        one = news.get(thing)
        if one and one.state == "done":
            last = f"; its last words: {words}" if words else ""
            if code:
                yield replace(one, state="failed", sentence=f"it ended at once with exit code {code}{last}")
            else:
                yield replace(one, sentence=f"{one.sentence}; it has ended, with exit code 0")
