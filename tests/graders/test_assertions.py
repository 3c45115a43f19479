"""Every assertion with its three verdicts, on real machines: a pass, a fail with its headline, and an error."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from course.labs import engine
from course.labs.lab import Lab, open_lab
from graders.assertions import Expectation, expect
from graders.verdict import PASS, CheckError, CheckFailed, fail
from tests.graders.town import Sentence, headline, serve

pytestmark = pytest.mark.engine


@dataclass(frozen=True)
class Row:
    """An assertion that holds of the town, one that does not, and the headline it must be given."""

    holds: Sentence
    fails: Sentence
    headline: str


ROWS = {
    "exists": Row(lambda e: e.exists("stopped"), lambda e: e.exists("wbe"), "wbe does not exist"),
    "does_not_exist": Row(
        lambda e: e.does_not_exist("wbe"), lambda e: e.does_not_exist("stopped"), "stopped still exists"
    ),
    "running": Row(lambda e: e.running("web"), lambda e: e.running("stopped"), "stopped is not running"),
    "image": Row(lambda e: e.image("web", "web"), lambda e: e.image("client", "web"), "client runs another image"),
    "attached": Row(
        lambda e: e.attached("gate", "back"), lambda e: e.attached("web", "back"), "web is not attached to back"
    ),
    "detached": Row(
        lambda e: e.detached("web", "back"), lambda e: e.detached("gate", "back"), "gate is attached to back"
    ),
    "address": Row(
        lambda e: e.address("web", "front", "10.150.1.80"),
        lambda e: e.address("web", "front", "10.150.1.81"),
        "web has another address on front",
    ),
    "alias": Row(
        lambda e: e.alias("web", "front", "site"),
        lambda e: e.alias("client", "front", "site"),
        "client has no alias site on front",
    ),
    "no_network": Row(lambda e: e.no_network("lonely"), lambda e: e.no_network("web"), "web has a network"),
    "not_published": Row(lambda e: e.not_published("web", 443), lambda e: e.not_published("web"), "web is published"),
    "network": Row(lambda e: e.network("front"), lambda e: e.network("fronts"), "network fronts does not exist"),
    "no_such_network": Row(
        lambda e: e.no_such_network("fronts"), lambda e: e.no_such_network("front"), "network front still exists"
    ),
    "driver": Row(
        lambda e: e.driver("front", "bridge"), lambda e: e.driver("host", "bridge"), "network host has another driver"
    ),
    "subnet": Row(
        lambda e: e.subnet("front", "10.150.1.0/24"),
        lambda e: e.subnet("back", "10.150.1.0/24"),
        "network back has another subnet",
    ),
    "gateway": Row(
        lambda e: e.gateway("front", "10.150.1.254"),
        lambda e: e.gateway("front", "10.150.1.1"),
        "network front has another gateway",
    ),
    "internal": Row(lambda e: e.internal("back"), lambda e: e.internal("front"), "network front is not internal"),
    "shares_namespace": Row(
        lambda e: e.shares_namespace("guest", "web"),
        lambda e: e.shares_namespace("client", "web"),
        "client and web do not share a network namespace",
    ),
    "own_namespaces": Row(
        lambda e: e.own_namespaces("client", "web"),
        lambda e: e.own_namespaces("guest", "web"),
        "guest and web share a network namespace",
    ),
    "host_namespace": Row(
        lambda e: e.host_namespace("open"),
        lambda e: e.host_namespace("web"),
        "web does not use the network of its host",
    ),
    "only_loopback": Row(
        lambda e: e.only_loopback("lonely"), lambda e: e.only_loopback("netns:red"), "netns:red has more than lo"
    ),
    "has_address": Row(
        lambda e: e.has_address("netns:red", "10.9.0.1/24"),
        lambda e: e.has_address("netns:blue", "10.9.0.2"),
        "netns:blue does not have the address 10.9.0.2",
    ),
    "default_route": Row(
        lambda e: e.default_route("web", via="10.150.1.254"),
        lambda e: e.default_route("web", via="10.150.1.1"),
        "web has another default route",
    ),
    "no_default_route": Row(
        lambda e: e.no_default_route("db"), lambda e: e.no_default_route("web"), "web has a default route"
    ),
    "route": Row(
        lambda e: e.route("netns:red", "10.8.0.0/16", via="10.9.0.254"),
        lambda e: e.route("netns:blue", "10.8.0.0/16"),
        "netns:blue has no route to 10.8.0.0/16",
    ),
    "bridge_port": Row(
        lambda e: e.bridge_port("netns:red", "br0"),
        lambda e: e.bridge_port("netns:blue", "br0"),
        "netns:blue is not connected to the bridge br0",
    ),
    "listening": Row(
        lambda e: e.listening("db", 5432, "0.0.0.0"),
        lambda e: e.listening("shy", 80, "0.0.0.0"),
        "shy listens on 127.0.0.1:80 only",
    ),
    "pings": Row(lambda e: e.pings("client", "web"), lambda e: e.pings("client", "db"), "client cannot ping db"),
    "tcp": Row(
        lambda e: e.tcp("gate", "db", 5432), lambda e: e.tcp("client", "db", 5432), "client cannot reach db:5432"
    ),
    "udp": Row(
        lambda e: e.udp("gate", "clock", 9000),
        lambda e: e.udp("client", "clock", 9000),
        "client gets no answer from clock:9000",
    ),
    "http": Row(
        lambda e: e.http("laptop", "http://host1:8080/", body="It works."),
        lambda e: e.http("laptop", "http://host1:8080/nothing"),
        "http://host1:8080/nothing answers laptop with status 404",
    ),
    "resolves": Row(
        lambda e: e.resolves("client", "site", to="web"),
        lambda e: e.resolves("plain", "private"),
        'plain cannot resolve "private"',
    ),
    "published": Row(
        lambda e: e.published("web", 80, on=8080),
        lambda e: e.published("private", 80, on=8081),
        "private is published on another address",
    ),
    "cannot_ping": Row(
        lambda e: e.cannot_ping("client", "db"), lambda e: e.cannot_ping("gate", "db"), "gate can ping db"
    ),
    "cannot_tcp": Row(
        lambda e: e.cannot_tcp("client", "db", 5432, control="gate"),
        lambda e: e.cannot_tcp("gate", "db", 5432),
        "gate reaches db:5432",
    ),
    "cannot_udp": Row(
        lambda e: e.cannot_udp("client", "clock", 9000),
        lambda e: e.cannot_udp("gate", "clock", 9000),
        "gate gets an answer from clock:9000",
    ),
    "cannot_http": Row(
        lambda e: e.cannot_http("db", "http://web/", control="client"),
        lambda e: e.cannot_http("client", "http://web/"),
        "client can fetch http://web/",
    ),
    "does_not_resolve": Row(
        lambda e: e.does_not_resolve("db", "web", control="client"),
        lambda e: e.does_not_resolve("client", "web"),
        'client resolves "web"',
    ),
    "matrix": Row(
        lambda e: e.matrix({"client": ["gate"], "gate": ["client", "db"], "db": ["gate"], "lonely": []}),
        lambda e: e.matrix({"client": ["gate"], "gate": ["client"], "db": ["gate"]}),
        "gate can ping db",
    ),
    "isolated": Row(
        lambda e: e.isolated(["client", "web"], ["db", "clock"]),
        lambda e: e.isolated(["client"], ["web"]),
        "client can ping web",
    ),
    "custom": Row(
        lambda e: e.custom(lambda lab: len(lab.hosts) == 1, "there are more hosts"),
        lambda e: e.custom(lambda lab: len(lab.hosts) == 2, "there is one host"),
        "there is one host",
    ),
}


def test_every_assertion_is_tested() -> None:
    said = {name for name in dir(Expectation) if not name.startswith("_") and callable(getattr(Expectation, name))}
    assert said - {"that"} == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_what_is_true_passes(name: str, town: Lab) -> None:
    expectation = expect(town)
    assert ROWS[name].holds(expectation) is expectation


@pytest.mark.parametrize("name", ROWS)
def test_what_is_not_true_fails_with_its_headline(name: str, town: Lab) -> None:
    assert headline(ROWS[name].fails, town) == ROWS[name].headline


def test_a_passing_check_takes_well_under_a_third_of_a_second(town: Lab) -> None:
    times = {}
    for name, row in ROWS.items():
        started = time.perf_counter()
        row.holds(expect(town))
        times[name] = time.perf_counter() - started
    assert statistics.median(times.values()) < 0.3, times


# --- waiting ----------------------------------------------------------------------------------------


def test_a_service_that_starts_late_is_waited_for(town: Lab) -> None:
    late = serve(town, "late", "front", command=["sh", "-c", "sleep 1; exec serve"])
    try:
        expect(town, within=8).tcp("client", "late", 80)
    finally:
        late.remove(force=True)


def test_what_the_engine_says_is_not_waited_for(town: Lab) -> None:
    started = time.perf_counter()
    assert headline(lambda e: e.running("nobody"), town, within=30) == "nobody does not exist"
    assert time.perf_counter() - started < 2


# --- controls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        (lambda e: e.cannot_tcp("client", "nobody", 80), "nobody does not exist"),
        (lambda e: e.cannot_tcp("nobody", "web", 80), "nobody does not exist"),
        (lambda e: e.cannot_tcp("client", "stopped", 80), "stopped is not running"),
        (lambda e: e.cannot_tcp("stopped", "web", 80), "stopped is not running"),
        (lambda e: e.cannot_tcp("db", "web", 81), "nothing listens on port 81 in web"),
        (lambda e: e.cannot_tcp("client", "db", 5432, control="plain"), "plain cannot reach db:5432"),
        (lambda e: e.does_not_resolve("client", "db", control="plain"), 'plain cannot resolve "db"'),
        (lambda e: e.cannot_ping("client", "netns:blue"), "netns:blue cannot reach itself"),
        (lambda e: e.matrix({"client": [], "stopped": []}), "stopped is not running"),
        (lambda e: e.matrix({"db": [], "client": []}, port=5432), "nothing listens on port 5432 in client"),
    ],
)
def test_a_negative_does_not_pass_because_there_is_nothing_to_reach(sentence: Sentence, what: str, town: Lab) -> None:
    assert headline(sentence, town) == what


def test_a_control_that_fails_for_no_visible_reason_is_an_error(town: Lab) -> None:
    command = ["sh", "-c", "iptables -A INPUT -i lo -j DROP; exec serve"]
    numb = serve(town, "numb", "front", command=command, cap_add=["NET_ADMIN"])
    try:
        expect(town, within=5).tcp("client", "numb", 80)
        with pytest.raises(CheckError, match="numb does not answer itself"):
            expect(town, within=0.5).cannot_tcp("db", "numb", 80)
    finally:
        numb.remove(force=True)


def test_a_way_by_address_is_found_even_where_the_name_is_not_known(town: Lab) -> None:
    assert headline(lambda e: e.cannot_tcp("host1", "web", 80), town) == "host1 reaches web:80"


def test_a_name_that_leads_to_someone_else_does_not_pass(town: Lab) -> None:
    fooled = serve(town, "fooled", "front", "toolbox", extra_hosts={"client": "10.150.1.80"})
    try:
        assert headline(lambda e: e.tcp("fooled", "client", 80), town) == '"client" leads fooled astray'
    finally:
        fooled.remove(force=True)


def test_a_name_server_that_is_silent_proves_nothing(town: Lab) -> None:
    lost = serve(town, "lost", "bridge", "toolbox", dns=["172.30.255.254"])
    try:
        assert headline(lambda e: e.does_not_resolve("lost", "web"), town) == "lost cannot look up any name"
    finally:
        lost.remove(force=True)


# --- errors -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ruin() -> Iterator[Lab]:
    """A lab whose only host has been killed."""
    with open_lab("01_isolation/ruin", fresh=True, learner="tester") as lab:
        with closing(engine.connect()) as outer:
            for machine in outer.containers.list(filters={"label": f"course.lab={lab.id}"}):
                machine.kill()
        yield lab


@pytest.fixture
def swept() -> Iterator[None]:
    """docker-py leaves its socket open when nobody answers at the other end; what it leaves is collected here."""
    yield
    gc.collect()


@pytest.mark.usefixtures("swept")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", [name for name in ROWS if name != "custom"])
def test_on_a_lab_host_that_is_gone_nothing_passes_and_nothing_fails(name: str, ruin: Lab) -> None:
    with pytest.raises(CheckError, match="does not answer") as failure:
        ROWS[name].holds(expect(ruin, within=0.1))
    assert "lab.reset()" in failure.value.verdict.next


def test_an_agent_that_is_gone_is_an_error_though_the_engine_answers(town: Lab) -> None:
    socket = town.host1.sockets / "agent.sock"
    aside = socket.with_name("aside")
    socket.rename(aside)
    try:
        with pytest.raises(CheckError, match="host1 does not answer"):
            expect(town, within=0.2).cannot_tcp("client", "db", 5432)
        expect(town).attached("web", "front")
    finally:
        aside.rename(socket)
    expect(town).cannot_tcp("client", "db", 5432)


def test_an_accident_in_a_custom_check_is_an_error_that_keeps_its_cause(town: Lab) -> None:
    with pytest.raises(CheckError, match="this check could not be made") as failure:
        expect(town).custom(lambda lab: bool(lab.client.info()["Networks"]), "never")
    assert isinstance(failure.value.__cause__, KeyError)


def test_a_custom_check_may_return_its_own_verdict(town: Lab) -> None:
    expect(town).custom(lambda lab: PASS, "never")
    assert headline(lambda e: e.custom(lambda lab: fail("the gate is open"), "never"), town) == "the gate is open"


def test_a_closed_lab_says_how_to_open_it() -> None:
    lab = open_lab("01_isolation/closed", fresh=True, learner="tester")
    lab.close()
    with pytest.raises(CheckError, match="this lab is closed"):
        expect(lab).exists("web")


# --- two lab hosts ----------------------------------------------------------------------------------


def test_names_are_found_on_whichever_host_has_them(lab_of: Callable[[str], Lab]) -> None:
    lab = lab_of("02_default_bridge")
    for host, name in (("host1", "here"), ("host2", "there"), ("host1", "twin"), ("host2", "twin")):
        lab.hosts[host].client.containers.run("toolbox", name=name, detach=True)
    expect(lab).running("here").running("there").running("host2/twin").pings("there", "host2/twin", by="address")
    assert headline(lambda e: e.running("twin"), lab) == "twin exists more than once"
    with pytest.raises(CheckFailed, match="a bridge network ends at the edge of its host"):
        expect(lab, within=0.3).pings("here", "there")
    expect(lab).cannot_ping("here", "there", control="host2/twin")
    assert headline(lambda e: e.running("host1/there"), lab) == "host1/there does not exist"
