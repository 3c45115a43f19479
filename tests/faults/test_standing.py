"""What counts as a difference between a lab host as it was and as it is: pure."""

from __future__ import annotations

from course.faults.standing import Standing, compared, container

BEFORE: Standing = {
    "container web": ["state running", "image web", "--network front", "-p 8080:80"],
    "network front": ["--driver bridge"],
    "inside web": ["nameserver 127.0.0.11"],
    "the firewall": ["-A DOCKER-USER -j RETURN", "-A FORWARD -o «bridge of front» -j DOCKER"],
}


def changed(**more: list[str]) -> list[str]:
    return compared(BEFORE, {**BEFORE, **{name.replace("_", " "): lines for name, lines in more.items()}})


def test_nothing_new_and_nothing_missing_is_no_difference() -> None:
    assert compared(BEFORE, dict(BEFORE)) == []


def test_a_network_or_a_port_more_or_less_is_named() -> None:
    lines = ["state running", "image web", "--network back", "--network front"]
    assert changed(container_web=lines) == [
        "container web: --network back is new",
        "container web: -p 8080:80 is missing",
    ]


def test_a_rule_more_is_named_but_not_those_that_the_engine_makes_for_an_unused_network() -> None:
    lines = [*BEFORE["the firewall"], "-A DOCKER-ISOLATION-STAGE-2 -o «bridge of annex» -j DROP"]
    assert changed(the_firewall=lines) == []
    assert compared({**BEFORE, "the firewall": lines}, BEFORE) == []
    assert changed(the_firewall=[*lines, "-A FORWARD -j ACCEPT"]) == ["the firewall: -A FORWARD -j ACCEPT is new"]


def test_a_container_that_is_gone_is_named_and_a_new_one_only_if_it_publishes_a_port() -> None:
    without = {who: lines for who, lines in BEFORE.items() if who != "container web"}
    assert compared(BEFORE, without) == ["container web is not there"]
    assert changed(container_helper=["state running", "image toolbox"]) == []
    assert changed(container_door=["-p 9090:80"]) == ["container door is new, and publishes a port (-p 9090:80)"]


def test_a_container_is_told_as_the_options_that_make_it_again() -> None:
    seen = {
        "Id": "0123456789abcdef",
        "Name": "/web",
        "State": {"Status": "running"},
        "Config": {"Image": "web", "Env": ["PORT=80", "PAGE=Hi"], "Cmd": ["serve"]},
        "HostConfig": {
            "NetworkMode": "front",
            "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "53/udp": None},
            "CapAdd": ["CAP_NET_ADMIN"],
            "ExtraHosts": None,
        },
        "NetworkSettings": {
            "Networks": {"front": {"Aliases": ["shop", "0123456789ab"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}}}
        },
    }
    assert list(container(seen, {"Config": {"Env": ["PORT=80"], "Cmd": ["serve"]}})) == [
        "state running",
        "image web",
        "--network front",
        "--network-alias shop on front",
        "--ip 10.0.0.9 on front",
        "-p 127.0.0.1:8080:80",
        "--cap-add NET_ADMIN",
        "-e PAGE=Hi",
    ]
