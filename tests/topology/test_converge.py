"""Topologies made real on a real engine, damaged, repaired, interrupted and removed again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import IO, Any

import pytest
from docker import DockerClient

from course import apply, destroy, plan
from course.errors import LabError, TopologyError
from course.labs.lab import Lab, open_lab
from course.observe.live import read
from course.topology.applying.report import News, Report
from course.topology.difference import Thing
from course.topology.model import Attachment, Container, Healthcheck, Machine, Network, Port, Topology

pytestmark = pytest.mark.engine

HOST = "host1"
WEB = Container("web", HOST, "web", ports=(Port(8080, 80),))
DB = Container("db", HOST, "toolbox", environment={"SIZE": "9"}, healthcheck=Healthcheck(("true",), interval=0.2))
API = Container("api", HOST, "mine", depends_on={"db": "healthy"}, hostname="api", capabilities=("NET_ADMIN",))
SIDE = Container("side", HOST, "toolbox", shares="container:web", command=("sleep", "inf"))
ALONE = Container("alone", HOST, "toolbox", depends_on={"web": "started"})


def shop(*containers: Container, name: str = "shop", **more: Any) -> Topology:
    """A shop of two networks; the containers given take the place of their namesakes, or come beside them."""
    known = {one.name: one for one in (WEB, DB, API, SIDE, ALONE)} | {one.name: one for one in containers}
    usual = {
        "networks": (
            Network("front", HOST, subnets=("10.1.0.0/24",), gateway="10.1.0.254"),
            Network("back", HOST, internal=True, subnets=("10.2.0.0/24",), ip_range="10.2.0.128/25"),
        ),
        "attachments": (
            Attachment("web", "front", HOST, address="10.1.0.7", mac="02:42:0a:01:00:77"),
            Attachment("api", "front", HOST, aliases=("service",)),
            Attachment("api", "back", HOST),
            Attachment("db", "back", HOST, address="10.2.0.9"),
        ),
    }
    return Topology(name, (Machine(HOST),), containers=tuple(known.values()), **(usual | more))


def quiet(news: News) -> None:
    """No word on the way."""


def applied(topology: Topology, lab: Lab) -> Report:
    """The report, when a second plan has nothing to do."""
    report = apply(topology, lab, quiet)
    assert report, report
    assert not plan(topology, lab), plan(topology, lab)
    return report


def tag_mine(client: DockerClient, image: str = "toolbox") -> None:
    client.images.get(image).tag("mine")


@pytest.fixture
def standing(lab_of: Callable[[str], Lab]) -> Lab:
    """A lab in which the shop stands; each test leaves it as it should be, or it is repaired."""
    lab = lab_of("04_user_defined_networks")
    tag_mine(lab.client)
    apply(shop(), lab, quiet)
    return lab


@pytest.fixture
def empty(lab: Lab) -> Lab:
    """A lab without anything in it but images."""
    tag_mine(lab.client)
    return lab


# --- from nothing --------------------------------------------------------------------------------


def test_a_topology_is_made_from_nothing_and_then_there_is_nothing_to_do(empty: Lab) -> None:
    assert plan(shop(), empty).summary == "+5 containers, +2 networks, -0"
    assert plan(shop(), empty).steps == plan(shop(), empty).steps, "a plan changes nothing"
    told: list[News] = []
    report = apply(shop(), empty, told.append)
    assert report and str(report).startswith("shop: 7 done in ")
    assert not plan(shop(), empty) and repr(apply(shop(), empty)) == "shop: nothing to do"
    for thing in {news.object for news in told}:
        assert [one.state for one in told if one.object == thing] == ["waiting", "working", "done"]


def test_what_was_made_is_what_was_meant_by_the_engines_own_word(standing: Lab) -> None:
    web, db, api, side, alone = (standing.client.api.inspect_container(one.name) for one in shop().containers)
    front = web["NetworkSettings"]["Networks"]["front"]
    assert (front["IPAddress"], front["MacAddress"], front["Gateway"]) == (
        "10.1.0.7",
        "02:42:0a:01:00:77",
        "10.1.0.254",
    )
    assert web["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"] == "8080"
    assert db["NetworkSettings"]["Networks"]["back"]["IPAddress"] == "10.2.0.9"
    assert "SIZE=9" in db["Config"]["Env"]
    assert {*api["NetworkSettings"]["Networks"]} == {"front", "back"}
    assert "service" in api["NetworkSettings"]["Networks"]["front"]["Aliases"]
    assert api["NetworkSettings"]["Networks"]["back"]["IPAddress"] >= "10.2.0.128"
    assert (api["Config"]["Hostname"], api["HostConfig"]["CapAdd"]) == ("api", ["NET_ADMIN"])
    assert api["State"]["StartedAt"] > db["State"]["Health"]["Log"][0]["End"].replace("Z", "")
    assert side["HostConfig"]["NetworkMode"] == f"container:{web['Id']}"
    assert {*alone["NetworkSettings"]["Networks"]} == {"none"}
    assert standing.client.networks.get("back").attrs["Internal"]
    assert standing.host1.tcp("10.1.0.7", 80).ok


# --- damage --------------------------------------------------------------------------------------


def _remove_network(client: DockerClient) -> None:
    for name in ("web", "api"):
        client.networks.get("front").disconnect(name)
    client.networks.get("front").remove()


def _remove_network_of_the_stopped(client: DockerClient) -> None:
    client.containers.get("db").stop(timeout=0)
    client.networks.get("back").disconnect("api")
    client.networks.get("back").remove()


def _remake_network_of_the_stopped(client: DockerClient) -> None:
    worn, pools = client.networks.get("back").attrs["Labels"], client.networks.get("back").attrs["IPAM"]
    _remove_network_of_the_stopped(client)
    client.networks.create("back", internal=True, labels=worn, ipam=pools)


def _move(client: DockerClient) -> None:
    client.networks.get("back").disconnect("db")
    client.networks.get("back").connect("db", ipv4_address="10.2.0.10", aliases=["dta"])


def _take_address(client: DockerClient) -> None:
    client.containers.get("db").stop(timeout=0)
    client.networks.get("back").disconnect("api")
    client.networks.get("back").connect("api", ipv4_address="10.2.0.9")


def _another_network(client: DockerClient) -> None:
    client.networks.create("lan")
    client.networks.get("lan").connect("db")


def _remove_some(client: DockerClient) -> None:
    for name in ("db", "api", "alone"):
        client.containers.get(name).remove(force=True)


def _restart_owner(client: DockerClient) -> None:
    client.containers.get("web").restart(timeout=0)


DAMAGES: dict[str, tuple[Callable[[DockerClient], object], list[str]]] = {
    "a plug pulled": (lambda c: c.networks.get("front").disconnect("api"), ["+ attachment api on front"]),
    "removed": (lambda c: c.containers.get("web").remove(force=True), ["+ container web", "~ container side"]),
    "stopped": (lambda c: c.containers.get("db").stop(timeout=0), ["~ container db"]),
    "paused": (lambda c: c.containers.get("alone").pause(), ["~ container alone"]),
    "a network removed": (
        _remove_network,
        ["+ network front", "~ container web", "~ container side", "+ attachment api on front"],
    ),
    "a network of the stopped removed": (
        _remove_network_of_the_stopped,
        ["+ network back", "~ container db", "+ attachment db on back", "+ attachment api on back"],
    ),
    "a network of the stopped removed and made again": (
        _remake_network_of_the_stopped,
        ["~ container db", "~ attachment db on back", "+ attachment api on back"],
    ),
    "another address and alias": (_move, ["~ attachment db on back"]),
    "its address taken by one of ours": (_take_address, ["~ container db", "~ attachment api on back"]),
    "another image of that name": (lambda c: tag_mine(c, "web"), ["~ container api"]),
    "a network too many": (_another_network, ["- attachment db on lan"]),
    "the owner of a namespace restarted": (_restart_owner, ["~ container side"]),
    "all at once": (
        _remove_some,
        ["+ container db", "+ container api", "+ container alone"],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_damaged_by_hand_is_repaired_and_nothing_else_is_touched(standing: Lab, damage: str) -> None:
    harm, lines = DAMAGES[damage]
    before = {one.name: one.id for one in standing.client.containers.list(all=True)}
    harm(standing.client)
    repair = plan(shop(), standing)
    assert [f"{one.sign} {one.thing}" for one in repair.changes] == lines
    applied(shop(), standing)
    after = {one.name: one.id for one in standing.client.containers.list(all=True)}
    anew = {one.thing.name for one in repair.changes if one.sign == "+" or one.sentence.startswith("made anew")}
    assert {name for name in after if after[name] != before.get(name)} <= anew


def test_a_changed_topology_changes_what_it_must(standing: Lab) -> None:
    other = shop(
        replace(DB, environment={"SIZE": "10"}),
        replace(ALONE, state="paused"),
        replace(SIDE, state="missing"),
        networks=(replace(shop().networks[0], subnets=("10.3.0.0/24",), gateway=""), shop().networks[1]),
        attachments=(
            Attachment("web", "front", HOST),
            Attachment("api", "back", HOST, aliases=("service",)),
            Attachment("db", "back", HOST),
            Attachment("alone", "back", HOST),
        ),
    )
    changes = {str(one.thing): (one.sign, one.sentence) for one in plan(other, standing).changes}
    assert changes == {
        "network front": ("~", "made anew, for a network cannot be changed: its gateway and subnets changed"),
        "container side": ("-", "it is not in the topology any more"),
        "container db": ("~", "made anew: its environment changed"),
        "container alone": ("~", "paused: it runs, and should be paused"),
        "attachment web on front": ("~", "connected anew: the network is made anew"),
        "attachment api on front": ("-", "the container is not meant to be on it"),
        "attachment api on back": ("~", "connected anew: the alias service is missing"),
        "attachment alone on none": ("-", "it lets no other network in"),
        "attachment alone on back": ("+", "the container is not on it"),
    }
    applied(other, standing)
    applied(shop(), standing)


# --- what fails ----------------------------------------------------------------------------------


def test_each_failure_has_the_name_of_its_object_and_the_rest_goes_on(empty: Lab) -> None:
    empty.client.containers.run("web", name="guest", detach=True, network_mode="host")
    town = Topology(
        "town",
        (Machine(HOST),),
        networks=(
            Network("odd", HOST, options={"com.docker.network.bridge.enable_icc": "perhaps"}),
            Network("good", HOST),
        ),
        containers=(
            Container("fine", HOST, "toolbox"),
            Container("program", HOST, "toolbox", command=("nonesuch",)),
            Container("port", HOST, "web", ports=(Port(80, 80),)),
            Container("image", HOST, "nginx"),
            Container("ends", HOST, "toolbox", command=("sh", "-c", "echo farewell; exit 3")),
            Container("ill", HOST, "toolbox", healthcheck=Healthcheck(("echo ouch; false",), interval=0.1, retries=1)),
            Container("patient", HOST, "toolbox", depends_on={"ill": "healthy"}),
            Container("follows", HOST, "toolbox", depends_on={"patient": "started"}),
            Container("on-odd", HOST, "toolbox"),
        ),
        attachments=(Attachment("on-odd", "odd", HOST), Attachment("port", "good", HOST)),
    )
    report = apply(town, empty, quiet)
    assert not report
    failed = {one.object.name: one.sentence for one in report.failed}
    assert {*failed} == {"odd", "program", "port", "image", "ends", "ill"}
    assert "perhaps" in failed["odd"]
    assert failed["program"].startswith("its image has no program nonesuch")
    assert failed["port"].startswith("port 80 of the host is taken by a program")
    assert failed["image"].startswith("host1 has no image nginx")
    assert failed["ends"] == "it ended at once with exit code 3; its last words: farewell"
    assert failed["ill"].startswith("it is not healthy: its health check says 'ouch'")
    skipped = {one.object.name: one.sentence for one in report.not_tried}
    assert skipped == {
        "patient": "it needs container ill",
        "follows": "it needs container patient",
        "on-odd": "it needs network odd",
    }
    assert [one.object.name for one in report.news if one.state == "done"] == ["good", "fine"]
    assert "not tried  container follows" in repr(report)
    empty.client.containers.get("guest").remove(force=True)
    assert "~ container port" in repr(plan(town, empty))


def test_what_others_made_is_used_or_named_and_never_changed(empty: Lab) -> None:
    engine = empty.client
    engine.networks.create("front", internal=True)
    engine.networks.create("good")
    engine.containers.run("web", name="web", detach=True, network="good")
    town = Topology(
        "town",
        (Machine(HOST),),
        networks=(Network("front", HOST), Network("good", HOST)),
        containers=(Container("web", HOST, "web"), Container("db", HOST, "toolbox")),
        attachments=(Attachment("web", "good", HOST), Attachment("db", "good", HOST)),
    )
    found = plan(town, empty)
    assert [str(one) for one in found.adopted] == ["network good", "container web"]
    report = apply(town, empty, quiet)
    assert [(one.object.name, one.state) for one in report.news] == [("front", "failed"), ("db", "done")]
    assert not destroy("town", empty, quiet).failed
    assert {one.name for one in engine.containers.list()} == {"web"}
    assert {one.name for one in engine.networks.list()} >= {"front", "good"}


def test_destroy_takes_all_of_one_topology_and_nothing_else(empty: Lab) -> None:
    applied(shop(), empty)
    other = Topology("bakery", (Machine(HOST),), (Network("oven", HOST),), (Container("bread", HOST, "toolbox"),))
    applied(other, empty)
    empty.client.containers.get("db").pause()
    empty.client.containers.run("toolbox", name="guest", detach=True, network="oven")
    assert str(destroy("shop", empty, quiet)).startswith("shop: 7 done in ")
    assert {one.name for one in empty.client.containers.list(all=True)} == {"bread", "guest"}
    report = destroy("bakery", empty, quiet)
    (stays,) = report.failed
    assert stays.object == Thing("network", HOST, "oven") and "guest" in stays.sentence
    assert {one.name for one in empty.client.containers.list(all=True)} == {"guest"}
    assert repr(destroy("shop", empty)) == "shop: nothing to do"


# --- interruption --------------------------------------------------------------------------------

CHILD = """
import sys
from course.labs.lab import open_lab
from course.topology.converge import apply
from tests.topology.test_converge import crowd
apply(crowd(int(sys.argv[2])), open_lab(sys.argv[1], learner="tester"), lambda news: print(news, flush=True))
"""


def crowd(size: int) -> Topology:
    """So many containers on two networks."""
    names = [f"node{n}" for n in range(10)]
    networks = tuple(Network(name, HOST, subnets=(f"10.{size}.{n}.0/24",)) for n, name in enumerate(("even", "odd")))
    plugs = tuple(Attachment(name, net, HOST) for n, name in enumerate(names) for net in ("even", "odd")[n % 2 :])
    containers = tuple(Container(name, HOST, "toolbox", hostname=f"{name}-{size}") for name in names)
    return Topology("crowd", (Machine(HOST),), networks, containers, plugs)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_apply_is_finished_by_the_next(empty: Lab, end: signal.Signals) -> None:
    for size, moment in ((1, 3), (2, 7), (3, 11)):  # from nothing; then everything is made anew, twice
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, empty.name, str(size)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _wait_for_news(child.stdout, moment)
        child.send_signal(end)
        _, error = child.communicate(timeout=60)
        assert child.returncode != 0
        assert end != signal.SIGINT or error.rstrip().endswith("KeyboardInterrupt")
        if end == signal.SIGINT:
            assert plan(crowd(size), empty), "it was interrupted before the end"
        applied(crowd(size), empty)
    assert len(empty.client.containers.list()) == 10


def _wait_for_news(out: IO[str] | None, moment: int) -> None:
    """Until work on so many objects has begun."""
    assert out is not None
    begun = 0
    while begun < moment:
        line = out.readline()
        assert line, "the child ended before it was interrupted"
        begun += " working: " in line


# --- several machines ----------------------------------------------------------------------------


def test_several_machines_each_get_their_own_and_an_overlay_needs_a_swarm() -> None:
    hosts = ("host1", "host2")
    town = Topology(
        "town",
        tuple(map(Machine, hosts)),
        networks=tuple(Network("mesh", host, "overlay", attachable=True) for host in hosts)
        + tuple(Network("own", host) for host in hosts),
        containers=tuple(Container("node", host, "toolbox") for host in hosts),
        attachments=tuple(Attachment("node", net, host) for net in ("mesh", "own") for host in hosts),
    )
    with open_lab("02_default_bridge/test-converge", fresh=True, learner="tester") as lab:
        report = apply(town, lab, quiet)
        assert "an overlay network needs a swarm, and host1 is in none" in report.failed[0].sentence
        assert [str(one.object) for one in report.not_tried] == ["container node", "container node"]
        token = _swarm(lab)
        assert token
        applied(town, lab)
        assert {one.machine for one in read(lab).containers} == {*hosts}
        assert lab.host1.ping(_address(lab.host2.client), source="node", timeout=5).ok
        assert destroy("town", lab, quiet), "removed from both machines"
        assert not [one for one in read(lab).networks if one.name in ("mesh", "own")]
        with pytest.raises(TopologyError, match="machine laptop of the topology has no Docker Engine"):
            plan(Topology("town", (Machine("laptop"),), containers=(Container("web", "laptop", "web"),)), lab)
    with pytest.raises(LabError, match="closed"):
        plan(town, lab)


def _swarm(lab: Lab) -> str:
    lab.host1.client.swarm.init(advertise_addr=lab.host1.address)
    token = str(lab.host1.client.swarm.attrs["JoinTokens"]["Worker"])
    lab.host2.client.swarm.join([lab.host1.address], token, advertise_addr=lab.host2.address)
    return token


def _address(client: DockerClient) -> str:
    return str(client.containers.get("node").attrs["NetworkSettings"]["Networks"]["mesh"]["IPAddress"])


# --- misuse --------------------------------------------------------------------------------------


def test_a_machine_that_the_lab_has_not_and_a_name_that_is_none_are_told(empty: Lab) -> None:
    with pytest.raises(TopologyError, match="machine host7 of the topology is not in this lab") as caught:
        apply(Topology("town", (Machine("host7"),), (Network("net", "host7"),)), empty)
    assert caught.value.next == "the lab hosts of this lab are host1"
    with pytest.raises(TopologyError, match="without a name"):
        destroy(" ", empty)
