"""The names of what a trace passes: whose interface is the other end of a cable, which network a bridge is."""

from __future__ import annotations

from collections.abc import Mapping

from course.labhost.tracing.sightings import Link, Seen


class Chart:
    """Looks names up in what the machines saw."""

    def __init__(self, seen: Mapping[str, Seen]) -> None:
        self._seen = seen
        self._links = {
            (machine, view, link.name): link
            for machine, one in seen.items()
            for view, links in one.links.items()
            for link in links
        }

    def link(self, machine: str, view: str, interface: str) -> Link:
        """What is known of the interface; nothing but its name, if it went meanwhile."""
        return self._links.get((machine, view, interface), Link(interface, 0))

    def other_end(self, machine: str, view: str, interface: str) -> tuple[str, str] | None:
        """View and interface at the other end of a cable (veth pair); None where it is not in sight."""
        mine = self.link(machine, view, interface)
        if mine.kind != "veth":
            return None
        ends = [
            (its_view, name)
            for (where, its_view, name), link in self._links.items()
            if where == machine and its_view != view and (link.index, link.other) == (mine.other, mine.index)
            if link.kind == "veth"
        ]
        return ends[0] if len(ends) == 1 else None

    def network(self, machine: str, interface: str) -> str:
        """The engine's network whose bridge this is; empty if it is none."""
        return self._seen[machine].networks.get(interface, "") if machine in self._seen else ""

    def owner(self, address: str) -> tuple[str, str] | None:
        """Machine and view that have this address; None if nobody has, or several have."""
        found = {where[:2] for where, link in self._links.items() if address in link.addresses}
        return found.pop() if len(found) == 1 else None

    def is_own(self, machine: str, view: str, address: str) -> bool:
        """Whether the view has this address; every view has all of 127.0.0.0/8."""
        return address.startswith("127.") or any(
            address in link.addresses for where, link in self._links.items() if where[:2] == (machine, view)
        )

    def address(self, machine: str, view: str, v6: bool) -> str:
        """The address that the view is known by: of no bridge and no loopback; empty if there is none."""
        mine = (link for where, link in self._links.items() if where[:2] == (machine, view))
        outside = (link for link in mine if link.kind != "bridge" and link.name != "lo")
        return next((one for link in outside for one in link.addresses if (":" in one) == v6), "")

    def forwards(self, machine: str, view: str) -> bool:
        """Whether the view passes on what is not meant for itself."""
        return view in self._seen[machine].routers

    def place(self, machine: str, view: str) -> str:
        """Who it is, as a reader calls it."""
        if view == "host":
            return machine
        return f"network {view.removeprefix('overlay:')} on {machine}" if view.startswith("overlay:") else view

    def named(self, machine: str, interface: str) -> str:
        """An interface of the machine with its network's name: ``br-1234 (app-net)``."""
        network = self.network(machine, interface)
        return f"{interface} ({network})" if network and network != interface else interface
