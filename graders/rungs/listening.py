"""Does a program listen at the port? Pure."""

from __future__ import annotations

from graders import namespaces
from graders.case import Case, Reason
from graders.traffic import protocol


def nobody_listens(case: Case) -> Reason | None:
    """The port was refused: no program has it, or only for its own namespace."""
    place, port = case.target.place, case.wish.at
    if not place or place.view == "host" or not port or case.answer.outcome != "refused":
        return None
    verdict = namespaces.listening(case.listeners, place.name, port, protocol=protocol(case.wish.kind))
    mine = [one for one in case.listeners if one.port == port and one.protocol == protocol(case.wish.kind)]
    if mine and all(namespaces.loopback(one.address) for one in mine):
        because = f"the program in {place.name} listens on {mine[0].address} only, which nobody outside can reach"
        return Reason(because, f"run {place.name} so that it listens on 0.0.0.0", False, "listens-on-loopback")
    if verdict.passed:
        return Reason(f"{place.name} listens on port {port}, so a rule must reject the packets", "")
    name = place.container.name if place.container else ""
    next = f"{case.run}docker logs {name}" if name else ""
    return Reason(f"{verdict.headline}: {verdict.observed}", next, False, "nobody-listens")
