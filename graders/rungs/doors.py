"""Does a port of the lab host lead into a container? Pure."""

from __future__ import annotations

from graders import namespaces, standstill
from graders.case import Case, Reason
from graders.ends import door
from graders.facts import Container, Publication
from graders.rungs.attached import only_internal
from graders.traffic import protocol

TAKEN = "port is already allocated"


def not_published(case: Case) -> Reason | None:
    """The target is a lab host, and its port leads nowhere, or not for those who ask."""
    place, port = case.target.place, case.wish.at
    if not place or place.view != "host" or not port or case.answer.outcome == "no-name" or _open(case, port):
        return None
    if case.known.get(place.host) == ():  # a plain machine, without an engine
        because = f"no program listens on port {port} of {place.name}"
        return Reason(because, "", False, "nobody-listens") if case.refused else None
    at_port = [(c, p) for c in case.there for p in c.ports if p.on == port and p.protocol == protocol(case.wish.kind)]
    if reason := _taken([c for c, _ in at_port], case, port):
        return reason
    wrong = [_wrongly(case, container, published) for container, published in at_port]
    if at_port:
        return None if None in wrong else wrong[0]
    others = [f"{c.name} has its {p}" for c in case.there for p in c.ports if c.running]
    because = "; ".join([f"no container publishes a port as {port} of {place.name}", ", ".join(others)]).rstrip("; ")
    next = f"{case.run}docker run -d -p {port}:80 … publishes port 80 of a container there"
    return Reason(because, next, True, "not-published")


def _taken(containers: list[Container], case: Case, port: int) -> Reason | None:
    """One of several that want the port has it, and another could not start for that."""
    waiting = next((c for c in containers if TAKEN in c.error and not c.running), None)
    taker = next((c for c in containers if c.running), None)
    if not waiting or not taker:
        return None
    because = f"{taker.name} has port {port} of {waiting.host}, so {waiting.name}, which wants it too, could not start"
    cure = f"{case.run}docker rm -f {taker.name}\n{case.run}docker start {waiting.name}"
    return Reason(because, cure, True, "port-taken")


def _wrongly(case: Case, container: Container, published: Publication) -> Reason | None:
    """What keeps the port of this container from being used, if anything does."""
    if not container.running:
        because = f"{container.name}, which publishes it, is {container.status}"
        verb = "unpause" if container.status == "paused" else "start"
        return Reason(because, f"{case.run}docker {verb} {container.name}", True, standstill.cause(container))
    if network := only_internal(case, container):
        because = f"{container.name} is on {network} only, which is internal: no port of it is published"
        next = f"{case.run}docker network connect NETWORK {container.name}, with a network that is not internal"
        return Reason(because, next, True, "internal-network")
    if namespaces.loopback(published.address) and case.source.host != container.host:
        because = f"{container.name} is published on {published.address}, which only {container.host} itself can use"
        again = f"{case.run}docker rm -f {container.name}, then run it again with -p {published.on}:{published.port}"
        return Reason(because, again, True, "published-on-loopback")
    return None


def wrong_port(case: Case) -> Reason | None:
    """The port leads into a container, to a port where nothing listens."""
    container = door(case)
    if not container or not case.refused:
        return None
    inner = next(p.port for p in container.ports if p.on == case.wish.at)
    because = f"port {case.wish.at} leads to port {inner} of {container.name}"
    view = case.view(container.place)
    if not view:
        return Reason(f"{because}: does a program listen there?", f"{case.run}docker exec {container.name} ss -tln")
    verdict = namespaces.listening(view.listeners, container.name, inner, protocol=protocol(case.wish.kind))
    here = [one for one in view.listeners if one.port == inner and one.protocol == protocol(case.wish.kind)]
    if here and all(namespaces.loopback(one.address) for one in here):
        because = f"{because}, whose program listens on {here[0].address} only"
        return Reason(because, f"run {container.name} so that it listens on 0.0.0.0", False, "listens-on-loopback")
    if verdict.passed:
        return None
    again = f"{case.run}docker rm -f {container.name}, then run it again with -p {case.wish.at}:PORT"
    return Reason(f"{because}: {verdict.headline}, and {verdict.observed}", again, False, "published-to-wrong-port")


def _open(case: Case, port: int) -> bool:
    """Whether a program of the machine itself listens there, so that the port needs no container."""
    return any(one.port == port and not namespaces.loopback(one.address) for one in case.listeners) and not any(
        p.on == port for container in case.there for p in container.ports
    )
