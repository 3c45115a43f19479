"""A journey told from what the machines saw: a pure function of their sightings and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from course.labhost.tracing.sightings import Seen
from course.observe.hop import Header, Hop
from course.observe.journey import Journey
from course.observe.tracing import end as traceend
from course.observe.tracing.aim import Asked
from course.observe.tracing.cast import Scene, cast, is_proxied, proxied
from course.observe.tracing.chart import Chart
from course.observe.tracing.hops import Writer
from course.observe.tracing.join import Moment, arp, join

COMPLAINTS = ("network unreachable", "host unreachable", "port unreachable", "prohibited", "no route")


def tell(asked: Asked, seen: Mapping[str, Seen]) -> Journey:
    """The journey: every hop in its order, how it ended and why, and what could not be watched."""
    passages, chart = join(seen, asked.mark), Chart(seen)
    scenes = [
        replace(scene, handed_on=is_proxied(scene, seen, chart))
        for scene in cast(passages, asked.mark, ":" in asked.answer.address)
    ]
    more, mistakable = proxied(scenes, passages, seen)
    scenes = sorted([*scenes, *more], key=lambda scene: scene.passage.began)
    rules = {(machine, view): texts for machine, one in seen.items() for view, texts in one.rules.items()}
    writer = Writer(chart, rules, scenes[0].passage.began if scenes else 0.0)
    for number, scene in enumerate(scenes):
        _play(writer, scene, scenes[:number], scenes[number + 1 :])
    silent = [] if asked.answer.ok else _unanswered_arp(arp(seen, asked.mark), scenes, asked, chart)
    if silent:
        _ask_neighbour(writer, silent)
    elif not any(scene.way == "there" and not scene.lookup for scene in scenes):
        writer.hops += _no_way(asked, chart)
    hops = _from_zero(writer.hops)
    end = traceend.end(asked, hops, scenes, chart)
    unseen = tuple(_unseen(seen, scenes, mistakable))
    return Journey(asked.source, asked.target, end.outcome, end.sentence, hops, end.cause, unseen)


def _unseen(seen: Mapping[str, Seen], scenes: list[Scene], mistakable: bool) -> Iterator[str]:
    yield from (f"{machine}: {trouble}" for machine, one in seen.items() for trouble in one.trouble)
    if any(scene.note == "datagram" and scene.handed_on for scene in scenes):
        yield "docker-proxy passed the datagram on, and that part was not watched"
    if mistakable:
        yield "others used the same proxy at this moment: the connection that it opened may be one of theirs"


def _from_zero(hops: list[Hop]) -> tuple[Hop, ...]:
    """The hops in order of time, which counts from the first."""
    start = min((hop.ms for hop in hops), default=0.0)
    return tuple(replace(hop, ms=round(hop.ms - start, 4)) for hop in sorted(hops, key=lambda hop: hop.ms))


def _play(writer: Writer, scene: Scene, earlier: list[Scene], later: list[Scene]) -> None:
    """One packet: it is sent, it passes, and it is taken, or refused, where it ends."""
    first, last = scene.passage.moments[0], scene.last
    if scene.way == "there" and not first.arrives:
        writer.add(first, "there", "socket", "asked", _asking(scene, writer.chart.place(*first.where)))
    before = len(writer.hops)
    writer.write(scene.passage, scene.way)
    if last.leaves or any(hop.act == "stopped" for hop in writer.hops[before:]):
        return
    answer = next((s for s in later if s.way != scene.way and s.passage.moments[0].where == last.where), None)
    own, place = writer.chart.is_own(*last.where, last.header.destination), writer.chart.place(*last.where)
    complaint = answer.note if answer and answer.note in COMPLAINTS else ""
    if complaint and not own:
        writer.add(last, scene.way, "route", "stopped", f"{place} knows no way to {last.header.destination}")
    elif answer and (complaint or answer.note == "RST"):
        port = last.header.destination_port
        writer.add(last, scene.way, "socket", "stopped", f"nothing listens on port {port} of {place}")
    elif answer or own:
        taken = _translated_back(last, scene, earlier)
        if taken.header != last.header:
            writer.known(last.header, taken, scene.way)
        writer.add(taken, scene.way, "socket", "delivered", _taking(scene, place, answer))


def _translated_back(last: Moment, scene: Scene, earlier: list[Scene]) -> Moment:
    """The packet as the socket gets it. It takes answers from whom it asked only: where the last interface still shows
    another's address, the connection's entry translates it on the last step, which no interface and no rule sees."""
    asked = next((s.passage.moments[0].header for s in earlier if s.by == scene.by and s.answered_by(scene)), None)
    if asked is None:
        return last
    header = replace(last.header, source=asked.destination, source_port=asked.destination_port)
    return replace(last, packet=replace(last.packet, header=header))


def _asking(scene: Scene, place: str) -> str:
    note = scene.passage.moments[0].header.note
    if scene.by == "resolver":
        return f"the name server of {place} asks on"
    if scene.by == "proxy":
        return f"docker-proxy on {place} {'opens a connection of its own' if note == 'SYN' else 'passes it on'}"
    return f"{place} asks its name server" if scene.lookup else f"{place} sends it"


def _taking(scene: Scene, place: str, answer: Scene | None) -> str:
    header = scene.last.header
    if scene.way == "back":
        who = {"asker": place, "resolver": f"the name server of {place}", "proxy": f"docker-proxy on {place}"}[scene.by]
        return f"{who} has the answer"
    if scene.lookup:
        return f"a name server takes the question in {place}"
    if scene.handed_on:
        return f"docker-proxy on {place} takes it"
    if header.note == "SYN":
        return f"port {header.destination_port} of {place} is open" if answer else f"{place} takes it"
    port = f"port {header.destination_port} of " if header.destination_port else ""
    return f"{port}{place} takes it"


def _unanswered_arp(moments: list[Moment], scenes: list[Scene], asked: Asked, chart: Chart) -> list[Moment]:
    """The requests for one address that nobody answered, from where the packet was last."""
    packets = [scene for scene in scenes if not scene.lookup] or scenes
    where = packets[-1].last.where if packets else (asked.machine, asked.view)
    here = [moment for moment in moments if moment.where == where]
    told = {moment.header.source for moment in here if moment.arrives and moment.header.note.endswith(" is at")}
    wanted = packets[-1].last.header.destination if packets else asked.answer.address
    open_ = [m for m in here if m.leaves and chart.is_own(*where, m.header.source) and m.header.destination not in told]
    direct = [moment for moment in open_ if moment.header.destination == wanted]
    if direct or asked.answer.outcome != "no-neighbour":
        return direct
    return [moment for moment in open_ if moment.header.destination == open_[0].header.destination]


def _ask_neighbour(writer: Writer, requests: list[Moment]) -> None:
    """The first request, and that it was in vain."""
    first = requests[0]
    assert first.sighting is not None
    interface, address = first.sighting.interface, first.header.destination
    named = writer.chart.named(first.machine, interface)
    place = writer.chart.place(*first.where)
    writer.add(first, "there", interface, "asked", f"{place} asks on {named} who has {address}")
    times = "" if len(requests) == 1 else f", asked {len({moment.at for moment in requests})} times"
    writer.add(requests[-1], "there", interface, "stopped", f"nobody answers{times}: the packet is not sent")


def _no_way(asked: Asked, chart: Chart) -> list[Hop]:
    """The hop at which a packet ends that never was one: the asker's table of routes says no."""
    answer, aim = asked.answer, asked.aim
    if answer.outcome != "no-route" or not answer.address:
        return []
    source = chart.address(asked.machine, asked.view, ":" in answer.address)
    header = Header(aim.transport, source, answer.address, destination_port=aim.port)
    return [Hop(0.0, "there", asked.machine, asked.view, "route", "stopped", header, header, detail=answer.detail)]
