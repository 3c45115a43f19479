"""Intended against actual, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.topology.difference import Thing, compare
from course.topology.model import Attachment, Container, Healthcheck, Machine, Network, Port, Topology

HOST = Machine("host1", "10.213.7.11")
WEB = Container("web", "host1", "web", "running", ports=(Port(8080, 80, "tcp", "0.0.0.0"),))
FRONT = Network("front", "host1", subnets=("10.1.0.0/24",), gateway="10.1.0.1")
PLUG = Attachment("web", "front", "host1", "eth0", "10.1.0.2", "02:42:0a:01:00:02", ("shop",))


def topology(*things: Network | Container | Attachment, machines: tuple[Machine, ...] = (HOST,)) -> Topology:
    """Made of whatever is given."""
    return Topology(
        "shop",
        machines,
        tuple(thing for thing in things if isinstance(thing, Network)),
        tuple(thing for thing in things if isinstance(thing, Container)),
        tuple(thing for thing in things if isinstance(thing, Attachment)),
    )


def said(intended: Topology, actual: Topology) -> list[str]:
    return [str(difference) for difference in compare(intended, actual)]


def test_what_is_as_it_was_meant_differs_in_nothing() -> None:
    there = topology(FRONT, WEB, PLUG)
    assert compare(there, there) == ()


def test_what_was_left_open_is_not_compared() -> None:
    wanted = topology(
        Network("front", "host1"), Container("web", "host1", ports=(Port(0, 80),)), Attachment("web", "front", "host1")
    )
    assert said(wanted, topology(FRONT, WEB, replace(PLUG, aliases=()))) == []


def test_missing_and_extra_things_are_named_once() -> None:
    back, db = Network("back", "host1"), Container("db", "host1", state="running")
    assert said(topology(FRONT, WEB, PLUG), topology(back, db, Attachment("db", "back", "host1"))) == [
        "network front is missing",
        "network back is there, and is not meant to be",
        "container web is missing",
        "container db is there, and is not meant to be",
    ]


def test_what_every_engine_has_is_nobodys_intention() -> None:
    own = [Network("bridge", "host1"), Network("docker_gwbridge", "host1"), Network("ingress", "host1", "overlay")]
    assert said(topology(Network("bridge", "host1", subnets=("10.5.0.0/16",))), topology(*own)) == []
    assert said(topology(Network("bridge", "host1")), topology()) == []


def test_a_missing_machine_is_named() -> None:
    two = topology(machines=(HOST, Machine("host2")))
    assert said(two, topology()) == ["machine host2 is missing"]
    assert said(topology(machines=(replace(HOST, address="10.0.0.9"),)), topology()) == [
        "machine host1: address is 10.213.7.11, not 10.0.0.9"
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"subnets": ("10.2.0.0/24",), "gateway": ""}, "subnet is 10.1.0.0/24, not 10.2.0.0/24"),
        ({"gateway": "10.1.0.254"}, "gateway is 10.1.0.1, not 10.1.0.254"),
        ({"driver": "macvlan"}, "driver is bridge, not macvlan"),
        ({"internal": True}, "is not internal, and should be"),
        ({"ip_range": "10.1.0.128/25"}, "address range is not set, not 10.1.0.128/25"),
        ({"aux_addresses": {"router": "10.1.0.9"}}, "reserved address router is not set, not 10.1.0.9"),
        ({"options": {"mtu": "1400"}}, "option mtu is not set, not 1400"),
    ],
)
def test_another_network_is_told_by_what_differs(change: dict[str, Any], sentence: str) -> None:
    assert said(topology(replace(FRONT, **change)), topology(FRONT)) == [f"network front: {sentence}"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"image": "toolbox"}, "image is web, not toolbox"),
        ({"image": "web:2"}, "image is web, not web:2"),
        ({"shares": "host"}, "network namespace is its own, not host"),
        ({"ports": (Port(9090, 80),)}, "port 9090→80 is not published"),
        ({"hostname": "www"}, "hostname is not set, not www"),
        ({"command": ("sleep", "9")}, "command is not set, not sleep 9"),
        ({"environment": {"A": "1"}}, "variable A is not set, not 1"),
        ({"capabilities": ("NET_ADMIN",)}, "lacks the capability NET_ADMIN"),
        ({"dns": ("10.1.0.9",)}, "dns is not set, not 10.1.0.9"),
        ({"healthcheck": Healthcheck(("true",))}, "has another health check"),
    ],
)
def test_another_container_is_told_by_what_differs(change: dict[str, Any], sentence: str) -> None:
    assert f"container web: {sentence}" in said(topology(replace(WEB, **change)), topology(WEB))


@pytest.mark.parametrize("image", ["web:latest", "registry.example/library/web", "library/web:latest"])
def test_an_image_is_the_same_by_any_of_its_names(image: str) -> None:
    assert said(topology(replace(WEB, image=image)), topology(WEB)) == []


@pytest.mark.parametrize(
    ("wanted", "found", "sentence"),
    [
        ("running", "exited", "container web does not run, and should run"),
        ("planned", "created", "container web was never started, and should run"),
        ("planned", "paused", "container web is paused, and should run"),
        ("exited", "running", "container web runs, and should not run"),
        ("paused", "running", "container web runs, and should be paused"),
    ],
)
def test_another_state_is_told(wanted: Any, found: Any, sentence: str) -> None:
    intended, actual = (topology(Container("web", "host1", state=state)) for state in (wanted, found))
    assert said(intended, actual) == [sentence]


def test_a_container_meant_to_be_missing_is_extra_where_it_is() -> None:
    gone = topology(FRONT, replace(WEB, state="missing"), PLUG)
    assert said(gone, topology(FRONT)) == []
    assert said(gone, topology(FRONT, WEB, PLUG)) == ["container web is there, and is not meant to be"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"address": "10.1.0.9"}, "address is 10.1.0.2, not 10.1.0.9"),
        ({"mac": "02:42:0A:01:00:09"}, "MAC address is 02:42:0a:01:00:02, not 02:42:0A:01:00:09"),
        ({"address6": "fd00::9"}, "address is not set, not fd00::9"),
        ({"options": {"a": "b"}}, "option a is not set, not b"),
        ({"aliases": ()}, "the alias shop is not meant to be there"),
        ({"aliases": ("shop", "store")}, "the alias store is missing"),
    ],
)
def test_another_plug_is_told_by_what_differs(change: dict[str, Any], sentence: str) -> None:
    intended = topology(FRONT, WEB, replace(PLUG, **change))
    assert said(intended, topology(FRONT, WEB, PLUG)) == [f"attachment web on front: {sentence}"]


def test_what_the_engine_chose_by_itself_was_nobodys_wish() -> None:
    seen = topology(FRONT, WEB, replace(PLUG, automatic=("address", "mac")))
    other = replace(PLUG, address="10.1.0.8", mac="02:42:0a:01:00:08")
    assert said(seen, topology(FRONT, WEB, other)) == []


def test_a_stopped_container_has_no_address_and_no_ports_to_compare() -> None:
    stopped = replace(WEB, state="exited", ports=())
    there = topology(FRONT, stopped, replace(PLUG, address="", mac=""))
    assert said(topology(FRONT, WEB, PLUG), there) == ["container web does not run, and should run"]


def test_a_pulled_plug_and_one_too_many_are_told() -> None:
    back = Network("back", "host1")
    intended = topology(FRONT, back, WEB, PLUG)
    assert said(intended, topology(FRONT, back, WEB, Attachment("web", "back", "host1"))) == [
        "container web is not on network front",
        "container web is on network back, and is not meant to be",
    ]


def test_without_a_plug_it_is_the_same_whether_taken_off_or_never_put_on() -> None:
    none = topology(Network("none", "host1", "null"), replace(WEB, shares="none"), Attachment("web", "none", "host1"))
    assert said(topology(WEB), none) == said(none, topology(WEB)) == []


def test_a_difference_says_what_was_wanted_and_what_was_found() -> None:
    (found,) = compare(topology(replace(WEB, image="toolbox")), topology(WEB))
    assert (found.kind, found.thing) == ("other", Thing("container", "host1", "web"))
    assert (found.setting, found.wanted, found.found) == ("image", "toolbox", "web")


names = st.sampled_from(["ab", "cd", "ef"])
containers = st.builds(
    Container,
    names,
    st.just("host1"),
    st.sampled_from(["", "web", "toolbox"]),
    st.sampled_from(["running", "exited", "paused", "created"]),
    ports=st.sampled_from([(), (Port(80, 80),), (Port(0, 53, "udp"), Port(8080, 80))]),
    shares=st.sampled_from(["", "host", "none"]),
    environment=st.dictionaries(names, names, max_size=2),
)
towns = st.builds(
    lambda containers, plugged: topology(
        FRONT, *containers, *(Attachment(one.name, "front", "host1") for one in containers if one.name in plugged)
    ),
    st.lists(containers, unique_by=lambda one: one.name),
    st.sets(names),
)


@given(towns, towns)
def test_every_difference_is_of_a_thing_of_one_of_the_two(intended: Topology, actual: Topology) -> None:
    known = {"front"} | {one.name for town in (intended, actual) for one in town.containers}
    assert {difference.thing.name for difference in compare(intended, actual)} <= known
    assert compare(intended, intended) == ()
    wanted, there = ({one.name for one in town.containers} for town in (intended, actual))
    assert {one.thing.name for one in compare(intended, actual) if one.kind == "missing"} >= wanted - there
    assert {one.thing.name for one in compare(intended, actual) if one.kind == "extra"} >= there - wanted
