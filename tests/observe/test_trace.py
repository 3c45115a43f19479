"""Real packets followed on real machines. The journeys of this file become the page of traces (tests/tracepage.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from course.errors import CourseError, LabError
from course.labs.lab import Lab
from course.observe.hop import Hop
from course.observe.journey import Journey
from course.observe.trace import trace
from graders.assertions import expect
from tests import tracepage

pytestmark = pytest.mark.engine
Told = Callable[..., Journey]


@pytest.fixture(scope="module")
def town(lab_of: Callable[[str], Lab]) -> Lab:
    """host1 with two networks and a macvlan, an overlay to host2, and a laptop on their LAN."""
    return build(lab_of("02_default_bridge"))


def build(lab: Lab) -> Lab:
    """The town's networks and containers."""
    first, second = lab.host1.client, lab.host2.client
    for name in ("app-net", "data-net"):
        first.networks.create(name, driver="bridge")
    first.containers.run("web", detach=True, name="web", network="app-net", ports={"80/tcp": 8080})
    first.containers.run("web", detach=True, name="web2", network="app-net")
    first.containers.run("web", detach=True, name="db", network="data-net")
    idle = partial(first.containers.run, "toolbox", ["sleep", "infinity"], detach=True, cap_add=["NET_ADMIN"])
    idle(name="box", network="app-net")
    _overlay(lab)
    idle(name="left", network="ov")
    second.containers.run("web", detach=True, name="right", network="ov")
    _macvlan(lab)
    for source, target in (("box", "web"), ("box", "web2"), ("db", "db"), ("left", "right")):
        expect(lab, within=30).tcp(source, target, 80)
    return lab


def _overlay(lab: Lab) -> None:
    swarm = lab.host1.client.swarm
    swarm.init(advertise_addr=lab.host1.address)
    swarm.reload()
    token = swarm.attrs["JoinTokens"]["Worker"]
    lab.host2.client.swarm.join([lab.host1.address], token, advertise_addr=lab.host2.address)
    lab.host1.client.networks.create("ov", driver="overlay", attachable=True)


def _macvlan(lab: Lab) -> None:
    from docker.types import IPAMConfig, IPAMPool

    prefix = lab.host1.address.rpartition(".")[0]
    pool = IPAMConfig(pool_configs=[IPAMPool(subnet=f"{prefix}.0/24", iprange=f"{prefix}.192/28")])
    network = lab.host1.client.networks.create("lan", driver="macvlan", ipam=pool, options={"parent": "eth0"})
    lab.host1.client.containers.run("web", detach=True, name="own", network=network.id)


@pytest.fixture(scope="module")
def page() -> Iterator[dict[str, Journey]]:
    """Journeys by title, written down when all are there."""
    told: dict[str, Journey] = {}
    yield told
    tracepage.write(told)


@pytest.fixture
def told(town: Lab, page: dict[str, Journey]) -> Told:
    """Traces in the town; one with a title goes on the page."""

    def tell(source: str, target: str, title: str = "") -> Journey:
        journey = trace(source, target, town)
        if title:
            page[title] = journey
        return journey

    return tell


@pytest.fixture
def ruled(town: Lab) -> Iterator[Callable[[str], None]]:
    """Inserts rules on host1 for the length of a test."""
    rules: list[str] = []

    def insert(rule: str) -> None:
        assert town.host1.run(f"iptables -I {rule}").exit == 0
        rules.append(rule)

    yield insert
    for rule in rules:
        assert town.host1.run(f"iptables -D {rule}").exit == 0


def address(lab: Lab, name: str, network: str = "app-net", host: str = "host1") -> str:
    container = lab.all[host].client.containers.get(name)
    return str(container.attrs["NetworkSettings"]["Networks"][network]["IPAddress"])


def bridge(lab: Lab, network: str) -> str:
    return "br-" + str(lab.host1.client.networks.get(network).id)[:12]


def way(journey: Journey, direction: str = "there", protocol: str = "tcp") -> list[tuple[str, str]]:
    """Where the packet passed, without rules: ``("web", "eth0")``."""
    hops = [hop for hop in journey.hops if hop.way == direction and hop.before.protocol == protocol]
    return [(hop.place, hop.station) for hop in hops if "/" not in hop.station]


