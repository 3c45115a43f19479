"""Every fault of the catalogue on a real lab host: it is there, it shows, it is explained, it can be mended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from course.errors import CourseError
from course.faults.catalogue import CATALOGUE, choose
from course.faults.causes import CAUSES
from course.faults.fault import Symptom
from course.faults.incident import Incident, inject
from course.labhost.faults.cast import Cast
from course.labs.lab import Lab
from graders import incidents
from graders.checking import judged
from graders.verdict import Verdict
from tests.drill import LESSON, build, do, question

INSIDE = "!docker run --rm --network container:{} --cap-add NET_ADMIN toolbox {}"
# Ways round a fault: after these commands the symptom is gone, and it is not repaired. The rest takes them back.
WAYS_ROUND: dict[str, tuple[list[str], list[str]]] = {
    "wrong-network": (["!docker network connect annex client"], ["!docker network disconnect annex client"]),
    "default-bridge": (
        ["!docker network create new", "!docker network connect new web", "!docker network connect new client"],
        ["!docker network disconnect new web", "!docker network disconnect new client"],
    ),
    "internal": (["!docker network connect bridge web"], ["!docker network disconnect bridge web"]),
    "alias-missing": (
        ['!docker exec client sh -c "echo {web} shop >> /etc/hosts"'],
        ['!docker exec client sh -c "grep -v shop /etc/hosts > /tmp/h; cat /tmp/h > /etc/hosts"'],
    ),
    "published-elsewhere": (
        ["!docker run -d --name door --network front -p 8080:80 web"],
        ["!docker rm -f door"],
    ),
    "stopped": (
        ["!docker run -d --name standin --network front --network-alias web web"],
        ["!docker rm -f standin"],
    ),
    "wrong-resolver": (
        ['!docker exec client sh -c "echo {web} web >> /etc/hosts"'],
        ['!docker exec client sh -c "grep -v web /etc/hosts > /tmp/h; cat /tmp/h > /etc/hosts"'],
    ),
    "reject-inside": (
        [INSIDE.format("web", "iptables -I INPUT -p tcp --dport 80 -j ACCEPT")],
        [INSIDE.format("web", "iptables -D INPUT -p tcp --dport 80 -j ACCEPT")],
    ),
    "no-default-route": (
        [INSIDE.format("client", "ip route add {lan}/32 via 10.181.50.1")],
        [INSIDE.format("client", "ip route del {lan}/32")],
    ),
    "docker-user-drop": (
        ["%%on host1\niptables -F DOCKER-USER"],
        ["%%on host1\niptables -A DOCKER-USER -i eth0 -j DROP\niptables -A DOCKER-USER -j RETURN"],
    ),
    "forward-drop": (["%%on host1\niptables -I FORWARD -j ACCEPT"], ["%%on host1\niptables -D FORWARD -j ACCEPT"]),
    "no-masquerade": (
        ["%%on host1\niptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE"],
        ["%%on host1\niptables -t nat -D POSTROUTING -o eth0 -j MASQUERADE"],
    ),
    "no-icc": (
        ["%%on host1\niptables -I DOCKER-USER -j ACCEPT"],
        ["%%on host1\niptables -D DOCKER-USER -j ACCEPT"],
    ),
}


# --- pure -----------------------------------------------------------------------------------------------


def test_the_catalogue_is_large_and_every_cause_in_it_has_a_sentence() -> None:
    assert len(CATALOGUE) >= 34
    assert {fault.cause for fault in CATALOGUE.values()} <= set(CAUSES)
    assert len({fault.cause for fault in CATALOGUE.values()}) >= 34
    assert set(WAYS_ROUND) <= set(CATALOGUE)


def test_an_incident_gives_nothing_away_and_comes_back_from_its_text() -> None:
    incident = Incident("loss", "host1", Cast(), "done", {"container web": ["image web"]})
    assert repr(incident) == "<incident on host1>"
    assert Incident.from_text(incident.to_text()) == incident
    assert incident.about == "half of the packets to web are lost"


def test_the_named_cause_is_right_or_wrong_and_an_unknown_one_is_an_error() -> None:
    incident = Incident("loss", "host1", Cast(), "", {})
    assert incidents.named(incident, "packet-loss").passed
    assert incidents.named(incident, "rate-limit").observed == CAUSES["rate-limit"]
    with pytest.raises(CourseError, match="there is no cause 'gremlins'"):
        incident.named("gremlins")


# --- on a real lab host -----------------------------------------------------------------------------------


@dataclass
class Shop:
    """The lab, and whether every test so far has left it as it was."""

    lab: Lab
    whole: bool = False


@pytest.fixture(scope="module")
def house(lab_of: Callable[[str], Lab]) -> Shop:
    return Shop(lab_of(LESSON))


@pytest.fixture
def shop(house: Shop) -> Shop:
    """Built anew after a test that broke off."""
    if not house.whole:
        build(house.lab)
    house.whole = False
    return house


def first_failure(symptom: Symptom, lab: Lab) -> Verdict:
    """A check that meets the symptom; where packets are lost by chance it may pass at first."""
    tries = (judged(question(symptom), lab) for _ in range(20 * symptom.times))
    return next(verdict for verdict in tries if not verdict.passed)


def repaired(lab: Lab, incident: Incident) -> Verdict:
    """The verdict, once it is a pass or has had its time."""
    deadline = time.monotonic() + 10
    while True:
        verdict = judged(lambda scene: incidents.repaired(scene, incident), lab)
        if verdict.passed or time.monotonic() > deadline:
            return verdict


@pytest.mark.engine
@pytest.mark.parametrize("name", CATALOGUE)
def test_a_fault_is_there_shows_is_explained_and_can_be_repaired(name: str, shop: Shop) -> None:
    lab, fault = shop.lab, CATALOGUE[name]
    incident = inject(lab, "host1", name)
    assert incident.there(lab), f"{incident.done}: it is not there"
    outcomes = {answer.outcome for answer in incident.symptom.ask(lab, "host1")} - {"reply"}
    assert outcomes <= set(fault.symptom.outcomes)
    assert incident.shows(lab)

    verdict = first_failure(incident.symptom, lab)
    assert verdict.why == fault.cause, str(verdict)
    assert verdict.outcome == "fail"

    around, back = WAYS_ROUND.get(name, ([], []))
    known = {"web": address(lab, "web"), "lan": lab.laptop.address}
    for command in around:
        do(lab, command.format(**known))
    if around:
        goes_round(lab, incident)
    for command in back:
        do(lab, command.format(**known))

    for command in incident.repair(lab):
        do(lab, command)
    verdict = repaired(lab, incident)
    assert verdict.passed, str(verdict)
    assert not incident.there(lab)
    shop.whole = True


def goes_round(lab: Lab, incident: Incident) -> None:
    deadline = time.monotonic() + 5
    while incident.shows(lab):
        assert time.monotonic() < deadline, incident.shows(lab)
    verdict = judged(lambda scene: incidents.repaired(scene, incident), lab)
    assert (verdict.outcome, verdict.headline) == ("fail", "it is not repaired")


def address(lab: Lab, name: str) -> str:
    ends = lab.client.containers.get(name).attrs["NetworkSettings"]["Networks"]
    return str(ends["front"]["IPAddress"]) if "front" in ends else ""


@pytest.mark.engine
@pytest.mark.parametrize(
    "name", ["no-network", "no-icc", "other-port", "hangs", "link-down", "wrong-neighbour", "same-address"]
)
def test_others_can_play_the_parts(name: str, shop: Shop) -> None:
    incident = inject(
        shop.lab, "host1", name, client="app", server="db", port=5432, network="back", alias="ledger", other="web"
    )
    assert incident.there(shop.lab)
    assert incident.shows(shop.lab).startswith("app asks http://db:5432/")
    assert first_failure(incident.symptom, shop.lab).why == CATALOGUE[name].cause
    for command in incident.repair(shop.lab):
        do(shop.lab, command)
    verdict = repaired(shop.lab, incident)
    assert verdict.passed, str(verdict)
    shop.whole = True


@pytest.mark.engine
def test_a_fault_or_a_cast_that_does_not_exist_is_refused_before_anything_breaks(shop: Shop) -> None:
    with pytest.raises(CourseError, match="there is no fault 'gremlins'"):
        inject(shop.lab, "host1", "gremlins")
    with pytest.raises(CourseError, match="Cast has no field 'villain'"):
        inject(shop.lab, "host1", "loss", villain="web")
    with pytest.raises(CourseError, match="nobody"):
        inject(shop.lab, "host1", "loss", server="nobody")
    shop.whole = True


@pytest.mark.engine
def test_every_learner_has_a_fault_of_their_own_choice_of_which_does_not_change(shop: Shop) -> None:
    chosen = choose(shop.lab, "drill", ["loss", "stopped", "no-icc"])
    assert chosen in ("loss", "stopped", "no-icc")
    assert choose(shop.lab, "drill", ["no-icc", "loss", "stopped"]) == chosen
    shop.whole = True
