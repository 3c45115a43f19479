"""Packets pass, but not all of them, not the long ones, or not fast enough; or the other end keeps silent. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from course.labhost.records import View
from graders.case import Case, Reason
from graders.ends import End
from graders.path import LONG, Path, path
from graders.rules import fate
from graders.rungs.filtering import place_of

FAST = 10_000  # kbit/s: what lets this much through is not why a page does not come


def silent(case: Case) -> Reason | None:
    """The other end was told not to answer pings."""
    found = path(case) if case.lost and case.wish.kind == "icmp" else None
    if not found or found.target.view.namespace == found.source.view.namespace:
        return None
    end = found.target
    if case.closer(end.place.host, end.place.view).settings.get("net.ipv4.icmp_echo_ignore_all") != "1":
        return None
    because = f"{end.name} was told not to answer pings: net.ipv4.icmp_echo_ignore_all is 1 there"
    next = f"{case.docker(end.place.host)} restart {end.name}" if end.place.container else ""
    return Reason(because, next, False, "ping-ignored")


def long_stopped(case: Case) -> Reason | None:
    """A rule lets short packets pass and stops long ones."""
    found = path(case) if case.answer.outcome == "timeout" and case.wish.kind in ("http", "tcp") else None
    for station in found.stations(LONG) if found else ():
        told = fate(case.closer(station.host, station.view).rules, station.hook, station.packet)
        if told.stopped:
            place = place_of(case, station)
            because = f"short packets pass, and a rule of {place.name} drops long ones: {told.rule}"
            next = case.within(place, f"iptables {told.rule.replace('-A ', '-D ', 1)}")
            return Reason(because, next, False, "big-packets-dropped")
    return None


def lossy(case: Case) -> Reason | None:
    """A rule drops some packets by chance."""
    found = path(case) if case.answer.outcome == "timeout" else None
    for station in found.stations() if found else ():
        told = fate(case.closer(station.host, station.view).rules, station.hook, station.packet)
        if told.sometimes:
            place = place_of(case, station)
            because = f"a rule of {place.name} drops some of the packets by chance: {told.sometimes}"
            next = case.within(place, f"iptables {told.sometimes.replace('-A ', '-D ', 1)}")
            return Reason(because, next, False, "packet-loss")
    return None


def slow(case: Case) -> Reason | None:
    """A queue at an interface on the way lets little through."""
    found = path(case) if case.answer.outcome == "timeout" else None
    for where, view, device, queue in _queues(case, found) if found else ():
        rate = int(queue.split()[2]) if queue.split()[2].isdecimal() else FAST
        if rate < FAST:
            because = f"a queue at {device} of {where} lets only {rate} kbit through in a second ({queue})"
            return Reason(
                because, f"%%on {where}\ntc qdisc del dev {device} root" if view == "host" else "", False, "rate-limit"
            )
    return None


def _queues(case: Case, way: Path) -> Iterator[tuple[str, str, str, str]]:
    """Machine or container, view, interface and queue, for each interface on the way that has one."""
    for end in way.ends:
        host, mine = end.place.host, end.interface
        rows = case.closer(host, end.place.view).queues
        if mine and mine.name in rows:
            yield end.name, end.place.view, mine.name, rows[mine.name]
        rows = case.closer(host).queues
        for name in _on_the_way(way, end, way.host(host)):
            if name in rows:
                yield host, "host", name, rows[name]


def _on_the_way(way: Path, end: End, host: View) -> list[str]:
    """The host's end of the cable, the bridge, and the host's interface to the other end."""
    cable = end.interface.peer.partition("/")[2] if end.interface else ""
    doors = [way.door(router, one) for router in way.routers if router == end.place.host for one in way.ends]
    return [name for name in (cable, way.bridge(end), *doors) if name]


def more_asked(case: Case) -> Reason | None:
    """What further questions about the same ends tell, where nothing that is set explains it."""
    if case.answer.outcome != "timeout" or not case.asked:
        return None
    many = case.asked.get("many")
    if many and 0 < many.mtu < 20:
        because = f"of 20 pings to {many.address} only {many.mtu} were answered: packets are lost on the way"
        return Reason(because, "", False, "packet-loss")
    if case.wish.kind not in ("http", "udp") or not case.wish.at:
        return None
    return _too_long(case) or _hangs(case)


def _too_long(case: Case) -> Reason | None:
    mtu, found = case.asked.get("pmtu"), path(case)
    own = found.source.interface.mtu if found and found.source.interface else 0
    if not mtu or not mtu.ok or not 0 < mtu.mtu < own:
        return None
    because = f"packets of {mtu.mtu} bytes and less pass, and longer ones vanish, though the interface sends {own}"
    return Reason(because, "", False, "big-packets-dropped")


def _hangs(case: Case) -> Reason | None:
    tcp, found = case.asked.get("tcp"), path(case)
    if case.wish.kind != "http" or not tcp or not tcp.ok or case.asked["again"].ok:
        return None
    name = found.target.name if found else case.target.name
    container = found.target.place.container if found else None
    because = f"{name} accepts the connection, and its program answers nothing"
    next = f"{case.run}docker logs {name}\n{case.run}docker restart {name}" if container else ""
    return Reason(because, next, False, "hangs")
