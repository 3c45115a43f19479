"""How a journey ended, where, and why, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from course.observe.hop import Header, Hop
from course.observe.journey import Outcome
from course.observe.tracing.aim import Asked
from course.observe.tracing.cast import Scene
from course.observe.tracing.chart import Chart


@dataclass(frozen=True)
class End:
    """The outcome, the sentence, and the hop that decided."""

    outcome: Outcome
    sentence: str
    cause: Hop | None = None


def end(asked: Asked, hops: Sequence[Hop], scenes: Sequence[Scene], chart: Chart) -> End:
    """Judge by what was seen first, and by what the asker was told where nothing was."""
    answer = asked.answer
    if answer.outcome == "broken":
        return End("broken", _sentence(answer.detail))
    if answer.ok:
        return End("answered", _answered(asked, hops, scenes, chart))
    stopped = [hop for hop in hops if hop.act == "stopped"]
    ruled = [hop for hop in stopped if hop.verdict]
    if ruled:
        return _ruled(ruled[0], hops, chart)
    if answer.outcome == "no-name":
        return End("no-name", _sentence(answer.detail), _last(hops, "delivered"))
    if stopped:
        return _stopped(stopped[-1], asked, chart)
    if answer.outcome in ("refused", "reset", "closed"):
        return End("refused", _sentence(answer.detail), _last(hops, "delivered"))
    if answer.outcome == "no-route":
        return End("no-route", _told(asked, hops), _last(hops, "seen"))
    return _silent(asked, hops, scenes, chart)


def _ruled(hop: Hop, hops: Sequence[Hop], chart: Chart) -> End:
    what = "it" if hop.way == "there" else "the answer"
    place = chart.place(hop.machine, hop.view)
    if hop.rule.startswith("-P"):
        why = f"no rule of {hop.station} decided, and the chain's policy is {hop.verdict}"
    elif hop.rule:
        why = f"rule `{hop.rule}` in {hop.station} says {hop.detail}"
    else:
        why = f"a rule in {hop.station} said {hop.verdict}; it was gone before it could be read"
    if "ISOLATION" in hop.station:
        why += "; with this rule Docker keeps networks apart"
    if hop.verdict == "REJECT":
        return End("rejected", f"{place} rejected {what}: {why}.{_was_told(hops, hop)}", hop)
    return End("dropped", f"{place} dropped {what}: {why}.", hop)


def _was_told(hops: Sequence[Hop], cause: Hop) -> str:
    """What came back to the sender after the rejection."""
    later = (hop for hop in hops if hop.ms > cause.ms and hop.way != cause.way)
    told = next((hop for hop in later if hop.station == "socket" and hop.act == "delivered"), None)
    return f" {told.place} was told: {told.before.note}." if told else ""


def _stopped(hop: Hop, asked: Asked, chart: Chart) -> End:
    place = chart.place(hop.machine, hop.view)
    if hop.station == "socket":
        return End("refused", f"{place} refused it: nothing listens on {_listening(hop.before)} there.", hop)
    if hop.station == "route":
        mine = (hop.machine, hop.view) == (asked.machine, asked.view)
        sentence = f"It never left {place}" if mine else f"It came no further than {place}"
        return End("no-route", f"{sentence}: {hop.detail}.", hop)
    address, named = hop.before.destination, chart.named(hop.machine, hop.station)
    gateway = "" if address == asked.answer.address else f", its way to {asked.answer.address or asked.target}"
    why = f"{place} asked on {named} who has {address}{gateway}, and nobody answered"
    return End("no-neighbour", f"The packet was never sent: {why}.", hop)


def _listening(header: Header) -> str:
    return f"{header.protocol.upper()} port {header.destination_port}"


def _silent(asked: Asked, hops: Sequence[Hop], scenes: Sequence[Scene], chart: Chart) -> End:
    """Nothing said no: the packet, or its answer, was seen somewhere last."""
    last = next((hop for hop in reversed(hops) if hop.before.protocol != "arp"), None)
    if last is None or not scenes:
        return End("lost", _sentence(asked.answer.detail))
    place = chart.place(last.machine, last.view)
    what = "the packet" if last.way == "there" else "the answer"
    if last.station == "socket" and last.act == "delivered" and last.way == "there":
        return End("unanswered", f"{place} got it ({last.before.note}) and did not answer within the time.", last)
    if last.act == "asked":
        return End(
            "lost", f"It was lost in {place} before it left: no interface saw it, and no rule reported it.", last
        )
    if last.act == "sent":
        return End(
            "lost", f"It was lost after it left {place} by {last.station}: nobody in the lab took {what} in.", last
        )
    address = last.after.destination
    if last.act in ("seen", "rule", "translated") and not chart.is_own(last.machine, last.view, address):
        if not chart.forwards(last.machine, last.view):
            why = f"{place} does not have the address {address} and passes nothing on (net.ipv4.ip_forward is 0)"
        else:
            why = f"{place} does not have the address {address}, and did not pass {what} on"
        return End("lost", f"It was lost in {place}: {why}.", last)
    return End("lost", f"It was lost: {what} was last seen at {last.station} of {place}.", last)


def _answered(asked: Asked, hops: Sequence[Hop], scenes: Sequence[Scene], chart: Chart) -> str:
    answer = asked.answer
    if asked.aim.kind == "dns":
        first = f"{asked.aim.address} is {', '.join(answer.addresses)}"
        return (
            f"{first}: {answer.address} said so."
            if answer.address
            else f"{first}: {asked.source} knows by itself, nobody was asked."
        )
    took = max((hop.ms for hop in hops), default=0.0)
    said = {
        "tcp": "port {port} accepted the connection",
        "http": "it answered with status {status}",
        "udp": "a datagram came back",
        "icmp": "the ping was answered",
    }[asked.aim.kind].format(port=asked.aim.port, status=answer.status)
    at = "" if answer.address in asked.target else f" at {answer.address}"
    parts = [f"{asked.source} reached {asked.target}{at}: {said} ({took:.1f} ms)."]
    parts += _remarks(hops, chart)
    return " ".join(parts)


def _remarks(hops: Sequence[Hop], chart: Chart) -> list[str]:
    """What a reader should not miss on the way there: translations, wrapping, a proxy."""
    there = (hop for hop in hops if hop.way == "there" and not _is_lookup(hop))
    remarks = (_remark(hop, chart.place(hop.machine, hop.view)) for hop in there)
    return list(dict.fromkeys(filter(None, remarks)))


def _remark(hop: Hop, place: str) -> str:
    after, outer = hop.after, hop.after.outer
    if hop.act == "translated" and hop.rule:
        return f"{place} translated it ({hop.verdict}): {hop.detail}."
    if hop.act == "wrapped" and outer:
        return f"From {outer.source} to {outer.destination} it travelled inside VXLAN {after.vni}."
    if hop.station == "socket" and hop.act == "asked" and hop.detail.startswith("docker-proxy"):
        return (
            f"docker-proxy took it and opened a connection of its own to {after.destination}:{after.destination_port}."
        )
    if hop.station == "socket" and hop.act == "stopped":
        return f"But {place} refused that one: nothing listens on {_listening(hop.before)} there."
    return ""


def _is_lookup(hop: Hop) -> bool:
    ends = (hop.before, hop.after)
    return hop.before.protocol == "udp" and any(53 in (end.source_port, end.destination_port) for end in ends)


def _told(asked: Asked, hops: Sequence[Hop]) -> str:
    complaint = next((hop for hop in reversed(hops) if hop.before.protocol == "icmp" and hop.way == "back"), None)
    told = f" ({complaint.before.source} said: {complaint.before.note})" if complaint else ""
    return f"{_sentence(asked.answer.detail).rstrip('.')}{told}."


def _last(hops: Sequence[Hop], act: str) -> Hop | None:
    return next((hop for hop in reversed(hops) if hop.act == act), None)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else "Nothing is known of it."
