"""Who reaches whom, as data and as a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from course.errors import CourseError, LabError
from course.labhost.records import Answer
from course.labs.lab import Lab
from course.observe.layer import Layer, Question, questions
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


def test_a_question_is_a_kind_and_a_port_where_it_has_one() -> None:
    assert [str(one) for one in questions(("icmp", "tcp:443", "udp:53", "dns"), 80)] == [
        "icmp",
        "tcp:443",
        "udp:53",
        "dns",
    ]
    assert questions((), 80) == (Question("icmp"),)
    assert questions(("tcp",), 8080) == questions(("tcp", 8080), 80) == (Question("tcp", 8080),)
    assert questions(("tcp", 80, 443, "tcp:80"), 1) == (Question("tcp", 80), Question("tcp", 443))


@pytest.mark.parametrize("word", ["tpc:80", "tcp:", "tcp:0", "tcp:65536", "tcp:http", "tcp:-1", "icmp:8", "", 80, None])
def test_what_is_no_question_is_refused_with_those_there_are(word: object) -> None:
    with pytest.raises(CourseError, match="cannot ask") as caught:
        questions((word,), 80)
    assert "tcp:80" in str(caught.value.next)


PAIR, BACK = ("client", "web"), ("web", "client")
TCP = Layer(
    Question("tcp", 80),
    {PAIR: Answer("reply", "10.1.0.2"), BACK: Answer("refused", "10.1.0.3")},
    {PAIR: True, BACK: True, ("web", "gone"): True},
)
UDP = Layer(Question("udp", 53), {PAIR: Answer("timeout", "10.1.0.2"), BACK: Answer("refused")}, {PAIR: True})
DNS = Layer(Question("dns"), {PAIR: Answer("reply", addresses=["10.1.0.2"]), BACK: Answer("no-name")})
SMALL = Matrix(("client", "web"), (TCP,))
FULL = Matrix(("client", "web"), (TCP, UDP, DNS))


def test_a_matrix_is_asked_by_pair_and_by_question() -> None:
    assert SMALL["web", "client"].outcome == "refused"
    assert SMALL.reached == {PAIR} and SMALL.surprises == [BACK]
    assert FULL["web", "client", "dns"].outcome == "no-name"
    assert FULL.reached == set() and FULL.layer("dns").reached == {PAIR}
    with pytest.raises(CourseError, match="several questions were asked") as caught:
        FULL["web", "client"]
    assert caught.value.next == "name one of tcp:80, udp:53, dns"
    with pytest.raises(CourseError, match="'icmp' was not asked"):
        FULL["web", "client", "icmp"]


def test_a_matrix_is_a_table_of_text_too() -> None:
    assert str(SMALL).splitlines() == [
        "TCP port 80: rows ask, columns answer",
        "        client                  web",
        "client                          ✓ open",
        "web     × refused (expected ✓)",
    ]
    assert str(FULL).splitlines() == [
        "TCP port 80, UDP port 53, DNS: rows ask, columns answer",
        "        client  web",
        "client          ✓ … ✓",
        "web     × × –",
        "✓ yes  × no  … silence (over UDP neither yes nor no)  – no name",
        "not as expected: web to client, TCP port 80: refused, expected ✓",
    ]


def test_a_table_says_if_all_is_as_expected() -> None:
    agreed = Matrix(("client", "web"), (Layer(TCP.question, TCP.answers, {PAIR: True, BACK: False}),))
    assert str(agreed).splitlines()[-1] == agreed.verdict == "all 2 as expected"
    assert FULL.verdict == "1 of 3 not as expected"


def test_silence_over_udp_agrees_with_every_expectation_and_what_was_not_asked_with_none() -> None:
    silence, unasked = {PAIR: Answer("timeout")}, {PAIR: Answer("broken")}
    for wish in (True, False):
        assert not Layer(Question("udp", 53), silence, {PAIR: wish}).surprises
        assert Layer(Question("udp", 53), unasked, {PAIR: wish}).surprises
    assert Layer(Question("tcp", 53), silence, {PAIR: True}).surprises
    assert not Layer(Question("tcp", 53), silence, {PAIR: False}).surprises


@pytest.mark.parametrize(
    ("kind", "answer", "word"),
    [
        ("icmp", Answer("reply", ms=0.4), "reply"),
        ("http", Answer("reply", status=404), "404"),
        ("dns", Answer("reply", addresses=["10.1.0.2", "10.1.0.3"]), "10.1.0.2, 10.1.0.3"),
        ("tcp", Answer("timeout", "10.1.0.2"), "timeout"),
        ("udp", Answer("timeout", "10.1.0.2"), "no answer"),
        ("udp", Answer("refused", "10.1.0.2"), "refused"),
        ("tcp", Answer("no-name"), "no name"),
        ("tcp", Answer("no-route", "10.1.0.2"), "no route"),
        ("tcp", Answer("no-route"), "no address"),
        ("tcp", Answer("broken"), "not asked"),
    ],
)
def test_an_answer_is_a_word_or_two(kind: str, answer: Answer, word: str) -> None:
    one = Layer(Question(kind), {PAIR: answer})  # type: ignore[arg-type]
    assert one.word(PAIR) == word


def start(lab: Lab, host: str, name: str, image: str = "toolbox", network: str = "bridge", command: str = "") -> None:
    lab.all[host].client.containers.run(image, command or None, name=name, detach=True, network=network)


@pytest.fixture(scope="module")
def two(lab_of: Callable[[str], Lab]) -> Lab:
    """Two lab hosts that hand out the same addresses, on the default bridge and on ``front``; both have a ``web``."""
    lab = lab_of("02_default_bridge")
    for host in lab.hosts.values():
        host.admin("reset")
        host.client.networks.create("front")
    start(lab, "host1", "web", "web", "front")
    start(lab, "host1", "app", network="front")
    start(lab, "host1", "mute", network="front", command="sh -c 'nc -u -l -k -p 5300 >/dev/null'")
    start(lab, "host1", "client")
    start(lab, "host2", "web", "web", "front")
    start(lab, "host2", "far")
    lab.host1.run("ip netns add red")
    for command in (
        "ip link add to-red type veth peer name eth0 netns red",
        "ip addr add 10.77.0.1/24 dev to-red",
        "ip link set to-red up",
        "ip -n red addr add 10.77.0.2/24 dev eth0",
        "ip -n red link set eth0 up",
    ):
        assert lab.host1.run(command).exit == 0, command
    return lab


@pytest.mark.engine
def test_everything_is_asked_of_everyone_in_one_matrix(two: Lab) -> None:
    seen = matrix(two, "icmp", "tcp:80", "udp:5300", "dns", timeout=3)
    assert set(seen.places) == {
        *("host1", "host2", "laptop", "host1/web", "host2/web", "app", "mute", "client", "far", "netns:red")
    }
    assert all(len(layer.answers) == 90 for layer in seen.layers)
    assert {target for asker, target in seen.layer("icmp").reached if asker == "app"} >= {"host1", "host1/web", "mute"}
    assert seen["app", "host1/web", "tcp:80"].ok and seen["client", "host1/web", "tcp:80"].outcome == "timeout"
    udp = seen.layer("udp:5300")
    assert (udp.word(("app", "mute")), udp.word(("app", "host1/web"))) == ("no answer", "refused")
    assert seen["laptop", "host2", "icmp"].ok and seen["laptop", "host2", "dns"].ok


@pytest.mark.engine
def test_the_reply_of_another_with_the_same_address_does_not_count(two: Lab) -> None:
    seen = matrix(two, "icmp", "tcp:80", "dns", among=["host1/web", "app", "client", "host2", "host2/web", "far"])
    assert seen["host2", "far", "icmp"].ok, "the probe works where it should"
    assert not seen["client", "far", "icmp"].ok and seen.layer("icmp").word(("client", "far")) == "is itself"
    assert not seen["app", "host2/web", "tcp:80"].ok
    assert seen.layer("tcp:80").word(("app", "host2/web")) == "is host1/web"
    names = seen.layer("dns")
    assert (
        seen["app", "host1/web", "dns"].ok
        and not seen["app", "host2/web", "dns"].ok
        and names.word(("app", "host2/web")) == "is host1/web"
    )
    assert names.sign(("app", "host2/web")) == "×" and seen["client", "host1/web", "dns"].outcome == "no-name"


@pytest.mark.engine
def test_a_namespace_made_by_hand_is_a_place_without_a_name(two: Lab) -> None:
    seen = matrix(two, "icmp", "dns", among=["netns:red", "host1", "app"])
    assert seen["netns:red", "host1", "icmp"].address == "10.77.0.1" and seen["host1", "netns:red", "icmp"].ok
    assert seen["netns:red", "app", "icmp"].outcome == "no-route"
    assert seen["host1", "netns:red", "dns"].detail == "netns:red has no name"


@pytest.mark.engine
def test_places_are_asked_by_name_and_beside_what_is_expected(two: Lab) -> None:
    wish: dict[str, list[str]] = {"app": ["host1/web"], "client": ["host1/web"]}
    seen = matrix(two, "tcp", 80, among=["app", "host1/web", "client", "laptop"], by="name", expected=wish)
    assert seen["app", "host1/web"].ok and seen["laptop", "app"].outcome == "no-name"
    assert seen["client", "host1/web"].outcome == "no-name" and seen.surprises == [("client", "host1/web")]
    with pytest.raises(CourseError, match="'wbe' is expected"):
        matrix(two, expected={"app": ["wbe"]})


@pytest.mark.engine
def test_a_page_comes_with_its_status(two: Lab) -> None:
    seen = matrix(two, "http", among=["app", "host1/web"])
    assert seen["app", "host1/web"].status == 200 and seen["host1/web", "app"].outcome == "refused"


@pytest.mark.engine
def test_an_unknown_place_is_answered_with_those_there_are(two: Lab) -> None:
    with pytest.raises(LabError, match="called 'nobody'") as caught:
        matrix(two, among=["nobody"])
    assert str(caught.value.next).startswith("there is host1, host2, laptop")


@pytest.mark.engine
def test_no_places_make_an_empty_matrix(two: Lab) -> None:
    seen = matrix(two, "icmp", "tcp:80", among=[])
    assert seen.places == () and not seen.reached and str(seen)
