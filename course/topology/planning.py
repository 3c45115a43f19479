"""From what is there to what is meant: what is done with each object, and the steps that it takes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from course.topology.difference import Thing, doing, is_on, thing_of
from course.topology.fates import Fate, Fates, fates
from course.topology.marks import Facts
from course.topology.model import Attachment, Container, Topology
from course.topology.ordering import ordered
from course.topology.scene import Scene, parsed, place
from course.topology.steps import Change, Plan, Refused, Sign, Verb

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
            yield from _plugs(scene, container, found)


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


def _plugs(scene: Scene, container: Container, found: Fates) -> Iterator[Deed]:
    """What is done with the plugs of a container that is kept; those of others come and go with them."""
    wanted = is_on(container, scene.intended)
    there = {plug.network: plug for plug in scene.actual.attachments_of(container) if plug.network != "host"}
    for network, plug in there.items():
        if network not in wanted and (network != "none" or wanted):
            says = "lets no other network in" if network == "none" else "the container is not meant to be on it"
            yield Deed(thing_of(plug), "-", ("disconnect",), says)
    for network, plug in wanted.items():
        thing = thing_of(plug)
        if network not in there or thing in scene.facts.loose:
            yield Deed(thing, "+" if network not in there else "~", ("connect",), _about(plug))
        elif why := _reconnected(scene, plug, there[network], found):
            yield Deed(thing, "~", ("disconnect", "connect"), f"connected anew: {why}")


def _about(plug: Attachment) -> str:
    words = [f"address {plug.address}"] if plug.address else []
    words += [f"alias {alias}" for alias in plug.aliases]
    return ", ".join(words) or "the container is not on it"


def _reconnected(scene: Scene, wanted: Attachment, found: Attachment, fates: Fates) -> str:
    """Why a plug must be pulled and put in again, if it must: the engine changes nothing of it otherwise."""
    thing = thing_of(wanted)
    if differences := scene.differences.get(thing):
        return "; ".join(one.sentence.removeprefix(f"{thing}: ") for one in differences)
    network = Thing("network", wanted.machine, wanted.network)
    if fates.get(network, Fate("keep")).verb == "remake":
        return "the network is made anew"
    holder = scene.addresses.get((place(found), parsed(found.address))) if found.address else None
    return f"its address {found.address} is meant for {holder}" if holder not in (None, wanted.container) else ""
