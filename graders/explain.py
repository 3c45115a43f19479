"""Why packets did not arrive, and what to do about it: a ladder from name to listener. Pure.

Each rung looks at one thing and says nothing if it is in order; the first that speaks is the reason.
"""

from __future__ import annotations

from collections.abc import Callable

from graders import cables, namespaces
from graders.case import Case, Reason
from graders.facts import DEFAULT_BRIDGE, Container, Network, Publication
from graders.traffic import protocol

ICC = "com.docker.network.bridge.enable_icc"


def why_not(case: Case) -> Reason:
    """Why the wish did not come true."""
    for rung in LADDER:
        if reason := rung(case):
            return reason
    return Reason()


def why_so(case: Case) -> Reason:
    """Why a wish came true that should not have."""
    if not case.ends or not case.common:
        return Reason()
    a, b = case.ends
    shared = case.common[0]
    return Reason(
        f"{a.name} and {b.name} are both on {' and '.join(case.common)}",
        f"{case.run}docker network disconnect {shared} {a.name}",
        settled=True,
    )


# --- the rungs --------------------------------------------------------------------------------------


def _source_has_no_network(case: Case) -> Reason | None:
    me = case.source.container
    if not me or not me.own_network or me.attached:
        return None
    return Reason(f"{me.name} is on no network", f"{case.run}docker network connect NETWORK {me.name}", settled=True)


def _target_has_no_network(case: Case) -> Reason | None:
    it = case.target.place.container if case.target.place else None
    if not it or not it.own_network or it.attached:
        return None
    return Reason(f"{it.name} is on no network", f"{case.run}docker network connect NETWORK {it.name}", settled=True)


def _on_two_hosts(case: Case) -> Reason | None:
    if not case.ends or case.ends[0].host == case.ends[1].host:
        return None
    a, b = case.ends
    if any(case.networks.get(name, Network(name)).driver != "bridge" for name in case.common):
        return None
    return Reason(
        f"{a.name} is on {a.host} and {b.name} on {b.host}: a bridge network ends at the edge of its host",
        f"publish a port of {b.name} (-p) and go to http://{b.host}:PORT",
        settled=True,
    )


def _no_common_network(case: Case) -> Reason | None:
    if not case.ends or case.common:
        return None
    a, b = case.ends
    theirs, mine = _user_defined(b), _user_defined(a)
    who, where = (a.name, theirs[0]) if theirs else (b.name, mine[0]) if mine else ("", "")
    next = f"{case.run}docker network connect {where} {who}" if who else _make_network(case)
    return Reason(f"{_whereabouts(a)}; {_whereabouts(b)}", next, settled=True)


def _name_on_default_bridge(case: Case) -> Reason | None:
    if case.answer.outcome != "no-name" or case.common != [DEFAULT_BRIDGE]:
        return None
    because = "the default network (bridge) knows containers by address only; a network you create knows names"
    return Reason(because, _make_network(case), settled=True)


def _unknown_name(case: Case) -> Reason | None:
    if case.answer.outcome != "no-name" or not case.common:
        return None
    names = sorted({name for net in case.common for name in case.ends[1].networks[net].names} if case.ends else ())
    if case.target.name in names:
        because = f"the name server that {case.source.name} asks is not the one of its networks"
        return Reason(because, f"!docker exec {case.source.name} cat /etc/resolv.conf")
    return Reason(f"on {case.common[0]} it is known as {', '.join(names)}", "", settled=True)


def _wrong_address(case: Case) -> Reason | None:
    went, right = case.answer.address, case.target.addresses
    if case.wish.by != "name" or not case.target.place or not went or went in right or went.startswith("127."):
        return None
    because = f'"{case.target.name}" led to {went}, and {case.target.place.name} has {", ".join(right)}'
    return Reason(because, f"look at /etc/hosts of {case.source.name}")


def _internal(case: Case) -> Reason | None:
    me = case.source.container
    if not me or case.answer.outcome not in ("no-route", "no-name", "timeout") or (case.ends and case.common):
        return None
    if not (network := _only_internal(case, me)):
        return None
    return Reason(f"{network} is internal: there is no way out of it", "", settled=True)


def _no_icc(case: Case) -> Reason | None:
    for name in case.common:
        if case.networks.get(name, Network(name)).options.get(ICC) == "false":
            because = f"{name} was made with {ICC}=false: its containers may not talk to each other"
            return Reason(because, "", settled=True)
    return None


