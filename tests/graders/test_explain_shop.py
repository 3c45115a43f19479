"""Explanations on a healthy lab: of what works nothing is said, of wrong questions what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from course.faults.incident import inject
from course.labhost.records import Outcome
from course.labs.lab import Lab
from graders import explain
from graders.assertions import expect
from graders.case import Case
from graders.checking import judged
from graders.reach import aim, ask, can, case
from graders.scene import Scene
from graders.traffic import Wish
from graders.verdict import Verdict
from tests.drill import LESSON, build, do, question

pytestmark = pytest.mark.engine

HEALTHY = [
    Wish("http", "client", "http://web"),
    Wish("http", "client", "http://shop"),
    Wish("http", "client", "http://web/big"),
    Wish("icmp", "client", "web"),
    Wish("icmp", "web", "client"),
    Wish("tcp", "client", "app", 8000),
    Wish("tcp", "app", "db", 5432),
    Wish("http", "laptop", "http://host1:8080"),
    Wish("http", "client", "http://host1:8080"),
    Wish("http", "db", "http://host1:8080"),
    Wish("http", "host1", "http://host1:8080"),
    Wish("http", "host1", "http://web", by="address"),
    Wish("http", "web", "http://web"),
    Wish("icmp", "client", "laptop"),
    Wish("icmp", "db", "laptop"),
    Wish("icmp", "client", "host1"),
    Wish("icmp", "laptop", "host1"),
    Wish("icmp", "host1", "laptop"),
]
SILENT: tuple[Outcome, ...] = ("timeout", "no-neighbour", "refused", "closed")
WRONG = [
    (Wish("tcp", "client", "web", 81), "nobody-listens"),
    (Wish("udp", "client", "web", 53), "nobody-listens"),
    (Wish("tcp", "client", "laptop", 80), "nobody-listens"),
    (Wish("tcp", "client", "db", 5432), "no-common-network"),
    (Wish("tcp", "client", "db", 5432, by="address"), "no-common-network"),
    (Wish("tcp", "client", "nobody", 80), "unknown-name"),
    (Wish("http", "laptop", "http://host1:9999"), "not-published"),
    (Wish("tcp", "client", "host1", 99), "not-published"),
    (Wish("icmp", "laptop", "client"), "inside-its-host"),
    (Wish("http", "client", "http://10.181.50.77"), "unknown-address"),
]
# Faults whose explanation says all that is needed to mend them.
MENDED_BY_NEXT = [
    "docker-user-drop", "forward-drop", "no-masquerade", "no-forwarding", "host-route", "ports-isolated", "rate-limit",
    "no-default-route", "wrong-gateway", "route-forbids", "wrong-neighbour", "wrong-resolver", "hosts-line",
    "drop-inside", "alias-elsewhere", "port-taken",
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(lab_of: Callable[[str], Lab]) -> Lab:
    lab = lab_of(LESSON)
    build(lab)
    return lab


def told(lab: Lab, wish: Wish) -> Verdict:
    return judged(lambda scene: can(scene, wish, 1.0), lab)


def as_if(lab: Lab, wish: Wish, outcome: Outcome) -> Case:
    """What would be explained if this had been the answer."""
    scene = Scene(lab)
    source = scene.need_place(wish.source)
    target = aim(scene, wish, source)
    answer = ask(scene, source, wish.probe(source.view, target.ends(wish.by)[0], 1.0))
    return case(scene, wish, source, target, replace(answer, outcome=outcome))


@pytest.mark.parametrize("wish", HEALTHY, ids=lambda wish: f"{wish.kind} {wish.source} {wish}")
def test_where_all_is_well_no_cause_is_named_even_if_the_answer_had_been_silence(wish: Wish, shop: Lab) -> None:
    assert told(shop, wish).passed
    for outcome in SILENT:
        assert explain.why_not(as_if(shop, wish, outcome)).cause == ""


@pytest.mark.parametrize(("wish", "cause"), WRONG, ids=lambda part: str(part))
def test_of_a_wrong_question_its_own_mistake_is_told(wish: Wish, cause: str, shop: Lab) -> None:
    verdict = told(shop, wish)
    assert (verdict.outcome, verdict.why) == ("fail", cause)
    assert verdict.because or verdict.next


def test_what_the_rules_do_not_tell_a_packet_that_is_followed_does(shop: Lab) -> None:
    mac = next(i.mac for i in shop.host1.state("client").views["client"].interfaces if i.name == "eth0")
    rule = f"DOCKER-USER -m mac --mac-source {mac} -j DROP"
    assert shop.host1.run(f"iptables -I {rule}").exit == 0
    try:
        verdict = told(shop, Wish("http", "client", "http://web"))
    finally:
        shop.host1.run(f"iptables -D {rule}")
    assert verdict.why == "rule-in-docker-user"
    assert "a packet was followed: " in verdict.because
    assert "--mac-source" in verdict.because


@pytest.mark.parametrize("name", MENDED_BY_NEXT)
def test_what_the_explanation_says_to_do_next_mends_it(name: str, shop: Lab) -> None:
    incident = inject(shop, "host1", name)
    verdict = judged(question(incident.symptom), shop)
    assert verdict.why == incident.entry.cause
    for command in [verdict.next] if verdict.next.startswith("%%on") else verdict.next.splitlines():
        do(shop, command)
    expect(shop, within=10).custom(lambda lab: not incident.shows(lab), f"{name} still shows: {verdict}")
    expect(shop, within=10).custom(lambda lab: not incident.wrong(lab), f"{name} left something behind: {verdict.next}")