def only(journey: Journey, **wanted: str) -> Hop:
    """The one hop whose fields are these."""
    found = [hop for hop in journey.hops if all(getattr(hop, name) == value for name, value in wanted.items())]
    assert len(found) == 1, journey
    return found[0]


def test_same_network_cable_bridge_cable_and_every_rule_on_the_way(told: Told, town: Lab) -> None:
    journey = told("web", "web2:80", "On one network")
    br = bridge(town, "app-net")
    assert (journey.outcome, journey.arrived, journey.cause, journey.unseen) == ("answered", True, None, ())
    there = way(journey)
    assert [place for place, _ in there] == ["web", "web", "host1", "host1", "web2", "web2"]
    assert there[0] == ("web", "socket") and there[1] == ("web", "eth0") and there[-1] == ("web2", "socket")
    assert all(station.startswith("veth") for _, station in there[2:4])
    assert [place for place, _ in way(journey, "back")] == ["web2", "host1", "host1", "web", "web"]
    rule = only(journey, rule=f"-A FORWARD -i {br} -o {br} -j ACCEPT")
    assert (rule.station, rule.verdict, rule.act) == ("filter/FORWARD", "ACCEPT", "rule")
    enters = next(hop for hop in journey.hops if hop.station.startswith("veth"))
    assert enters.detail == f"enters the bridge {br} (app-net) by its cable to web's eth0"
    assert [hop.ms for hop in journey.hops] == sorted(hop.ms for hop in journey.hops) and journey.hops[0].ms == 0
    assert f"web reached web2:80 at {address(town, 'web2')}: port 80 accepted the connection" in journey.sentence


def test_the_lookup_of_a_name_is_the_beginning_of_the_journey(told: Told) -> None:
    hops = told("web", "web2:80").hops
    assert (hops[0].act, hops[0].before.note, str(hops[0].before).split()[-1]) == ("asked", "A? web2", "127.0.0.11:53")
    assert [hop.before.protocol for hop in hops] == sorted((hop.before.protocol for hop in hops), reverse=True)


def test_two_networks_the_isolation_rule_is_named(told: Told, town: Lab) -> None:
    journey = told("web", f"{address(town, 'db', 'data-net')}:80", "Between two networks")
    rule = f"-A DOCKER-ISOLATION-STAGE-2 -o {bridge(town, 'data-net')} -j DROP"
    assert journey.outcome == "dropped" and journey.cause == journey.hops[-1]
    assert (journey.cause.rule, journey.cause.verdict, journey.cause.act) == (rule, "DROP", "stopped")
    assert (journey.cause.place, journey.cause.station) == ("host1", "filter/DOCKER-ISOLATION-STAGE-2")
    assert not [hop for hop in journey.hops if hop.way == "back"]
    assert journey.sentence.startswith(f"host1 dropped it: rule `{rule}` in filter/DOCKER-ISOLATION-STAGE-2 says DROP")
    assert "(data-net); with this rule Docker keeps networks apart" in journey.sentence


def test_a_published_port_is_translated_on_the_way_there_and_back(told: Told, town: Lab) -> None:
    journey = told("laptop", "host1:8080", "A published port, from the LAN")
    server, host, laptop = address(town, "web"), town.host1.address, town.laptop.address
    dnat = only(journey, verdict="DNAT")
    assert (dnat.act, dnat.station, dnat.place) == ("translated", "nat/DOCKER", "host1")
    assert (dnat.before.destination, dnat.before.destination_port) == (host, 8080)
    assert (dnat.after.destination, dnat.after.destination_port, dnat.after.source) == (server, 80, laptop)
    back = only(journey, station="conntrack", way="back")
    assert (back.before.source, back.after.source, back.after.source_port) == (server, host, 8080)
    assert [place for place, _ in way(journey)] == ["laptop", "laptop", "host1", "host1", "host1", "web", "web"]
    assert f"host1 translated it (DNAT): destination {host}:8080 becomes {server}:80." in journey.sentence


def test_a_published_port_from_the_host_itself(told: Told, town: Lab) -> None:
    journey = told("host1", "host1:8080", "A published port, from the host itself")
    dnat = only(journey, verdict="DNAT")
    assert dnat.station == "nat/DOCKER" and dnat.after.destination == address(town, "web")
    assert only(journey, station="nat/OUTPUT", way="there").verdict == "JUMP"
    assert journey.outcome == "answered" and way(journey)[-1] == ("web", "socket")
    back = only(journey, station="conntrack", way="back")
    assert (back.before.source, back.after.source) == (address(town, "web"), town.host1.address)


