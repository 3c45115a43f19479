"""Verdicts, their text, and the reasons: all pure."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course.labhost.records import Answer, Interface, Listener, Route, View
from graders import bridges, explain, namespaces, networks, objects
from graders.case import Case
from graders.facts import Attachment, Container, Network, Place, Publication, container_from, network_from
from graders.matrix import Matrix
from graders.published import said
from graders.rungs.attached import ICC
from graders.silence import LONGEST, Patience
from graders.traffic import Target, Wish, astray, fulfilled
from graders.verdict import PASS, CheckError, CheckFailed, Verdict, error, fail

STYLE = """backend cannot reach db:5432
  expected  a TCP connection within 2 s
  observed  name "db" does not resolve (NXDOMAIN from 127.0.0.11)
  because   backend is on app-net only; db is on data-net only
  next      !docker network connect data-net backend"""


def on(*networks: str, **more: object) -> Container:
    ends = {name: Attachment(f"10.0.{n}.2", 24, f"10.0.{n}.1") for n, name in enumerate(networks)}
    return Container("web", **{"networks": ends, "mode": networks[0] if networks else "none"} | more)  # type: ignore[arg-type]


def named(name: str, container: Container) -> Container:
    return Container(**{**container.__dict__, "name": name})


def case_of(answer: Answer, a: Container | None, b: Container | None, wish: Wish | None = None, **more: object) -> Case:
    wish = wish or Wish("tcp", "backend", "db", 5432)
    source = Place("backend", a.host if a else "laptop", "backend" if a else "host", a)
    place = Place("db", b.host, "db", b) if b else Place("host1", "host1")
    addresses = tuple(end.address for end in b.networks.values()) if b else ("10.213.0.2",)
    return Case(wish, source, Target(wish.end, addresses, place), answer, **more)  # type: ignore[arg-type]


# --- verdicts ---------------------------------------------------------------------------------------


def test_a_failure_reads_as_the_style_asks() -> None:
    backend, db = named("backend", on("app-net")), named("db", on("data-net"))
    answer = Answer("no-name", detail='name "db" does not resolve (NXDOMAIN from 127.0.0.11)')
    verdict = fulfilled(Wish("tcp", "backend", "db", 5432), [answer], 2.0)
    reason = explain.why_not(case_of(answer, backend, db))
    assert str(verdict.with_reason(reason.because, reason.next)) == STYLE


def test_rows_without_text_are_left_out_and_long_ones_are_indented() -> None:
    verdict = fail("web does not exist", observed="one\ntwo")
    assert str(verdict) == "web does not exist\n  observed  one\n            two"


def test_a_pass_raises_nothing() -> None:
    PASS.enforce()


def test_a_fail_raises_check_failed_with_the_verdict_as_its_text() -> None:
    with pytest.raises(CheckFailed) as failure:
        fail("web is not running", "a running container").enforce()
    assert str(failure.value) == "web is not running\n  expected  a running container"


def test_an_error_raises_check_error_and_keeps_its_cause_for_debugging() -> None:
    accident = KeyError("Networks")
    with pytest.raises(CheckError) as failure:
        error("the lab host does not answer", cause=accident).enforce()
    assert failure.value.__cause__ is accident
    assert not isinstance(failure.value, CheckFailed)


def test_an_error_always_says_what_to_do_next() -> None:
    assert "lab.reset()" in error("it broke").next


def test_a_notebook_shows_the_message_and_no_stack_trace(capsys: pytest.CaptureFixture[str]) -> None:
    shell: Any = InteractiveShell.instance(colors="nocolor")
    shell.push({"verdict": fail("web is not running", "a running container")})
    shell.run_cell("verdict.enforce()")
    shown = capsys.readouterr().out + capsys.readouterr().err
    assert shown.strip() == "CheckFailed: web is not running\n  expected  a running container"


# --- what the engine says ------------------------------------------------------------------------


def test_an_inspected_container_becomes_plain_data() -> None:
    seen = {
        "Name": "/web",
        "State": {"Status": "running", "ExitCode": 0},
        "Config": {"Image": "web"},
        "HostConfig": {"NetworkMode": "front"},
        "NetworkSettings": {
            "Networks": {
                "front": {
                    "IPAddress": "10.1.0.2",
                    "IPPrefixLen": 24,
                    "Gateway": "10.1.0.1",
                    "Aliases": ["site"],
                    "DNSNames": ["web", "site", "3f2a"],
                }
            },
            "Ports": {
                "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}],
                "443/tcp": None,
            },
        },
    }
    end = Attachment("10.1.0.2", 24, "10.1.0.1", ("site", "web", "3f2a"))
    published = (Publication(80, 8080),)
    assert container_from(seen, "host1") == Container(
        "web", "host1", "running", "web", "front", 0, networks={"front": end}, ports=published
    )


def test_an_inspected_network_becomes_plain_data() -> None:
    seen = {
        "Name": "front",
        "Driver": "bridge",
        "Internal": True,
        "Attachable": False,
        "IPAM": {"Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.1"}]},
        "Options": None,
    }
    assert network_from(seen, "host1") == Network(
        "front", internal=True, subnets=("10.1.0.0/24",), gateways=("10.1.0.1",)
    )


@pytest.mark.parametrize(
    ("wanted", "headline"),
    [
        (Publication(80, 8080, ""), ""),
        (Publication(80, 8080, "0.0.0.0"), ""),
        (Publication(80, 8080, "127.0.0.1"), "web is published on another address"),
        (Publication(80, 8081, ""), "web is published on another port"),
        (Publication(81, 8080, ""), "port 8080 leads to another port of web"),
        (Publication(81, 8081, ""), "web is published, but not its port 81"),
    ],
)
def test_a_publication_is_compared_with_what_was_wanted(wanted: Publication, headline: str) -> None:
    assert said(on("bridge", ports=(Publication(80, 8080),)), wanted).headline == headline


def test_a_port_published_on_the_loopback_is_not_published_for_the_lan() -> None:
    found = on("bridge", ports=(Publication(80, 8080, "127.0.0.1"),))
    assert said(found, Publication(80, 8080, "")).headline == "web is published on another address"
    assert said(found, Publication(80, 8080, "127.0.0.1")).passed


def test_a_container_that_could_not_be_started_tells_what_the_engine_said() -> None:
    said = f"driver failed on endpoint web ({'ab' * 32}): Bind for 0.0.0.0:8080 failed: port is already allocated"
    verdict = objects.not_running(on(status="created", error=said))
    assert verdict.observed == "it was created and never started"
    assert verdict.because == (
        "the engine said: driver failed on endpoint web: Bind for 0.0.0.0:8080 failed: port is already allocated"
    )
    assert verdict.next.startswith("!docker ps") and verdict.settled
    other = objects.not_running(on(status="created", error='exec: "no": executable file not found'))
    assert other.next.startswith("!docker rm -f web")


def test_a_gateway_that_nobody_named_is_the_first_address_of_the_subnet() -> None:
    found = Network("front", subnets=("10.1.0.0/24",))
    assert found.gateway == "10.1.0.1"
    verdict = networks.network(found, "gateway", found.gateway, "10.1.0.50")
    assert verdict.observed == "gateway 10.1.0.1"
    assert verdict.next.endswith("docker network create --subnet 10.1.0.0/24 --gateway 10.1.0.50 front")
    elsewhere = networks.network(found, "gateway", found.gateway, "10.2.0.1")
    assert "--subnet SUBNET --gateway 10.2.0.1" in elsewhere.next
    assert "--gateway" not in networks.network(found, "subnet", "10.1.0.0/24", "10.2.0.0/24").next


def test_images_are_compared_with_their_tags() -> None:
    assert objects.image(on(image="web"), "web:latest").passed
    assert objects.image(on(image="course/web:1"), "web").headline == "web runs another image"


WEB, RED = Place("web", "host1", "web"), Place("netns:red", "host1", "netns:red")


# --- what a namespace says ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listener", "wanted", "holds"),
    [
        ("0.0.0.0", "", True),
        ("127.0.0.1", "", True),
        ("0.0.0.0", "10.0.0.2", True),
        ("::", "0.0.0.0", True),
        ("127.0.0.1", "0.0.0.0", False),
        ("0.0.0.0", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("10.0.0.2", "10.0.0.3", False),
    ],
)
def test_a_listener_covers_the_addresses_it_listens_on(listener: str, wanted: str, holds: bool) -> None:
    assert namespaces.listening([Listener("tcp", listener, 80)], "web", 80, wanted).passed is holds


def test_idle_tunnel_devices_do_not_count_beside_the_loopback() -> None:
    idle = View("web", 1, [Interface("lo", 1, up=True), Interface("tunl0", 2)])
    wired = View("web", 1, [Interface("lo", 1, up=True), Interface("eth0", 2, up=True, addresses=["10.0.0.2/24"])])
    assert namespaces.only_loopback(idle, "web").passed
    assert namespaces.only_loopback(wired, "web").observed == "also eth0 10.0.0.2/24"


def test_a_route_is_compared_by_its_network_gateway_and_interface() -> None:
    view = View("web", 1, routes=[Route("default", "10.0.0.1", "eth0"), Route("10.9.0.0/16", "10.0.0.7", "eth0")])
    assert namespaces.route(view, WEB, "10.9.0.0/16", via="10.0.0.7", device="eth0").passed
    assert namespaces.route(view, WEB, "10.9.0.0/16", via="10.0.0.8").headline == "web has another route to 10.9.0.0/16"
    assert namespaces.route(view, WEB, "10.8.0.0/16").headline == "web has no route to 10.8.0.0/16"
    assert namespaces.route(view, WEB, "default", via="10.0.0.1").passed
    assert namespaces.no_default_route(view, WEB).headline == "web has a default route"


def test_an_address_is_compared_with_its_prefix_only_if_one_is_given() -> None:
    view = View("netns:red", 1, [Interface("veth-red", 2, addresses=["10.0.0.1/24"])])
    assert namespaces.has_address(view, RED, "10.0.0.1").passed
    assert namespaces.has_address(view, RED, "10.0.0.1/24").passed
    wrong = namespaces.has_address(view, RED, "10.0.0.1/16")
    assert (wrong.headline, wrong.observed) == ("netns:red does not have the address 10.0.0.1/16", "10.0.0.1/24")


def test_a_bridge_port_is_found_by_the_far_end_of_the_veth_pair() -> None:
    red = View("netns:red", 2)
    ports = [Interface("br0", 1, kind="bridge"), Interface("v1", 2, master="br0", peer="netns:red/eth0")]
    assert bridges.port(red, View("host", 1, ports), "netns:red", "br0", "host1").passed
    loose = View("host", 1, [ports[0], Interface("v1", 2, peer="netns:red/eth0")])
    verdict = bridges.port(red, loose, "netns:red", "br0", "host1")
    assert (verdict.headline, verdict.observed) == (
        "netns:red is not connected to the bridge br0",
        "v1 is a port of nothing",
    )


# --- reasons --------------------------------------------------------------------------------------

NO_NAME = Answer("no-name", detail="NXDOMAIN")
REFUSED = Answer("refused", "10.0.0.2")
TIMEOUT = Answer("timeout", "10.0.0.2")
BACKEND, DB = named("backend", on("app")), named("db", on("app"))


@pytest.mark.parametrize(
    ("case", "because"),
    [
        (case_of(NO_NAME, named("backend", on("none")), DB), "backend is on no network"),
        (case_of(NO_NAME, BACKEND, named("db", on("none"))), "db is on no network"),
        (
            case_of(TIMEOUT, BACKEND, named("db", on("app", host="host2"))),
            "backend is on host1 and db on host2: a bridge network ends at the edge of its host",
        ),
        (
            case_of(NO_NAME, named("backend", on("bridge")), DB),
            "backend is on the default network (bridge) only; db is on app only",
        ),
        (
            case_of(NO_NAME, named("backend", on("bridge")), named("db", on("bridge"))),
            "the default network (bridge) knows containers by address only; a network you create knows names",
        ),
        (
            case_of(Answer("refused", "10.9.9.9"), BACKEND, DB),
            '"db" led to 10.9.9.9, and db has 10.0.0.2',
        ),
        (
            case_of(TIMEOUT, BACKEND, DB, networks={"app": Network("app", options={ICC: "false"})}),
            f"app was made with {ICC}=false: its containers may not talk to each other",
        ),
        (
            case_of(REFUSED, BACKEND, DB, listeners=(Listener("tcp", "127.0.0.1", 5432),)),
            "the program in db listens on 127.0.0.1 only, which nobody outside can reach",
        ),
        (
            case_of(REFUSED, BACKEND, DB, listeners=(Listener("tcp", "0.0.0.0", 80),)),
            "nothing listens on port 5432 in db: it listens on 80",
        ),
        (case_of(TIMEOUT, BACKEND, DB), "packets are sent and nothing comes back: something on the way drops them"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_reason_is_the_first_thing_out_of_order(case: Case, because: str) -> None:
    assert explain.why_not(case).because == because


def test_who_is_on_the_default_network_only_is_connected_to_the_other_ones_network() -> None:
    case = case_of(NO_NAME, named("backend", on("app")), named("db", on("bridge")))
    assert explain.why_not(case).next == "!docker network connect app db"


SITE = Wish("http", "laptop", "http://host1:8080/")


@pytest.mark.parametrize(
    ("there", "because"),
    [
        ((), "no container publishes a port as 8080 of host1"),
        (
            (on("bridge", ports=(Publication(80, 8081),)),),
            "no container publishes a port as 8080 of host1; web has its port 80 as 8081",
        ),
        ((on("bridge", status="exited", ports=(Publication(80, 8080),)),), "web, which publishes it, is exited"),
        (
            (on("bridge", ports=(Publication(80, 8080, "127.0.0.1"),)),),
            "web is published on 127.0.0.1, which only host1 itself can use",
        ),
        (
            (on("bridge", ports=(Publication(81, 8080),)),),
            "port 8080 leads to port 81 of web: does a program listen there?",
        ),
    ],
)
def test_an_unanswered_port_of_a_host_is_explained_by_what_is_published(
    there: tuple[Container, ...], because: str
) -> None:
    assert explain.why_not(case_of(Answer("refused", "10.213.0.2"), None, None, SITE, there=there)).because == because


def test_a_port_published_from_an_internal_network_names_that_network() -> None:
    shop = on("vault", ports=(Publication(80, 8080),))
    nets = {"vault": Network("vault", internal=True)}
    case = case_of(Answer("refused", "10.213.0.2"), None, None, SITE, there=(shop,), networks=nets)
    reason = explain.why_not(case)
    assert reason.because == "web is on vault only, which is internal: no port of it is published"
    assert reason.next.startswith("!docker network connect NETWORK web")


def test_a_container_without_a_network_is_the_reason_wherever_the_question_comes_from() -> None:
    case = case_of(Answer("no-route"), None, named("db", on("none")), Wish("http", "laptop", "http://db"))
    assert explain.why_not(case).because == "db is on no network"


def test_without_an_address_to_ask_for_nothing_is_fulfilled() -> None:
    verdict = fulfilled(Wish("http", "laptop", "http://db", by="address"), [], 3)
    assert (verdict.outcome, verdict.headline) == ("fail", "laptop cannot fetch http://db")


def test_an_internal_network_has_no_way_out() -> None:
    case = case_of(Answer("no-route"), named("backend", on("vault")), None, Wish("icmp", "backend", "host1"))
    case = Case(**{**case.__dict__, "networks": {"vault": Network("vault", internal=True)}})
    assert explain.why_not(case).because == "vault is internal: there is no way out of it"


def test_an_unwanted_way_is_explained_by_the_network_both_are_on() -> None:
    reason = explain.why_so(case_of(Answer("reply"), BACKEND, DB))
    assert (reason.because, reason.next) == ("backend and db are both on app", "!docker network disconnect app backend")


def test_a_page_with_another_text_fails_with_its_first_line() -> None:
    wish = Wish("http", "laptop", "http://host1:8080/", body="hello")
    verdict: Verdict = fulfilled(wish, [Answer("reply", status=200, body="It works.\n…")], 3)
    assert (verdict.headline, verdict.observed) == (
        "http://host1:8080/ shows laptop another page",
        'a page that begins "It works."',
    )


def test_a_probe_that_could_not_be_asked_is_neither_yes_nor_no() -> None:
    assert fulfilled(Wish("tcp", "backend", "db", 5432), [Answer("broken", detail="gone")], 3).outcome == "error"


# --- controls ---------------------------------------------------------------------------------------


def test_a_slow_control_makes_the_next_wait_longer() -> None:
    patience = Patience("tcp")
    assert patience.covers(patience.seconds * 1000 / 2)
    assert not patience.covers(200)
    assert patience.covers(200)


def test_a_machine_that_is_too_slow_is_never_believed() -> None:
    patience = Patience("tcp")
    assert not any(patience.covers(2500) for _ in range(10))
    assert patience.seconds == LONGEST


def test_the_table_of_who_reaches_whom_is_closed() -> None:
    wanted = {(pair.source, pair.target) for pair in Matrix({"web": {"app"}, "app": {"db"}}).pairs if pair.wanted}
    assert wanted == {("web", "app"), ("app", "db")}
    assert len(Matrix({"web": {"app"}, "app": {"db"}}).pairs) == 6


def test_a_name_that_led_to_another_address_is_no_pass() -> None:
    target = Target("db", ("10.0.0.2",), Place("db", "host1", "db", DB))
    wish = Wish("tcp", "backend", "db", 5432)
    assert astray(wish, target, Answer("reply", "10.0.0.2")).passed
    assert astray(wish, target, Answer("reply", "10.0.0.9")).headline == '"db" leads backend astray'
