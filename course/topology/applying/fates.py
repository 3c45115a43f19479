"""What is to become of each network and container: made, made anew, kept, used as it is, removed or refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from course.topology.applying import refusing
from course.topology.applying.marks import TOPOLOGY, changed
from course.topology.applying.plugging import pluggings
from course.topology.applying.refusing import Refusal
from course.topology.applying.scene import Scene
from course.topology.container import Container
from course.topology.difference import PREDEFINED, Thing, doing, is_on, thing_of
from course.topology.model import Network

Verb = Literal["make", "remake", "keep", "adopt", "drop", "refuse"]


@dataclass(frozen=True)
class Fate:
    """What becomes of an object, why, and for the refused what to do next."""

    verb: Verb
    why: str = ""
    next: str = ""


Fates = dict[Thing, Fate]


def fates(scene: Scene) -> Fates:
    """The fate of every network and container that is meant to be there, or is there and wears our label."""
    found: Fates = {thing: Fate("drop", "it is not in the topology any more") for thing in _unwanted(scene)}
    for network in scene.intended.networks:
        if network.name not in PREDEFINED and not network.external:
            found[thing_of(network)] = _network(scene, network)
    found |= {thing: Fate("refuse", *why) for thing in [*found] if (why := _network_refusal(scene, thing, found))}
    for thing in sorted(scene.wanted, key=lambda thing: len(scene.reach[thing])):  # owners before those who share
        found[thing] = _container(scene, scene.wanted[thing], found)
    for thing in scene.wanted:
        if refusal := _container_refusal(scene, thing, found):
            found[thing] = Fate("refuse", *refusal)
    return {
        thing: found[thing]
        for thing in dict.fromkeys([*(one for one in found if one not in scene.wanted), *scene.wanted])
    }


def leaving(found: Fates) -> frozenset[Thing]:
    """What is there now and will not stay."""
    return frozenset(thing for thing, fate in found.items() if fate.verb in ("remake", "drop"))


def remade(found: Fates) -> frozenset[Thing]:
    """What is there now, and is made anew."""
    return frozenset(thing for thing, fate in found.items() if fate.verb == "remake")


def _unwanted(scene: Scene) -> Iterator[Thing]:
    meant = {*scene.wanted, *map(thing_of, scene.intended.networks)}
    for thing in (*scene.networks, *scene.containers):
        if scene.ours(thing) and thing not in meant and _is_place(scene, thing):
            yield thing


def _is_place(scene: Scene, thing: Thing) -> bool:
    """Whether a thing is made and removed on that machine: a swarm's networks are, on one of its managers."""
    overlay = thing in scene.networks and scene.networks[thing].driver == "overlay"
    return not overlay or thing.machine in scene.facts.managers[:1]


def _network_refusal(scene: Scene, thing: Thing, found: Fates) -> Refusal | None:
    verb, gone = found[thing].verb, leaving(found)
    if thing.kind == "network" and thing in gone and (stuck := refusing.removal(scene, thing)):
        return stuck
    network = next((one for one in scene.intended.networks if thing_of(one) == thing), None)
    return refusing.network(scene, network, gone) if network and verb in ("make", "remake") else None


def _container_refusal(scene: Scene, thing: Thing, found: Fates) -> Refusal | None:
    container, verb, gone = scene.wanted[thing], found[thing].verb, leaving(found)
    if verb not in ("make", "remake", "keep"):
        return None
    if verb != "keep" and (refusal := refusing.container(scene, container)):
        return refusal
    starts = doing(container) != "idle" and (verb != "keep" or _starts(scene, thing))
    return refusing.ports(scene, container, gone, _refused(found)) if starts else None


def _refused(found: Fates) -> frozenset[Thing]:
    return frozenset(thing for thing, fate in found.items() if fate.verb == "refuse")


# --- networks --------------------------------------------------------------------------------------------------------


def _network(scene: Scene, network: Network) -> Fate:
    thing = thing_of(network)
    if network.driver == "overlay" and _made_elsewhere(scene, thing):
        return Fate("keep")
    if thing not in scene.networks:
        return Fate("make", ", ".join([network.driver, *network.subnets, *(["internal"] if network.internal else [])]))
    if not scene.ours(thing):
        return _foreign(scene, thing)
    if settings := changed(scene.labels(thing), network):
        return Fate("remake", f"made anew, for a network cannot be changed: {_changed(settings)}")
    return Fate("keep")


