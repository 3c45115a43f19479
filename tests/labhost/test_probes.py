from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.labhost.probing import packets, web
from course.labhost.probing.names import NoName, Resolver, resolve
from course.labhost.probing.packets import Hop
from course.labhost.records import Probe
from course.labs.lab import Lab
from tests.labhost import servers
from tests.labhost.machine import Machine, needs_root
from tests.waiting import until

ROUTES = """Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
eth0 00000000 0100050A 0003 0 0 0 00000000 0 0 0
eth0 0000050A 00000000 0001 0 0 0 00FFFFFF 0 0 0
eth1 0000060A 00000000 0001 0 0 100 00FFFFFF 0 0 0
eth2 0000060A 00000000 0001 0 0 5 00FFFFFF 0 0 0
* 0000090A 00000000 0201 0 0 0 0000FFFF 0 0 0
"""
ARP = """IP address       HW type     Flags       HW address            Mask     Device
10.5.0.3         0x1         0x2         02:00:00:00:00:03     *        eth0
10.5.0.9         0x1         0x0         00:00:00:00:00:00     *        eth0
"""


class TestPackets:
    def test_an_echo_request_is_as_the_standard_says(self) -> None:
        packet = packets.echo_request(0x1234, 1, 4)
        assert packet[:2] == b"\x08\x00"
        assert packets.checksum(packet) == 0
        assert len(packet) == 12

    def test_only_the_reply_to_the_own_request_counts(self) -> None:
        header = bytes([0x45]) + bytes(19)
        reply = struct.pack("!BBHHH", 0, 0, 0, 7, 3)
        assert packets.echo_reply(header + reply, 7) == 3
        assert packets.echo_reply(header + reply, 8) is None
        assert packets.echo_reply(header + packets.echo_request(7, 3, 0), 7) is None
        assert packets.echo_reply(struct.pack("!BBHHH", 129, 0, 0, 7, 3), 7, v6=True) == 3

    @given(st.binary(max_size=60))
    def test_no_packet_upsets_the_readers(self, packet: bytes) -> None:
        assert packets.echo_reply(packet, 1) in (None, *range(65536))
        assert isinstance(packets.arp_reply(packet, "10.5.0.3"), str)

    def test_an_arp_reply_gives_the_address_of_whoever_was_asked_for(self) -> None:
        frame = bytearray(packets.arp_request(b"\2\0\0\0\0\3", "10.5.0.3", "10.5.0.2"))
        assert packets.arp_reply(bytes(frame), "10.5.0.3") == ""
        frame[21] = 2
        assert packets.arp_reply(bytes(frame), "10.5.0.3") == "02:00:00:00:00:03"
        assert packets.arp_reply(bytes(frame), "10.5.0.4") == ""

    @pytest.mark.parametrize(
        ("address", "hop"),
        [
            ("10.5.0.7", Hop("eth0", "10.5.0.7")),
            ("10.6.0.7", Hop("eth2", "10.6.0.7")),
            ("192.0.2.1", Hop("eth0", "10.5.0.1")),
            ("10.9.0.7", None),
        ],
    )
    def test_the_next_hop_is_that_of_the_longest_prefix_and_the_least_metric(
        self, address: str, hop: Hop | None
    ) -> None:
        assert packets.next_hop(ROUTES, address) == hop

    def test_without_a_route_there_is_no_next_hop(self) -> None:
        assert packets.next_hop(ROUTES.splitlines()[0], "10.5.0.1") is None

    def test_arp_that_was_asked_in_vain_is_told_from_arp_that_was_answered(self) -> None:
        assert packets.unanswered(ARP, Hop("eth0", "10.5.0.9"))
        assert not packets.unanswered(ARP, Hop("eth0", "10.5.0.3"))
        assert not packets.unanswered(ARP, Hop("eth1", "10.5.0.9"))


