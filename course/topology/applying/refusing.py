"""Why a network or container cannot be made as it is meant, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from course.topology.applying.scene import Scene
from course.topology.checks import overlap, parse_subnet
from course.topology.container import EVERY_ADDRESS, Container, Port
from course.topology.difference import Thing, doing, thing_of
from course.topology.model import Network


class Refusal(NamedTuple):
    """Why it cannot be, and what to do next."""

    because: str
    next: str


def network(scene: Scene, wanted: Network, leaving: Collection[Thing]) -> Refusal | None:
    """Why a network cannot be made, if so, when those that are ``leaving`` have gone."""
    return _no_swarm(scene, wanted) or _overlap(scene, wanted, leaving)


def removal(scene: Scene, thing: Thing) -> Refusal | None:
    """Why a network of ours cannot be removed, if so."""
    strangers = [one.name for one in scene.plugs.get(thing, []) if not scene.ours(one)]
    if not strangers:
        return None
    because = f"it must go, and {' and '.join(strangers)}, which this topology did not make, is on it"
    return Refusal(because, f"!docker network disconnect -f '{thing.name}' {strangers[0]}")


def container(scene: Scene, wanted: Container) -> Refusal | None:
    """Why a container cannot be made, if so: its image, or whom it has to wait for."""
    return _no_image(scene, wanted) or _no_lead(scene, wanted)


def ports(scene: Scene, wanted: Container, leaving: Collection[Thing], refused: Collection[Thing]) -> Refusal | None:
    """Why a container cannot be started, if so: another that stays, or that comes before it, has a port of its."""
    for other in _publishers(scene, wanted, leaving, refused):
        for port in wanted.ports:
            if any(_clash(port, one) for one in other.ports):
                because = f"port {port.host_port} of {wanted.machine} is published by {other} already"
                return Refusal(because, "choose another port of the host")
    return None


def _no_swarm(scene: Scene, wanted: Network) -> Refusal | None:
    machine = wanted.machine
    if wanted.driver != "overlay" or machine in scene.facts.managers:
        return None
    if machine in scene.facts.swarm:
        because = f"an overlay network is made by a manager of the swarm, and {machine} is none"
        return Refusal(because, "add the network to the machine that is the manager, too")
    because = f"an overlay network needs a swarm, and {machine} is in none"
    return Refusal(because, f"!docker swarm init --advertise-addr ADDRESS\non {machine}, with its address on the LAN")


def _overlap(scene: Scene, wanted: Network, leaving: Collection[Thing]) -> Refusal | None:
    mine = [parse_subnet(subnet, wanted.name) for subnet in wanted.subnets]
    for other in scene.actual.networks_of(wanted.machine):
        theirs = [parse_subnet(subnet, other.name) for subnet in other.subnets]
        apart = thing_of(other) in leaving or "overlay" in (other.driver, wanted.driver)
        if not apart and (clash := overlap(mine, theirs)):
            because = f"its subnet {clash[0]} overlaps with {clash[1]} of network {other}, which is there already"
            return Refusal(because, "choose another subnet, or remove that network")
    return None


def _no_image(scene: Scene, wanted: Container) -> Refusal | None:
    if not wanted.image:
        return Refusal("it has no image to be made from", 'give it one, such as "toolbox"')
    if scene.facts.images.get((wanted.machine, wanted.image)) == "":
        because = f"{wanted.machine} has no image {wanted.image}"
        return Refusal(because, "!docker images\nlists those there are; a lab host has no internet to fetch others")
    return None


def _no_lead(scene: Scene, wanted: Container) -> Refusal | None:
    for lead in scene.leads(wanted):
        if lead not in scene.wanted and lead not in scene.containers:
            what = "shares the network namespace of" if lead.name == wanted.owner else "waits for"
            return Refusal(f"it {what} {lead.name}, which is not in the topology", f"add {lead.name} to it")
    return None


def _publishers(
    scene: Scene, wanted: Container, leaving: Collection[Thing], refused: Collection[Thing]
) -> Iterator[Container]:
    """Others of the machine that publish ports: those that stay, and those that come before it in the topology."""
    for other in scene.actual.containers_of(wanted.machine):
        if other.name != wanted.name and thing_of(other) not in leaving and doing(other) != "idle":
            yield other
    for other in scene.intended.containers_of(wanted.machine):
        if other.name == wanted.name:
            return
        if thing_of(other) in scene.wanted and thing_of(other) not in refused and doing(other) != "idle":
            yield other


def _clash(one: Port, other: Port) -> bool:
    same = (one.host_port, one.protocol) == (other.host_port, other.protocol) and one.host_port != 0
    everywhere = one.host_address in EVERY_ADDRESS or other.host_address in EVERY_ADDRESS
    return same and (everywhere or one.host_address == other.host_address)
