"""A trace follows its own packet only, whatever else goes on; it leaves nothing; and it says what it did not see."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docker.models.containers import Container

from course.errors import CourseError, LabError
from course.labhost.records import Probe
from course.labhost.tracing import marks
from course.labhost.tracing.netfilter import OURS
from course.labhost.tracing.sightings import Question, Wanted
from course.labhost.tracing.watching import MOST_WATCHES
from course.labs import census, engine
from course.labs.host import Host
from course.labs.lab import Lab
from course.observe.trace import trace
from graders.assertions import expect
from tests.watching import KILL_AGENT, leftovers

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def town(lab_of: Callable[[str], Lab]) -> Lab:
    """Two containers on one network, the first published, and a laptop."""
    lab = lab_of("04_user_defined_networks")
    lab.client.networks.create("app-net", driver="bridge")
    lab.client.containers.run("web", detach=True, name="web", network="app-net", ports={"80/tcp": 8080})
    lab.client.containers.run("web", detach=True, name="web2", network="app-net")
    expect(lab, within=30).tcp("web", "web2", 80).tcp("web2", "web", 80)
    return lab


@pytest.fixture(autouse=True)
def nothing_left(town: Lab) -> Iterator[None]:
    """After every test nothing of a trace is left on any machine."""
    yield
    assert leftovers(town) == {}


@contextlib.contextmanager
def noise(lab: Lab) -> Iterator[None]:
    """Others ask the same servers, by the same ports, all the time; it has begun when the block does."""
    over, begun = threading.Event(), threading.Semaphore(0)
    asked = [Probe("http", "web2", "http://web/"), Probe("tcp", "web", "web2", 80), Probe("icmp", "web", "web2")]

    def ask(machine: str, probes: list[Probe]) -> None:
        while not over.is_set():
            assert all(answer.ok for answer in lab.all[machine].probe(probes * 5))
            begun.release()

    local, published = (Probe("http", "host", f"http://{name}:8080/") for name in ("127.0.0.1", "host1"))
    with ThreadPoolExecutor(3) as pool:
        jobs = (("host1", asked), ("host1", [local]), ("laptop", [published]))
        going = [pool.submit(ask, machine, probes) for machine, probes in jobs]
        try:
            for _ in going:
                assert begun.acquire(timeout=30)
            yield
        finally:
            over.set()
    for one in going:
        one.result()


def container_of(lab: Lab, host: str) -> Container:
    """The machine itself, as the outer engine has it."""
    return next(c for c in census.containers(engine.connect(), lab.id) if c.labels["course.host"] == host)


def test_other_traffic_to_the_same_server_is_not_taken_for_the_traces_own(town: Lab) -> None:
    with noise(town):
        for source, target in (("web", "web2:80"), ("laptop", "host1:8080"), ("web", "web2"), ("host1", "host1:8080")):
            quiet = trace(source, target, town)
            assert quiet.outcome == "answered" and quiet.unseen == ()
            for way in ("there", "back"):
                passed = [(h.machine, h.view, h.station) for h in quiet.hops if h.way == way and "/" not in h.station]
                interfaces = [station for station in passed if station[2] not in ("socket", "lo", "conntrack")]
                assert len(interfaces) == len(set(interfaces)), quiet


def test_a_proxy_that_others_use_at_the_same_time_is_said_to_be_one(town: Lab) -> None:
    with noise(town):
        journeys = [trace("host1", "127.0.0.1:8080", town) for _ in range(10)]
    assert {journey.outcome for journey in journeys} == {"answered"}
    for journey in journeys:
        opened = [hop for hop in journey.hops if hop.detail.startswith("docker-proxy") and hop.act == "asked"]
        assert len(opened) == 1
    assert any("others used the same proxy" in sentence for journey in journeys for sentence in journey.unseen)


def test_two_traces_at_once_keep_apart(town: Lab) -> None:
    with ThreadPoolExecutor(4) as pool:
        pairs = [("web", "web2:80"), ("web2", "web:80")] * 6
        running = [pool.submit(trace, source, target, town) for source, target in pairs]
        journeys = [one.result() for one in running]
    assert {journey.outcome for journey in journeys} == {"answered"}
    for journey in journeys:
        tcp = [hop for hop in journey.hops if hop.before.protocol == "tcp" and hop.way == "there"]
        assert (tcp[0].place, tcp[-1].place) == (journey.source, journey.target.partition(":")[0])
        assert len({hop.before.source_port for hop in tcp}) == 1 and journey.unseen == ()


def test_the_learners_own_rules_are_not_touched(town: Lab) -> None:
    def rules() -> list[str]:
        return [
            line.partition(" [")[0] for line in town.host1.run("iptables-save").stdout.splitlines() if line[0] != "#"
        ]

    before = rules()
    trace("web", "web2:80", town)
    assert rules() == before


def test_a_watch_that_nobody_ends_ends_itself(town: Lab) -> None:
    town.host1.watch(Wanted(marks.FIRST, 3))
    seen = "\n".join(leftovers(town, patience=0)["host1"])  # and what would be left is recognised
    assert f"table inet {OURS}{marks.FIRST}" in seen and "sandbox" not in seen and len(seen.splitlines()) > 6
    assert leftovers(town, patience=10) == {}
    with pytest.raises(CourseError, match="its time may be over"):
        town.host1.watched(marks.FIRST)


def test_too_many_traces_and_nonsense_are_refused_in_a_sentence(town: Lab) -> None:
    taken = list(marks.ALL)[:MOST_WATCHES]
    for mark in taken:
        town.host1.watch(Wanted(mark, 5))
    with pytest.raises(CourseError, match=f"{MOST_WATCHES} traces run on this machine"):
        town.host1.watch(Wanted(marks.LAST, 5))
    with pytest.raises(CourseError, match="in use by another trace"):
        town.host1.watch(Wanted(taken[0], 5))
    for mark in taken:
        town.host1.watched(mark)
    for wanted in (Wanted(80, 5), Wanted(marks.FIRST, 1e9), Wanted(marks.FIRST + 1, 5)):
        with pytest.raises(CourseError, match="no trace has the mark"):
            town.host1.watch(wanted)
    with pytest.raises(CourseError, match="no trace with the mark"):
        town.host1.ask(Question(marks.FIRST, "tcp", "web", "web2", 80))


def test_a_source_that_does_not_run_and_a_machine_that_is_gone(town: Lab) -> None:
    town.client.containers.get("web2").stop(timeout=0)
    journey = trace("web2", "web:80", town)
    assert (journey.outcome, journey.hops) == ("broken", ())
    assert journey.sentence == "Container web2 is not running; its state is exited."
    town.client.containers.get("web2").start()


def test_a_machine_that_does_not_answer_is_named_and_the_rest_is_shown(
    town: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(town, "all", {**town.all, "gone": Host("gone", "192.0.2.1", tmp_path, False)})
    journey = trace("web", "web2:80", town)
    assert journey.outcome == "answered"
    assert journey.unseen == ("gone: it did not watch (gone does not answer)",)
    with pytest.raises(LabError, match="gone does not answer"):
        trace("gone", "web2:80", town)


OLD_KERNEL = """
import errno
from course.labhost.tracing import netfilter
made = netfilter._orders
def orders(mark, server, flags):
    if flags:
        raise OSError(errno.EOPNOTSUPP, "tables have no owner here")
    return made(mark, server, flags)
