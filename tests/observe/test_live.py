"""The topology of a running lab, read from what its engines and agents say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from course.errors import LabError
from course.labhost.records import Interface, View
from course.labs.lab import Lab
from course.observe.live import parse, read
from course.observe.places import places
from course.topology.model import Container, Healthcheck, Machine, Port, Topology

HOST = Machine("host1", "10.213.7.11")
BRIDGE = {"com.docker.network.bridge.name": "docker0"}


def network(name: str, driver: str = "bridge", subnet: str = "172.30.0.0/16", **more: Any) -> dict[str, Any]:
    """What the engine lists for a network, as far as it matters."""
    pools = [{"Subnet": subnet, "Gateway": "172.30.0.1"}] if subnet else None
    return {"Name": name, "Id": "0123456789abcdef", "Driver": driver, "IPAM": {"Config": pools}, "Created": "1", **more}


def container(name: str, networks: dict[str, Any], mode: str = "bridge", state: str = "running", **more: Any) -> Any:
    """What the engine says of a container when inspected, as far as it matters."""
    settings = {"Networks": networks, "Ports": more.pop("ports", {})}
    return {
        "Name": f"/{name}",
        "Id": f"{name}-id",
        "State": {"Status": state},
        "Config": {"Image": "toolbox"},
        "HostConfig": {"NetworkMode": mode},
        "NetworkSettings": settings,
        **more,
    }


def test_a_container_is_read_with_its_plug_and_its_interface() -> None:
    plug = {"IPAddress": "172.30.0.2", "MacAddress": "02:42:ac:1e:00:02", "Aliases": ["web", "web-id", "shop"]}
    view = View("web", 1, [Interface("lo", 1), Interface("eth7", 2, addresses=["172.30.0.2/16"])])
    seen = parse(HOST, [container("web", {"bridge": plug})], [network("bridge", Options=BRIDGE)], {"web": view})
    (attachment,) = seen.attachments
    assert (attachment.interface, attachment.address, attachment.aliases) == ("eth7", "172.30.0.2", ("shop",))
    assert seen.containers == [Container("web", "host1", "toolbox", "running")]
    assert (seen.networks[0].bridge, seen.networks[0].gateway) == ("docker0", "172.30.0.1")


def test_of_a_containers_settings_only_those_are_told_that_its_image_does_not_say() -> None:
    image = {"Cmd": ["serve"], "Env": ["PATH=/bin", "PORT=80"], "Healthcheck": {"Test": ["CMD", "true"]}}
    plain = {"Image": "web", "Hostname": "web-id", **image}
    own = plain | {
        "Cmd": ["serve", "-v"],
        "Env": ["PATH=/bin", "PORT=81", "PAGE=a=b"],
        "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 2_000_000_000, "Retries": 0},
    }
    config = {"CapAdd": ["CAP_NET_ADMIN"], "Dns": ["10.0.0.1"], "ExtraHosts": ["a:::1"], "Sysctls": {"net.a": "1"}}
    told = [
        container("web", {}, Config=plain, Image="i"),
        container("db", {}, Config=own, Image="i", HostConfig={"NetworkMode": "bridge", **config}),
        container("job", {}, Config=plain | {"Entrypoint": ["sh"], "Cmd": None, "Hostname": "shop"}, Image="i"),
    ]
    web, db, job = parse(HOST, told, [], {}, {"i": image}).containers
    assert web == Container("web", "host1", "web", "running")
    assert (db.command, db.environment) == (("serve", "-v"), {"PORT": "81", "PAGE": "a=b"})
    assert db.healthcheck == Healthcheck(("true",), interval=2.0)
    assert (db.capabilities, db.dns, db.hosts, db.sysctls) == (
        ("NET_ADMIN",), ("10.0.0.1",), {"a": "::1"}, {"net.a": "1"},
    )  # fmt: skip
    assert (job.entrypoint, job.command, job.hostname) == (("sh",), (), "shop")


def test_who_shares_a_namespace_has_no_hostname_of_its_own() -> None:
    tap = container("tap", {"host": {}}, "host", Config={"Image": "toolbox", "Hostname": "host1"})
    side = container("side", {}, "container:tap-id", Config={"Image": "toolbox", "Hostname": "host1"})
    assert [one.hostname for one in parse(HOST, [tap, side], [], {}).containers] == ["", ""]


def test_what_the_engine_chose_itself_is_told_apart_from_what_was_asked_for() -> None:
    chosen = {"IPAddress": "10.0.0.2", "MacAddress": "02:42:0a:00:00:02"}
    asked = {"IPAddress": "10.0.1.2", "MacAddress": "02:42:00:00:00:99", "IPAMConfig": {"IPv4Address": "10.0.1.2"}}
    both = asked | {"GlobalIPv6Address": "fd00::2", "DriverOpts": {"a": "b"}}
    swarms = chosen | {"IPAMConfig": {"IPv4Address": "10.0.0.2"}}
    web = container("web", {"front": chosen, "back": both, "wide": swarms}, "front")
    known = [network("front"), network("back"), network("wide", "overlay")]
    front, back, wide = parse(HOST, [web], known, {}).attachments
    assert (front.automatic, wide.automatic) == (("address", "mac"), ("address", "mac"))
    assert (back.automatic, back.address6, back.options) == (("address6",), "fd00::2", {"a": "b"})


def test_a_network_is_read_with_its_addresses_and_options() -> None:
    pools = [
        {
            "Subnet": "10.0.0.0/24",
            "Gateway": "10.0.0.1",
            "IPRange": "10.0.0.128/25",
            "AuxiliaryAddresses": {"a": "10.0.0.9"},
        },
        {"Subnet": "fd00::/64", "Gateway": "fd00::1"},
    ]
    told = network("front", IPAM={"Config": pools}, Attachable=True, Options={"a": "b"})
    (front,) = parse(HOST, [], [told], {}).networks
    assert (front.gateway, front.gateway6, front.ip_range) == ("10.0.0.1", "fd00::1", "10.0.0.128/25")
    assert (front.aux_addresses, front.attachable, front.options) == ({"a": "10.0.0.9"}, True, {"a": "b"})


def test_an_interface_whose_address_was_changed_is_known_by_its_mac_address() -> None:
    plug = {"IPAddress": "172.30.0.2", "MacAddress": "02:42:AC:1e:00:02"}
    view = View("web", 1, [Interface("eth0", 2, mac="02:42:ac:1e:00:02", addresses=["10.9.9.9/24"])])
    (attachment,) = parse(HOST, [container("web", {"bridge": plug})], [network("bridge")], {"web": view}).attachments
    assert attachment.interface == "eth0"


def test_a_network_that_vanished_meanwhile_is_left_out() -> None:
    seen = parse(HOST, [container("web", {"gone": {"IPAddress": "10.0.0.2"}})], [network("bridge")], {})
    assert seen.attachments == [] and seen.containers


@pytest.mark.parametrize(
    ("mode", "networks", "shares"),
    [
        ("bridge", {"bridge": {}}, ""),
        ("host", {"host": {}}, "host"),
        ("none", {"none": {}}, "none"),
        ("none", {"front": {}}, ""),
        ("container:web-id", {}, "container:web"),
        ("container:0123456789abcdef", {}, "container:0123456789ab"),
    ],
)
def test_the_network_mode_says_whose_namespace_is_shared(mode: str, networks: dict[str, Any], shares: str) -> None:
    web = container("web", {"bridge": {}})
    seen = parse(HOST, [web, container("job", networks, mode)], [], {})
    assert seen.containers[1].shares == shares


@pytest.mark.parametrize(
    ("state", "shown"),
    [("running", "running"), ("paused", "paused"), ("created", "created"), ("exited", "exited")]
    + [(state, "exited") for state in ("dead", "removing", "restarting")],
)
def test_what_runs_nothing_now_is_shown_as_exited(state: str, shown: str) -> None:
    assert parse(HOST, [container("web", {}, state=state)], [], {}).containers[0].state == shown


def test_a_port_published_for_both_families_is_one_port() -> None:
    both = [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}]
    local = [{"HostIp": "127.0.0.1", "HostPort": "53"}]
    web = container("web", {}, ports={"80/tcp": both, "53/udp": local, "443/tcp": None})
    (seen,) = parse(HOST, [web], [], {}).containers
    assert seen.ports == (Port(8080, 80, "tcp", "0.0.0.0"), Port(53, 53, "udp", "127.0.0.1"))


def test_the_networks_host_and_none_are_left_out_unless_used() -> None:
    known = [network("host", "host", ""), network("none", "null", "")]
    assert parse(HOST, [], known, {}).networks == []
    used = parse(HOST, [container("job", {"none": {}}, "none")], known, {}).networks
    assert [(one.name, one.subnets) for one in used] == [("none", ())]


@pytest.fixture
def there(lab: Lab) -> Topology:
    """A lab host with one container of every kind."""
    run, engine = lab.client.containers.run, lab.client
    engine.networks.create("front")
    engine.networks.create("my net", internal=True)
    run("web", name="web", detach=True, network="front", ports={"80/tcp": 8080})
    engine.networks.get("my net").connect("web", aliases=["shop"])
    run("toolbox", name="side", detach=True, network="container:web")
    run("toolbox", name="tap", detach=True, network="host")
    run("toolbox", name="old", detach=True).stop(timeout=0)
    engine.containers.create("toolbox", name="new")
    return read(lab)


@pytest.mark.engine
def test_a_running_lab_is_read_whole(there: Topology) -> None:
    assert [network.name for network in there.networks_of("host1")] == ["host", "bridge", "front", "my net"]
    states = {container.name: (container.state, container.shares) for container in there.containers}
    assert states == {
        "web": ("running", ""),
        "side": ("running", "container:web"),
        "tap": ("running", "host"),
        "old": ("exited", ""),
        "new": ("created", ""),
    }
    web = there.containers[0]
    plugs = {plug.network: plug for plug in there.attachments_of(web)}
    assert (plugs["front"].interface, plugs["my net"].interface) == ("eth0", "eth1")
    assert plugs["my net"].aliases == ("shop",) and str(web.ports[0]) == "8080→80"


@pytest.mark.engine
def test_a_brief_look_finds_the_same_places(there: Topology, lab: Lab) -> None:
    brief = read(lab, brief=True)
    assert list(places(brief).items()) == list(places(there).items())
    assert {container.name for container in brief.containers} == {"web", "side", "tap"}, "nothing of what does not run"


@pytest.mark.engine
def test_the_machines_stand_on_the_lan_with_their_interfaces(there: Topology, lab: Lab) -> None:
    assert {machine.name: (machine.address, machine.interface) for machine in there.machines} == {
        name: (host.address, "eth0") for name, host in lab.all.items()
    }
    assert there.lan.endswith(".0/24")


@pytest.mark.engine
def test_reading_goes_on_while_containers_come_and_go(lab: Lab) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def come_and_go() -> None:
        for _ in range(6):
            lab.host1.client.containers.run("toolbox", "true", remove=True)

    with ThreadPoolExecutor(2) as pool:
        going = [pool.submit(come_and_go) for _ in range(2)]
        while not all(one.done() for one in going):
            assert read(lab).machines
    for one in going:
        one.result()


def test_a_closed_lab_says_so() -> None:
    closed = SimpleNamespace(name="02_default_bridge", all={})
    with pytest.raises(LabError, match="closed") as caught:
        read(closed)  # type: ignore[arg-type]
    assert 'open_lab("02_default_bridge")' in caught.value.next
