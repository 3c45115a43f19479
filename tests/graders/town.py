"""A town for the assertions: two networks with a gate between them, and a server of every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from docker.models.containers import Container as Running

from course.labs.lab import Lab
from graders.assertions import Expectation, expect
from graders.verdict import CheckFailed

Sentence = Callable[[Expectation], Expectation]
LESSON = "04_user_defined_networks"


def headline(sentence: Sentence, lab: Lab, within: float = 0.6) -> str:
    """The first line of the failure that the sentence is given."""
    with pytest.raises(CheckFailed) as failure:
        sentence(expect(lab, within))
    return str(failure.value).splitlines()[0]


def serve(lab: Lab, name: str, network: str, image: str = "web", **more: Any) -> Running:
    return lab.client.containers.run(image, name=name, network=network, detach=True, **more)


def build_town(lab: Lab) -> None:
    """Two networks with a gate between them, a server of every kind, and two namespaces made by hand."""
    from docker.types import IPAMConfig, IPAMPool

    client = lab.client
    pool = IPAMConfig(pool_configs=[IPAMPool(subnet="10.150.1.0/24", gateway="10.150.1.254")])
    front = client.networks.create("front", ipam=pool, options={"com.docker.network.bridge.name": "br-front"})
    back = client.networks.create("back", internal=True)
    serve(lab, "web", "front", ports={"80/tcp": 8080})
    front.disconnect("web")
    front.connect("web", aliases=["site"], ipv4_address="10.150.1.80", mac_address="02:42:0a:96:01:50")
    serve(lab, "client", "front", "toolbox")
    serve(lab, "db", "back", environment={"PORT": "5432"})
    serve(lab, "gate", "front", "toolbox")
    back.connect("gate")
    serve(lab, "shy", "front", environment={"LISTEN": "127.0.0.1"})
    serve(lab, "private", "bridge", ports={"80/tcp": ("127.0.0.1", 8081)})
    serve(lab, "hidden", "bridge", ports={"80/tcp": 8089})
    serve(lab, "plain", "bridge", "toolbox")
    serve(lab, "lonely", "none", "toolbox")
    serve(lab, "guest", "container:web", "toolbox")
    serve(lab, "open", "host", environment={"PORT": "8088"})
    serve(lab, "clock", "back", "toolbox", command=["sh", "-c", "while :; do echo noon | nc -u -l -W 1 9000; done"])
    serve(lab, "stopped", "front", "toolbox", command=["sh", "-c", "exit 3"]).wait()
    for command in (
        "ip link add br0 type bridge",
        "ip netns add red",
        "ip netns add blue",
        "ip link add red0 type veth peer name eth0 netns red",
        "ip link set red0 master br0 up",
        "ip link set br0 up",
        "ip addr add 10.9.0.254/24 dev br0",
        "ip -n red link set lo up",
        "ip -n red link set eth0 up",
        "ip -n red addr add 10.9.0.1/24 dev eth0",
        "ip -n red route add 10.8.0.0/16 via 10.9.0.254",
        "ip -n red route add 10.7.0.0/16 nexthop via 10.9.0.253 nexthop via 10.9.0.254",
        "ip link add vx0 type vxlan id 100 dstport 4790 remote 10.9.0.1",
        "iptables -I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8089 -j DROP",
    ):
        assert lab.host1.run(command).exit == 0, command
