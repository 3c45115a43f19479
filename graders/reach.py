"""A wish tried on the lab, and all that explains its answer."""

from __future__ import annotations

from course.labhost.records import Answer, Probe
from graders import explain
from graders.case import Reason
from graders.facts import Container, Place
from graders.gather import case
from graders.namespaces import loopback
from graders.scene import Scene, is_address
from graders.traffic import ASTRAY, NOWHERE, Target, Wish, astray, fulfilled
from graders.verdict import CheckFailed, Verdict

__all__ = ["TRY", "aim", "ask", "can", "case", "explained", "leading"]

TRY = 1.0  # seconds; tried again until the deadline


def can(scene: Scene, wish: Wish, within: float) -> Verdict:
    """One try at a wish, by the name or the addresses that it goes by."""
    source = scene.need_place(wish.source)
    target = aim(scene, wish, source)
    answers = scene.ask((source, wish.probe(source.view, end, TRY)) for end in target.ends(wish.by)) or [NOWHERE]
    verdict = fulfilled(wish, answers, within)
    if verdict.passed:
        verdict = astray(wish, target, answers[0])
    if verdict.passed or verdict.outcome == "error" or (answers[0].ok and verdict.why != ASTRAY):
        return verdict
    return explained(verdict, explain.why_not(case(scene, wish, source, target, _nearest(source, target, answers))))


def _nearest(source: Place, target: Target, answers: list[Answer]) -> Answer:
    """The answer about an address on a network that both are on, if there is one: that was the way to take."""
    mine = source.container.networks if source.container else {}
    its = target.place.container.networks if target.place and target.place.container else {}
    near = {end.address for name, end in its.items() if name in mine}
    return next((answer for answer in answers if answer.address in near), answers[0])


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
    raise CheckFailed(_nobody(scene.missing(end), end))


def _nobody(verdict: Verdict, name: str) -> Verdict:
    """A name that nobody has may be an alias that somebody should have."""
    because = verdict.because or f"no container is called {name}, and none has it as an alias"
    alias = f"!docker network connect --alias {name} NETWORK CONTAINER gives one that name"
    return verdict.with_reason(because, f"{verdict.next}\n{alias}", verdict.settled)


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


def explained(verdict: Verdict, reason: Reason) -> Verdict:
    """The verdict with the reason, where there is one."""
    because, next = reason.because or verdict.because, reason.next or verdict.next
    return verdict.with_reason(because, next, reason.settled, reason.cause or verdict.why)


def _alias(name: str, known: list[Container]) -> Target:
    ends = (end for container in known for end in container.networks.values())
    addresses = tuple(end.address for end in ends if name in end.names and end.address)
    first = known[0]
    return Target(name, addresses, Place(name, first.host, first.name, first))
