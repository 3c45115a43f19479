"""A topology is data that checks itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import TopologyError
from course.topology.model import Attachment, Container, Machine, Network, Port, Topology

HOST = Machine("host1", "10.213.1.11")
FRONT = Network("front", "host1", subnets=("10.0.1.0/24",), gateway="10.0.1.1")
BACK = Network("back", "host1", subnets=("10.0.2.0/24",), internal=True)
WEB = Container("web", "host1", "web", "running", ports=(Port(8080, 80),))
DB = Container("db", "host1", "postgres")
SHOP = Topology(
    "shop",
    machines=(HOST, Machine("laptop", "10.213.1.101", has_engine=False)),
    networks=(FRONT, BACK),
    containers=(WEB, DB),
    attachments=(
        Attachment("web", "front", "host1", "eth0", "10.0.1.2", "02:42:0a:00:01:02"),
        Attachment("web", "back", "host1", "eth1", "10.0.2.2"),
        Attachment("db", "back", "host1", aliases=("database",)),
    ),
    lan="10.213.1.0/24",
)


def shop(**changes: object) -> Topology:
    return dataclasses.replace(SHOP, **changes)  # type: ignore[arg-type]


def test_a_topology_is_asked_by_name_and_machine() -> None:
    assert SHOP.machine("host1") is HOST
    assert SHOP.networks_of("host1") == [FRONT, BACK]
    assert not SHOP.networks_of("laptop") and not SHOP.containers_of("laptop")
    assert [plug.network for plug in SHOP.attachments_of(WEB)] == ["front", "back"]


def test_an_unknown_machine_is_answered_with_the_machines_there_are() -> None:
    with pytest.raises(TopologyError, match="no machine 'host9'") as caught:
        SHOP.machine("host9")
    assert caught.value.next == "there is host1, laptop"


def test_the_same_name_may_be_used_on_two_machines() -> None:
    twin = Machine("host2", "10.213.1.12")
    both = shop(
        machines=(HOST, twin),
        networks=(FRONT, dataclasses.replace(FRONT, machine="host2")),
        containers=(WEB, dataclasses.replace(WEB, machine="host2")),
        attachments=(Attachment("web", "front", "host2", address="10.0.1.2"), SHOP.attachments[0]),
    )
    assert both.attachments_of(both.containers[1]) == [both.attachments[0]]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"machines": (HOST, HOST)}, "there are 2 machines 'host1'"),
        ({"networks": (FRONT, FRONT)}, "there are 2 networks 'front' on host1"),
        ({"containers": (WEB, WEB)}, "there are 2 containers 'web' on host1"),
        ({"attachments": SHOP.attachments[:1] * 2}, "there are 2 attachments 'web on front' on host1"),
        ({"machines": ()}, "no machine 'host1'"),
        ({"networks": ()}, "no network 'front'"),
        ({"containers": (WEB,)}, "no container 'db'"),
        ({"attachments": (Attachment("web", "front", "host2"),)}, "no machine 'host2'"),
        ({"attachments": (Attachment("web", "front", "host1", address="10.0.3.2"),)}, "not in 10.0.1.0/24"),
        ({"networks": (FRONT, dataclasses.replace(BACK, subnets=("10.0.0.0/16",)))}, r"front \(10.0.1.0/24\) and back"),
        ({"lan": "10.214.0.0/24"}, "machine host1 on the LAN: 10.213.1.11 is not in 10.214.0.0/24"),
        ({"lan": "everywhere"}, "the LAN: 'everywhere' is not a subnet"),
        (
            {"attachments": tuple(Attachment(name, "back", "host1", address="10.0.2.9") for name in ("web", "db"))},
            "web and db both have the address 10.0.2.9 on back",
        ),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(TopologyError, match=says):
        shop(**changes)


@pytest.mark.parametrize(
    ("make", "says", "cure"),
    [
        (lambda: Container("w", "host1"), "'w' cannot be the name of a container", "try 'w1'"),
        (lambda: Container("my web", "host1"), "'my web' cannot", "try 'my-web'"),
        (lambda: Container("_web_", "host1"), "'_web_' cannot", "try 'web'"),
        (lambda: Container("web\n", "host1"), "cannot be the name", "try 'web'"),
        (lambda: Machine("höst"), "'höst' cannot be the name of a machine", "try 'h-st'"),
        (lambda: Network("  ", "host1"), "cannot be the name of a network", "try 'web1'"),
        (lambda: Container("web", "host1", state="asleep"), "the state of container web", "use one of running, exited"),  # type: ignore[arg-type]
        (lambda: Container("web", "host1", shares="guest"), "what container web shares", "host, none, container:NAME"),
        (lambda: Network("net", "host1", subnets=("10.0.0.1/24",)), "an address in a subnet", "write 10.0.0.0/24"),
        (lambda: Network("net", "host1", subnets=("10.0.0.0",)), "is not a subnet", "10.0.0.0/24"),
        (lambda: Network("net", "host1", gateway="10.0.0.1"), "the gateway of network net", "inside the subnet"),
        (lambda: Attachment("web", "net", "host1", address="10.0.0.1/24"), "is not an address", "without a prefix"),
        (lambda: Attachment("web", "net", "host1", mac="1:2"), "web on net: '1:2' is not a MAC", "02:42:ac:1e:00:02"),
        (lambda: Port(70000, 80), "port 70000 cannot be published as 80", ""),
        (lambda: Port(80, 80, "icmp"), "the protocol of a port cannot be 'icmp'", "use one of tcp, udp, sctp"),
        (lambda: Network("default", "host1"), "'default' cannot be the name of a network", "try default1"),
        (
            lambda: Network("host", "host1"),
            "'host' cannot be the name of a network with the driver bridge",
            "try host1",
        ),
        (lambda: Network("net", "host1", "null"), "with the driver null", "with the driver bridge"),
        (
            lambda: Network("net", "host1", subnets=("fd00::/64",), gateway="fd00::1"),
            "not an IPv4 address",
            "the other",
        ),
        (lambda: Network("net", "host1", subnets=("10.0.0.0/24",), ip_range="10.0.0.0/8"), "10.255.255.255 is not", ""),
        (
            lambda: Network("net", "host1", aux_addresses={"a": "10.0.0.1"}),
            "the address of 'a' in network net",
            "inside",
        ),
        (
            lambda: Network("net", "host1", internal=True, external=True),
            "is external, and yet",
            "leave one of them out",
        ),
        (lambda: Network("net", "host1", options={"a": "\0"}), "network net: .* is not a text", "leave it out"),
        (
            lambda: Attachment("web", "net", "host1", address6="10.0.0.1"),
            "10.0.0.1 is not an IPv6 address",
            "the other",
        ),
        (lambda: Container("web", "host1", capabilities=("CAP_NET_ADMIN",)), "is not a capability", "write NET_ADMIN"),
        (lambda: Container("web", "host1", environment={"A=B": ""}), "'A=B' cannot be the name of a variable", ""),
        (lambda: Container("web", "host1", hosts={"a b": "10.0.0.1"}), "cannot be a name in its hosts", "printer.test"),
        (lambda: Container("web", "host1", hosts={"a": "there"}), "the address of 'a' in the hosts file", "10.0.0.2"),
        (lambda: Container("web", "host1", command=("\ud800",)), "container web: .* is not a text", "leave it out"),
        (lambda: Port(80, 80, host_address="home"), "published port 80: 'home' is not an address", ""),
    ],
)
def test_a_part_that_makes_no_sense_is_refused_with_a_cure(make: Callable[[], object], says: str, cure: str) -> None:
    with pytest.raises(TopologyError, match=says) as caught:
        make()
    assert cure in caught.value.next


def test_an_overlay_may_overlap_as_it_belongs_to_the_swarm() -> None:
    shop(
        networks=(
            FRONT,
            dataclasses.replace(BACK, driver="overlay"),
            Network("wide", "host1", "overlay", ("10.0.0.0/16",)),
        )
    )


def test_networks_are_called_what_the_engine_lets_them_be_called() -> None:
    assert [Network(name, "host1").name for name in ("a", "my net", "-x", "ünet")]


def test_a_port_is_written_as_one_reads_it() -> None:
    ports = (Port(8080, 80), Port(53, 53, "udp"), Port(0, 80), Port(80, 80, host_address="127.0.0.1"))
    assert [str(port) for port in ports] == ["8080→80", "53→53/udp", "any→80", "127.0.0.1:80→80"]
    assert str(Port(80, 80, host_address="0.0.0.0")) == "80→80"


def test_a_container_that_joins_another_names_its_owner() -> None:
    assert Container("log", "host1", shares="container:web").owner == "web"
    assert Container("log", "host1", shares="host").owner == ""


TEXT = st.text() | st.from_regex(r"[a-z]{2,9}|10\.0\.\d\.\d(/2\d)?", fullmatch=True)


def refusal(make: Callable[[], object]) -> TopologyError | None:
    """What is said against it; any other exception fails the test."""
    try:
        make()
    except TopologyError as error:
        return error
    return None


@given(TEXT, TEXT, TEXT, TEXT, TEXT)
def test_any_text_gives_a_topology_or_one_clear_error(name: str, net: str, subnet: str, address: str, mac: str) -> None:
    def make() -> Topology:
        return Topology(
            name,
            machines=(Machine(name, address),),
            networks=(Network(net, name, subnets=(subnet,), gateway=address),),
            containers=(Container(net, name, shares=mac),),
            attachments=(Attachment(net, net, name, address=address, mac=mac),),
            lan=subnet,
        )

    error = refusal(make)
    assert error is None or (error.what and (error.next or error.because))


@given(st.text())
def test_a_refused_name_comes_with_one_that_is_taken(name: str) -> None:
    for kind in (Container, Network):
        if error := refusal(lambda kind=kind: kind(name, "host1")):  # type: ignore[misc]
            assert kind(error.next.removeprefix("try '").removesuffix("'"), "host1")
