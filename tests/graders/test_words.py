"""Verdicts on routes, bridges, programs, services, the LAN and the firewall: all pure."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from course.labhost.records import Answer, Interface, Route, View
from graders import bridges, firewall, lan, namespaces, networks, objects, programs, routes, services
from graders.facts import Attachment, Container, Network, Place
from graders.programs import Said
from graders.services import Replica, Service
from graders.traffic import Wish, fulfilled

RED = Place("netns:red", "host1", "netns:red")
HOST = Place("host1", "host1")
WEB = Place("web", "host1", "web", Container("web", networks={"front": Attachment(mac="02:42:0a:00:00:02")}))


# --- what to type -----------------------------------------------------------------------------------


def test_commands_are_typed_where_they_act() -> None:
    assert HOST.typed("ip link set a up", "bridge vlan show") == "%%on host1\nip link set a up\nbridge vlan show"
    assert RED.typed("ip link set a up") == "%%on host1\nip -n red link set a up"
    assert WEB.typed("ip route del default").endswith("--cap-add NET_ADMIN toolbox ip route del default")
    assert HOST.typed() == ""


# --- routes -----------------------------------------------------------------------------------------

TABLE = View(
    "netns:red",
    1,
    routes=[
        Route("default", "10.0.0.1", "eth0"),
        Route("10.0.0.0/24", "", "eth0", "10.0.0.2"),
        Route("10.7.0.0/16", "10.0.0.8", "eth0"),
        Route("10.7.0.0/16", "10.0.0.9", "eth0"),
        Route("10.6.0.0/16", kind="blackhole"),
        Route("fd00::/64", "", "eth0"),
        Route("default", "fe80::1", "eth0"),
    ],
)
WHOLE = {
    "0.0.0.0/0": {"10.0.0.1"},
    "10.0.0.0/24": {"eth0"},
    "10.7.0.0/16": {"10.0.0.8", "10.0.0.9"},
    "10.6.0.0/16": {"blackhole"},
}


def test_a_table_that_is_said_whole_passes() -> None:
    assert routes.exactly(TABLE, RED, WHOLE).passed


@pytest.mark.parametrize(
    ("wrong", "expected", "observed"),
    [
        ({"10.6.0.0/16": set()}, "", "blackhole 10.6.0.0/16"),
        ({"10.5.0.0/16": {"10.0.0.3"}}, "10.5.0.0/16 via 10.0.0.3", "no such route"),
        (
            {"10.7.0.0/16": {"10.0.0.8"}},
            "10.7.0.0/16 via 10.0.0.8",
            "10.7.0.0/16 nexthop via 10.0.0.8 nexthop via 10.0.0.9",
        ),
    ],
)
def test_one_route_too_many_or_too_few_fails(wrong: dict[str, set[str]], expected: str, observed: str) -> None:
    verdict = routes.exactly(TABLE, RED, {to: hops for to, hops in (WHOLE | wrong).items() if hops})
    assert (verdict.headline, verdict.observed) == ("netns:red has other routes", observed)
    assert verdict.expected == (expected or "these 3 routes and no others")


# --- bridges ----------------------------------------------------------------------------------------

PLAIN = json.dumps([{"linkinfo": {"info_data": {"vlan_filtering": 0}}}])
OFF = json.dumps([{"linkinfo": {"info_data": {"vlan_filtering": 0, "vlan_default_pvid": 1}}}])
ON = json.dumps([{"linkinfo": {"info_data": {"vlan_filtering": 1, "vlan_default_pvid": 1}}}])
# As bridge(8) of iproute2 6.15 prints it for: vid 10 pvid untagged, vid 20, vid 30-31.
PORT = json.dumps(
    [
        {
            "ifname": "red0",
            "vlans": [{"vlan": 10, "flags": ["PVID", "Egress Untagged"]}, {"vlan": 20}, {"vlan": 30, "vlanEnd": 31}],
        }
    ]
)


def test_a_kernel_without_vlans_is_an_error_and_a_bridge_without_a_fail() -> None:
    assert bridges.filtering(PLAIN, HOST, "br0").outcome == "error"
    assert bridges.filtering(OFF, HOST, "br0").headline == "br0 of host1 pays no heed to VLANs"
    assert bridges.filtering(ON, HOST, "br0").passed


def test_the_vlans_of_a_port_are_compared_whole() -> None:
    right = bridges.Vlans(10, frozenset({20, 30, 31}))
    assert bridges.carried(PORT, HOST, "red0", right).passed
    verdict = bridges.carried(PORT, HOST, "red0", bridges.Vlans(10, frozenset({20})))
    assert (verdict.expected, verdict.observed) == ("untagged 10, tagged 20", "untagged 10, tagged 20, 30, 31")
    assert "bridge vlan del dev red0 vid 31" in verdict.next
    assert not bridges.carried("[]", HOST, "red0", right).passed


def test_the_ports_of_a_bridge_are_compared_whole() -> None:
    view = View("host", 1, [Interface("br0", 1, "bridge"), Interface("a", 2, master="br0"), Interface("b", 3)])
    assert bridges.ports(view, HOST, "br0", {"a"}).passed
    verdict = bridges.ports(view, HOST, "br0", {"b"})
    assert verdict.next == "%%on host1\nip link set b master br0\nip link set a nomaster"


# --- networks ---------------------------------------------------------------------------------------


def test_a_network_that_is_made_anew_keeps_what_it_was() -> None:
    found = Network("vault", driver="overlay", internal=True, attachable=True)
    made = "!docker network create --driver overlay --internal --attachable"
    assert networks.option(found, "mtu", "1400").next.endswith(f"{made} --opt mtu=1400 vault")
    assert networks.encrypted(found, True).next.endswith(f"{made} --opt encrypted vault")


@pytest.mark.parametrize(("value", "holds"), [("", True), ("true", True), ("false", False)])
def test_an_overlay_network_is_encrypted_by_its_option(value: str, holds: bool) -> None:
    assert Network("vault", driver="overlay", options={"encrypted": value}).encrypted is holds
    assert not Network("vault", driver="bridge", options={"encrypted": value}).encrypted


def test_mac_addresses_are_compared_in_any_case() -> None:
    assert WEB.container and objects.mac(WEB.container, "front", "02:42:0A:00:00:02").passed


# --- settings, programs, commands -------------------------------------------------------------------


def test_settings_of_several_numbers_are_compared_by_number() -> None:
    assert namespaces.sysctl("32768\t60999", HOST, "net.ipv4.ip_local_port_range", "32768 60999").passed


def test_a_long_name_is_known_by_its_first_letters() -> None:
    assert programs.runs(["a-very-long-nam"], "a-very-long-name", "web").passed
    assert not programs.does_not_run(["a-very-long-nam"], "a-very-long-name", "web").passed
    assert programs.does_not_run([], "nginx", "web").outcome == "error"


@pytest.mark.parametrize(
    ("said", "wanted", "outcome"),
    [
        (Said(0, "up"), Said(0), "pass"),
        (Said(0, "up"), Said(0, " up\n"), "pass"),
        (Said(0, "up"), Said(0, ""), "fail"),
        (Said(0, "10 ms"), Said(0, matches=r"^\d+ ms$"), "pass"),
        (Said(0, "slow"), Said(0, matches=r"^\d+ ms$"), "fail"),
        (Said(1, "up"), Said(0, "up"), "fail"),
        (Said(1), Said(1), "pass"),
        (Said(124, stopped=True), Said(124), "fail"),
        (Said(126, "OCI runtime exec failed: …"), Said(126), "error"),
    ],
)
def test_a_command_is_judged_by_its_end_and_its_output(said: Said, wanted: Said, outcome: str) -> None:
    assert programs.answered(said, wanted, Container("web"), "check").outcome == outcome


def test_a_page_must_match_its_expression() -> None:
    page = [Answer("reply", status=200, body="answered by web-7")]
    assert fulfilled(Wish("http", "a", "http://b/", matches=r"web-\d"), page, 1).passed
    assert not fulfilled(Wish("http", "a", "http://b/", matches=r"api-\d"), page, 1).passed


# --- services ---------------------------------------------------------------------------------------


def shop(wanted: int | None, *replicas: Replica) -> Service:
    return Service("shop", wanted, replicas)


def test_a_service_becomes_plain_data() -> None:
    seen = {"ID": "s1", "Spec": {"Name": "shop", "Mode": {"Replicated": {"Replicas": 2}}}}
    tasks = [
        {"ServiceID": "s1", "NodeID": "n1", "DesiredState": "running", "Status": {"State": "running"}},
        {"ServiceID": "s1", "NodeID": "n1", "DesiredState": "shutdown", "Status": {"State": "failed"}},
        {"ServiceID": "s2", "NodeID": "n1", "DesiredState": "running", "Status": {"State": "running"}},
        {"ServiceID": "s1", "DesiredState": "running", "Status": {"State": "pending", "Err": "no room"}},
    ]
    found = services.service_from(seen, tasks, {"n1": "host1"}, "!")
    assert found == shop(2, Replica("host1", "running"), Replica("", "pending", "no room"))
    assert found.running == Counter({"host1": 1})


def test_what_was_asked_of_the_swarm_is_settled_and_what_runs_is_not() -> None:
    asked = services.replicas(shop(2), 3)
    starting = services.replicas(shop(3, Replica("host1", "running"), Replica("host2", "failed", "no image")), 3)
    assert (asked.settled, starting.settled) == (True, False)
    assert starting.because == "a replica on host2 is failed: no image"
    assert services.replicas(shop(None, Replica("host1", "running")), 1).passed


def test_services_run_where_they_are_placed_and_nowhere_else() -> None:
    found = shop(2, Replica("host1", "running"), Replica("host2", "running"))
    assert services.placed(found, {"host1": 1, "host2": 1, "host3": 0}).passed
    assert services.placed(found, {"host1": 1}).observed == "1 on host1, 1 on host2"


# --- the LAN ----------------------------------------------------------------------------------------

MAC, OTHER = "02:42:0a:00:00:02", "02:42:0a:00:00:ff"


@pytest.mark.parametrize(
    ("arp", "ping", "outcome"),
    [
        (Answer("reply", mac=MAC), Answer("reply"), "pass"),
        (Answer("reply", mac=OTHER), Answer("reply"), "fail"),
        (Answer("reply", mac=MAC), Answer("timeout"), "fail"),
        (Answer("no-neighbour"), Answer("reply"), "fail"),
        (Answer("broken"), Answer("reply"), "error"),
        (Answer("reply", mac=MAC), Answer("broken"), "error"),
    ],
)
def test_a_container_is_seen_on_the_lan_by_its_own_mac(arp: Answer, ping: Answer, outcome: str) -> None:
    found = Container("camera", networks={"street": Attachment("10.213.0.200")})
    verdict = lan.seen(found, Place("laptop", "laptop"), {"10.213.0.200": MAC}, {"10.213.0.200": (arp, ping)})
    assert verdict.outcome == outcome


# --- the firewall -----------------------------------------------------------------------------------

SAVED = """\
*filter
:FORWARD DROP [4:240]
:DOCKER-USER - [0:0]
:EMPTY - [0:0]
[9:540] -A FORWARD -j DOCKER-USER
[2:120] -A DOCKER-USER -i eth0 -p tcp -j DROP
[5:300] -A DOCKER-USER -j RETURN
[0:0] -A DOCKER-USER -s 10.0.0.9/32 -j REJECT --reject-with icmp-port-unreachable
COMMIT
"""
WISH = Wish("tcp", "laptop", "host1", 8080)


def moved(**more: int) -> firewall.Rules:
    text = SAVED
    for old, new in more.items():
        text = text.replace(f"[{old[1:]}:", f"[{new}:")
    return firewall.parse(text)


def test_what_drops_is_a_rule_or_the_policy_of_a_chain() -> None:
    rules = firewall.parse(SAVED)
    assert rules.chains == {"FORWARD", "DOCKER-USER", "EMPTY"}
    assert [(rule.chain, rule.packets) for rule in rules.dropping] == [
        ("FORWARD", 4),
        ("DOCKER-USER", 2),
        ("DOCKER-USER", 0),
    ]


def test_rules_that_changed_meanwhile_cannot_be_compared() -> None:
    assert firewall.parse("").since(firewall.parse(SAVED)) is None


@pytest.mark.parametrize(
    ("after", "outcome"),
    [({"_2": 7}, "pass"), ({"_2": 2}, "fail"), ({"_4": 9}, "fail"), ({"_2": 4}, "fail"), ({"_2": 11}, "error")],
    ids=["just as many", "none", "by another chain", "too few", "others' too"],
)
def test_the_rule_must_count_just_what_was_sent(after: dict[str, int], outcome: str) -> None:
    counted = moved(**after).since(firewall.parse(SAVED))
    assert counted is not None
    assert firewall.attributed(WISH, "DOCKER-USER", "host1", counted, 5, 5).outcome == outcome


def test_whoever_dropped_it_instead_is_named() -> None:
    counted = moved(_4=9).since(firewall.parse(SAVED))
    assert counted is not None
    verdict = firewall.attributed(WISH, "DOCKER-USER", "host1", counted, 5, 5)
    assert verdict.because == "they were dropped by -P FORWARD DROP"
    assert firewall.attributed(WISH, "EMPTY", "host1", counted, 5, 5).observed == "no rule of it drops anything"
