"""Namespaces wired by hand with ``ip``: two rooms of a house, what can be wrong with them, and how to tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from course.errors import LabError
from graders.assertions import Expectation
from graders.task import not_attempted
from graders.verdict import PASS, Verdict, fail, require

if TYPE_CHECKING:
    from course.labs.lab import Lab

ROOMS = ("attic", "cellar")
STAIRS, CHIMNEY = "stairs", "chimney"  # the bridge between the rooms, and one that leads nowhere
FAULTS = ("inner end down", "outer end down", "wrong prefix", "wrong bridge")


# --- wiring -------------------------------------------------------------------------------------------


def wire(lab: Lab, rooms: Mapping[str, str], fault: str, room: str) -> None:
    """Wire the rooms, given with their addresses in CIDR form, with one fault in one room; again and again, if asked.

    Raises LabError if host1 refuses.
    """
    _tear_down(lab)
    _do(lab, *(f"ip link add {name} up type bridge" for name in (STAIRS, CHIMNEY)))
    for name, address in rooms.items():
        _do(
            lab,
            f"ip netns add {name}",
            f"ip link add {name}-plug type veth peer name {name}-eth0",
            f"ip link set {name}-eth0 netns {name} name eth0",
            f"ip -n {name} addr add {address} dev eth0",
            f"ip -n {name} link set eth0 up",
            f"ip link set {name}-plug master {STAIRS} up",
        )
    _do(lab, *_spoil(fault, room, rooms[room]))


def given(lab: Lab) -> None:
    """Raises NotAttempted unless both rooms are there."""
    views = lab.host1.state().views
    for room in ROOMS:
        if f"netns:{room}" not in views:
            raise not_attempted(f"there is no namespace {room}", "run the cell above this task; it makes it")


def _spoil(fault: str, room: str, address: str) -> list[str]:
    """The commands that bring the fault about."""
    return {
        "inner end down": [f"ip -n {room} link set eth0 down"],
        "outer end down": [f"ip link set {room}-plug down"],
        "wrong prefix": [
            f"ip -n {room} addr del {address} dev eth0",
            f"ip -n {room} addr add {_bare(address)}/32 dev eth0",
        ],
        "wrong bridge": [f"ip link set {room}-plug master {CHIMNEY}"],
    }[fault]


def _tear_down(lab: Lab) -> None:
    """Pairs before namespaces: the kernel takes its time to empty a namespace, and deletes a pair at once."""
    for room in ROOMS:
        lab.host1.run(f"ip link del {room}-plug")
        lab.host1.run(f"ip netns del {room}")
    for bridge in (STAIRS, CHIMNEY):
        lab.host1.run(f"ip link del {bridge}")


def _do(lab: Lab, *commands: str) -> None:
    """Run the commands on host1; raises LabError for the first that fails."""
    for command in commands:
        done = lab.host1.run(command)
        if done.exit:
            raise LabError(
                f"host1 could not be prepared: {command}",
                because=done.stderr.strip(),
                next="lab.reset() starts a fresh host1, then run this cell again",
            )


# --- checks -------------------------------------------------------------------------------------------
# ``ends``: the names of two namespaces, each with its address in CIDR form.


def plugged_in(now: Expectation, ends: Mapping[str, str], bridge: str) -> None:
    """Each has its address, and a cable to the bridge."""
    for name, address in ends.items():
        now.has_address(f"netns:{name}", address).bridge_port(f"netns:{name}", bridge)


def ping_each_other(now: Expectation, ends: Mapping[str, str]) -> None:
    """Both directions work, by address."""
    (one, its), (other, others) = ends.items()
    now.custom(lambda lab: _pings(lab, one, _bare(others)), "").custom(lambda lab: _pings(lab, other, _bare(its)), "")


def all_up(lab: Lab, names: Mapping[str, str], bridge: str) -> Verdict:
    """The bridge and both ends of every pair are up: the first that is not is named."""
    views = lab.host1.state().views
    host = views["host"].interfaces
    for name in names:
        pairs = [(end, views[f"netns:{name}"]) for end in host if end.peer.startswith(f"netns:{name}/")]
        for end, view in pairs:
            inner = next(i for i in view.interfaces if f"netns:{name}/{i.name}" == end.peer)
            if not inner.up:
                return _down(f"{inner.name} in netns:{name}", f"ip -n {name} link set {inner.name} up")
            if not end.up:
                return _down(f"{end.name} on host1", f"ip link set {end.name} up")
    if any(i.name == bridge and not i.up for i in host):
        return _down(f"{bridge} on host1", f"ip link set {bridge} up")
    return PASS


def nothing_else(lab: Lab, ends: Mapping[str, str]) -> None:
    """Each has the one cable and the one address that were asked for: no second way, and no borrowed address."""
    views = lab.host1.state(*(f"netns:{name}" for name in ends)).views
    for name, address in ends.items():
        view = views[f"netns:{name}"]
        # a kernel may put idle tunnel devices into every namespace: those do not count
        used = [i for i in view.interfaces if i.name != "lo" and (i.up or i.addresses)]
        found = [a for i in view.interfaces for a in i.addresses if ":" not in a and not a.startswith("127.")]
        require(
            len(used) == 1 and found == [address],
            f"netns:{name} has more than one way out",
            expected=f"one interface beside lo, with the address {address}",
            observed=f"interfaces {', '.join(i.name for i in used)}; addresses {', '.join(found)}",
            next=f"%%on host1\nip -n {name} addr",
        ).enforce()


def _pings(lab: Lab, name: str, address: str) -> Verdict:
    """The symptom alone: finding the cause is the task."""
    answer = lab.host1.ping(address, source=f"netns:{name}")
    if answer.ok:
        return PASS
    because = "an address, an end of a cable or a bridge is not what it should be"
    next = f"%%on host1\nip -n {name} -br addr\nip -n {name} route\nbridge link"
    return fail(f"netns:{name} cannot ping {address}", "an answer", answer.detail, because, next, settled=False)


def _down(what: str, cure: str) -> Verdict:
    because = "an interface that was just made, or moved to another namespace, is down"
    return fail(f"{what} is down", "every interface on the way up", f"{what}: down", because, f"%%on host1\n{cure}")


def _bare(address: str) -> str:
    return address.partition("/")[0]
