"""Which rule stops the packets, or lets them leave under an address that nobody knows? Pure."""

from __future__ import annotations

from dataclasses import replace

from graders.case import Case, Reason
from graders.facts import Place
from graders.namespaces import route_to
from graders.path import Path, Station, path
from graders.rules import Fate, fate, translation

BY_HOOK = {"FORWARD": "rule-in-forward", "INPUT": "rule-in-input", "OUTPUT": "rule-in-output"}


def stopped(case: Case) -> Reason | None:
    """The first rule, or policy, on the way there and back that stops the packets."""
    found = path(case) if case.lost or case.refused else None
    for station in found.stations() if found else ():
        told = fate(case.closer(station.host, station.view).rules, station.hook, station.packet)
        if told.verdict == "REJECT" or (told.verdict == "DROP" and case.lost):
            return stopping(case, place_of(case, station), told, station)
    return None


def stopping(case: Case, place: Place, told: Fate, station: Station | None = None) -> Reason:
    """The reason that this fate makes, met at a place."""
    does = "rejects" if told.verdict == "REJECT" else "drops"
    what = _what(station) if station else "the packets"
    label = cause(place.view, told.chain, told.rule, station.hook if station else "")
    if told.rule.startswith("-P"):
        because = f"no rule of {place.name} accepts {what}, and the policy of {told.chain} is DROP"
        return Reason(because, case.within(place, f"iptables -P {told.chain} ACCEPT"), False, label)
    because = f"a rule of {place.name} {does} {what}: {told.rule}"
    removal = f"iptables {told.rule.replace('-A ', '-D ', 1)}"
    return Reason(because, case.within(place, removal), False, label)


def cause(view: str, chain: str, rule: str, hook: str) -> str:
    """The label of what stops packets: a rule or policy of a chain, met at a hook, in a view of a machine."""
    if view != "host":
        return "rule-inside"
    if rule.startswith("-P"):
        return "policy-drops"
    if chain == "DOCKER-USER":
        return "rule-in-docker-user"
    if chain.startswith("DOCKER-ISOLATION"):
        return "no-common-network"
    return BY_HOOK.get(hook, "rule-in-forward")


def _what(station: Station) -> str:
    packet = station.packet
    if packet.state != "NEW":
        return f"the answers from {packet.source}"
    port = f", port {packet.port}" if packet.port else ""
    return f"what goes to {packet.destination}{port}"


def place_of(case: Case, station: Station) -> Place:
    """Where a firewall saw the packets."""
    container = next((c for c in case.everyone.get(station.host, ()) if c.place.view == station.view), None)
    if container:
        return container.place
    return Place(station.host if station.view == "host" else station.view, station.host, station.view)


def not_masqueraded(case: Case) -> Reason | None:
    """The answers go to an address that only the source's own lab host knows the way to."""
    found = path(case) if case.lost else None
    if found is None or found.source.place.host == found.target.place.host or not found.bridge(found.source):
        return None
    host = found.source.place.host
    leaving = next((s for s in found.stations() if (s.host, s.hook) == (host, "FORWARD")), None)
    if not leaving or translation(case.closer(host).rules, "POSTROUTING", replace(leaving.packet, came="")):
        return None
    if route_to(found.target.view.routes, found.source.address):
        return None
    return _unknown_outside(case, found, host)


def _unknown_outside(case: Case, found: Path, host: str) -> Reason:
    source, target = found.ends
    network = next((n for n in case.known.get(host, ()) if n.name == source.network), None)
    subnet = network.subnets[0] if network and network.subnets else "SUBNET"
    because = (
        f"no rule of {host} translates what leaves {source.network or source.name} for the LAN: it keeps the address "
        f"{source.address}, and {target.name} has no route back to that"
    )
    rule = f"-A POSTROUTING -s {subnet} ! -o {found.bridge(source)} -j MASQUERADE"
    return Reason(because, f"%%on {host}\niptables -t nat {rule}", False, "no-masquerade")
