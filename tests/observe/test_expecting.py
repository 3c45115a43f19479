"""What a matrix is expected to show."""

from __future__ import annotations

from typing import Any

import pytest

from course.errors import CourseError
from course.labhost.records import Answer
from course.observe.expecting import wishes
from course.observe.layer import Pair, Question
from course.observe.places import Place
from course.topology.model import Attachment, Container, Machine, Network, Topology

PING, TCP, NAME = Question("icmp"), Question("tcp", 80), Question("dns")
KNOWN = {name: Place(name, "host1", name) for name in ("web", "app", "db", "side", "old")}


def wished(expected: Any, question: Question = PING, answers: dict[Pair, Answer] | None = None) -> dict[Pair, bool]:
    return wishes(expected, question, KNOWN, answers or {})


def test_nothing_need_be_expected() -> None:
    assert wished(None) == wished({}) == {}


def test_pairs_speak_for_themselves() -> None:
    assert wished({("web", "app"): True, ("app", "web"): False}) == {("web", "app"): True, ("app", "web"): False}


def test_who_reaches_whom_is_said_whole_for_those_who_are_named() -> None:
    assert wished({"web": ["app"], "app": {"web", "db"}}) == {
        ("web", "app"): True, ("web", "db"): False, ("app", "web"): True,
        ("app", "db"): True, ("db", "web"): False, ("db", "app"): False,
    }  # fmt: skip


def test_each_question_may_have_its_own() -> None:
    said = {"icmp": {("web", "app"): True}, "tcp": {"web": ["db"]}}
    assert wished(said) == {("web", "app"): True}
    assert wished(said, TCP) == {("web", "db"): True, ("db", "web"): False}
    assert wished(said, NAME) == {}


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ({("web", "bd"): True}, "'bd' is expected"),
        ({"web": "app"}, "not a list of names"),
        ({("web",): True}, "no pair"),
        ({7: True}, "no pair"),
        ({"web": {"app": True}}, "cannot ask 'web'"),
        ([("web", "app")], "by a list"),
    ],
)
def test_what_makes_no_sense_is_one_clear_error(expected: Any, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        wished(expected)


def planned(*more: Container) -> Topology:
    """web and app on front, app and db on back, all of them on the default bridge but db; side lives with web."""
    return Topology(
        "plan",
        (Machine("host1"),),
        (Network("bridge", "host1"), Network("front", "host1"), Network("back", "host1")),
        (
            *(Container(name, "host1") for name in ("web", "app", "db")),
            Container("side", "host1", shares="container:web"),
            Container("old", "host1", state="exited"),
            *more,
        ),
        tuple(
            Attachment(one, network, "host1")
            for one, network in (("web", "front"), ("app", "front"), ("app", "back"), ("db", "back"), ("web", "bridge"))
        ),
    )


def test_in_a_topology_those_reach_each_other_who_share_a_network() -> None:
    found = wished(planned())
    assert {pair for pair, wish in found.items() if not wish} == {
        ("web", "db"), ("db", "web"), ("side", "db"), ("db", "side")
    }  # fmt: skip
    assert found["app", "side"] and found["web", "side"] and not any("old" in pair for pair in found)


def test_a_port_where_nobody_listens_is_no_fault_of_the_topology() -> None:
    answers = {("web", "app"): Answer("refused"), ("app", "web"): Answer("timeout"), ("web", "db"): Answer("refused")}
    found = wished(planned(), TCP, answers)
    assert ("web", "app") not in found and found["app", "web"] and found["web", "db"] is False


def test_names_are_found_on_networks_but_not_on_the_default_bridge() -> None:
    known = planned()
    on_bridge = Topology("plan", known.machines, known.networks, known.containers, (
        Attachment("web", "bridge", "host1"), Attachment("app", "bridge", "host1"), Attachment("db", "back", "host1"),
    ))  # fmt: skip
    assert wished(on_bridge)["web", "app"] and not wished(on_bridge, NAME)["web", "app"]
    assert wished(known, NAME)["web", "app"] and wished(known, NAME)["side", "app"]
    assert ("app", "side") not in wished(known, NAME), "who lives with another has no name of its own"


def test_a_container_that_should_be_there_and_is_not_is_named() -> None:
    with pytest.raises(CourseError, match="queue of the topology does not run on host1"):
        wished(planned(Container("queue", "host1")))
