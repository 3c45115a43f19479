"""A wish tried on the lab, and all that explains its answer."""

from __future__ import annotations

from dataclasses import replace

from course.labhost.records import Answer, Probe
from graders import explain
from graders.case import Case, Reason
from graders.facts import Container, Network, Place
from graders.namespaces import loopback
from graders.scene import Scene, is_address
from graders.traffic import NOWHERE, Target, Wish, astray, fulfilled
from graders.verdict import CheckFailed, Verdict

TRY = 1.0  # seconds; tried again until the deadline


def can(scene: Scene, wish: Wish, within: float) -> Verdict:
    """One try at a wish, by the name or the addresses that it goes by."""
    source = scene.need_place(wish.source)
    target = aim(scene, wish, source)
    answers = scene.ask((source, wish.probe(source.view, end, TRY)) for end in target.ends(wish.by)) or [NOWHERE]
    verdict = fulfilled(wish, answers, within)
    if verdict.passed:
        return astray(wish, target, answers[0])
    if verdict.outcome == "error" or answers[0].ok:
        return verdict
    return explained(verdict, explain.why_not(case(scene, wish, source, target, answers[0])))


def ask(scene: Scene, source: Place, probe: Probe) -> Answer:
    """The answer to one question."""
    return scene.ask([(source, probe)])[0]


def aim(scene: Scene, wish: Wish, source: Place, everywhere: bool = False) -> Target:
    """The other end of a wish; with every address of its namespace, if ``everywhere``.

    Raises CheckFailed if it does not exist or does not run.
    """
    end = wish.end
    if is_address(end):
        return Target("", (end,), source if loopback(end) else scene.owner(end))
    if place := scene.place(end):
        addresses = scene.every_address(place) if everywhere else scene.addresses(place)
        if everywhere or source.host != place.host:
            addresses = leading(scene, source, place, addresses)
        # Machines are known to everyone by name; a container at most to those on its own lab host.
        told = place.container is None or source.host == place.host
        return Target(place.own_name if told else "", addresses, place)
    if known := scene.named(end):
        return _alias(end, known)
    raise CheckFailed(scene.missing(end))


def leading(scene: Scene, source: Place, target: Place, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses that lead from ``source`` to ``target``, and not to someone nearer who has the same.

    Every lab host gives out the same addresses to its containers, as Docker does everywhere.
    """
    if source.host != target.host:
        return tuple(address for address in addresses if address not in scene.taken(source.host))
    scene.see([source, target])
    mine = scene.view(source)
    if mine.namespace == scene.view(target).namespace:
        return addresses
    return tuple(address for address in addresses if address not in mine.addresses)


def case(scene: Scene, wish: Wish, source: Place, target: Target, answer: Answer) -> Case:
    """Everything that explains an answer."""
    place = target.place
    there = tuple(scene.all_containers(place.host)) if place and place.view == "host" else ()
    doors = [c for c in there if wish.at in [published.on for published in c.ports]]
    containers = [c for c in (source.container, place.container if place else None, *doors) if c]
    networks = {name: net for c in containers for name in c.attached if (net := _network(scene, name, c.host))}
    listeners = tuple(scene.view(place).listeners) if place else ()
    run = scene.command(place.host if place else source.host)
    found = Case(wish, source, target, answer, networks, listeners, there, run)
    hosts = {source.host, place.host if place else source.host} if found.lost else set()
    return replace(found, views={host: scene.views(host) for host in hosts})


def explained(verdict: Verdict, reason: Reason) -> Verdict:
    """The verdict with the reason, where there is one."""
    return verdict.with_reason(reason.because or verdict.because, reason.next or verdict.next, reason.settled)


def _alias(name: str, known: list[Container]) -> Target:
    ends = (end for container in known for end in container.networks.values())
    addresses = tuple(end.address for end in ends if name in end.names and end.address)
    first = known[0]
    return Target(name, addresses, Place(name, first.host, first.name, first))


def _network(scene: Scene, name: str, host: str) -> Network | None:
    return next(iter(scene.networks(f"{host}/{name}")), None)
