"""A cable that is cut is named, with the command that mends it: pure, and on a real lab host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from course.labhost.records import Answer, Interface, Route, View
from course.labs.lab import Lab
from graders import explain
from graders.assertions import expect
from graders.case import Case, Reason
from graders.facts import Attachment, Container, Network, Place, Publication
from graders.traffic import Target, Wish
from graders.verdict import CheckFailed

# --- pure -------------------------------------------------------------------------------------------

END = Attachment("172.30.0.2", 16, "172.30.0.1")
WEB = Container("web", networks={"bridge": END}, ports=(Publication(80, 8080),))
CLIENT = Container("client", networks={"bridge": replace(END, address="172.30.0.3")})
BRIDGE = Network("bridge", subnets=("172.30.0.0/16",), gateways=("172.30.0.1",))
LOST = Answer("no-neighbour")
INNER = Interface("eth0", 5, "veth", up=True, addresses=["172.30.0.2/16"], peer="host/veth1")
OUTER = Interface("veth1", 6, "veth", up=True, master="docker0", peer="web/eth0")
SWITCH = Interface("docker0", 3, "bridge", up=True, addresses=["172.30.0.1/16"])
UP = "docker run --rm --network container:web --cap-add NET_ADMIN toolbox ip link set eth0 up"
FAULTS: list[tuple[dict[str, Interface | None], str, str]] = [
    ({"inner": replace(INNER, up=False)}, "eth0 of web is down", f"!{UP}"),
    (
        {"outer": replace(OUTER, up=False)},
        "host1's end of the cable of web, is down",
        "%%on host1\nip link set veth1 up",
    ),
    (
        {"switch": replace(SWITCH, up=False)},
        "docker0, the bridge that client is plugged into, is down",
        "%%on host1\nip link set docker0 up",
    ),
    (
        {"outer": replace(OUTER, master="")},
        "host1's end of the cable of web, is plugged into no bridge",
        "%%on host1\nip link set veth1 master docker0",
    ),
    ({"inner": None, "outer": None}, "no interface of web has 172.30.0.2", "!docker restart web"),
    ({"inner": replace(INNER, peer="")}, "the cable at eth0 of web leads nowhere on host1", ""),
]


def views(
    inner: Interface | None = INNER, outer: Interface | None = OUTER, switch: Interface | None = SWITCH
) -> dict[str, dict[str, View]]:
    host = View("host", 1, [i for i in (SWITCH if switch is None else switch, outer) if i])
    mine = Interface("eth0", 7, "veth", up=True, addresses=["172.30.0.3/16"], peer="host/veth2")
    host.interfaces.append(Interface("veth2", 8, "veth", up=True, master="docker0", peer="client/eth0"))
    return {
        "host1": {"host": host, "web": View("web", 2, [i for i in (inner,) if i]), "client": View("client", 3, [mine])}
    }


def lost(where: dict[str, dict[str, View]], answer: Answer = LOST) -> Case:
    source, target = CLIENT.place, Target("web", ("172.30.0.2",), WEB.place)
    return Case(Wish("icmp", "client", "web"), source, target, answer, {"bridge": BRIDGE}, views=where)


@pytest.mark.parametrize(("fault", "because", "next"), FAULTS)
def test_a_cut_cable_is_the_reason(fault: dict[str, Interface | None], because: str, next: str) -> None:
    reason = explain.why_not(lost(views(**fault)))
    assert because in reason.because
    assert reason.next == next


def test_a_cable_in_order_is_not_the_reason() -> None:
    assert explain.why_not(lost(views())) == Reason()


def test_where_something_answered_no_cable_is_suspected() -> None:
    refused = lost(views(outer=replace(OUTER, up=False)), Answer("refused", "172.30.0.2"))
    assert "cable" not in explain.why_not(refused).because


def test_the_cable_behind_a_published_port_is_on_the_way() -> None:
    target = Target("host1", ("10.213.0.2",), Place("host1", "host1"))
    wish = Wish("http", "laptop", "http://host1:8080")
    broken = views(outer=replace(OUTER, up=False))
    case = Case(
        wish, Place("laptop", "laptop"), target, Answer("timeout"), {"bridge": BRIDGE}, there=(WEB,), views=broken
    )
    assert "host1's end of the cable of web, is down" in explain.why_not(case).because


def test_only_the_cable_that_the_packets_take_is_suspected() -> None:
    idle = Interface("eth1", 9, "veth", up=False, addresses=["10.8.0.2/24"], peer="host/veth9")
    eth0 = Interface("eth0", 5, "veth", up=True, addresses=["10.9.0.1/24"], peer="host/veth1")
    red = View("netns:red", 2, [eth0, idle], [Route("10.9.0.0/24", device="eth0")])
    where = {"host1": {"host": View("host", 1, [OUTER, SWITCH]), "netns:red": red}}
    target = Target("", ("10.9.0.2",))
    case = Case(
        Wish("icmp", "netns:red", "10.9.0.2"), Place("netns:red", "host1", "netns:red"), target, LOST, views=where
    )
    assert explain.why_not(case).because == "nobody in this lab has the address 10.9.0.2"
    other = replace(case, target=Target("", ("10.8.0.9",)))
    down = replace(red, routes=[])
    other = replace(other, views={"host1": {**where["host1"], "netns:red": down}})
    assert explain.why_not(other).next == "%%on host1\nip -n red link set eth1 up"


# --- on a real lab host -----------------------------------------------------------------------------


@pytest.fixture
def pair(lab: Lab) -> Lab:
    """Two servers on the default bridge, one of them with a published port."""
    lab.client.containers.run("web", name="web", ports={"80/tcp": 8080}, detach=True)
    lab.client.containers.run("toolbox", name="client", detach=True)
    expect(lab, within=10).http("client", "http://web", by="address")
    return lab


def end_of(lab: Lab, name: str) -> str:
    return next(i.name for i in lab.host1.state().views["host"].interfaces if i.peer == f"{name}/eth0")


def set_down_inside(lab: Lab) -> None:
    command = "ip link set eth0 down"
    lab.client.containers.run("toolbox", command, network_mode="container:web", cap_add=["NET_ADMIN"], remove=True)


def run(command: str) -> Callable[[Lab], object]:
    return lambda lab: lab.host1.run(command.format(end=end_of(lab, "web")))


def mend(lab: Lab, next: str) -> None:
    """Do what the message says."""
    if next.startswith("%%on host1\n"):
        assert lab.host1.run(next.partition("\n")[2]).exit == 0
    elif next == "!docker restart web":
        lab.client.containers.get("web").restart(timeout=0)
    else:
        assert next == f"!{UP}"
        command = next.partition(" toolbox ")[2]
        lab.client.containers.run("toolbox", command, network_mode="container:web", cap_add=["NET_ADMIN"], remove=True)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("cut", "because"),
    [
        (set_down_inside, "eth0 of web is down"),
        (run("ip link set {end} down"), "host1's end of the cable of web, is down"),
        (run("ip link set {end} nomaster"), "host1's end of the cable of web, is plugged into no bridge"),
        (run("ip link set docker0 down"), "the bridge that client is plugged into, is down"),
        (run("ip link del {end}"), "its cable is gone"),
    ],
)
def test_a_cut_cable_is_named_and_what_the_message_says_mends_it(
    cut: Callable[[Lab], object], because: str, pair: Lab
) -> None:
    cut(pair)
    with pytest.raises(CheckFailed) as failure:
        expect(pair, within=0.1).http("client", "http://web", by="address")
    assert because in failure.value.verdict.because
    with pytest.raises(CheckFailed):
        expect(pair, within=0.1).http("host1", "http://web", by="address")
    mend(pair, failure.value.verdict.next)
    expect(pair, within=15).http("client", "http://web", by="address")


@pytest.mark.engine
def test_the_laptop_is_told_of_the_cable_behind_the_port(pair: Lab) -> None:
    pair.host1.run(f"ip link set {end_of(pair, 'web')} down")
    with pytest.raises(CheckFailed, match="host1's end of the cable of web, is down"):
        expect(pair, within=0.1).http("laptop", "http://host1:8080")