netfilter._orders = orders
one, other = netfilter.Netfilter(), netfilter.Netfilter()
one.report(61008)
before = other.leftovers()
one.close()
print(before, other.leftovers())
"""


def test_where_tables_have_no_owner_they_are_taken_away_all_the_same(town: Lab) -> None:
    machine = container_of(town, "laptop")
    assert machine.exec_run(["python3", "-c", OLD_KERNEL]).output == b"['course_trace_61008'] []\n"


def test_rules_of_the_old_kind_do_not_report_and_that_is_said_with_what_they_counted(town: Lab) -> None:
    machine = container_of(town, "laptop")
    assert machine.exec_run("iptables-legacy -A OUTPUT -d 192.0.2.9/32 -j ACCEPT").exit_code == 0
    assert trace("laptop", "host1:8080", town).unseen == (
        "laptop: rules of iptables-legacy in the machine itself do not report; none counted a packet",
    )
    rule = f"-A OUTPUT -d {town.host1.address}/32 -p tcp -j DROP"
    assert machine.exec_run(f"iptables-legacy {rule}").exit_code == 0
    journey = trace("laptop", "host1:8080", town)
    assert (journey.outcome, journey.sentence[:37]) == ("lost", "It was lost in laptop before it left:")
    assert journey.unseen[0].endswith(f"meanwhile these counted packets: {rule}")
    assert machine.exec_run("iptables-legacy -F").exit_code == 0


def test_what_a_killed_agent_left_goes_when_it_starts_again(town: Lab) -> None:
    """As on kernels whose tables have no owner: this table is nobody's."""
    machine = container_of(town, "host1")
    sandbox = town.client.containers.get("web").attrs["NetworkSettings"]["SandboxKey"]
    for where in ("", f"nsenter --net={sandbox}"):
        assert machine.exec_run(["bash", "-c", f"{where} nft add table inet {OURS}{marks.FIRST}"]).exit_code == 0
    assert len(leftovers(town, patience=0)["host1"]) == 2
    assert machine.exec_run(["bash", "-c", KILL_AGENT]).exit_code == 0
    assert leftovers(town, patience=20) == {}
