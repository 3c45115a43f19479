"""The routing table, said whole: what is not listed must not be there. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from course.labhost.records import Route, View
from graders.facts import Place
from graders.verdict import Verdict, require

EVERYWHERE = ("default", "0.0.0.0/0")
NOWHERE = ("blackhole", "unreachable", "prohibit", "throw")


def exactly(view: View, place: Place, expected: Mapping[str, set[str]]) -> Verdict:
    """The main table's IPv4 routes are these: each destination with the set of its next hops, and no others."""
    wanted = {"default" if to in EVERYWHERE else to: hops for to, hops in expected.items()}
    found: dict[str, set[str]] = {}
    for route in view.routes:
        if ":" not in route.destination + route.via + route.source:
            found.setdefault(route.destination, set()).add(_hop(route))
    observed = {to: hops for to, hops in found.items() if wanted.get(to) != hops}
    missing = {to: hops for to, hops in wanted.items() if found.get(to) != hops}
    return require(
        found == wanted,
        f"{place.name} has other routes",
        _lines(missing) or f"these {len(wanted)} routes and no others",
        _lines(observed) or "no such route",
        "",
        place.typed(*_cure(observed, missing)),
    )


def _hop(route: Route) -> str:
    """Where packets go next; a route that leads nowhere is named by its kind."""
    return (route.via or route.device) if route.kind == "unicast" else route.kind


def _cure(strays: Mapping[str, set[str]], missing: Mapping[str, set[str]]) -> list[str]:
    gone = [f"ip route del {to}" for to in strays]
    return [*gone, *(f"ip route add {_said(to, hops)}" for to, hops in missing.items())]


def _said(to: str, hops: set[str]) -> str:
    """As ``ip route`` says it."""
    if nowhere := [hop for hop in hops if hop in NOWHERE]:
        return f"{nowhere[0]} {to}"
    ways = [f"via {hop}" if hop[:1].isdigit() else f"dev {hop}" for hop in sorted(hops)]
    return f"{to} {ways[0]}" if len(ways) == 1 else " ".join([to, *(f"nexthop {way}" for way in ways)])


def _lines(routes: Mapping[str, set[str]]) -> str:
    return "\n".join(_said(to, hops) for to, hops in sorted(routes.items()))
