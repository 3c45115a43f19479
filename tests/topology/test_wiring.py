"""What an engine would refuse is refused before it is asked; and what a running topology says of wishes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from course.errors import TopologyError
from course.topology.commands import docker_commands, python_code
from course.topology.compose import write_compose
from course.topology.model import Attachment, Container, Machine, Network, Port, Topology
from course.topology.order import in_order
from course.topology.wiring import check_wiring
from course.topology.wish import wish

HOST, LAPTOP = Machine("host1"), Machine("laptop", has_engine=False)
FRONT = Network("front", "host1", subnets=("10.0.1.0/24",), gateway="10.0.1.1", aux_addresses={"printer": "10.0.1.9"})
NETWORKS = (FRONT, Network("plain", "host1"), Network("bridge", "host1"), Network("host", "host1", "host"))


def town(containers: Iterable[Container], *plugs: tuple[str, str, dict[str, Any]]) -> Topology:
    attachments = tuple(Attachment(name, network, "host1", **more) for name, network, more in plugs)
    return Topology("town", (HOST, LAPTOP), NETWORKS, tuple(containers), attachments)


def one(**settings: Any) -> Container:
    return Container(settings.pop("name", "web"), settings.pop("machine", "host1"), "web", **settings)


@pytest.mark.parametrize(
    ("topology", "what", "cure"),
    [
        (town([one(depends_on={"db": "started"})]), "what web depends on (host1): there is no container", "is web"),
        (town([one(shares="container:db")]),
         "web (host1) shares a namespace: there is no container 'db'", "add it first"),
        (town([one(shares="host", ports=(Port(80, 80),))]),
         "web (host1) has published ports, and shares", "take published"),
        (town([one(shares="none", ports=(Port(80, 80),))]),
         "has published ports, and is on no network", "put it on one"),
        (town([one(shares="host", sysctls={"net.ipv4.ip_forward": "1"})]), "has sysctls of the network", "take"),
        (town([one(name="db"), one(shares="container:db", hostname="x")]),
         "web (host1) has a hostname", "take a hostname"),
        (town([one(name="db"), one(shares="container:db", dns=("10.0.0.1",))]),
         "has name servers", "take name servers"),
        (town([one(name="db"), one(shares="container:db", hosts={"a": "10.0.0.1"})]),
         "has lines for its hosts", "take"),
        (town([one(shares="host")], ("web", "front", {})),
         "web on front: web shares the network of the host", "take it off"),
        (town([one()], ("web", "host", {})), "web on host: web has a namespace of its own", "take it off"),
        (town([one()], ("web", "bridge", {"aliases": ("www",)})), "the default bridge gives no aliases", "of your own"),
        (town([one()], ("web", "bridge", {"address": "172.17.0.9"})),
         "the default bridge gives no aliases", "of your own"),
        (town([one()], ("web", "plain", {"address": "10.0.9.9"})),
         "web on plain: network plain has no subnet", "a subnet"),
        (town([one()], ("web", "front", {"address": "10.0.1.1"})), "10.0.1.1 is kept for another", "another address"),
        (town([one()], ("web", "front", {"address": "10.0.1.9"})), "10.0.1.9 is kept for another", "another address"),
        (town([one(machine="laptop")]), "web is on laptop, which has no engine", "put it on a lab host"),
    ],
)  # fmt: skip
def test_what_an_engine_would_refuse_is_refused_with_a_cure(topology: Topology, what: str, cure: str) -> None:
    with pytest.raises(TopologyError) as caught:
        check_wiring(topology)
    assert what in caught.value.what and cure in caught.value.next


@pytest.mark.parametrize("make", [write_compose, docker_commands, python_code])
def test_what_cannot_be_made_is_not_written_either(make: Callable[[Topology], str]) -> None:
    for topology, what in (
        (town([one(shares="container:db")]), "no container 'db'"),
        (town([Container("web", "host1")]), r"container web \(host1\) has no image"),
    ):
        with pytest.raises(TopologyError, match=what):
            make(topology)


def test_compose_cannot_say_the_default_bridge_and_another_network() -> None:
    both = town([one()], ("web", "bridge", {}), ("web", "front", {}))
    with pytest.raises(TopologyError, match="on the default bridge and on front, which Compose cannot say"):
        write_compose(both)
    assert "docker network connect front web" in docker_commands(both)


def test_docker_folds_what_stands_in_its_long_form_and_that_is_said() -> None:
    upper = town([one()], ("web", "front", {"aliases": ("WWW",), "options": {"a": "b"}}))
    with pytest.raises(TopologyError, match="docker's command line folds name=front, alias=WWW"):
        docker_commands(upper)
    assert "WWW" in python_code(upper)


def test_containers_are_started_after_those_that_they_depend_on() -> None:
    web = one(depends_on={"db": "healthy", "log": "started"})
    topology = town([web, one(name="side", shares="container:web"), one(name="db"), one(name="log"), one(name="etc")])
    order = [container.name for container in in_order(topology.containers_of("host1"))]
    assert sorted(order) == ["db", "etc", "log", "side", "web"]
    assert order.index("side") > order.index("web") > max(order.index("db"), order.index("log"))


@pytest.mark.parametrize(
    ("containers", "what", "because"),
    [
        ([one(depends_on={"web": "started"})], "web would have to start before itself", "web waits for web"),
        (
            [one(depends_on={"db": "started"}), one(name="db", shares="container:web")],
            "would have to start before itself",
            "web waits for db",
        ),
    ],
)
def test_containers_that_wait_for_each_other_are_refused(containers: list[Container], what: str, because: str) -> None:
    with pytest.raises(TopologyError) as caught:
        town(containers)
    assert what in caught.value.what and because in caught.value.because


def test_a_wish_leaves_out_what_nobody_asked_for() -> None:
    seen = Topology(
        "seen",
        machines=(Machine("host1", "10.9.0.1", interface="eth0"), Machine("laptop", "10.9.0.2", False)),
        networks=(*NETWORKS, Network("none", "host1", "null"), Network("ingress", "host1", "overlay")),
        containers=(
            one(state="exited"),
            one(name="db", state="running", ports=(Port(80, 80, host_address="0.0.0.0"),)),
            one(name="gone", state="missing"),
        ),
        attachments=(
            Attachment("web", "none", "host1"),
            Attachment("db", "plain", "host1", "eth1", "10.0.9.2", "02:42:0a:00:09:02", automatic=("address", "mac")),
            Attachment(
                "db", "front", "host1", "eth0", "10.0.1.2", "02:42:0a:00:01:02", ("db", "data"), automatic=("mac",)
            ),
        ),
        lan="10.9.0.0/24",
    )
    assert wish(seen) == Topology(
        "seen",
        (Machine("host1"),),
        NETWORKS[:2],
        (one(shares="none"), one(name="db", ports=(Port(80, 80),))),
        (Attachment("db", "front", "host1", address="10.0.1.2", aliases=("data",)), Attachment("db", "plain", "host1")),
    )