def _made_elsewhere(scene: Scene, thing: Thing) -> bool:
    """Whether an overlay network comes from the swarm's first manager, where it is, or is meant to be."""
    first = scene.facts.managers[:1]
    if thing.machine in first or thing.machine not in scene.facts.swarm:
        return False
    meant = {thing_of(network) for network in scene.intended.networks}
    return any(Thing("network", machine, thing.name) in {*meant, *scene.networks} for machine in first)


# --- containers ------------------------------------------------------------------------------------------------------


def _container(scene: Scene, container: Container, found: Fates) -> Fate:
    thing = thing_of(container)
    if thing not in scene.containers:
        return Fate("make", _about(scene, container))
    if not scene.ours(thing):
        return _foreign(scene, thing)
    if why := _outdated(scene, container, found):
        return Fate("remake", f"made anew: {why}")
    return Fate("keep")


def _outdated(scene: Scene, container: Container, found: Fates) -> str:
    """Why a container of ours must be made anew, if it must; all else can be changed while it runs."""
    thing = thing_of(container)
    if settings := changed(scene.labels(thing), container):
        return _changed(settings)
    image = scene.facts.images.get((container.machine, container.image), "")
    if image and image != scene.facts.made_of.get(container.where, image):
        return f"another image has the name {container.image} now"
    return _unhoused(scene, container, found) if container.owner else _stuck(scene, container, found)


def _unhoused(scene: Scene, container: Container, found: Fates) -> str:
    """Whether the network namespace that a container shares is, or will be, another one than it lives in.

    An owner that was removed takes it along for ever; one that was started again only from those who run meanwhile.
    """
    owner, there = Thing("container", container.machine, container.owner), scene.containers[thing_of(container)]
    runs = doing(there) != "idle"
    if there.shares != container.shares or (runs and container.where in scene.facts.orphans):
        return f"the network namespace of {container.owner} is another one now"
    if found.get(owner, Fate("keep")).verb == "remake" or (runs and _starts(scene, owner)):
        return f"it shares the network namespace of {container.owner}, which gets a new one"
    return ""


def _stuck(scene: Scene, container: Container, found: Fates) -> str:
    """Why a container cannot be started or connected, if it must be: the engine does neither without the network that
    it was made on, and gives a MAC address that one asks for only at the making."""
    plugs = [one.plug for one in pluggings(scene, container, remade(found)) if one.plug]
    if given := [plug.mac for plug in plugs if plug.mac]:
        return f"the engine gives {given[0]} only to a new container"
    home = Thing("network", container.machine, scene.facts.homes.get(container.where, "bridge"))
    stays = home.name in PREDEFINED or home in (scene.networks.keys() | found.keys()) - _dropped(found)
    needed = plugs or _starts(scene, thing_of(container))
    return f"the network on which it was made, {home.name}, is gone" if needed and not stays else ""


def _dropped(found: Fates) -> frozenset[Thing]:
    return frozenset(thing for thing, fate in found.items() if fate.verb == "drop")


def _starts(scene: Scene, thing: Thing) -> bool:
    """Whether a container is there, does not run, and shall."""
    wanted, there = scene.wanted.get(thing), scene.containers.get(thing)
    return bool(wanted and there and doing(wanted) != "idle" and doing(there) == "idle")


def _about(scene: Scene, container: Container) -> str:
    plugs = is_on(container, scene.intended).values()
    places = [plug.network + (f" as {plug.address}" if plug.address else "") for plug in plugs]
    where = f"on {', '.join(places)}" if places else "without a network"
    if container.shares not in ("", "none"):
        where = f"in the network namespace of {container.owner or 'the host'}"
    ports = [f"publishes {', '.join(map(str, container.ports))}"] if container.ports else []
    return ", ".join([f"image {container.image or '-'}", where, *ports])


# --- both ------------------------------------------------------------------------------------------------------------


def _foreign(scene: Scene, thing: Thing) -> Fate:
    """Something of that name is there, and not from us: used as it is if it fits."""
    if owner := scene.labels(thing).get(TOPOLOGY):
        whose = f"belongs to the topology {owner}"
    elif unfit := [one for item, found in scene.differences.items() if _part(item, thing) for one in found]:
        whose = f"was not made from this topology, and does not fit: {unfit[0]}"
    else:
        return Fate("adopt")
    remove = "!docker rm -f" if thing.kind == "container" else "!docker network rm"
    return Fate("refuse", f"what has its name {whose}", f"{remove} {thing.name}\nremoves that; or choose another name")


def _part(item: Thing, thing: Thing) -> bool:
    """Whether it is the thing itself, or a plug of that container."""
    return item == thing or (item.kind == "attachment" and thing.kind == "container" and item.where == thing.where)


def _changed(settings: list[str]) -> str:
    return f"its {' and '.join(name.replace('_', ' ') for name in settings)} changed"
