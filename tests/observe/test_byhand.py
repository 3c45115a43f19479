"""Bridges, namespaces and cables that Docker did not make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course.labhost.records import Interface, View
from course.labs.lab import Lab
from course.observe.byhand import with_handmade
from course.show.draw import draw
from course.topology.model import Attachment, Container, Machine, Network, Topology

DOCKER = Topology(
    "t",
    (Machine("host1"),),
    (Network("bridge", "host1", subnets=("172.30.0.0/16",), bridge="docker0"),),
    (Container("web", "host1", state="running"),),
    (Attachment("web", "bridge", "host1", "eth0", "172.30.0.2"),),
)


def veth(name: str, peer: str, address: str = "", master: str = "") -> Interface:
    return Interface(name, 1, "veth", addresses=[address] if address else [], peer=peer, master=master)


def bridge(name: str, address: str = "") -> Interface:
    return Interface(name, 1, "bridge", addresses=[address] if address else [])


def seen(topology: Topology = DOCKER, **views: list[Interface]) -> Topology:
    named = {name if name in ("host", "web") else f"netns:{name}": list(some) for name, some in views.items()}
    return with_handmade(topology, "host1", {name: View(name, 1, some) for name, some in named.items()})


def plugs(topology: Topology) -> list[tuple[str, str, str]]:
    return [(plug.container, plug.network, plug.address) for plug in topology.attachments[1:]]


def test_a_namespace_hangs_from_the_bridge_that_its_cable_leads_to() -> None:
    made = seen(
        host=[
            bridge("docker0", "172.30.0.1/16"),
            bridge("br0", "10.9.0.1/24"),
            veth("v1", "netns:red/eth0", "", "br0"),
        ],
        red=[veth("eth0", "host/v1", "10.9.0.2/24")],
    )
    assert made.networks[1:] == (Network("br0", "host1", "by hand", ("10.9.0.0/24",), "10.9.0.1", bridge="br0"),)
    assert made.containers[1:] == (Container("red", "host1", "ip netns", "running"),)
    assert plugs(made) == [("red", "br0", "10.9.0.2")]


def test_a_cable_between_two_namespaces_and_one_to_the_host_are_lines_of_their_own() -> None:
    made = seen(
        host=[veth("to-blue", "netns:blue/up", "10.8.0.1/24")],
        red=[veth("eth0", "netns:blue/eth0", "10.9.0.2/24")],
        blue=[veth("eth0", "netns:red/eth0", "10.9.0.3/24"), veth("up", "host/to-blue", "10.8.0.2/24")],
    )
    assert [(network.name, network.driver) for network in made.networks[1:]] == [
        ("blue/eth0 to red/eth0", "cable"),
        ("to-blue", "cable"),
    ]
    assert (made.networks[-1].subnets, made.networks[-1].gateway) == (("10.8.0.0/24",), "10.8.0.1")
    assert [plug[:2] for plug in plugs(made)] == [
        ("red", "blue/eth0 to red/eth0"),
        ("blue", "blue/eth0 to red/eth0"),
        ("blue", "to-blue"),
    ]


def test_a_container_may_have_a_cable_laid_by_hand_and_a_namespace_one_to_dockers_bridge() -> None:
    made = seen(
        host=[bridge("br0"), veth("v1", "web/eth9", "", "br0"), veth("v2", "netns:red/eth0", "", "docker0")],
        web=[veth("eth0", "host/v0", "172.30.0.2/16"), veth("eth9", "host/v1", "10.9.0.9/24")],
        red=[veth("eth0", "host/v2", "172.30.0.77/16")],
    )
    assert plugs(made) == [("web", "br0", "10.9.0.9"), ("red", "bridge", "172.30.0.77")]


def test_names_that_a_container_has_or_could_not_have_are_told_apart() -> None:
    assert [container.name for container in seen(host=[], r=[]).containers] == ["web", "netns-r"]
    clash = with_handmade(DOCKER, "host1", {name: View(name, 1) for name in ("host", "web", "netns:web")})
    assert [container.name for container in clash.containers] == ["web", "netns-web"]


def test_addresses_that_make_no_sense_do_not_keep_the_picture_away() -> None:
    made = seen(
        host=[
            bridge("br0", "172.30.5.1/24"),
            veth("v1", "netns:red/eth0", "", "br0"),
            veth("v2", "netns:blue/eth0", "", "docker0"),
        ],
        red=[veth("eth0", "host/v1", "10.9.0.2/24")],
        blue=[veth("eth0", "host/v2", "10.9.0.2/24")],
    )
    assert plugs(made) == [("red", "br0", "10.9.0.2"), ("blue", "bridge", "")]
    assert made.networks[1].subnets == () and draw(made).png()


def test_where_nothing_was_made_by_hand_nothing_changes() -> None:
    assert (
        seen(host=[bridge("docker0"), veth("v0", "web/eth0", "", "docker0")], web=[veth("eth0", "host/v0")]) == DOCKER
    )


@pytest.fixture
def handmade(lab: Lab) -> Iterator[Lab]:
    """A bridge with two namespaces on it."""
    lines = ["link add br9 type bridge", "addr add 10.99.0.1/24 dev br9", "link set br9 up"]
    for n, name in enumerate(("red", "blue"), 2):
        lines += [
            f"netns add {name}",
            f"link add v{n} type veth peer name eth0 netns {name}",
            f"link set v{n} master br9",
        ]
        lines += [f"link set v{n} up", f"-n {name} addr add 10.99.0.{n}/24 dev eth0", f"-n {name} link set eth0 up"]
    for line in lines:
        assert not (run := lab.host1.run(f"ip {line}")).exit, (line, run)
    yield lab
    for line in ("netns del red", "netns del blue", "link del br9"):
        lab.host1.run(f"ip {line}")


@pytest.mark.engine
def test_a_lab_is_drawn_with_what_was_made_by_hand(handmade: Lab) -> None:
    handmade.client.containers.run("toolbox", name="client", detach=True)
    told = repr(draw(handmade))
    assert "network br9 (by hand, 10.99.0.0/24, br9)" in told
    assert "red is running, on br9 as 10.99.0.2." in told and "blue is running, on br9 as 10.99.0.3." in told
    assert "client is running, on bridge as " in told
