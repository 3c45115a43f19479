"""The assertions about more than one lab host: overlay networks, services, the LAN."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from course.labs.lab import Lab
from graders.assertions import expect
from graders.verdict import CheckError, CheckFailed
from tests.graders import cases
from tests.graders.country import LESSON, build_country
from tests.graders.town import headline

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def country(lab_of: Callable[[str], Lab]) -> Lab:
    lab = lab_of(LESSON)
    build_country(lab)
    expect(lab, within=30).replicas("shop", 2)
    return lab


@pytest.mark.parametrize("name", cases.names(cases.COUNTRY))
def test_what_is_true_passes(name: str, country: Lab) -> None:
    cases.say_example(country, name)


@pytest.mark.parametrize("sentence", cases.COUNTRY)
def test_what_is_not_true_fails_with_its_headline(sentence: str, country: Lab) -> None:
    assert cases.failure(country, sentence) == cases.COUNTRY[sentence]


def test_a_replica_that_cannot_start_says_why(country: Lab) -> None:
    with pytest.raises(CheckFailed) as failure:
        expect(country, within=0.1).replicas("stuck", 1)
    assert "no suitable node" in failure.value.verdict.because


def test_a_service_that_is_scaled_is_waited_for(country: Lab) -> None:
    service = country.client.services.get("shop")  # type: ignore[no-untyped-call]
    service.scale(3)
    expect(country, within=30).replicas("shop", 3).placed("shop", {"host2": 3})
    service.reload()
    service.scale(2)
    expect(country, within=30).replicas("shop", 2)


def test_the_lan_sees_the_camera_and_its_own_host_does_not(country: Lab) -> None:
    expect(country).seen_on_lan("camera", source="host2").cannot_ping("host1", "camera", control="laptop")
    with pytest.raises(CheckError, match="host1 is no neighbour of camera"):
        expect(country, within=0.1).seen_on_lan("camera", source="host1")


def test_a_machine_that_answers_in_the_place_of_a_container_is_noticed(country: Lab) -> None:
    for host, command in (
        ("host1", "sysctl net.ipv4.conf.eth0.proxy_arp=1"),
        ("laptop", "ip route add 172.30.0.0/15 dev eth0"),
    ):
        assert country.all[host].run(command).exit == 0, command
    try:
        assert headline(lambda e: e.seen_on_lan("inland"), country) == "laptop sees inland under another MAC address"
    finally:
        country.laptop.run("ip route del 172.30.0.0/15 dev eth0")
        country.host1.run("sysctl net.ipv4.conf.eth0.proxy_arp=0")


def test_an_agent_that_is_gone_is_an_error_on_the_lan(country: Lab) -> None:
    socket = country.laptop.sockets / "agent.sock"
    aside = socket.with_name("aside")
    socket.rename(aside)
    try:
        with pytest.raises(CheckError, match="laptop does not answer"):
            expect(country, within=0.1).seen_on_lan("camera")
    finally:
        aside.rename(socket)


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
