"""Does each end, and each router between them, know the way to the other, and the neighbour to hand it to? Pure."""

from __future__ import annotations

from course.labhost.records import Neighbour, Outcome, Route
from graders.case import Case, Reason
from graders.ends import End, bare
from graders.namespaces import route_to
from graders.path import Path, path


def routes(case: Case) -> Reason | None:
    """The first wrong turn."""
    found = path(case) if case.lost or case.refused else None
    if found is None:
        return None
    ends = (reason for end in found.ends if (reason := _from(case, found, end)))
    return next(ends, None) or _routers(case, found) or _neighbours(case, found)


def _from(case: Case, way: Path, end: End) -> Reason | None:
    """The way from one end to the address that it knows the other by."""
    to = way.other(end)
    address = way.seen(to)
    if end.view.namespace == to.view.namespace or not address:
        return None
    route = route_to(end.view.routes, address)
    if (route is None or route.kind != "unicast") and case.answer.outcome != _without(way, end):
        return None
    if route is None:
        return _no_route(case, way, end, address)
    if route.kind != "unicast":
        command = f"ip route del {route.kind} {route.destination}"
        because = f"{end.name} has a route {route.kind} {route.destination}, and {address} is in it"
        return Reason(because, case.within(end.place, command), False, "route-forbids")
    if route.via and end.network and not _is_somebody(way, end, route.via):
        return _wrong_gateway(case, end, route)
    return None


def _without(way: Path, end: End) -> Outcome:
    """What it looks like if this end has no way to the other: who asks is told at once, who answers cannot tell."""
    return "no-route" if end is way.source else "timeout"


def _no_route(case: Case, way: Path, end: End, address: str) -> Reason:
    if any(route.destination == "default" for route in end.view.routes) or way.one_link:
        return Reason(f"{end.name} has no route to {address}", "", False, "no-route")
    if end is way.source and way.bridge(way.target) and way.target.place.host != end.place.host:
        return _inside_its_host(way.target)
    because = f"{end.name} has no default route, and {address} is on no network of its own"
    bridge = next((i for i in way.host(end.place.host).interfaces if i.name == way.bridge(end)), None)
    gateway = next(iter(sorted(bare(bridge))), "GATEWAY") if bridge else "GATEWAY"
    return Reason(because, case.within(end.place, f"ip route add default via {gateway}"), False, "no-default-route")


def _inside_its_host(end: End) -> Reason:
    host = end.place.host
    because = f"{end.address} is an address inside {host}: on the LAN nobody knows the way to it"
    return Reason(because, f"publish a port of {end.name} (-p) and go to http://{host}:PORT", False, "inside-its-host")


def _wrong_gateway(case: Case, end: End, route: Route) -> Reason:
    network = case.networks.get(end.network)
    gateway = network.gateway if network and network.gateway else "GATEWAY"
    what = "the default route" if route.destination == "default" else f"the route to {route.destination}"
    because = f"{what} of {end.name} leads to {route.via}, and nobody has that address"
    next = case.within(end.place, f"ip route replace {route.destination} via {gateway}")
    return Reason(because, next, False, "wrong-gateway")


def _is_somebody(way: Path, end: End, address: str) -> bool:
    return any(address in view.addresses for view in way.case.views.get(end.place.host, {}).values())


def _routers(case: Case, way: Path) -> Reason | None:
    """The machines between the ends."""
    for host in way.routers:
        if case.closer(host).settings.get("net.ipv4.ip_forward") == "0":
            because = f"{host} forwards nothing from one network to another: net.ipv4.ip_forward is 0"
            return Reason(because, f"%%on {host}\nsysctl -w net.ipv4.ip_forward=1", False, "forwarding-off")
    for host in {*way.routers, *(end.place.host for end in way.ends)}:
        for end in way.ends:
            route = route_to(way.host(host).routes, end.address) if end.address and way.bridge(end) else None
            if host == end.place.host and route and route.kind != "unicast":
                because = f"a route of {host} is {route.kind} {route.destination}, where {end.name} is"
                next = f"%%on {host}\nip route del {route.kind} {route.destination}"
                return Reason(because, next, False, "route-forbids")
    return None


# --- neighbours -----------------------------------------------------------------------------------------


def _neighbours(case: Case, way: Path) -> Reason | None:
    """Whoever talks to an end on its own link must know its MAC address."""
    if way.one_link:
        pairs = [(a, way.other(a)) for a in way.ends]
        return next((reason for a, b in pairs if (reason := _mistaken(case, a.name, a, b))), None)
    return next((reason for end in way.ends if (reason := _host_mistaken(case, way, end))), None)


def _mistaken(case: Case, who: str, a: End, b: End) -> Reason | None:
    wrong = _wrong(a.view.neighbours, b)
    if not wrong:
        return None
    next = case.within(a.place, f"ip neigh del {wrong.address} dev {wrong.device}")
    return Reason(_words(who, wrong, b), next, False, "wrong-neighbour")


def _host_mistaken(case: Case, way: Path, end: End) -> Reason | None:
    host = end.place.host
    wrong = _wrong(way.host(host).neighbours, end) if way.bridge(end) else None
    if not wrong:
        return None
    next = f"%%on {host}\nip neigh del {wrong.address} dev {wrong.device}"
    return Reason(_words(host, wrong, end), next, False, "wrong-neighbour")


def _wrong(neighbours: list[Neighbour], end: End) -> Neighbour | None:
    known = [one for one in neighbours if one.address == end.address and one.mac]
    return next((one for one in known if end.interface and one.mac.lower() != end.interface.mac.lower()), None)


def _words(who: str, wrong: Neighbour, end: End) -> str:
    kind = "was told for good" if wrong.state == "PERMANENT" else "takes it"
    mac = end.interface.mac if end.interface else ""
    return f"{who} {kind} that {wrong.address} is at {wrong.mac}, and {end.name} is at {mac}"
