"""From what is there to what is meant: what is done with each object, and the steps that it takes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from course.topology.applying.fates import Fate, Fates, fates, remade
from course.topology.applying.marks import Facts
from course.topology.applying.ordering import ordered
from course.topology.applying.plugging import pluggings
from course.topology.applying.scene import Scene
from course.topology.applying.steps import Change, Plan, Refused, Sign, Verb
from course.topology.difference import Thing, doing
from course.topology.model import Container, Topology

# By what a container shall do and what it does: the steps between.
MOVES: dict[tuple[str, str], tuple[Verb, ...]] = {
    ("running", "idle"): ("start",),
    ("running", "paused"): ("unpause",),
    ("paused", "idle"): ("start", "pause"),
    ("paused", "running"): ("pause",),
    ("idle", "running"): ("stop",),
    ("idle", "paused"): ("stop",),
}
DONE = {"start": "started", "unpause": "unpaused", "pause": "paused", "stop": "stopped"}


@dataclass(frozen=True)
class Deed:
    """What is done with one object, and why in words."""

    thing: Thing
    sign: Sign
    verbs: tuple[Verb, ...]
    why: str


def make_plan(intended: Topology, actual: Topology, facts: Facts) -> Plan:
    """The plan that leads from ``actual`` to ``intended``.

    What cannot be made is refused with a reason, and so is all that needs it; the rest is planned as if they were not.
    """
    scene = Scene(intended, actual, facts)
    found = fates(scene)
    deeds = list(_deeds(scene, found))
    refused = [Refused(thing, fate.why, fate.next) for thing, fate in found.items() if fate.verb == "refuse"]
    wishes = [(verb, deed.thing) for deed in deeds for verb in deed.verbs]
    steps, blocked = ordered(scene, wishes, {one.thing for one in refused})
    return Plan(
        intended,
        tuple(Change(deed.sign, deed.thing, deed.why) for deed in deeds if deed.thing not in blocked),
        steps,
        (*refused, *(Refused(thing, f"it needs {lead}", tried=False) for thing, lead in blocked.items())),
        tuple(thing for thing, fate in found.items() if fate.verb == "adopt"),
    )


def _deeds(scene: Scene, found: Fates) -> Iterator[Deed]:
    for kind in ("network", "container"):
        for thing, fate in found.items():
            if thing.kind == kind:
                yield from _by_fate(scene, thing, fate)
    for thing, container in scene.wanted.items():
        if found[thing].verb == "keep":
            for one in pluggings(scene, container, remade(found)):
                yield Deed(one.thing, one.sign, one.verbs, one.why)


def _by_fate(scene: Scene, thing: Thing, fate: Fate) -> Iterator[Deed]:
    container = scene.wanted.get(thing)
    up: tuple[Verb, ...] = MOVES.get((doing(container), "idle"), ()) if container else ()
    if fate.verb == "drop":
        yield Deed(thing, "-", ("remove",), fate.why)
    elif fate.verb == "make":
        yield Deed(thing, "+", ("create", *up), fate.why)
    elif fate.verb == "remake":
        yield Deed(thing, "~", ("remove", "create", *up), fate.why)
    elif fate.verb == "keep" and container and (moves := _moves(container, scene.containers[thing])):
        why = next(one.sentence for one in scene.differences[thing] if one.setting == "state")
        yield Deed(
            thing, "~", moves, f"{' and '.join(DONE[verb] for verb in moves)}: it {why.removeprefix(f'{thing} ')}"
        )


def _moves(wanted: Container, found: Container) -> tuple[Verb, ...]:
    return MOVES.get((doing(wanted), doing(found)), ())
