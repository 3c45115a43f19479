"""Routes: which way packets go, and a router between two networks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from course.labhost.records import Route
from graders.namespaces import route_to
from graders.scene import Scene
from graders.verdict import PASS, Verdict, fail, require

if TYPE_CHECKING:
    from course.labs.host import Host
    from course.labs.lab import Lab


def by_router(lab: Lab, who: str, home: str, friend: str, abroad: str) -> Verdict:
    """The route that ``who``, on network ``home``, takes to ``friend``, on ``abroad``, goes by the router's address."""
    scene = Scene(lab)
    router = scene.need_running("router").networks[home].address
    subnet = scene.need_network(abroad).subnets[0]
    hop = next_hop(scene.view(scene.need_place(who)).routes, scene.need(friend).networks[abroad].address)
    return require(
        hop == router,
        f"{who} does not send packets for {friend} to the router",
        expected=f"a route to {subnet} via {router}, the router's address on {home}",
        observed=f"they go to {hop}" if hop else "there is no route that way",
        next=f"%%in {who}\nip route replace {subnet} via {router}",
    )


def pings(lab: Lab, who: str, friend: str, abroad: str) -> Verdict:
    """``friend`` answers ``who`` at the address on ``abroad``; asked when the routes have been seen to be right."""
    address = Scene(lab).need_running(friend).networks[abroad].address
    answer = lab.host1.ping(address, source=who)
    if answer.ok:
        return PASS
    because = "the routes are right on both sides, so the router does not forward"
    next = "!docker exec router sysctl net.ipv4.ip_forward"
    return fail(f"{who} cannot ping {friend}", "an answer", answer.detail, because, next, settled=False)


def next_hop(routes: Iterable[Route], address: str) -> str:
    """Where packets to ``address`` go first by the most specific route: a gateway, the address itself, or ""."""
    best = route_to(routes, address)
    return best.via or address if best and best.kind == "unicast" else ""


@contextlib.contextmanager
def routes(machine: Host, subnets: Iterable[str], via: str) -> Iterator[None]:
    """Routes on a machine of the LAN for a while."""
    ours = list(subnets)
    try:
        for subnet in ours:
            machine.run(f"ip route replace {subnet} via {via}")
        yield
    finally:
        for subnet in ours:
            machine.run(f"ip route del {subnet} via {via}")