def test_from_the_hosts_loopback_a_proxy_takes_it_and_asks_on(told: Told, town: Lab) -> None:
    journey = told("host1", "127.0.0.1:8080", "A published port, by the userland proxy")
    proxied = next(hop for hop in journey.hops if "docker-proxy" in hop.detail and hop.act == "asked")
    assert (proxied.before.destination, proxied.before.destination_port) == (address(town, "web"), 80)
    assert "docker-proxy took it and opened a connection of its own" in journey.sentence
    assert ("web", "eth0") in way(journey) and journey.outcome == "answered"
    whole = told("host1", "http://127.0.0.1:8080/")
    assert "GET / HTTP/1.1" in [hop.before.note for hop in whole.hops if hop.act == "delivered"]
    assert "answered with status 200" in whole.sentence


def test_to_the_outside_the_host_lends_its_address(told: Told, town: Lab) -> None:
    journey = told("web", town.laptop.address, "From a container to the outside")
    hop = only(journey, verdict="MASQUERADE")
    assert (hop.before.source, hop.after.source) == (address(town, "web"), town.host1.address)
    assert hop.station == "nat/POSTROUTING" and "! -o" in hop.rule
    assert way(journey, protocol="icmp")[-3:] == [("host1", "eth0"), ("laptop", "eth0"), ("laptop", "socket")]
    assert only(journey, station="conntrack").after.destination == address(town, "web")


def test_an_overlay_wraps_the_packet_between_the_machines(told: Told, town: Lab) -> None:
    journey = told("left", "right:80", "Across an overlay")
    outer = (town.host1.address, town.host2.address)
    wrapped = only(journey, act="wrapped", way="there")
    assert wrapped.view == "overlay:ov" and wrapped.before.outer is None and wrapped.after.outer is not None
    assert (wrapped.after.outer.source, wrapped.after.outer.destination) == outer and wrapped.after.vni >= 4096
    on_the_wire = [hop for hop in journey.hops if hop.way == "there" and hop.before.outer and hop.station == "eth0"]
    assert [hop.machine for hop in on_the_wire] == ["host1", "host2"], journey
    assert all(hop.before.outer.destination_port == 4789 for hop in on_the_wire if hop.before.outer)
    unwrapped = only(journey, act="unwrapped", way="there")
    assert unwrapped.machine == "host2" and unwrapped.after.outer is None
    assert way(journey)[-1] == ("right", "socket") and journey.unseen == ()
    assert f"From {outer[0]} to {outer[1]} it travelled inside VXLAN {wrapped.after.vni}." in journey.sentence


def test_a_macvlan_container_is_on_the_lan_itself(told: Told, town: Lab) -> None:
    journey = told("laptop", f"{address(town, 'own', 'lan')}:80", "To a container on the LAN (macvlan)")
    assert journey.outcome == "answered" and not [hop for hop in journey.hops if hop.rule]
    assert way(journey) == [
        ("laptop", "socket"), ("laptop", "eth0"), ("host1", "eth0"), ("own", "eth0"), ("own", "socket"),
    ]  # fmt: skip
    mac = town.host1.client.containers.get("own").attrs["NetworkSettings"]["Networks"]["lan"]["MacAddress"]
    assert only(journey, machine="host1", view="own", way="there", station="eth0").before.destination_mac == mac
    assert told("host1", f"{address(town, 'own', 'lan')}").outcome == "no-neighbour"


def test_a_lookup_goes_to_the_engines_name_server_and_on_to_the_machines(told: Told, town: Lab) -> None:
    journey = told("web", "dns:laptop", "Looking a name up")
    dnat = only(journey, verdict="DNAT")
    assert (dnat.place, dnat.station) == ("web", "nat/DOCKER_OUTPUT")
    assert dnat.before.destination_port == 53 != dnat.after.destination_port
    assert "the name server of web asks on" in [hop.detail for hop in journey.hops]
    assert "a name server takes the question in host1" in [hop.detail for hop in journey.hops]
    assert {hop.before.note for hop in journey.hops} == {"A? laptop", f"laptop is {town.laptop.address}"}
    assert journey.sentence == f"laptop is {town.laptop.address}: 127.0.0.11 said so."
    inside = told("web", "dns:web2")
    assert {hop.place for hop in inside.hops} == {"web"} and "is " + address(town, "web2") in inside.sentence


