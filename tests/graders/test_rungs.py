"""Rungs that need no lab: what is observed late, and what a packet tells that was followed."""

from __future__ import annotations

from dataclasses import replace

from course.faults.causes import CAUSES
from course.labhost.records import Answer
from course.observe.hop import Header, Hop
from course.observe.journey import Journey
from graders import explain
from graders.case import Case, Later, Reason
from graders.facts import Container, Place
from graders.objects import not_running
from graders.traffic import Target, Wish

HEADER = Header("tcp", "10.0.0.2", "10.0.0.3", 40000, 80, "SYN")
HOP = Hop(0.3, "there", "host1", "host", "filter/DOCKER-USER", "rule", HEADER, HEADER, "-A DOCKER-USER -j DROP", "DROP")
LOST = Journey("web", "10.0.0.3:80", "dropped", "A rule in DOCKER-USER drops it.", (HOP,), HOP)
SILENT = Case(
    Wish("tcp", "web", "10.0.0.3", 80), Place("web", "host1"), Target("", ("10.0.0.3",)), Answer("timeout", "10.0.0.3")
)


def test_what_is_observed_late_is_observed_once_and_only_if_somebody_asks() -> None:
    seen: list[str] = []
    later = Later(["a", "b"], lambda name: seen.append(name) or name.upper())  # type: ignore[func-returns-value]
    assert (list(later), len(later), seen) == (["a", "b"], 2, [])
    assert later["a"] == later.get("a") == "A"
    assert later.get("c") is None
    assert seen == ["a"]


def test_a_packet_that_was_followed_gives_the_reason_where_nothing_else_does() -> None:
    found = explain.why_not(replace(SILENT, journey={"packet": LOST}))
    assert found.because == "a packet was followed: A rule in DOCKER-USER drops it."
    assert (found.cause, found.next) == ("rule-in-docker-user", "%%on host1\niptables -S")
    inside = replace(HOP, view="web", station="filter/INPUT")
    assert explain.why_not(replace(SILENT, journey={"packet": replace(LOST, cause=inside)})).cause == "rule-inside"


def test_a_packet_that_arrived_or_whose_end_nobody_saw_gives_none() -> None:
    arrived = replace(LOST, outcome="answered", cause=None)
    for journey in (arrived, replace(LOST, cause=None)):
        found = explain.why_not(replace(SILENT, journey={"packet": journey}))
        assert found == explain.why_not(SILENT) != Reason()
        assert found.cause == ""


def test_why_a_container_does_not_run_is_told_with_what_to_do_about_it() -> None:
    told = {
        status: not_running(Container("web", status=status, exit_code=code))
        for status, code in (("exited", 137), ("restarting", 3), ("paused", 0), ("created", 0))
    }
    assert [verdict.why for verdict in told.values()] == ["stopped", "crashes", "paused", ""]
    assert [verdict.next.split()[1] for verdict in told.values()] == ["start", "logs", "unpause", "start"]
    assert {verdict.why for verdict in told.values()} - {""} <= set(CAUSES)
