"""How everything that is drawn stands: what is there of it, and what differs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from course.observe.traffic import written
from course.topology.difference import Difference, Thing
from course.topology.model import Container, Machine, Topology

Ids = dict[tuple[str, ...], str]


def id_of(ids: Ids, thing: Thing) -> str:
    """The id that a thing has in the drawing; empty if it is not drawn."""
    key = ("plug", thing.machine, thing.name, thing.network) if thing.kind == "attachment" else (
        thing.kind, thing.machine, thing.name,
    )  # fmt: skip
    return ids.get(key, "")


def states(topology: Topology, now: Topology, ids: Ids) -> dict[str, str]:
    """What everything that is drawn does: running, exited…, missing where the rest is there, planned otherwise."""
    containers: dict[tuple[str, str], Container] = {one.where: one for one in now.containers}
    networks = {one.where for one in now.networks}
    plugs = {(one.machine, one.container, one.network) for one in now.attachments}
    found: dict[str, str] = {}
    built = any(one.where in containers for one in topology.containers)
    lacking = "missing" if built else "planned"
    for container in topology.containers:
        there = containers.get(container.where)
        found[ids["container", *container.where]] = there.state if there else lacking
    for network in topology.networks:
        found[ids["network", *network.where]] = "running" if network.where in networks else lacking
    for plug in topology.attachments:
        key = ids.get(("plug", plug.machine, plug.container, plug.network))
        owner = containers.get((plug.machine, plug.container))
        there_too = (plug.machine, plug.container, plug.network) in plugs
        if key:
            found[key] = (owner.state if owner and there_too else lacking) if owner else "planned"
    return found


def addresses(now: Topology, ids: Ids) -> dict[str, str]:
    """The address of every cable that is plugged in."""
    keys = ((ids.get(("plug", one.machine, one.container, one.network)), one.address) for one in now.attachments)
    return {key: address for key, address in keys if key and address}


def traffic(rates: Mapping[tuple[str, str, str], float], ids: Ids) -> dict[str, str]:
    """How much passes through every cable that is not quiet."""
    keys = ((ids.get(("plug", *plug)), rate) for plug, rate in rates.items())
    return {key: written(rate) for key, rate in keys if key}


def told(found: list[Difference], ids: Ids) -> list[dict[str, str]]:
    """Differences as the page lists them."""
    return [{"id": id_of(ids, one.thing), "text": one.sentence} for one in found]


def anywhere(topology: Topology, known: set[str]) -> Topology:
    """The topology without what is this lab's alone: the addresses of its machines, and those with nothing on them."""
    used = {one.machine for one in topology.networks} | {one.machine for one in topology.containers}
    kept = (one for one in topology.machines if one.name not in known or one.has_engine)
    hosts = [Machine(one.name, "", one.has_engine) if one.name in known else one for one in kept]
    needed = [one for one in hosts if one.name in used or one.name not in known] or hosts[:1]
    return replace(topology, machines=tuple(needed), lan="")


def at_home(topology: Topology, lab: Topology) -> Topology:
    """The topology on the machines of this lab; machines that the lab does not have stay as they are."""
    here = {machine.name for machine in lab.machines}
    strangers = tuple(machine for machine in topology.machines if machine.name not in here)
    return replace(topology, machines=(*lab.machines, *strangers), lan=lab.lan)
