"""Nothing that is set explains it: what did a packet meet that was followed on its way? Pure."""

from __future__ import annotations

from graders.case import Case, Reason
from graders.rungs.filtering import cause


def followed(case: Case) -> Reason | None:
    """Where the packet ended that was sent after the others, if somebody saw it end."""
    journey = case.journey.get("packet") if case.lost else None
    if not journey or journey.arrived or not journey.cause:
        return None
    hop = journey.cause
    next = f"%%on {hop.machine}\niptables -S" if hop.rule and hop.view == "host" else ""
    label = cause(hop.view, hop.station.rpartition("/")[2], hop.rule, "") if hop.rule else ""
    return Reason(f"a packet was followed: {journey.sentence}", next, False, label)
