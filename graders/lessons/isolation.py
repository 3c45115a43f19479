"""Lesson 01, a network of one's own: what the graded cells check, and the situations that they start from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course.errors import LabError
from course.labhost.records import Interface
from graders.assertions import Expectation, expect
from graders.lessons import stage
from graders.lessons.given import clear
from graders.lessons.sheet import Sheet
from graders.task import not_attempted, task
from graders.verdict import PASS, Verdict, fail, require

if TYPE_CHECKING:
    from course.labs.lab import Lab

PREFIX = 24  # every subnet that a learner is given is this long
TILLS = ("till1", "till2", "till3")
ROOMS = ("attic", "cellar")
STAIRS, CHIMNEY = "stairs", "chimney"  # the bridge between the rooms, and one that leads nowhere
WIRING_FAULTS = ("inner end down", "outer end down", "wrong prefix", "wrong bridge")


@dataclass(frozen=True, repr=False)
class Mine(Sheet):
    """A learner's own values in this lab. ``…_address`` of a namespace is in CIDR form: ``10.120.7.130/24``."""

    first: str
    second: str
    port: int
    diary_port: int
    suspect: str
    bridge: str
    left: str
    left_address: str
    right: str
    right_address: str
    attic_address: str
    cellar_address: str


def values(lab: Lab) -> Mine:
    """The names, ports and addresses that this learner's tasks ask for."""
    its = lab.values
    first, second = its.choice("servers", [("tea", "coffee"), ("bread", "butter"), ("salt", "pepper")])
    left, right = its.choice("ends", [("red", "blue"), ("sun", "moon"), ("oak", "elm"), ("east", "west")])
    wires, house = its.subnet("wires"), its.subnet("house")

    def address(key: str, subnet: ipaddress.IPv4Network) -> str:
        return f"{its.address(key, subnet)}/{PREFIX}"

    return Mine(
        first=first,
        second=second,
        port=its.port("servers"),
        diary_port=its.port("diary"),
        suspect=its.choice("suspect", TILLS),
        bridge=its.choice("bridge", ["br-hand", "br-yard", "br-loft", "br-hall"]),
        left=left,
        left_address=address("left", wires),
        right=right,
        right_address=address("right", wires),
        attic_address=address("attic", house),
        cellar_address=address("cellar", house),
    )


# --- 1 ------------------------------------------------------------------------------------------------


@task(points=1)
def two_servers_one_port(lab: Lab) -> None:
    """Both servers listen on your port, each in a namespace of its own, and both answer host1."""
    mine = values(lab)
    now = expect(lab)
    for name in (mine.first, mine.second):
        now.running(name).image(name, "web").listening(name, mine.port).own_namespaces(name, "host1")
    now.own_namespaces(mine.first, mine.second)
    for name in (mine.first, mine.second):
        now.http("host1", f"http://{name}:{mine.port}", by="address", body=_signature(lab, name))


# --- 2 ------------------------------------------------------------------------------------------------


@task(points=2)
def page_for_one_reader(lab: Lab) -> None:
    """The reader gets the page of the diary at 127.0.0.1, and nobody outside their namespace gets it."""
    port = values(lab).diary_port
    now = expect(lab)
    now.running("diary").image("diary", "web").running("reader").image("reader", "toolbox")
    now.own_namespaces("diary", "host1").shares_namespace("reader", "diary").listening("diary", port)
    now.http("reader", f"http://127.0.0.1:{port}", body=_signature(lab, "diary"))
    now.cannot_tcp("host1", "diary", port)


# --- 3 ------------------------------------------------------------------------------------------------


def open_tills(lab: Lab) -> None:
    """Start the three tills in an order of this learner's own; again and again, if asked."""
    clear(lab, *TILLS)
    turn = lab.values.choice("order", range(len(TILLS)))
    for till in (*TILLS[turn:], *TILLS[:turn]):
        lab.client.containers.run("web", name=till, detach=True)


@task(points=2)
def suspect_is_cut_off(lab: Lab) -> None:
    """Your suspect runs on with its cable pulled at host1's end, and the other tills are reached as before."""
    stage.given(lab, TILLS)
    suspect = values(lab).suspect
    now = expect(lab)
    for till in TILLS:
        now.running(till).attached(till, "bridge")
    now.custom(lambda lab: _pulled(lab, suspect), "")
    for till in TILLS:
        if till != suspect:
            now.pings("host1", till, by="address")
    now.cannot_ping("host1", suspect)


def _pulled(lab: Lab, till: str) -> Verdict:
    """The end of the till's veth pair on host1 is there, and down."""
    ends = [end for end in _on_host(lab) if end.peer == f"{till}/eth0"]
    if not ends:
        expected = "a veth pair, its end on host1 down"
        because = "a veth pair has two ends or none: deleting one end deletes both, and the container's eth0 with it"
        next = "run the cell above this task, then set the end down, do not delete it"
        return fail(f"{till} has no cable any more", expected, "no such pair", because, next)
    return require(
        not ends[0].up,
        f"the cable of {till} is plugged in",
        expected=f"the end on host1 of the veth pair of {till}: down",
        observed=f"{ends[0].name} is up",
    )


