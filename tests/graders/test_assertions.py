"""Every assertion with its three verdicts, on real machines: a pass, a fail with its headline, and an error."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from course.labs import engine
from course.labs.lab import Lab, open_lab
from graders import reference
from graders.assertions import expect
from graders.verdict import PASS, CheckError, CheckFailed, fail
from tests.graders import cases
from tests.graders.town import Sentence, headline, serve

pytestmark = pytest.mark.engine


def test_every_assertion_is_tested() -> None:
    assert {*cases.names(cases.TOWN), *cases.names(cases.COUNTRY)} == set(reference.assertions())


@pytest.mark.parametrize("name", [name for name in cases.names(cases.TOWN) if name != "vlans"])
def test_what_is_true_passes(name: str, town: Lab) -> None:
    cases.say_example(town, name)


@pytest.mark.parametrize("sentence", cases.TOWN)
def test_what_is_not_true_fails_with_its_headline(sentence: str, town: Lab) -> None:
    assert cases.failure(town, sentence) == cases.TOWN[sentence]


def test_a_passing_check_takes_well_under_a_third_of_a_second(town: Lab) -> None:
    times = {}
    for name in set(cases.names(cases.TOWN)) - {"vlans"}:
        started = time.perf_counter()
        cases.say_example(town, name)
        times[name] = time.perf_counter() - started
    assert statistics.median(times.values()) < 0.3, times


def test_a_rule_of_any_chain_can_be_named(town: Lab) -> None:
    expect(town).dropped_by("DOCKER-ISOLATION-STAGE-2", "client", "private", 80)
    with pytest.raises(CheckFailed) as failure:
        expect(town).dropped_by("DOCKER-USER", "client", "private", 80)
    assert "they were dropped by -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP" in str(failure.value)


def test_pings_and_datagrams_are_counted_too_and_a_rule_that_rejects_is_one_that_drops(town: Lab) -> None:
    rules = ["-i br-front -p icmp -j REJECT", "-i br-front -p udp -j DROP"]
    for rule in rules:
        assert town.host1.run(f"iptables -I DOCKER-USER {rule}").exit == 0
    try:
        expect(town).dropped_by("DOCKER-USER", "client", "private", control="host1")
        expect(town).dropped_by("DOCKER-USER", "client", "clock", 9000, protocol="udp", control="gate")
        what = "plain cannot reach private:81"
        assert headline(lambda e: e.dropped_by("DOCKER-USER", "client", "private", 81, control="plain"), town) == what
    finally:
        for rule in rules:
            town.host1.run(f"iptables -D DOCKER-USER {rule}")


def test_vlans_are_told_where_the_kernel_has_them_and_an_error_where_not(town: Lab) -> None:
    known = "vlan_default_pvid" in town.host1.run("ip -j -d link show dev br0").stdout
    if not known:
        with pytest.raises(CheckError, match="the bridges of host1 know no VLANs"):
            cases.say_example(town, "vlans")
        return
    assert cases.failure(town, 'vlans("host1", "red0", untagged=10)') == "br0 of host1 pays no heed to VLANs"
    town.host1.run("ip link set br0 type bridge vlan_filtering 1")
    assert cases.failure(town, 'vlans("host1", "red0", untagged=10)') == "red0 of host1 carries other VLANs"
    for vlan in ("10 pvid untagged", "20", "30"):
        town.host1.run(f"bridge vlan add dev red0 vid {vlan}")
    town.host1.run("bridge vlan del dev red0 vid 1")
    cases.say_example(town, "vlans")
    town.host1.run("ip link set br0 type bridge vlan_filtering 0")


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
@pytest.mark.parametrize("name", [name for name in reference.assertions() if name != "custom"])
def test_on_a_lab_host_that_is_gone_nothing_passes_and_nothing_fails(name: str, ruin: Lab) -> None:
    with pytest.raises(CheckError, match="does not answer") as failure:
        cases.say_example(ruin, name, within=0.1)
    assert "lab.reset()" in failure.value.verdict.next


@pytest.fixture
def mute(town: Lab) -> Iterator[Lab]:
    """The town while its agents are not to be reached, though the engine is."""
    sockets = [host.sockets / "agent.sock" for host in town.all.values()]
    for socket in sockets:
        socket.rename(socket.with_name("aside"))
    yield town
    for socket in sockets:
        socket.with_name("aside").rename(socket)


@pytest.mark.parametrize("name", cases.names(cases.TOWN))
def test_an_agent_that_is_gone_is_an_error_though_the_engine_answers(name: str, mute: Lab) -> None:
    if name in cases.ENGINE_ONLY:
        cases.say_example(mute, name)
    else:
        with pytest.raises(CheckError, match="does not answer"):
            cases.say_example(mute, name, within=0.1)


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ('sysctl("web", "net.ipv4.nothing", 1)', "web has no setting net.ipv4.nothing"),
        ('seen_on_lan("web", source="host1")', "host1 is no neighbour of web"),
        ('dropped_by("DOCKER-USER", "laptop", "10.150.1.99", 80)', "this check could not be made"),
        ('command("bare", "true")', "no command can be run in bare"),
    ],
)
def test_a_question_that_cannot_be_asked_is_an_error(sentence: str, what: str, town: Lab, bare: object) -> None:
    with pytest.raises(CheckError, match=what):
        cases.say(town, sentence, within=0.1)


@pytest.fixture(scope="module")
def bare(town: Lab) -> Iterator[object]:
    """A container without a shell."""
    found = serve(town, "bare", "front", "toolbox", entrypoint=["sh", "-c", "rm /usr/bin/timeout; exec sleep 999"])
    yield found
    found.remove(force=True)


def test_a_command_that_does_not_end_is_ended(town: Lab) -> None:
    with pytest.raises(CheckFailed, match="does not end in client"):
        expect(town, within=1).command("client", "sleep 77")
    assert "sleep 77" not in str(town.client.containers.get("client").top()["Processes"])


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
