"""How everything that is drawn stands: what is there of it, and what differs. Pure."""

from __future__ import annotations

from course.topology.difference import Difference, Thing
from course.topology.model import Container, Topology

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


def told(found: list[Difference], ids: Ids) -> list[dict[str, str]]:
    """Differences as the page lists them."""
    return [{"id": id_of(ids, one.thing), "text": one.sentence} for one in found]