# --- 4 ------------------------------------------------------------------------------------------------


@task(points=3)
def wired_by_hand(lab: Lab) -> None:
    """Your two namespaces have your addresses, are both plugged into your bridge, and ping each other."""
    mine = values(lab)
    now = expect(lab)
    ends = {mine.left: mine.left_address, mine.right: mine.right_address}
    for name, address in ends.items():
        now.has_address(f"netns:{name}", address).bridge_port(f"netns:{name}", mine.bridge)
    now.custom(lambda lab: _all_up(lab, mine.bridge, list(ends)), "")
    _ping_each_other(now, ends)
    _nothing_else(lab, ends)


def _all_up(lab: Lab, bridge: str, names: list[str]) -> Verdict:
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


def _down(what: str, cure: str) -> Verdict:
    because = "an interface that was just made, or moved to another namespace, is down"
    return fail(f"{what} is down", "every interface on the way up", f"{what}: down", because, f"%%on host1\n{cure}")


# --- 5 ------------------------------------------------------------------------------------------------


def break_wiring(lab: Lab, fault: str = "") -> None:
    """Wire attic and cellar with one fault, this learner's own if none is named; again and again, if asked."""
    fault = fault or lab.values.choice("wiring", WIRING_FAULTS)
    room = lab.values.choice("room", ROOMS)
    _tear_down(lab)
    mine = values(lab)
    _do(lab, *(f"ip link add {name} up type bridge" for name in (STAIRS, CHIMNEY)))
    for name, address in ((ROOMS[0], mine.attic_address), (ROOMS[1], mine.cellar_address)):
        _do(
            lab,
            f"ip netns add {name}",
            f"ip link add {name}-plug type veth peer name {name}-eth0",
            f"ip link set {name}-eth0 netns {name} name eth0",
            f"ip -n {name} addr add {address} dev eth0",
            f"ip -n {name} link set eth0 up",
            f"ip link set {name}-plug master {STAIRS} up",
        )
    address = mine.attic_address if room == ROOMS[0] else mine.cellar_address
    _do(lab, *_spoil(fault, room, address))


def _spoil(fault: str, room: str, address: str) -> list[str]:
    """The commands that bring the fault about."""
    return {
        "inner end down": [f"ip -n {room} link set eth0 down"],
        "outer end down": [f"ip link set {room}-plug down"],
        "wrong prefix": [
            f"ip -n {room} addr del {address} dev eth0",
            f"ip -n {room} addr add {address.replace(f'/{PREFIX}', '/32')} dev eth0",
        ],
        "wrong bridge": [f"ip link set {room}-plug master {CHIMNEY}"],
    }[fault]


@task(points=2)
def wiring_is_repaired(lab: Lab) -> None:
    """Attic and cellar ping each other by the stairs, and by nothing else."""
    _given_rooms(lab)
    mine = values(lab)
    ends = {ROOMS[0]: mine.attic_address, ROOMS[1]: mine.cellar_address}
    now = expect(lab)
    _ping_each_other(now, ends)
    for name, address in ends.items():
        now.has_address(f"netns:{name}", address).bridge_port(f"netns:{name}", STAIRS)
    _nothing_else(lab, ends)


def _given_rooms(lab: Lab) -> None:
    views = lab.host1.state().views
    for room in ROOMS:
        if f"netns:{room}" not in views:
            raise not_attempted(f"there is no namespace {room}", "run the cell above this task; it makes it")


def _tear_down(lab: Lab) -> None:
    """Pairs before namespaces: the kernel takes its time to empty a namespace, and deletes a pair at once."""
    for room in ROOMS:
        lab.host1.run(f"ip link del {room}-plug")
        lab.host1.run(f"ip netns del {room}")
    for bridge in (STAIRS, CHIMNEY):
        lab.host1.run(f"ip link del {bridge}")


# --- parts --------------------------------------------------------------------------------------------


def _ping_each_other(now: Expectation, ends: dict[str, str]) -> None:
    (one, its), (other, others) = ends.items()
    now.pings(f"netns:{one}", _bare(others)).pings(f"netns:{other}", _bare(its))


def _nothing_else(lab: Lab, ends: dict[str, str]) -> None:
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


def _signature(lab: Lab, name: str) -> str:
    """The line of its page by which a server says who it is: a container says its own hostname."""
    return f"answered by  {lab.client.containers.get(name).attrs['Config']['Hostname']}"


def _on_host(lab: Lab) -> list[Interface]:
    return lab.host1.state().views["host"].interfaces


def _bare(address: str) -> str:
    return address.partition("/")[0]


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
