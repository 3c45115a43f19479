# ruff: noqa: E501 (a sentence and its headline stand side by side)
"""What is not true, for every assertion, and the headline that the failure must have.

What is true stands in the assertions' docstrings, as their examples.
"""

from __future__ import annotations

import pytest

from course.labs.lab import Lab
from graders import reference
from graders.assertions import Expectation, expect
from graders.verdict import CheckFailed

TOWN = {
    'exists("wbe")': "wbe does not exist",
    'does_not_exist("stopped")': "stopped still exists",
    'running("stopped")': "stopped is not running",
    'image("client", "web")': "client runs another image",
    'attached("web", "back")': "web is not attached to back",
    'detached("gate", "back")': "gate is attached to back",
    'address("web", "front", "10.150.1.81")': "web has another address on front",
    'alias("client", "front", "site")': "client has no alias site on front",
    'mac("client", "front", "02:42:0a:96:01:50")': "client has another MAC address on front",
    'no_network("web")': "web has a network",
    'not_published("web")': "web is published",
    'network("fronts")': "network fronts does not exist",
    'no_such_network("front")': "network front still exists",
    'driver("front", "macvlan")': "network front has another driver",
    'subnet("back", "10.150.1.0/24")': "network back has another subnet",
    'gateway("front", "10.150.1.1")': "network front has another gateway",
    'internal("front")': "network front is not internal",
    'option("back", "com.docker.network.bridge.name", "br-front")': "network back has no com.docker.network.bridge.name",
    'shares_namespace("client", "web")': "client and web do not share a network namespace",
    'own_namespaces("guest", "web")': "guest and web share a network namespace",
    'host_namespace("web")': "web does not use the network of its host",
    'only_loopback("netns:red")': "netns:red has more than lo",
    'has_address("netns:blue", "10.9.0.2")': "netns:blue does not have the address 10.9.0.2",
    'has_address("gate", "10.150.1.80", device="eth0")': "gate does not have the address 10.150.1.80 on eth0",
    'default_route("web", via="10.150.1.1")': "web has another default route",
    'no_default_route("web")': "web has a default route",
    'route("netns:blue", "10.8.0.0/16")': "netns:blue has no route to 10.8.0.0/16",
    'routes("netns:red", {"10.9.0.0/24": "eth0", "10.8.0.0/16": "10.9.0.253"})': "netns:red has other routes",
    'bridge_port("netns:blue", "br0")': "netns:blue is not connected to the bridge br0",
    'bridge_ports("host1", "br0", "red0", "blue0")': "br0 of host1 has other ports",
    'bridge_ports("host1", "br1", "red0")': "bridge br1 does not exist",
    'vxlan("host1", "vx0", 101)': "vx0 of host1 has another VNI",
    'vxlan("host1", "br0", 100)': "host1 has no VXLAN br0",
    'vxlan("host1", "vx0", 100, bridge="br0")': "vx0 of host1 is not a port of br0",
    'vlans("host1", "eth0", untagged=10)': "eth0 of host1 is not a port of a bridge",
    'sysctl("db", "net.ipv4.ip_unprivileged_port_start", 1024)': "net.ipv4.ip_unprivileged_port_start is 0 in db",
    'nameserver("plain", "127.0.0.11")': "plain does not ask the name server 127.0.0.11",
    'listening("shy", 80, "0.0.0.0")': "shy listens on 127.0.0.1:80 only",
    'not_listening("web", 80)': "web listens on tcp port 80",
    'runs("client", "nginx")': "nginx does not run in client",
    'does_not_run("web", "nginx")': "nginx runs in web",
    'command("client", "cat /nowhere")': '"cat /nowhere" ends with exit code 1 in client',
    'command("client", "echo one", output="two")': '"echo one" says something else in client',
    'command("client", "sleep 30")': '"sleep 30" does not end in client',
    'pings("client", "db")': "client cannot ping db",
    'tcp("client", "db", 5432)': "client cannot reach db:5432",
    'udp("client", "clock", 9000)': "client gets no answer from clock:9000",
    'http("laptop", "http://host1:8080/nothing")': "http://host1:8080/nothing answers laptop with status 404",
    'http("laptop", "http://host1:8080/", matches="^It .* broken")': "http://host1:8080/ shows laptop another page",
    'resolves("plain", "private")': 'plain cannot resolve "private"',
    'published("private", 80, on=8081)': "private is published on another address",
    'cannot_ping("gate", "db")': "gate can ping db",
    'cannot_tcp("gate", "db", 5432)': "gate reaches db:5432",
    'cannot_udp("gate", "clock", 9000)': "gate gets an answer from clock:9000",
    'cannot_http("client", "http://web/")': "client can fetch http://web/",
    'dropped_by("DOCKER-USER", "client", "private", 80)': "DOCKER-USER of host1 does not drop what client sends to private:80",
    'dropped_by("DOCKER-USER", "laptop", "host1", 8080)': "laptop reaches host1:8080",
    'dropped_by("DOCKER-MINE", "laptop", "host1", 8089)': "host1 has no chain DOCKER-MINE",
    'does_not_resolve("client", "web")': 'client resolves "web"',
    'matrix({"client": ["gate"], "gate": ["client"], "db": ["gate"]})': "gate can ping db",
    'isolated(["client"], ["web"])': "client can ping web",
    'custom(lambda lab: len(lab.hosts) == 2, "there is one host")': "there is one host",
}
COUNTRY = {
    'attachable("vault")': "network vault is not attachable",
    'encrypted("mesh")': "network mesh is not encrypted",
    'encrypted("street")': "network street is not encrypted",
    'vni("vault", 4097)': "network vault has another VNI",
    'vni("street", 4097)': "network street has another VNI",
    'seen_on_lan("inland")': "laptop does not see inland on the LAN",
    'seen_on_lan("open")': "laptop does not see open on the LAN",
    'service("stop")': "service stop does not exist",
    'no_such_service("shop")': "service shop still exists",
    'replicas("shop", 3)': "shop is to have 2 replicas",
    'replicas("stuck", 1)': "stuck has 0 of 1 replicas running",
    'placed("shop", {"host1": 1, "host2": 1})': "shop runs elsewhere",
}
# The sentences that ask nobody but the engine.
ENGINE_ONLY = {
    *("exists", "does_not_exist", "running", "image", "attached", "detached", "address", "mac", "alias"),
    *("not_published", "network", "no_such_network", "driver", "subnet", "gateway", "internal", "option"),
    *("runs", "does_not_run", "command", "custom"),
}


def name(sentence: str) -> str:
    """The assertion that the sentence says."""
    return sentence.partition("(")[0]


def names(wrong: dict[str, str]) -> list[str]:
    """Every assertion that one of the wrong sentences says."""
    return list(dict.fromkeys(map(name, wrong)))


def say(lab: Lab, sentence: str, within: float) -> Expectation:
    """Say it of the lab."""
    said: Expectation = eval(f"expectation.{sentence}", {"expectation": expect(lab, within)})
    return said


def say_example(lab: Lab, assertion: str, within: float = 3.0) -> None:
    """Say the example of the assertion's docstring."""
    exec(reference.example(assertion), {"expect": lambda lab: expect(lab, within), "lab": lab})


def failure(lab: Lab, sentence: str, within: float = 0.6) -> str:
    """The headline of what the sentence is told; the whole of it is kept for the reference page."""
    with pytest.raises(CheckFailed) as failure:
        say(lab, sentence, within)
    reference.keep_failure(sentence, str(failure.value))
    return failure.value.verdict.headline