class TestWeb:
    def test_a_chunked_page_is_read(self) -> None:
        page = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        assert web.answer_from(page, "web").body == "abc"

    def test_a_page_that_breaks_off_keeps_what_came(self) -> None:
        answer = web.answer_from(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf", "web")
        assert (answer.outcome, answer.body) == ("reply", "half")

    @given(st.binary(max_size=200))
    def test_no_answer_upsets_the_reader(self, raw: bytes) -> None:
        assert web.answer_from(raw, "web").outcome in ("reply", "closed")
        assert web.answer_from(b"HTTP/1.1 200 OK\r\n" + raw, "web").outcome in ("reply", "closed")


def test_without_a_name_server_no_name_is_found() -> None:
    with pytest.raises(NoName, match="no name server"):
        asyncio.run(resolve("web", Resolver(), lambda *_: pytest.fail("no socket is needed"), 1))


@pytest.fixture(scope="module")
def net(wired: Machine) -> Iterator[Machine]:
    """The wired machine with a name server on 10.5.0.1 and servers in blue."""
    with contextlib.ExitStack() as stack:
        with wired.inside():
            stack.enter_context(servers.udp("10.5.0.1", 53, servers.name_server))
        with wired.inside("blue"):
            for port, serve in {
                80: servers.http(),
                81: servers.http(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
                82: servers.http(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200000),
                83: servers.http(b"220 mail.example ESMTP\r\n"),
                84: servers.hang_up,
                85: servers.cut_off,
                86: None,
                87: servers.echo_request,
            }.items():
                stack.enter_context(servers.tcp("10.5.0.3", port, serve))
            stack.enter_context(servers.udp("10.5.0.3", 7, lambda datagram: b"echo " + datagram))
            stack.enter_context(servers.udp("10.5.0.3", 9, lambda datagram: b""))
        with wired.inside("far"):
            stack.enter_context(servers.tcp("10.6.0.2", 80, servers.http()))
        yield wired


@needs_root
class TestOnAMachine:
    def test_a_ping_is_answered_near_and_far(self, net: Machine) -> None:
        for source, target in (("netns:red", "10.5.0.3"), ("netns:red", "10.6.0.2"), ("host", "10.5.0.2")):
            answer = net.one("icmp", source, target)
            assert (answer.outcome, answer.address) == ("reply", target), answer
            assert 0 < answer.ms < 600

    def test_a_namespace_can_ping_itself(self, net: Machine) -> None:
        assert net.one("icmp", "netns:green", "127.0.0.1").ok
        assert net.one("icmp", "netns:red", "10.5.0.2").ok

    @pytest.mark.parametrize(("kind", "port"), [("icmp", 0), ("tcp", 80), ("udp", 7), ("arp", 0), ("pmtu", 0)])
    def test_an_address_that_nobody_has_leaves_arp_unanswered(self, net: Machine, kind: str, port: int) -> None:
        answer = net.one(kind, "netns:red", "10.5.0.99", port)
        assert answer.outcome == "no-neighbour"
        assert answer.detail == "no machine on eth0 answers to 10.5.0.99 (ARP asked, no reply)"

    def test_a_gateway_that_nobody_has_is_named(self, net: Machine) -> None:
        with _commands(
            net, "ip -n red route replace default via 10.5.0.98", "ip -n red route replace default via 10.5.0.1"
        ):
            answer = net.one("tcp", "netns:red", "10.6.0.2", 80)
        assert (answer.outcome, answer.detail[:36]) == ("no-neighbour", "no gateway on eth0 answers to 10.5.0")

    @pytest.mark.parametrize(("kind", "port"), [("icmp", 0), ("tcp", 80), ("udp", 7), ("arp", 0), ("pmtu", 0)])
    def test_without_a_route_no_packet_leaves(self, net: Machine, kind: str, port: int) -> None:
        answer = net.one(kind, "netns:green", "10.5.0.3", port)
        assert answer.outcome == "no-route"
        assert answer.detail.startswith("netns:green has no route to 10.5.0.3")

    @pytest.mark.parametrize("way", ["blackhole", "unreachable", "prohibit"])
    def test_a_route_may_forbid(self, net: Machine, way: str) -> None:
        with _commands(net, f"ip -n red route add {way} 10.5.0.3", f"ip -n red route del {way} 10.5.0.3"):
            answers = net.probe(*(Probe(kind, "netns:red", "10.5.0.3", 80, 0.5) for kind in ("icmp", "tcp", "udp")))
        assert [answer.outcome for answer in answers] == ["no-route"] * 3
        assert net.one("tcp", "netns:red", "10.5.0.3", 80).ok

    def test_a_connection_is_accepted_or_refused(self, net: Machine) -> None:
        accepted, refused = net.one("tcp", "netns:red", "10.5.0.3", 80), net.one("tcp", "netns:red", "10.5.0.3", 4000)
        assert (accepted.outcome, accepted.detail) == ("reply", "10.5.0.3:80 accepts connections")
        assert (refused.outcome, refused.detail[:21]) == ("refused", "10.5.0.3:4000 refused")

    def test_a_rule_that_drops_makes_silence(self, net: Machine) -> None:
        rule = "-p tcp --dport 80 -j DROP"
        with _rule(net, "blue", f"INPUT {rule}"):
            answer = net.one("tcp", "netns:red", "10.5.0.3", 80, 0.3)
        assert (answer.outcome, answer.detail) == ("timeout", "10.5.0.3:80 did not answer within 0.3 s")

    def test_a_rule_at_the_source_that_drops_makes_silence_too(self, net: Machine) -> None:
        with _rule(net, "red", "OUTPUT -d 10.5.0.3 -j DROP"):
            answers = net.probe(*(Probe(kind, "netns:red", "10.5.0.3", 80, 0.3) for kind in ("icmp", "tcp", "udp")))
        assert [answer.outcome for answer in answers] == ["timeout"] * 3
        assert answers[0].detail == "a firewall rule in netns:red drops the packets to 10.5.0.3 as they leave"

    def test_a_rule_that_rejects_refuses(self, net: Machine) -> None:
        with _rule(net, "blue", "INPUT -p tcp --dport 80 -j REJECT"):
            assert net.one("tcp", "netns:red", "10.5.0.3", 80).outcome == "refused"

    def test_a_router_that_says_no_is_heard(self, net: Machine) -> None:
        with _commands(net, "ip route add unreachable 10.7.0.0/16", "ip route del unreachable 10.7.0.0/16"):
            # from one source each: a router says it to nobody twice in a second
            asked = [("icmp", "netns:red"), ("tcp", "netns:blue"), ("udp", "netns:far")]
            answers = net.probe(*(Probe(kind, source, "10.7.0.1", 80) for kind, source in asked))  # type: ignore[arg-type]
        assert [answer.outcome for answer in answers] == ["no-route"] * 3
        assert answers[1].detail == "a router or a rule says that 10.7.0.1:80 cannot be reached from netns:blue"

    def test_a_datagram_is_answered_refused_or_swallowed(self, net: Machine) -> None:
        answers = net.probe(*(Probe("udp", "netns:red", "10.5.0.3", port, 0.4) for port in (7, 4000, 9)))
        assert [answer.outcome for answer in answers] == ["reply", "refused", "timeout"]
        assert answers[0].body == "echo course\n"

    def test_a_name_server_is_asked_what_it_replies_to(self, net: Machine) -> None:
        assert net.one("udp", "netns:red", "10.5.0.1", 53).ok

    def test_a_page_comes_with_status_and_body(self, net: Machine) -> None:
        page, missing = (net.one("http", "netns:red", f"http://10.5.0.3:{port}/") for port in (80, 81))
        assert (page.outcome, page.status, page.body) == ("reply", 200, "hello\n")
        assert (missing.outcome, missing.status) == ("reply", 404)

    def test_a_long_page_is_cut(self, net: Machine) -> None:
        assert len(net.one("http", "netns:red", "http://10.5.0.3:82").body) == 65536

    @pytest.mark.parametrize(
        ("port", "outcome", "detail"),
        [
            (83, "closed", "10.5.0.3:83 answered, but not in HTTP"),
            (84, "closed", "10.5.0.3:84 accepted the connection and closed it without a word"),
            (85, "reset", "10.5.0.3:85 cut the connection off"),
            (86, "timeout", "10.5.0.3:86 accepted the connection and sent no whole answer within 0.6 s"),
            (4000, "refused", "10.5.0.3:4000 refused: nothing listens there, or a rule rejects it"),
        ],
    )
    def test_a_server_may_fail_in_many_ways(self, net: Machine, port: int, outcome: str, detail: str) -> None:
        answer = net.one("http", "netns:red", f"http://10.5.0.3:{port}/")
        assert (answer.outcome, answer.detail) == (outcome, detail)

    def test_a_request_names_the_host_and_the_path_as_typed(self, net: Machine) -> None:
        body = net.one("http", "netns:red", "http://web:87/a%20b/ü?x=1&y=ö").body
        assert body.startswith("GET /a%20b/%C3%BC?x=1&y=%C3%B6 HTTP/1.1\r\nHost: web:87\r\n")

    @pytest.mark.parametrize(
        "url", ["https://web", "web", "http://", "http://web:0", "http://[::1", "http://web:x", "file:///etc/passwd"]
    )
    def test_what_is_no_http_url_is_broken(self, net: Machine, url: str) -> None:
        answer = net.one("http", "netns:red", url)
        assert answer.outcome == "broken"
        assert "http://name:port/path" in answer.detail

    def test_a_name_gives_every_address_it_has(self, net: Machine) -> None:
        answer = net.one("dns", "netns:red", "two")
        assert (answer.outcome, answer.address) == ("reply", "10.5.0.1")
        # a name server may turn them round; those of IPv6 come last
        assert sorted(answer.addresses[:2]) == ["10.5.0.3", "10.6.0.2"] and answer.addresses[2:] == ["fd00::4"]
        assert answer.detail == f"two is {', '.join(answer.addresses)} (from 10.5.0.1)"

    @pytest.mark.parametrize(
        ("name", "ipv6", "addresses"),
        [("six", True, ["fd00::3"]), ("six", False, ["fd00::3"]), ("web", False, ["10.5.0.3"]), ("two", False, 2)],
    )
    def test_without_ipv6_of_its_own_only_a_name_without_ipv4_is_asked_for_it(
        self, net: Machine, name: str, ipv6: bool, addresses: list[str] | int
    ) -> None:
        def opener(*kind: int) -> socket.socket:
            sock = socket.socket(*kind)
            sock.setblocking(False)
            return sock

        with net.inside():
            resolver = Resolver(["10.5.0.1"], ["lan.test"], ipv6=ipv6)
            found = asyncio.run(resolve(name, resolver, opener, 5)).addresses
        assert found == addresses or len(found) == addresses

    def test_the_hosts_file_comes_first(self, net: Machine) -> None:
        answer = net.one("dns", "netns:green", "blue")
        assert (answer.outcome, answer.addresses, answer.address) == ("reply", ["10.5.0.3"], "")

    def test_the_search_list_is_tried_and_then_the_bare_name(self, net: Machine) -> None:
        assert net.one("dns", "netns:red", "web").addresses == ["10.5.0.3"]
        assert net.one("dns", "netns:red", "far").addresses == ["10.6.0.2"]
        assert net.one("dns", "netns:red", "web.").outcome == "no-name"

    @pytest.mark.parametrize(
        ("source", "name", "outcome", "detail"),
        [
            ("netns:red", "nope", "no-name", 'name "nope" does not resolve (NXDOMAIN from 10.5.0.1)'),
            ("netns:red", "failing", "no-name", 'name "failing" does not resolve (SERVFAIL from 10.5.0.1)'),
            ("netns:red", "silent", "timeout", 'name "silent" could not be looked up: 10.5.0.1 did not answer'),
            ("netns:green", "web", "no-route", 'name "web" could not be looked up: no way to 10.5.0.1'),
            ("netns:red", "a" * 70, "no-name", f'name "{"a" * 70}" does not resolve'),
            ("netns:red", "a..b", "no-name", 'name "a..b" does not resolve'),
        ],
    )
    def test_a_name_that_is_not_found_says_why(
        self, net: Machine, source: str, name: str, outcome: str, detail: str
    ) -> None:
        answer = net.one("dns", source, name)
        assert answer.outcome == outcome
        assert answer.detail.startswith(detail)

    def test_a_name_server_behind_a_rule_is_told(self, net: Machine) -> None:
        with _rule(net, "red", "OUTPUT -p udp --dport 53 -j DROP"):
            answer = net.one("dns", "netns:red", "web")
        assert (answer.outcome, answer.detail[-37:]) == ("timeout", "a rule here drops packets to 10.5.0.1")

    @pytest.mark.parametrize("name", ["nope", "silent", "failing"])
    def test_a_target_without_an_address_is_no_name(self, net: Machine, name: str) -> None:
        for kind in ("icmp", "tcp", "udp", "arp", "pmtu"):
            assert net.one(kind, "netns:red", name, 80).outcome == "no-name"
        assert net.one("http", "netns:red", f"http://{name}/").outcome == "no-name"

    def test_a_target_is_found_by_name(self, net: Machine) -> None:
        answer = net.one("tcp", "netns:red", "far", 80)
        assert (answer.outcome, answer.address) == ("reply", "10.6.0.2")

    def test_arp_gives_the_address_of_the_interface(self, net: Machine) -> None:
        blue = net.state("netns:blue").views["netns:blue"].interfaces[1]
        assert net.one("arp", "netns:red", "10.5.0.3").mac == blue.mac
        assert net.one("arp", "netns:blue", "10.5.0.3").mac == blue.mac

    def test_arp_ends_at_the_router(self, net: Machine) -> None:
        answer = net.one("arp", "netns:red", "10.6.0.2")
        assert answer.outcome == "no-neighbour"
        assert answer.detail == "10.6.0.2 is on no network of netns:red: its packets go by 10.5.0.1"

    def test_the_path_mtu_is_that_of_the_narrowest_link(self, net: Machine) -> None:
        assert net.one("pmtu", "netns:red", "10.6.0.2").mtu == 1500
        with _commands(net, "ip link set to-far mtu 1377", "ip link set to-far mtu 1500"):
            answer = net.one("pmtu", "netns:red", "10.6.0.2")
        assert (answer.outcome, answer.mtu) == ("reply", 1377)
        assert net.one("pmtu", "netns:red", "10.6.0.2").mtu == 1500

    def test_a_path_that_swallows_long_packets_is_measured_all_the_same(self, net: Machine) -> None:
        with _rule(net, "far", "INPUT -m length --length 1001:65535 -j DROP"):
            assert net.one("pmtu", "netns:red", "10.6.0.2", timeout=2).mtu == 1000

    def test_the_loopback_carries_the_longest_packets(self, net: Machine) -> None:
        assert net.one("pmtu", "netns:green", "127.0.0.1").mtu == 65535

    @pytest.mark.parametrize(
        ("probe", "word"),
        [
            (Probe("tcp", "netns:red", "10.5.0.3", 0), "port 0"),
            (Probe("tcp", "netns:red", "10.5.0.3", 70000), "port 70000"),
            (Probe("udp", "netns:red", "10.5.0.3", -1), "port -1"),
            (Probe("icmp", "netns:red", "10.5.0.3", timeout=0), "timeout"),
            (Probe("icmp", "netns:red", "10.5.0.3", timeout=-1), "timeout"),
            (Probe("icmp", "netns:red", "10.5.0.3", timeout=1e9), "timeout"),
            (Probe("icmp", "netns:red", ""), "neither a name nor an address"),
            (Probe("icmp", "netns:red", "a b"), "neither a name nor an address"),
            (Probe("icmp", "netns:red", "a\nb"), "neither a name nor an address"),
            (Probe("icmp", "netns:pink", "10.5.0.3"), "no namespace 'pink'"),
            (Probe("icmp", "web", "10.5.0.3"), "no view 'web'"),
            (Probe("arp", "netns:red", "::1"), "IPv4"),
        ],
    )
    def test_a_question_that_cannot_be_asked_is_broken(self, net: Machine, probe: Probe, word: str) -> None:
        broken, fine = net.probe(probe, Probe("icmp", "netns:red", "10.5.0.3"))
        assert broken.outcome == "broken"
        assert word in broken.detail
        assert fine.ok

    def test_all_probes_run_at_once_and_each_keeps_its_own_time(self, net: Machine) -> None:
        slow = [Probe("tcp", "netns:red", f"10.5.0.{n}", 80, 0.2 if n % 2 else 0.8) for n in range(100, 200)]
        started = time.monotonic()
        answers = net.probe(*slow, Probe("tcp", "netns:red", "10.5.0.3", 80))
        assert time.monotonic() - started < 20  # one after the other they take 50 s
        assert answers[-1].ok
        assert all(180 < answer.ms < 700 for answer in answers[1:-1:2])
        assert all(780 < answer.ms < 1600 for answer in answers[:-1:2])

    def test_too_many_probes_are_refused(self, net: Machine) -> None:
        status, data = net.ask("POST", "/probe", {"probes": [{"kind": "icmp", "source": "host", "target": "x"}] * 5001})
        assert (status, data["error"][:24]) == (400, "5001 probes are too many")


@pytest.mark.engine
class TestInALabHost:
    def test_containers_find_each_other_by_name(self, lab: Lab) -> None:
        lab.client.networks.create("front")
        lab.client.containers.run("web", detach=True, name="web", network="front")
        lab.client.containers.run("toolbox", ["sleep", "infinity"], detach=True, name="client", network="front")
        until(lambda: lab.host1.tcp("web", 80, source="client").ok)
        page, name, unknown, host = lab.host1.probe(
            [
                Probe("http", "client", "http://web/", timeout=5),
                Probe("dns", "client", "web", timeout=5),
                Probe("dns", "client", "nope", timeout=5),
                Probe("dns", "host", "web", timeout=5),
            ]
        )
        assert (page.outcome, page.status) == ("reply", 200)
        assert (name.outcome, name.address) == ("reply", "127.0.0.11")
        assert (unknown.outcome, unknown.detail) == (
            "no-name",
            'name "nope" does not resolve (NXDOMAIN from 127.0.0.11)',
        )
        assert host.outcome == "no-name"

    def test_a_paused_container_accepts_and_says_nothing(self, lab: Lab) -> None:
        web = lab.client.containers.run("web", detach=True, name="web", ports={"80/tcp": 8080})
        until(lambda: lab.laptop.get("http://host1:8080").ok)
        web.pause()
        answer = lab.laptop.get("http://host1:8080", timeout=1)
        web.unpause()
        assert (answer.outcome, answer.detail.split(" accepted")[1]) == (
            "timeout",
            " the connection and sent no whole answer within 1 s",
        )

    def test_the_machines_of_the_lan_find_each_other_by_name(self, lab: Lab) -> None:
        assert lab.laptop.ping("host1").ok
        assert lab.host1.ping("laptop").address == lab.laptop.address


@contextlib.contextmanager
def _commands(machine: Machine, do: str, undo: str) -> Iterator[None]:
    machine.do(do)
    try:
        yield
    finally:
        machine.do(undo)


def _rule(machine: Machine, netns: str, rule: str) -> contextlib.AbstractContextManager[None]:
    tool = f"ip netns exec {netns} iptables"
    return _commands(machine, f"{tool} -A {rule}", f"{tool} -D {rule}")
