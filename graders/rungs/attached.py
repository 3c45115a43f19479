"""Is each end on a network, and on one that both are on? Pure."""

from __future__ import annotations

from graders.case import Case, Reason
from graders.facts import DEFAULT_BRIDGE, Container, Network

ICC = "com.docker.network.bridge.enable_icc"


def no_network(case: Case) -> Reason | None:
    """One end is a container without any network."""
    target = case.target.place.container if case.target.place else None
    for one in (case.source.container, target):
        if one and one.own_network and not one.attached:
            next = f"{case.run}docker network connect NETWORK {one.name}"
            return Reason(f"{one.name} is on no network", next, True, "no-network")
    return None


def two_hosts(case: Case) -> Reason | None:
    """The ends are on two lab hosts, and no network reaches both."""
    if not case.ends or case.ends[0].host == case.ends[1].host:
        return None
    a, b = case.ends
    if any(case.networks.get(name, Network(name)).driver != "bridge" for name in case.common):
        return None
    because = f"{a.name} is on {a.host} and {b.name} on {b.host}: a bridge network ends at the edge of its host"
    return Reason(because, f"publish a port of {b.name} (-p) and go to http://{b.host}:PORT", True, "two-hosts")


def no_common_network(case: Case) -> Reason | None:
    """The ends have no network in common."""
    if not case.ends or case.common:
        return None
    a, b = case.ends
    theirs, mine = _user_defined(b), _user_defined(a)
    who, where = (a.name, theirs[0]) if theirs else (b.name, mine[0]) if mine else ("", "")
    next = f"{case.run}docker network connect {where} {who}" if who else make_network(case)
    return Reason(f"{_whereabouts(a)}; {_whereabouts(b)}", next, True, "no-common-network")


def internal(case: Case) -> Reason | None:
    """The source has no network with a way out."""
    me = case.source.container
    if not me or case.answer.outcome not in ("no-route", "no-name", "timeout") or (case.ends and case.common):
        return None
    if not (network := only_internal(case, me)):
        return None
    return Reason(f"{network} is internal: there is no way out of it", "", True, "internal-network")


def no_icc(case: Case) -> Reason | None:
    """The network keeps its containers apart."""
    for name in case.common:
        if case.networks.get(name, Network(name)).options.get(ICC) == "false":
            because = f"{name} was made with {ICC}=false: its containers may not talk to each other"
            return Reason(because, make_network(case), True, "icc-off")
    return None


# --- words ------------------------------------------------------------------------------------------


def only_internal(case: Case, container: Container) -> str:
    """The container's networks, if every one is known to be internal."""
    found = [case.networks.get(name) for name in container.attached]
    return " and ".join(net.name for net in found if net) if all(net and net.internal for net in found) else ""


def make_network(case: Case) -> str:
    """Commands that put both ends on a new network."""
    connect = [f"{case.run}docker network connect NAME {container.name}" for container in case.ends or ()]
    return "\n".join([f"{case.run}docker network create NAME", *connect])


def _user_defined(container: Container) -> list[str]:
    return [name for name in container.attached if name != DEFAULT_BRIDGE]


def _whereabouts(container: Container) -> str:
    names = sorted(container.networks)
    if names == [DEFAULT_BRIDGE]:
        return f"{container.name} is on the default network (bridge) only"
    return f"{container.name} is on {' and '.join(names)}{' only' if len(names) == 1 else ''}"
