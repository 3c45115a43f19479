"""Whether a container is a machine of the LAN of its own, with its own MAC address."""

from __future__ import annotations

from dataclasses import dataclass

from course.labhost.records import Answer, Probe
from graders.facts import Container, Place
from graders.published import neighbour
from graders.reach import TRY
from graders.scene import Scene
from graders.verdict import PASS, Verdict, error, fail


@dataclass
class SeenOnLan:
    """A machine of the LAN asks who has the container's address; the container's own MAC answers, and then a ping."""

    container: str
    source: str = ""

    def look(self, scene: Scene) -> Verdict:
        """One question for each address, and one ping."""
        found = scene.need_running(self.container)
        source = scene.need_place(self.source) if self.source else neighbour(scene, found.host)
        if source.host == found.host:
            because = f"{found.name} is on {found.host}, and a host never sees its own containers on the LAN"
            return error(
                f"{source.name} is no neighbour of {found.name}", "", because, "name another machine of the LAN"
            )
        if found.mode == "host":
            return _unseen(found, source, "it uses its host's network, and its host's MAC address")
        macs = {a: i.mac for i in scene.view(found.place).interfaces for a in _bare(i.addresses)}
        answers = scene.ask(
            (source, Probe(kind, source.view, a, timeout=TRY)) for a in macs for kind in ("arp", "icmp")
        )
        pairs = dict(zip(macs, zip(answers[::2], answers[1::2], strict=True), strict=True))
        return seen(found, source, macs, pairs)


def seen(found: Container, source: Place, macs: dict[str, str], pairs: dict[str, tuple[Answer, Answer]]) -> Verdict:
    """The verdict on what came back for each address: the answers to ARP and to a ping. Pure."""
    for arp, ping in pairs.values():
        if "broken" in (arp.outcome, ping.outcome):
            detail = arp.detail if arp.outcome == "broken" else ping.detail
            return error(f"{source.name} could not be asked to look for {found.name}", detail)
    known = {address: arp.mac for address, (arp, _) in pairs.items() if arp.ok}
    if not known:
        detail = "; ".join(arp.detail for arp, _ in pairs.values()) or "it has no address"
        return _unseen(found, source, detail)
    right = [address for address, mac in known.items() if mac == macs[address]]
    if not right:
        address, mac = next(iter(known.items()))
        headline = f"{source.name} sees {found.name} under another MAC address"
        because = "another machine has that address too, or answers in its place"
        return fail(headline, f"{macs[address]}, its own", f"{address} is at {mac}", because, settled=False)
    pings = [pairs[address][1] for address in right]
    headline, expected = f"{source.name} cannot ping {found.name}", "an answer to a ping, after the one to ARP"
    return PASS if any(ping.ok for ping in pings) else fail(headline, expected, pings[0].detail, settled=False)


def _unseen(found: Container, source: Place, observed: str) -> Verdict:
    kind = (
        "shares its host's network" if found.mode == "host" else f"is on {' and '.join(found.attached) or 'no network'}"
    )
    because = f"{found.name} {kind}, and only a macvlan or ipvlan network is a part of the LAN"
    next = "!docker network create --driver macvlan --subnet SUBNET --opt parent=eth0 NAME"
    headline = f"{source.name} does not see {found.name} on the LAN"
    return fail(headline, "an answer to ARP from its own MAC address", observed, because, next, settled=False)


def _bare(addresses: list[str]) -> list[str]:
    """IPv4 without prefix length, but the loopback's."""
    return [a.split("/")[0] for a in addresses if ":" not in a and not a.startswith("127.")]
