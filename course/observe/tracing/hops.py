"""From passages to hops: one row for each interface, rule and translation that a packet met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from course.labhost.tracing.netfilter import OURS
from course.labhost.tracing.sightings import Step
from course.observe.hop import Act, Header, Hop, Way
from course.observe.tracing.chart import Chart
from course.observe.tracing.join import Moment, Passage
from course.observe.tracing.rules import TRANSLATES, meaning, target

Rules = Mapping[tuple[str, str], Mapping[str, str]]  # of (machine, view): texts by "family table chain handle"


@dataclass
class Writer:
    """Writes the hops of one passage after the other. ``zero`` is the time that milliseconds count from."""

    chart: Chart
    rules: Rules
    zero: float
    hops: list[Hop] = field(default_factory=list)

    def write(self, passage: Passage, way: Way) -> None:
        """Add the hops of a packet; its interfaces and rules in order, and translations where they show."""
        for number, moment in enumerate(passage.moments):
            before = passage.moments[number - 1] if number else None
            if before and before.where == moment.where and _ends(before.header) != _ends(moment.header):
                self._translated(before, moment, way)
            if moment.step:
                self._rule(moment, moment.step, way)
            else:
                self._interface(passage, number, way)

    def add(self, moment: Moment, way: Way, station: str, act: Act, detail: str, **more: str) -> Hop:
        """Add one hop at the place and time of a moment, with the packet as it is there."""
        ms = round((moment.at - self.zero) / 1e6, 4)
        header = moment.header
        hop = Hop(ms, way, moment.machine, moment.view, station, act, header, header, detail=detail, **more)
        self.hops.append(hop)
        return hop

    def _translated(self, before: Moment, moment: Moment, way: Way) -> None:
        """The rule that was met last did it, if it can; otherwise the connection's entry, without a rule."""
        last = self.hops[-1] if self.hops else None
        if (
            last
            and (last.machine, last.view) == moment.where
            and last.verdict in TRANSLATES
            and last.before == last.after
        ):
            self.hops[-1] = replace(
                last, act="translated", after=moment.header, detail=_changed(last.before, moment.header)
            )
            return
        self.known(before.header, moment, way)

    def known(self, before: Header, moment: Moment, way: Way) -> None:
        """The entry of a connection translates its packets without a rule: from ``before`` to what the moment shows."""
        detail = f"the connection is known: {_changed(before, moment.header)}"
        hop = self.add(moment, way, "conntrack", "translated", detail)
        self.hops[-1] = replace(hop, before=before)

    def _rule(self, moment: Moment, step: Step, way: Way) -> None:
        if step.table.startswith(OURS) or not (step.handle or (step.kind == "policy" and step.verdict == "DROP")):
            return
        chain = f"{step.table}/{step.chain}"
        if step.kind == "policy":
            rule, verdict = f"-P {step.chain} {step.verdict}", step.verdict
        else:
            rule = self.rules.get(moment.where, {}).get(f"{step.family} {step.table} {step.chain} {step.handle}", "")
            verdict = step.verdict if step.verdict in ("JUMP", "GOTO") else target(rule) or step.verdict
        dropped = step.verdict == "DROP"
        named = partial(self.chart.named, moment.machine)
        detail = meaning(rule, named) if rule else "the rule was gone before it could be read"
        self.add(moment, way, chain, "stopped" if dropped else "rule", detail, rule=rule, verdict=verdict)

    def _interface(self, passage: Passage, number: int, way: Way) -> None:
        moment = passage.moments[number]
        assert moment.sighting is not None
        interface = moment.sighting.interface
        link = self.chart.link(*moment.where, interface)
        if link.kind != "vxlan":
            act: Act = "sent" if moment.leaves else "seen"
            self.add(moment, way, interface, act, self._passing(moment, interface, link.master))
            return
        around = reversed(passage.moments[:number]) if moment.arrives else passage.moments[number:]
        outside = next((m.header for m in around if m.header.outer), moment.header)
        wrapped = replace(moment.header, outer=outside.outer, vni=outside.vni)
        if moment.leaves:
            hop = self.add(moment, way, interface, "wrapped", f"wrapped into {_carried(wrapped)}")
            self.hops[-1] = replace(hop, after=wrapped)
        else:
            hop = self.add(moment, way, interface, "unwrapped", f"taken out of {_carried(wrapped)}")
            self.hops[-1] = replace(hop, before=wrapped)

    def _passing(self, moment: Moment, interface: str, master: str) -> str:
        place, verb = self.chart.place(*moment.where), "leaves" if moment.leaves else "enters"
        if interface == "lo":
            return f"{verb} the loopback of {place}"
        if network := self.chart.network(moment.machine, interface):
            return (
                f"{f'from {place} itself to' if moment.leaves else f'to {place} itself from'} the bridge of {network}"
            )
        end = self.chart.other_end(*moment.where, interface)
        other = f"{self.chart.place(moment.machine, end[0])}'s {end[1]}" if end else ""
        if master:
            bridge = f"the bridge {self.chart.named(moment.machine, master)}"
            return f"{verb} {bridge} by its cable to {other}" if other else f"{verb} {bridge}"
        carried = f" inside {_carried(moment.header)}" if moment.header.outer else ""
        return f"{verb} {place}{carried}{f', by its cable to {other}' if other else ''}"


def _ends(header: Header) -> tuple[str, int, str, int]:
    """The addresses that translation changes; an ICMP error goes by the other end's."""
    return header.source, header.source_port, header.destination, header.destination_port


def _changed(before: Header, after: Header) -> str:
    parts = []
    if (before.source, before.source_port) != (after.source, after.source_port):
        parts.append(
            f"source {_end(before.source, before.source_port)} becomes {_end(after.source, after.source_port)}"
        )
    if (before.destination, before.destination_port) != (after.destination, after.destination_port):
        old, new = _end(before.destination, before.destination_port), _end(after.destination, after.destination_port)
        parts.append(f"destination {old} becomes {new}")
    return " and ".join(parts)


def _end(address: str, port: int) -> str:
    return f"{address}:{port}" if port else address


def _carried(header: Header) -> str:
    outer = header.outer
    return f"a packet of VXLAN {header.vni} from {outer.source} to {outer.destination}" if outer else "VXLAN"