def _not_published(case: Case) -> Reason | None:
    """The target is a lab host: does anything lead from its port into a container?"""
    place, port = case.target.place, case.wish.at
    if not place or place.view != "host" or not port or case.answer.outcome == "no-name" or _open(case, port):
        return None
    at_port = [(c, p) for c in case.there for p in c.ports if p.on == port and p.protocol == protocol(case.wish.kind)]
    for container, published in at_port:
        return _published_wrongly(case, container, published)
    others = [f"{c.name} has its {p}" for c in case.there for p in c.ports if c.running]
    because = f"no container publishes a port as {port} of {place.name}"
    if others:
        because += f"; {', '.join(others)}"
    next = f"{case.run}docker run -d -p {port}:80 … publishes port 80 of a container there"
    return Reason(because, next, settled=True)


def _published_wrongly(case: Case, container: Container, published: Publication) -> Reason | None:
    if not container.running:
        because = f"{container.name}, which publishes it, is {container.status}"
        return Reason(because, f"{case.run}docker start {container.name}", settled=True)
    if network := _only_internal(case, container):
        because = f"{container.name} is on {network} only, which is internal: no port of it is published"
        next = f"{case.run}docker network connect NETWORK {container.name}, with a network that is not internal"
        return Reason(because, next, settled=True)
    if namespaces.loopback(published.address) and case.source.host != container.host:
        because = f"{container.name} is published on {published.address}, which only {container.host} itself can use"
        again = f"{case.run}docker rm -f {container.name}, then run it again with -p {published.on}:{published.port}"
        return Reason(because, again, settled=True)
    because = f"port {published.on} leads to port {published.port} of {container.name}"
    return Reason(f"{because}: does a program listen there?", f"{case.run}docker exec {container.name} ss -tln")


def _nobody_listens(case: Case) -> Reason | None:
    place, port = case.target.place, case.wish.at
    if not place or place.view == "host" or not port or case.answer.outcome != "refused":
        return None
    verdict = namespaces.listening(case.listeners, place.name, port, protocol=protocol(case.wish.kind))
    mine = [one for one in case.listeners if one.port == port and one.protocol == protocol(case.wish.kind)]
    if mine and all(namespaces.loopback(one.address) for one in mine):
        because = f"the program in {place.name} listens on {mine[0].address} only, which nobody outside can reach"
        return Reason(because, f"run {place.name} so that it listens on 0.0.0.0")
    if verdict.passed:
        return Reason(f"{place.name} listens on port {port}, so a rule must reject the packets", "")
    name = place.container.name if place.container else ""
    return Reason(f"{verdict.headline}: {verdict.observed}", f"{case.run}docker logs {name}" if name else "")


def _swallowed(case: Case) -> Reason | None:
    if case.answer.outcome != "timeout":
        return None
    because = "packets are sent and nothing comes back: something on the way drops them"
    return Reason(because, f"%%on {case.source.host}\niptables -S" if case.source.host else "")


LADDER: tuple[Callable[[Case], Reason | None], ...] = (
    _source_has_no_network,
    _target_has_no_network,
    _on_two_hosts,
    _no_common_network,
    _name_on_default_bridge,
    _unknown_name,
    _wrong_address,
    _internal,
    _no_icc,
    cables.cut,
    _not_published,
    _nobody_listens,
    _swallowed,
)


# --- words ------------------------------------------------------------------------------------------


def _only_internal(case: Case, container: Container) -> str:
    """The container's networks, if every one is known to be internal."""
    found = [case.networks.get(name) for name in container.attached]
    return " and ".join(net.name for net in found if net) if all(net and net.internal for net in found) else ""


def _user_defined(container: Container) -> list[str]:
    return [name for name in container.attached if name != DEFAULT_BRIDGE]


def _whereabouts(container: Container) -> str:
    names = sorted(container.networks)
    if names == [DEFAULT_BRIDGE]:
        return f"{container.name} is on the default network (bridge) only"
    return f"{container.name} is on {' and '.join(names)}{' only' if len(names) == 1 else ''}"


def _make_network(case: Case) -> str:
    ends = case.ends or ()
    connect = [f"{case.run}docker network connect NAME {container.name}" for container in ends]
    return "\n".join([f"{case.run}docker network create NAME", *connect])


def _open(case: Case, port: int) -> bool:
    return any(one.port == port and not namespaces.loopback(one.address) for one in case.listeners) and not any(
        p.on == port for container in case.there for p in container.ports
    )
