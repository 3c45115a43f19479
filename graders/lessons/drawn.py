"""A plan drawn or typed as a Compose file beside the notebook: what it says, and whether that is what runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from course.errors import TopologyError
from course.topology.compose import read_compose
from course.topology.difference import compare
from course.topology.model import Topology
from graders.task import not_attempted
from graders.verdict import fail, require

if TYPE_CHECKING:
    from course.labs.lab import Lab
    from graders.verdict import Verdict


def plan(file: str, *containers: str) -> Topology:
    """The plan in ``file``, which must lie in the working directory and hold these containers.

    Raises NotAttempted without a file or with an empty one, CheckFailed for what is no plan or lacks a container.
    """
    if not Path(file).exists():
        raise not_attempted(f"there is no {file}", "draw it in the builder above, or type it in the cell above that")
    try:
        reading = read_compose(Path(file))
    except TopologyError as error:
        fail(f"{file} cannot be read as a plan", observed=error.what, because=error.because, next=error.next).enforce()
        raise
    there = [container.name for container in reading.topology.containers]
    if not there:
        raise not_attempted(f"{file} has no containers", "\n".join(reading.notes) or "draw the first")
    for name in containers:
        require(
            name in there,
            f"{file} has no container {name}",
            expected=", ".join(containers),
            observed=", ".join(there),
            because="" if len(there) < len(containers) else "Compose makes names of its own, unless the file says one",
            next=f"add it, or give it its name: container_name: {name}",
        ).enforce()
    return reading.topology


def is_made(lab: Lab, plan: Topology, file: str) -> Verdict:
    """A pass if all that is planned is there, as planned, running or not; what was made beside it is not looked at."""
    from course.observe.live import read

    theirs = ("network", "container")
    found = [one for one in compare(plan, read(lab)) if one.kind != "extra" or one.thing.kind not in theirs]
    found = [one for one in found if one.setting != "state"]
    return require(
        not found,
        f"what runs is not what {file} says",
        expected=f"everything in {file}, as it stands there",
        observed="; ".join(map(str, found[:3])),
        because="apply makes a plan real; what it could not do, it reports",
        next="run the cell with apply above, read its report, and run this one again",
    )
