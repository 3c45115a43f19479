"""What comes before what: each step with the steps that it needs and those that it comes after. Pure.

Needed is what must have worked. Coming after only keeps the peace: an address or a port must be free before the next
one takes it, and who is meant to have an address of its own gets it before the engine deals out the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from course.topology.applying.scene import Scene
from course.topology.applying.steps import Key, Step, Verb
from course.topology.difference import Thing, is_on, thing_of
from course.topology.model import Container

RAISE: tuple[Verb, ...] = ("start", "unpause")


def ordered(scene: Scene, wishes: list[Key], refused: set[Thing]) -> tuple[tuple[Step, ...], dict[Thing, Thing]]:
    """The steps, and the things of which no step can be done, each with the refused or blocked thing that it needs."""
    keys = dict.fromkeys([*wishes, *_waits(scene, wishes)])
    order = _Order(scene, keys)
    needs = {key: list(order.needs(key)) for key in keys}
    blocked: dict[Thing, Thing] = {}
    while fresh := {
        key[1]: lead
        for key in keys
        for _, lead in needs[key]
        if key[1] not in blocked and lead != key[1] and (lead in refused or lead in blocked)
    }:
        blocked |= fresh
    able = [key for key in keys if key[1] not in blocked and key[1] not in refused]
    awaited = {lead for key in able for lead in needs[key]}
    left = [key for key in able if key[0] != "wait" or key in awaited]
    known = frozenset(left)
    steps = [Step(*key, known.intersection(needs[key]), known.intersection(order.after(key)) - {key}) for key in left]
    return tuple(steps), blocked


def _waits(scene: Scene, wishes: list[Key]) -> Iterator[Key]:
    """Whose health someone who is about to start waits for."""
    for verb, thing in wishes:
        if verb == "start":
            for lead, condition in scene.wanted[thing].depends_on.items():
                if condition == "healthy":
                    yield ("wait", Thing("container", thing.machine, lead))


class _Order:
    """The rules. What they name need not be planned: only steps that are count."""

    def __init__(self, scene: Scene, keys: Iterable[Key]) -> None:
        self.scene = scene
        self.by_verb: dict[str, list[Thing]] = {}
        for verb, thing in keys:
            self.by_verb.setdefault(verb, []).append(thing)

    def needs(self, key: Key) -> Iterator[Key]:
        """What must have worked."""
        verb, thing = key
        if thing.kind == "network":
            yield from self._network_needs(verb, thing)
        elif thing.kind == "attachment" and verb == "connect":
            yield ("disconnect", thing)
            yield from self._made(thing.machine, thing.network)
            yield from self._home(thing)
            yield ("disconnect", Thing("attachment", thing.machine, thing.name, "none"))
        elif thing.kind == "container":
            yield from self._container_needs(verb, thing)

    def after(self, key: Key) -> Iterator[Key]:
        """What must have ended."""
        verb, thing = key
        if verb == "create" and thing.kind == "network":
            yield from (("remove", one) for one in self._all("remove", thing.machine))
        elif verb in RAISE:
            yield from (("remove", one) for one in self._all("remove", thing.machine))
            yield from (("stop", one) for one in self._all("stop", thing.machine))
            yield from self._addresses(thing, [*is_on(self.scene.wanted[thing], self.scene.intended)])
        elif verb == "connect":
            yield from (("remove", one) for one in self._all("remove", thing.machine))
            yield from self._addresses(Thing("container", *thing.where), [thing.network])

    def _network_needs(self, verb: Verb, thing: Thing) -> Iterator[Key]:
        if verb == "remove":
            for container in self.scene.plugs.get(thing, []):
                yield ("remove", container)
                yield ("disconnect", Thing("attachment", *container.where, thing.name))
        else:
            yield ("remove", thing)

    def _container_needs(self, verb: Verb, thing: Thing) -> Iterator[Key]:
        container = self.scene.wanted.get(thing)
        if verb == "wait":
            yield from ((raising, thing) for raising in RAISE)
        elif verb == "pause":
            yield ("start", thing)
        elif container and verb == "create":
            yield ("remove", thing)
            for network in is_on(container, self.scene.intended):
                yield from self._made(thing.machine, network)
            if container.owner:
                yield ("create", Thing("container", thing.machine, container.owner))
        elif container and verb == "start":
            yield from (("connect", thing_of(plug)) for plug in is_on(container, self.scene.intended).values())
            yield ("create", thing)
            yield from self._home(thing)
            yield from self._leads(container)

    def _leads(self, container: Container) -> Iterator[Key]:
        for lead in self.scene.leads(container):
            yield from ((raising, lead) for raising in RAISE)
            if container.depends_on.get(lead.name) == "healthy":
                yield ("wait", lead)

    def _made(self, machine: str, network: str) -> Iterator[Key]:
        """Where the network comes from: for an overlay that may be another machine."""
        yield ("create", Thing("network", machine, network))
        for other in self.scene.intended.networks:
            if other.name == network and other.driver == "overlay":
                yield ("create", thing_of(other))

    def _home(self, thing: Thing) -> Iterator[Key]:
        """The network on which a container was made: the engine does not start or connect it without."""
        if home := self.scene.facts.homes.get(thing.where):
            yield from self._made(thing.machine, home)

    def _all(self, verb: Verb, machine: str) -> list[Thing]:
        return [thing for thing in self.by_verb.get(verb, []) if thing.machine == machine]

    def _addresses(self, thing: Thing, networks: list[str]) -> Iterator[Key]:
        """Before a container takes an address of a network: those who give one back, and those whose own it may be."""
        for one in self._all("disconnect", thing.machine):
            if one.network in networks or one.name == thing.name:
                yield ("disconnect", one)
        if self.scene.fixed(self.scene.wanted[thing]) or thing in self.scene.awaited:
            return
        for plug in self.scene.intended.attachments:
            if plug.machine == thing.machine and plug.network in networks and plug.address:
                yield ("start", Thing("container", plug.machine, plug.container))
                yield ("connect", thing_of(plug))
