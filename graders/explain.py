"""Why packets did not arrive, and what to do about it: a ladder from name to listener. Pure.

Each rung looks at one thing and says nothing if it is in order; the first that speaks is the reason. Whether the ends
exist and run is known before: `Scene` raises what is missing.
"""

from __future__ import annotations

from collections.abc import Callable

from graders import cables
from graders.case import Case, Reason
from graders.rungs import addresses, attached, carrying, doors, filtering, followed, listening, naming, routing


def why_not(case: Case) -> Reason:
    """Why the wish did not come true."""
    for rung in LADDER:
        if reason := rung(case):
            return reason
    return Reason()


def why_so(case: Case) -> Reason:
    """Why a wish came true that should not have."""
    if not case.ends or not case.common:
        return Reason()
    a, b = case.ends
    shared = case.common[0]
    return Reason(
        f"{a.name} and {b.name} are both on {' and '.join(case.common)}",
        f"{case.run}docker network disconnect {shared} {a.name}",
        settled=True,
    )


def _swallowed(case: Case) -> Reason | None:
    if case.answer.outcome != "timeout":
        return None
    because = "packets are sent and nothing comes back: something on the way drops them"
    return Reason(because, f"%%on {case.source.host}\niptables -S" if case.source.host else "")


LADDER: tuple[Callable[[Case], Reason | None], ...] = (
    attached.no_network,
    attached.two_hosts,
    attached.no_common_network,
    naming.default_bridge,
    naming.unknown_name,
    naming.led_astray,
    attached.internal,
    attached.no_icc,
    doors.not_published,
    cables.cut,
    addresses.unknown,
    addresses.addresses,
    routing.routes,
    filtering.stopped,
    filtering.not_masqueraded,
    doors.wrong_port,
    listening.nobody_listens,
    carrying.silent,
    carrying.long_stopped,
    carrying.lossy,
    carrying.slow,
    carrying.more_asked,
    followed.followed,
    _swallowed,
)
