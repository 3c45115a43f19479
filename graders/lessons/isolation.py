"""Lesson 01, a network of one's own: what the graded cells check, and the situations that they start from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course.labhost.records import Interface
from graders.assertions import expect
from graders.lessons import stage, wiring
from graders.lessons.given import clear
from graders.lessons.sheet import Sheet
from graders.task import task
from graders.verdict import Verdict, fail, require

if TYPE_CHECKING:
    from course.labs.lab import Lab

PREFIX = 24  # every subnet that a learner is given is this long
TILLS = ("till1", "till2", "till3")


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
    ends = {mine.left: mine.left_address, mine.right: mine.right_address}
    now = expect(lab)
    wiring.plugged_in(now, ends, mine.bridge)
    now.custom(lambda lab: wiring.all_up(lab, ends, mine.bridge), "")
    wiring.ping_each_other(now, ends)
    wiring.nothing_else(lab, ends)


# --- 5 ------------------------------------------------------------------------------------------------


def break_wiring(lab: Lab, fault: str = "") -> None:
    """Wire attic and cellar with one fault, this learner's own if none is named; again and again, if asked."""
    fault = fault or lab.values.choice("wiring", wiring.FAULTS)
    wiring.wire(lab, _rooms(lab), fault, lab.values.choice("room", wiring.ROOMS))


@task(points=2)
def wiring_is_repaired(lab: Lab) -> None:
    """Attic and cellar ping each other by the stairs, and by nothing else."""
    wiring.given(lab)
    rooms = _rooms(lab)
    now = expect(lab)
    wiring.ping_each_other(now, rooms)
    wiring.plugged_in(now, rooms, wiring.STAIRS)
    wiring.nothing_else(lab, rooms)


def _rooms(lab: Lab) -> dict[str, str]:
    """Both rooms with this learner's addresses."""
    mine = values(lab)
    return dict(zip(wiring.ROOMS, (mine.attic_address, mine.cellar_address), strict=True))


# --- parts --------------------------------------------------------------------------------------------


def _signature(lab: Lab, name: str) -> str:
    """The line of its page by which a server says who it is: a container says its own hostname."""
    return f"answered by  {lab.client.containers.get(name).attrs['Config']['Hostname']}"


def _on_host(lab: Lab) -> list[Interface]:
    return lab.host1.state().views["host"].interfaces
