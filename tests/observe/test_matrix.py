"""Who reaches whom, as data and as a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from course.errors import LabError
from course.labhost.records import Answer
from course.labs.lab import Lab
from course.observe.matrix import Matrix, matrix
from course.observe.places import Place, places
from course.topology.model import Attachment, Container, Machine, Network, Topology

TWO_HOSTS = Topology(
    "two",
    machines=(
        Machine("host1", "10.213.7.11"),
        Machine("host2", "10.213.7.12"),
        Machine("laptop", "10.213.7.101", False),
    ),
    networks=(
        Network("bridge", "host1", subnets=("172.30.0.0/16",)),
        Network("front", "host1", subnets=("10.1.0.0/24",)),
        Network("bridge", "host2", subnets=("172.30.0.0/16",)),
    ),
    containers=(
        Container("web", "host1", state="running"),
        Container("app", "host1", state="paused"),
        Container("side", "host1", state="running", shares="container:web"),
        Container("tap", "host1", state="running", shares="host"),
        Container("job", "host1", state="running", shares="none"),
        Container("old", "host1", state="exited"),
        Container("web", "host2", state="running"),
    ),
    attachments=(
        Attachment("web", "bridge", "host1", address="172.30.0.2"),
        Attachment("web", "front", "host1", address="10.1.0.2"),
        Attachment("app", "front", "host1", address="10.1.0.3"),
        Attachment("web", "bridge", "host2", address="172.30.0.2"),
    ),
)


def test_places_are_machines_and_what_runs_on_them_each_with_a_name_of_its_own() -> None:
    names = ["host1", "host2", "laptop", "host1/web", "app", "side", "tap", "job", "host2/web"]
    assert list(places(TWO_HOSTS)) == names


@pytest.mark.parametrize(
    ("asker", "target", "address"),
    [
        ("app", "host1/web", "10.1.0.2"),
        ("host1", "host1/web", "172.30.0.2"),
        ("app", "side", "10.1.0.2"),
        ("app", "tap", "10.213.7.11"),
        ("laptop", "host2", "10.213.7.12"),
        ("app", "job", ""),
    ],
)
def test_a_place_is_asked_on_a_network_that_both_are_on_else_at_its_first_address(
    asker: str, target: str, address: str
) -> None:
    known = places(TWO_HOSTS)
    assert known[target].address(known[asker]) == address


def test_an_overlay_is_the_same_network_on_both_hosts() -> None:
    here, there = (
        Place("aa", "host1", "aa", {"wide": "10.0.9.2"}),
        Place("bb", "host2", "bb", {"host2/x": "1.1.1.1", "wide": "10.0.9.3"}),
    )
    assert there.address(here) == "10.0.9.3"


SMALL = Matrix(
    "tcp",
    80,
    ("client", "web"),
    {("client", "web"): Answer("reply", "10.1.0.2"), ("web", "client"): Answer("refused", "10.1.0.3")},
    {("client", "web"): True, ("web", "client"): True, ("web", "gone"): True},
)


def test_a_matrix_is_asked_by_pair() -> None:
    assert SMALL["web", "client"].outcome == "refused"
    assert SMALL.reached == {("client", "web")}
    assert SMALL.surprises == [("web", "client")]


def test_a_matrix_is_a_table_of_text_too() -> None:
    assert str(SMALL).splitlines() == [
        "TCP port 80: rows ask, columns answer",
        "        client                  web",
        "client                          ✓ open",
        "web     × refused (expected ✓)",
    ]


@pytest.mark.parametrize(
    ("kind", "answer", "word"),
    [
        ("icmp", Answer("reply", ms=0.4), "reply"),
        ("http", Answer("reply", status=404), "404"),
        ("dns", Answer("reply", addresses=["10.1.0.2", "10.1.0.3"]), "10.1.0.2, 10.1.0.3"),
        ("tcp", Answer("timeout", "10.1.0.2"), "timeout"),
        ("tcp", Answer("no-name"), "no name"),
        ("tcp", Answer("no-route", "10.1.0.2"), "no route"),
        ("tcp", Answer("no-route"), "no address"),
        ("tcp", Answer("broken"), "not asked"),
    ],
)
def test_an_answer_is_a_word_or_two(kind: str, answer: Answer, word: str) -> None:
    one = Matrix(kind, 0, ("aa", "bb"), {("aa", "bb"): answer})  # type: ignore[arg-type]
    assert one.word(("aa", "bb")) == word


def start(lab: Lab, host: str, name: str, image: str = "toolbox", network: str = "bridge") -> None:
    lab.all[host].client.containers.run(image, name=name, detach=True, network=network)


@pytest.fixture
def two(lab_of: Callable[[str], Lab]) -> Lab:
    """Two lab hosts whose default bridges hand out the same addresses, with a web server each."""
    lab = lab_of("02_default_bridge")
    for host in lab.hosts.values():
        host.admin("reset")
    start(lab, "host1", "web", "web")
    start(lab, "host1", "client")
    start(lab, "host2", "far")
    return lab


@pytest.mark.engine
def test_machines_and_containers_are_asked_across_hosts(two: Lab) -> None:
    seen = matrix(two, "http", among=["client", "web", "host1", "laptop"])
    assert {pair for pair in seen.reached if pair[1] == "web"} == {("client", "web"), ("host1", "web")}
    assert seen["client", "web"].status == 200
    assert seen["laptop", "web"].outcome == "no-route"
    assert len(seen.answers) == 12


@pytest.mark.engine
def test_the_reply_of_another_with_the_same_address_does_not_count(two: Lab) -> None:
    seen = matrix(two, "icmp")
    assert seen["host2", "far"].ok, "the probe works where it should"
    assert not seen["client", "far"].ok and seen.mistaken["client", "far"] == "web"
    assert seen.word(("client", "far")) == "is web" and seen.word(("web", "far")) == "is itself"


@pytest.mark.engine
def test_places_are_asked_by_name_too(lab: Lab) -> None:
    lab.client.networks.create("front")
    start(lab, "host1", "web", "web", network="front")
    start(lab, "host1", "app", network="front")
    start(lab, "host1", "lone")
    seen = matrix(lab, "tcp", among=["app", "web", "lone"], by="name", expected={("lone", "web"): True})
    assert seen.reached == {("app", "web")}
    assert seen["lone", "web"].outcome == "no-name" and seen.surprises == [("lone", "web")]


@pytest.mark.engine
def test_an_unknown_place_is_answered_with_those_there_are(lab: Lab) -> None:
    with pytest.raises(LabError, match="called 'nobody'") as caught:
        matrix(lab, among=["nobody"])
    assert caught.value.next == "there is host1, laptop"


@pytest.mark.engine
def test_no_places_make_an_empty_matrix(lab: Lab) -> None:
    assert matrix(lab, among=[]).answers == {}
