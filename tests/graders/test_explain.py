"""Reasons as learners read them, found in what is there on a real lab host."""

from __future__ import annotations

import pytest
from docker.errors import APIError

from course.labs.lab import Lab
from graders.assertions import expect
from graders.verdict import CheckFailed, Verdict
from tests.graders.town import Sentence, serve

pytestmark = pytest.mark.engine


def test_a_failure_says_why_and_what_to_do(town: Lab) -> None:
    with pytest.raises(CheckFailed) as failure:
        expect(town, within=2).tcp("client", "db", 5432)
    name_server = 'name "db" does not resolve (NXDOMAIN from 127.0.0.11)'
    assert str(failure.value).splitlines() == [
        "client cannot reach db:5432",
        "  expected  a TCP connection within 2 s",
        f"  observed  {name_server}",
        "  because   client is on front only; db is on back only",
        "  next      !docker network connect back client",
    ]


@pytest.mark.parametrize(
    ("sentence", "because"),
    [
        (lambda e: e.tcp("plain", "private", 80), "the default network (bridge) knows containers by address only"),
        (lambda e: e.tcp("client", "shy", 80), "the program in shy listens on 127.0.0.1 only"),
        (lambda e: e.tcp("client", "web", 81), "nothing listens on port 81 in web: it listens on 80"),
        (
            lambda e: e.tcp("laptop", "host1", 8081),
            "private is published on 127.0.0.1, which only host1 itself can use",
        ),
        (lambda e: e.tcp("laptop", "host1", 9999), "no container publishes a port as 9999 of host1"),
        (lambda e: e.pings("db", "host1"), "back is internal: there is no way out of it"),
        (lambda e: e.pings("lonely", "web"), "lonely is on no network"),
        (lambda e: e.cannot_ping("client", "web"), "client and web are both on front"),
        (lambda e: e.exists("clinet"), "there is one called client"),
    ],
)
def test_the_reason_is_found_in_what_is_there(sentence: Sentence, because: str, town: Lab) -> None:
    with pytest.raises(CheckFailed) as failure:
        sentence(expect(town, within=0.3))
    assert because in failure.value.verdict.because


def verdict(sentence: Sentence, lab: Lab) -> Verdict:
    with pytest.raises(CheckFailed) as failure:
        sentence(expect(lab, within=0.3))
    return failure.value.verdict


def test_a_container_without_an_address_fails_and_breaks_nothing(town: Lab) -> None:
    for source in ("client", "host1"):
        failed = verdict(lambda e, source=source: e.http(source, "http://lonely", by="address"), town)  # type: ignore[misc]
        assert failed.headline == f"{source} cannot fetch http://lonely"
        assert failed.because == "lonely is on no network"


# --- on a lab host swept empty: after those that need the town, which is on the same one -----------------


def test_a_gateway_nobody_asked_for_is_known_all_the_same(lab: Lab) -> None:
    from docker.types import IPAMConfig, IPAMPool

    pool = IPAMConfig(pool_configs=[IPAMPool(subnet="10.151.1.0/24")])
    lab.client.networks.create("plain", ipam=pool)
    expect(lab).gateway("plain", "10.151.1.1")
    failed = verdict(lambda e: e.gateway("plain", "10.151.1.50"), lab)
    assert failed.observed == "gateway 10.151.1.1"
    lab.client.networks.get("plain").remove()
    assert failed.next.endswith("!docker network create --subnet 10.151.1.0/24 --gateway 10.151.1.50 plain")


@pytest.mark.parametrize(
    "sentence",
    [lambda e: e.http("laptop", "http://host1:8090"), lambda e: e.published("safe", 80, on=8090)],
    ids=["fetched", "published"],
)
def test_a_port_published_from_an_internal_network_names_the_network(sentence: Sentence, lab: Lab) -> None:
    lab.client.networks.create("vault", internal=True)
    serve(lab, "safe", "vault", ports={"80/tcp": 8090})
    failed = verdict(sentence, lab)
    assert failed.because == "safe is on vault only, which is internal: no port of it is published"
    assert failed.next.startswith("!docker network connect NETWORK safe")
    lab.client.networks.create("front").connect("safe")
    expect(lab, within=10).http("laptop", "http://host1:8090").published("safe", 80, on=8090)


def test_a_container_that_could_not_start_shows_what_the_engine_said(lab: Lab) -> None:
    serve(lab, "first", "bridge", ports={"80/tcp": 8091})
    with pytest.raises(APIError):
        serve(lab, "second", "bridge", ports={"80/tcp": 8091})
    failed = verdict(lambda e: e.running("second"), lab)
    assert failed.observed == "it was created and never started"
    assert failed.because.endswith("Bind for 0.0.0.0:8091 failed: port is already allocated")
