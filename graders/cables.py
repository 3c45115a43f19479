"""The cables between a namespace and the bridge of its machine: whether one is cut, and where. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from course.labhost.records import Interface, View
from graders.case import Case, Reason
from graders.ends import bare
from graders.facts import Container, Place
from graders.namespaces import route_to
from graders.path import path
from graders.traffic import protocol

Views = Mapping[str, View]


def cut(case: Case) -> Reason | None:
    """The first interface on the way that is down, unplugged or gone, and the command that cures it."""
    if not case.lost:
        return None
    cuts = (reason for place, to in _ways(case) if (reason := _cut_at(case, place, to)))
    return next(cuts, None) or _kept_apart(case)


def _kept_apart(case: Case) -> Reason | None:
    """A bridge lets no packet pass from one isolated port to another."""
    found = path(case)
    ends = [end.interface.peer.partition("/")[2] for end in found.ends if end.interface] if found else []
    if not found or not found.one_link or not set(ends) <= set(case.closer(case.source.host).isolated):
        return None
    because = f"the bridge keeps {' and '.join(ends)} apart, the ports of {' and '.join(e.name for e in found.ends)}"
    next = "\n".join(f"bridge link set dev {name} isolated off" for name in ends)
    return Reason(because, f"%%on {case.source.host}\n{next}", False, "ports-isolated")


def _ways(case: Case) -> Iterator[tuple[Place, set[str]]]:
    """The places whose cables the packets need, each with addresses that tell which of its cables it is."""
    place, addresses = case.target.place, set(case.target.addresses)
    if case.ends and case.common:
        mine, its = ({end.networks[name].address for name in case.common} for end in case.ends)
        yield case.source, mine
        addresses = its
    else:
        yield case.source, addresses
    if place and place.view != "host":
        yield place, addresses
    elif place and case.wish.at:  # a published port leads on into a container
        wanted = (case.wish.at, protocol(case.wish.kind))
        for container in case.there:
            if container.running and wanted in [(p.on, p.protocol) for p in container.ports]:
                yield container.place, {end.address for end in container.networks.values()}


def _cut_at(case: Case, place: Place, to: set[str]) -> Reason | None:
    views = case.views.get(place.host, {})
    view, host = views.get(place.view), views.get("host")
    if view is None or host is None or view.namespace in (0, host.namespace):
        return None
    interfaces = _on_the_way(view, to)
    known = [_gone(view, place.container, case.run)] if place.container and place.container.own_network else []
    return next((reason for reason in [*known, *(_at(one, place, views, case) for one in interfaces)] if reason), None)


def _on_the_way(view: View, addresses: Iterable[str]) -> list[Interface]:
    """The interfaces that have one of the addresses, or the route to one; all that are in use, if none has."""
    routes = [route_to(view.routes, address) for address in addresses if address]
    devices = {route.device for route in routes if route}
    # a kernel may put idle tunnel devices into every namespace: those do not count
    used = [i for i in view.interfaces if i.name != "lo" and (i.up or i.addresses or i.kind == "veth")]
    return [i for i in used if i.name in devices or bare(i) & set(addresses)] or used


def _gone(view: View, container: Container, run: str) -> Reason | None:
    """The engine gave the container addresses; each must be on an interface."""
    idle = [one.name for one in view.interfaces if one.kind == "veth" and not any("." in a for a in one.addresses)]
    for network, end in container.networks.items():
        if end.address and end.address not in view.addresses:
            because = f"no interface of {container.name} has {end.address}, its address on {network}"
            why = f"{idle[0]} has lost it" if idle else "its cable is gone"
            next = f"{run}docker restart {container.name}"
            return Reason(f"{because}: {why}", next, False, "address-lost" if idle else "cable-gone")
    return None


def _at(one: Interface, place: Place, views: Views, case: Case) -> Reason | None:
    """What is wrong with this interface, the other end of its cable, or the bridge that this is plugged into."""
    if not one.up:
        up = _put_up(one.name, place.view, place, case.run)
        return Reason(f"{one.name} of {place.name} is down", up, False, "link-down")
    there, _, name = one.peer.rpartition("/")
    far = _interface(views.get(there), name)
    if far is None:
        return _leads_nowhere(one, place, case)
    if there != "host":
        up = _put_up(name, there, place, case.run)
        return None if far.up else Reason(f"{name} of {there} is down", up, False, "link-down")
    end = f"{name}, {place.host}'s end of the cable of {place.name},"
    if not far.up:
        return Reason(f"{end} is down", _put_up(name, "host", place, case.run), False, "link-down")
    if not far.master:
        plug = f"%%on {place.host}\nip link set {name} master {_bridge(place, views, case)}"
        return None if far.addresses else Reason(f"{end} is plugged into no bridge", plug, False, "unplugged")
    bridge = _interface(views["host"], far.master)
    if bridge is None or bridge.up:
        return None
    because = f"{far.master}, the bridge that {place.name} is plugged into, is down"
    return Reason(because, _put_up(far.master, "host", place, case.run), False, "bridge-down")


def _leads_nowhere(one: Interface, place: Place, case: Case) -> Reason | None:
    """A veth pair without another end in sight; a cable of a driver other than bridge may end out of sight."""
    nets = [case.networks.get(name) for name in place.container.attached] if place.container else []
    if one.kind != "veth" or one.peer or any(net is None or net.driver != "bridge" for net in nets):
        return None
    return Reason(f"the cable at {one.name} of {place.name} leads nowhere on {place.host}", cause="cable-gone")


def _put_up(name: str, view: str, place: Place, run: str) -> str:
    if view == "host":
        return f"%%on {place.host}\nip link set {name} up"
    if view.startswith("netns:"):
        return f"%%on {place.host}\nip -n {view.partition(':')[2]} link set {name} up"
    return f"{run}docker run --rm --network container:{view} --cap-add NET_ADMIN toolbox ip link set {name} up"


def _bridge(place: Place, views: Views, case: Case) -> str:
    """The bridge of the container's network is the one that has the network's gateway."""
    names = place.container.attached if place.container else []
    gateways = {case.networks[name].gateway for name in names if name in case.networks}
    return next((i.name for i in views["host"].interfaces if bare(i) & gateways), "BRIDGE")


def _interface(view: View | None, name: str) -> Interface | None:
    return next((i for i in view.interfaces if i.name == name), None) if view else None
