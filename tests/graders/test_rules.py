"""What a firewall does with a packet, told from its rules: pure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.rules import Packet, Table, fate, read, translation

# As Docker Engine 26 writes them for one network and one published port.
DOCKER = {
    "filter": [
        ":INPUT ACCEPT", ":FORWARD DROP", ":OUTPUT ACCEPT", ":DOCKER -", ":DOCKER-ISOLATION-STAGE-1 -",
        ":DOCKER-ISOLATION-STAGE-2 -", ":DOCKER-USER -",
        "-A FORWARD -j DOCKER-USER",
        "-A FORWARD -j DOCKER-ISOLATION-STAGE-1",
        "-A FORWARD -o br-1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -o br-1 -j DOCKER",
        "-A FORWARD -i br-1 ! -o br-1 -j ACCEPT",
        "-A FORWARD -i br-1 -o br-1 -j ACCEPT",
        "-A DOCKER -d 10.1.0.2/32 ! -i br-1 -o br-1 -p tcp -m tcp --dport 80 -j ACCEPT",
        "-A DOCKER-ISOLATION-STAGE-1 -i br-1 ! -o br-1 -j DOCKER-ISOLATION-STAGE-2",
        "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
        "-A DOCKER-ISOLATION-STAGE-2 -o br-2 -j DROP",
        "-A DOCKER-ISOLATION-STAGE-2 -j RETURN",
        "-A DOCKER-USER -j RETURN",
    ],
    "nat": [
        ":PREROUTING ACCEPT", ":POSTROUTING ACCEPT", ":DOCKER -",
        "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
        "-A POSTROUTING -s 10.1.0.0/24 ! -o br-1 -j MASQUERADE",
        "-A DOCKER -i br-1 -j RETURN",
        "-A DOCKER ! -i br-1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.0.2:80",
    ],
}  # fmt: skip
FROM_LAN = Packet("tcp", "10.9.0.101", "10.1.0.2", 80, "eth0", "br-1", asked="10.9.0.11", asked_port=8080)
OUT = Packet("icmp", "10.1.0.3", "10.9.0.101", came="br-1", goes="eth0")


def with_rule(rule: str, table: str = "filter", chain: str = "DOCKER-USER") -> dict[str, list[str]]:
    """Docker's rules with one more in front."""
    lines = DOCKER.get(table, [f":{chain} ACCEPT"])
    first = next((n for n, line in enumerate(lines) if line.startswith("-A")), len(lines))
    return {**DOCKER, table: [*lines[:first], f"-A {chain} {rule}", *lines[first:]]}


def test_dockers_own_rules_let_through_what_they_are_made_for() -> None:
    assert not fate(DOCKER, "FORWARD", FROM_LAN).stopped
    assert not fate(DOCKER, "FORWARD", OUT).stopped
    assert not fate(DOCKER, "FORWARD", replace(OUT, came="eth0", goes="br-1", state="ESTABLISHED")).stopped
    assert not fate(DOCKER, "INPUT", FROM_LAN).stopped


def test_what_no_rule_accepts_meets_the_policy() -> None:
    found = fate(DOCKER, "FORWARD", replace(FROM_LAN, port=81))
    assert (found.verdict, found.rule, found.chain) == ("DROP", "-P FORWARD DROP", "FORWARD")


def test_the_isolation_of_two_networks_is_found_in_its_chain() -> None:
    found = fate(DOCKER, "FORWARD", replace(OUT, goes="br-2"))
    assert found.rule == "-A DOCKER-ISOLATION-STAGE-2 -o br-2 -j DROP"
    assert found.chain == "DOCKER-ISOLATION-STAGE-2"


