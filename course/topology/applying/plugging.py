"""What is done with the plugs of a container that is kept: pulled, put in, or both, and why. Pure."""

from __future__ import annotations

from collections.abc import Container as Some
from collections.abc import Iterator
from typing import NamedTuple

from course.topology.applying.scene import Scene, parsed, place
from course.topology.applying.steps import Sign, Verb
from course.topology.difference import Thing, is_on, thing_of
from course.topology.model import Attachment, Container

ANEW: tuple[Verb, ...] = ("disconnect", "connect")


class Plugging(NamedTuple):
    """What is done with one plug, and why in words. ``plug`` is how it shall be, if it shall."""

    thing: Thing
    sign: Sign
    verbs: tuple[Verb, ...]
    why: str
    plug: Attachment | None = None


def pluggings(scene: Scene, container: Container, remade: Some[Thing]) -> Iterator[Plugging]:
    """All that is to be done, when the networks ``remade`` are made anew. The plugs of others come and go with them."""
    wanted = is_on(container, scene.intended)
    there = {plug.network: plug for plug in scene.actual.attachments_of(container) if plug.network != "host"}
    for network, plug in there.items():
        if network not in wanted and (network != "none" or wanted):
            why = "it lets no other network in" if network == "none" else "the container is not meant to be on it"
            yield Plugging(thing_of(plug), "-", ("disconnect",), why)
    for network, plug in wanted.items():
        thing = thing_of(plug)
        if network not in there:
            yield Plugging(thing, "+", ("connect",), _about(plug), plug)
        elif thing in scene.facts.loose:
            yield Plugging(thing, "~", ("connect",), "connected anew: it leads to a network that is gone", plug)
        elif why := _wrong(scene, plug, there[network], remade):
            yield Plugging(thing, "~", ANEW, f"connected anew: {why}", plug)


def _about(plug: Attachment) -> str:
    words = [f"address {plug.address}"] if plug.address else []
    words += [f"alias {alias}" for alias in plug.aliases]
    return ", ".join(words) or "the container is not on it"


def _wrong(scene: Scene, wanted: Attachment, found: Attachment, remade: Some[Thing]) -> str:
    """Why a plug must be pulled and put in again, if it must: the engine changes nothing of it otherwise."""
    thing = thing_of(wanted)
    if differences := scene.differences.get(thing):
        return "; ".join(one.sentence.removeprefix(f"{thing}: ") for one in differences)
    if Thing("network", wanted.machine, wanted.network) in remade:
        return "the network is made anew"
    holder = scene.addresses.get((place(found), parsed(found.address))) if found.address else None
    return f"its address {found.address} is meant for {holder}" if holder not in (None, wanted.container) else ""