def test_a_name_that_nobody_knows_ends_the_journey(told: Told) -> None:
    journey = told("web", "nobody:80")
    assert (journey.outcome, journey.sentence[:29]) == ("no-name", 'Name "nobody" does not resolv')
    assert (
        journey.cause
        and "NXDOMAIN" in journey.cause.before.note
        and {h.before.protocol for h in journey.hops} == {"udp"}
    )


def test_a_dropped_packet_names_the_rule_in_words(told: Told, town: Lab, ruled: Callable[[str], None]) -> None:
    ruled("DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -j DROP")
    journey = told("laptop", "host1:8080", "Dropped")
    assert journey.outcome == "dropped" and journey.cause is not None
    assert (journey.cause.station, journey.cause.verdict) == ("filter/DOCKER-USER", "DROP")
    assert journey.sentence == (
        "host1 dropped it: rule `-A DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -j DROP` in filter/DOCKER-USER "
        "says DROP for everything that comes in by eth0 and is TCP and goes to port 80."
    )
    assert only(journey, verdict="DNAT").ms < journey.cause.ms


def test_the_answer_can_be_dropped_too(told: Told, ruled: Callable[[str], None]) -> None:
    ruled("DOCKER-USER -o eth0 -p tcp -m tcp --sport 80 -j DROP")
    journey = told("laptop", "host1:8080")
    assert journey.outcome == "dropped" and journey.cause is not None and journey.cause.way == "back"
    assert journey.sentence.startswith("host1 dropped the answer: rule `-A DOCKER-USER -o eth0")


def test_a_policy_of_drop_is_named_as_such(told: Told, town: Lab) -> None:
    assert town.laptop.run("iptables -P OUTPUT DROP").exit == 0
    try:
        journey = told("laptop", f"{town.host1.address}:8080")
    finally:
        assert town.laptop.run("iptables -P OUTPUT ACCEPT").exit == 0
    assert journey.outcome == "dropped" and journey.cause is not None
    assert (journey.cause.place, journey.cause.station, journey.cause.rule) == (
        "laptop", "filter/OUTPUT", "-P OUTPUT DROP",
    )  # fmt: skip
    assert "the chain's policy is DROP" in journey.sentence


def test_a_rejected_packet_and_what_its_sender_is_told(told: Told, ruled: Callable[[str], None]) -> None:
    ruled("DOCKER-USER -i eth0 -j REJECT --reject-with icmp-host-prohibited")
    journey = told("laptop", "host1:8080", "Rejected")
    assert journey.outcome == "rejected" and journey.cause is not None
    assert (journey.cause.verdict, journey.cause.station) == ("REJECT", "filter/DOCKER-USER")
    assert way(journey, "back", "icmp")[-1] == ("laptop", "socket")
    assert journey.sentence.endswith("laptop was told: prohibited.")


def test_a_container_can_reject_by_a_rule_of_its_own(told: Told, town: Lab) -> None:
    box = town.client.containers.get("box")
    rule = ["-p", "tcp", "--dport", "80", "-j", "REJECT", "--reject-with", "tcp-reset"]
    assert box.exec_run(["iptables", "-A", "INPUT", *rule]).exit_code == 0
    try:
        journey = told("web", "box:80")
    finally:
        assert box.exec_run(["iptables", "-D", "INPUT", *rule]).exit_code == 0
    assert journey.outcome == "rejected" and journey.cause is not None
    assert (journey.cause.place, journey.cause.station) == ("box", "filter/INPUT")
    assert "box rejected it" in journey.sentence and "web was told: RST." in journey.sentence


def test_a_packet_without_a_route_never_leaves(told: Told, town: Lab) -> None:
    town.host1.admin("fault", name="blackhole", options={"view": "web2", "destination": "198.51.100.0/24"})
    journey = told("web2", "198.51.100.7:80", "Without a route")
    assert (journey.outcome, len(journey.hops)) == ("no-route", 1)
    assert journey.cause is not None and (journey.cause.place, journey.cause.station) == ("web2", "route")
    assert "It never left web2" in journey.sentence
    routed = told("web2", "203.0.113.9:80")
    assert routed.cause is not None and (routed.cause.place, routed.cause.station) == ("host1", "route")
    assert routed.sentence == "It came no further than host1: host1 knows no way to 203.0.113.9."