@pytest.mark.parametrize(
    ("rule", "packet", "stopped"),
    [
        ("-i eth0 -j DROP", FROM_LAN, True),
        ("-i eth0 -j DROP", OUT, False),
        ("! -i eth0 -j DROP", FROM_LAN, False),
        ("! -i eth0 -j REJECT --reject-with icmp-port-unreachable", OUT, True),
        ("-i eth+ -p tcp -m tcp --dport 80:90 -j DROP", FROM_LAN, True),
        ("-i eth0 -p tcp -m tcp --dport 8080 -j DROP", FROM_LAN, False),
        ("-p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP", FROM_LAN, True),
        ("-p tcp -m conntrack --ctorigdstport 8080 --ctdir REPLY -j DROP", FROM_LAN, False),
        ("-m conntrack --ctorigdst 10.9.0.11/32 -j DROP", FROM_LAN, True),
        ("-p udp -m multiport --dports 53,80 -j DROP", FROM_LAN, False),
        ("-p tcp -m multiport --dports 53,80 -j DROP", FROM_LAN, True),
        ("-s 10.9.0.0/16 ! -d 10.1.0.2/32 -j DROP", FROM_LAN, False),
        ("-m length --length 1001:65535 -j DROP", FROM_LAN, False),
        ("-m length --length 1001:65535 -j DROP", replace(FROM_LAN, length=1400), True),
        ("-p icmp -m icmp --icmp-type 8 -j DROP", OUT, True),
        ("-p icmp -m icmp --icmp-type 0 -j DROP", OUT, False),
        ("-m conntrack --ctstate NEW -j DROP", OUT, True),
        ("-m conntrack --ctstate INVALID -j DROP", OUT, False),
        ('-m comment --comment "no one, ever" -j DROP', OUT, True),
        ("-m mac --mac-source 02:00:00:00:00:01 -j DROP", OUT, False),
    ],
)
def test_a_rule_stops_what_it_names_and_nothing_else(rule: str, packet: Packet, stopped: bool) -> None:
    found = fate(with_rule(rule), "FORWARD", packet)
    assert found.stopped == stopped
    assert not stopped or found.rule == f"-A DOCKER-USER {rule}"


def test_a_rule_that_accepts_first_wins_and_one_in_an_earlier_table_does_too() -> None:
    rules = with_rule("-j ACCEPT", chain="FORWARD")
    assert not fate(rules, "FORWARD", replace(FROM_LAN, port=81)).stopped
    raw = with_rule("-s 10.9.0.101/32 -j DROP", "raw", "PREROUTING")
    assert fate(raw, "PREROUTING", FROM_LAN).chain == "PREROUTING"


def test_a_rule_by_chance_is_told_apart_from_one_that_always_drops() -> None:
    found = fate(with_rule("-m statistic --mode random --probability 0.4 -j DROP"), "FORWARD", FROM_LAN)
    assert not found.stopped
    assert "--probability 0.4" in found.sometimes


def test_translations_are_found_with_the_rule_that_makes_them() -> None:
    asked = replace(FROM_LAN, destination="10.9.0.11", port=8080, local=True)
    rule = translation(DOCKER, "PREROUTING", asked)
    assert rule is not None
    assert rule.text.endswith("--to-destination 10.1.0.2:80")
    assert translation(DOCKER, "PREROUTING", replace(asked, came="br-1")) is None
    leaving = translation(DOCKER, "POSTROUTING", OUT)
    assert leaving is not None
    assert leaving.target == "MASQUERADE"
    assert translation(DOCKER, "POSTROUTING", replace(OUT, goes="br-1")) is None


def test_chains_that_call_each_other_in_a_circle_come_to_an_end() -> None:
    lines = (":FORWARD ACCEPT", ":A -", ":B -", "-A FORWARD -j A", "-A A -j B", "-A B -j A")
    assert read(lines).fate("FORWARD", OUT).verdict == "ACCEPT"


WORDS = st.sampled_from(
    ["-i", "eth0", "-o", "-s", "10.0.0.0/8", "!", "-p", "tcp", "--dport", "80", "-m", "-j", "DROP", "--x", "1:2"]
)


@given(st.lists(WORDS, max_size=8))
def test_whatever_stands_in_a_rule_it_can_be_read(words: list[str]) -> None:
    table = read((":FORWARD ACCEPT", " ".join(["-A", "FORWARD", *words])))
    assert isinstance(table, Table)
    assert table.fate("FORWARD", FROM_LAN).verdict in ("ACCEPT", "DROP")