def test_an_address_that_nobody_has_is_asked_for_in_vain(told: Told, town: Lab) -> None:
    absent = address(town, "web").rsplit(".", 1)[0] + ".250"
    journey = told("web", f"{absent}:80", "Nobody has the address")
    assert journey.outcome == "no-neighbour" and journey.cause is not None
    assert (journey.cause.place, journey.cause.station, journey.cause.act) == ("web", "eth0", "stopped")
    assert only(journey, act="asked", station="eth0").before.note == f"who has {absent}?"
    assert journey.sentence == f"The packet was never sent: web asked on eth0 who has {absent}, and nobody answered."


def test_a_refused_packet_reached_a_port_where_nobody_listens(told: Told) -> None:
    journey = told("web", "web2:81", "Refused")
    assert journey.outcome == "refused" and journey.cause is not None
    assert (journey.cause.place, journey.cause.station, journey.cause.act) == ("web2", "socket", "stopped")
    assert {hop.before.note for hop in journey.hops if hop.way == "back" and hop.before.protocol == "tcp"} == {"RST"}
    assert journey.sentence == "web2 refused it: nothing listens on TCP port 81 there."
    assert told("web", "udp://web2:9").sentence == "web2 refused it: nothing listens on UDP port 9 there."


def test_a_datagram_that_is_taken_in_silence_is_unanswered_and_one_that_is_answered_is_not(
    told: Told, town: Lab
) -> None:
    box = town.client.containers.get("box")
    for port, words in ((9001, "nc -u -l -k 9001"), (9002, "while :; do echo noon | nc -u -l -W 1 9002; done")):
        box.exec_run(["sh", "-c", words], detach=True)
        expect(town, within=10).listening("box", port, protocol="udp")
    silent, echo = told("web", "udp://box:9001"), told("web", "udp://box:9002")
    assert silent.outcome == "unanswered" and silent.cause is not None
    assert (silent.cause.place, silent.cause.station) == ("box", "socket")
    assert silent.sentence == "box got it (datagram) and did not answer within the time."
    assert echo.outcome == "answered" and "a datagram came back" in echo.sentence


def test_a_paused_container_takes_the_request_and_says_nothing(told: Told, town: Lab) -> None:
    web = town.client.containers.get("web")
    web.pause()
    try:
        journey = told("box", "http://web/")
    finally:
        web.unpause()
    assert journey.outcome == "unanswered" and journey.cause is not None and journey.cause.place == "web"
    assert journey.sentence == "web got it (GET / HTTP/1.1) and did not answer within the time."
    assert way(journey, "back")[-1] == ("box", "socket")  # the kernel of the container accepted the connection


def test_a_machine_that_does_not_pass_packets_on_is_where_they_are_lost(told: Told, town: Lab) -> None:
    assert town.host1.run("sysctl -w net.ipv4.ip_forward=0").exit == 0
    try:
        journey = told("web", town.laptop.address)
    finally:
        assert town.host1.run("sysctl -w net.ipv4.ip_forward=1").exit == 0
    assert journey.outcome == "lost" and journey.cause is not None and journey.cause.place == "host1"
    assert "passes nothing on (net.ipv4.ip_forward is 0)" in journey.sentence


def test_sources_are_found_by_name_and_unknown_ones_are_named_with_those_there_are(told: Told, town: Lab) -> None:
    town.host2.client.containers.run("web", detach=True, name="web")
    assert town.host1.run("ip netns add red").exit == 0
    with pytest.raises(LabError, match="host1 and host2 both have a 'web'") as twice:
        told("web", "web2:80")
    assert twice.value.next == 'say which: "host1/web"'
    assert told("host2/web", "host2:9").hops[0].machine == "host2"
    assert told("netns:red", "10.9.9.9").sentence.startswith("It never left netns:red")
    with pytest.raises(LabError, match="'nosuch'") as unknown:
        told("nosuch", "web")
    assert "laptop" in unknown.value.next
    town.host2.client.containers.get("web").remove(force=True)
    with pytest.raises(CourseError, match="no target"):
        told("web", "ftp://web")


def test_the_page_shows_ten_traces(page: dict[str, Journey]) -> None:
    assert len(page) >= 10
    tracepage.write(page)
    text = tracepage.PAGE.read_text()
    for title, journey in page.items():
        assert f"## {title}" in text and journey.sentence in text
