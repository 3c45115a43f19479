"""Bytes of the wire, read: what each kind of packet says, and that no bytes at all make the reader fail."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course.labhost.capturing.dissect import CUT, Dissection, frame, packet
from course.labhost.probing import packets
from tests.labhost.frames import (
    ACK,
    BLUE,
    FIN,
    PSH,
    RED,
    RST,
    SYN,
    arp,
    ethernet,
    icmp,
    ipv4,
    ipv6,
    mac,
    tcp,
    udp,
    vxlan,
)  # fmt: skip


def answer(question: str, *records: str, kind: str = "A", code: dns.rcode.Rcode = dns.rcode.NOERROR) -> bytes:
    """A name server's answer, made by another program than the one under test."""
    made = dns.message.make_response(dns.message.make_query(question, kind))
    made.set_rcode(code)
    made.answer += [dns.rrset.from_text(f"{question}.", 600, "IN", *record.split(" ", 1)) for record in records]
    return made.to_wire()


SAID = {
    "SYN": tcp(flags=SYN),
    "SYN ACK": tcp(flags=SYN | ACK),
    "ACK": tcp(),
    "FIN ACK": tcp(flags=FIN | ACK),
    "RST": tcp(flags=RST),
    "RST ACK": tcp(flags=RST | ACK),
    "no flags": tcp(flags=0),
    "5 bytes": tcp(b"hello", PSH | ACK),
    "FIN 1 byte": tcp(b"x", FIN | ACK),
    "HTTP GET /": tcp(b"GET / HTTP/1.1\r\nHost: web\r\n\r\n", PSH | ACK),
    "HTTP POST /orders?n=1": tcp(b"POST /orders?n=1 HTTP/1.0\r\n\r\n", PSH | ACK),
    "HTTP 200 OK": tcp(b"HTTP/1.1 200 OK\r\n\r\nhello", PSH | ACK),
    "HTTP 404": tcp(b"HTTP/1.1 404\r\n\r\n", PSH | ACK),
    "20 bytes": tcp(b"GET into the boat!\r\n\r"[:20], PSH | ACK),
    "A? tcp": tcp(b"\0\x15" + dns.message.make_query("tcp", "A").to_wire(), PSH | ACK, target=53),
}
ASKED = {
    "A? db": udp(dns.message.make_query("db", "A").to_wire()),
    "AAAA? db.lan": udp(dns.message.make_query("db.lan", "AAAA").to_wire()),
    "PTR? 3.0.0.10.in-addr.arpa": udp(dns.message.make_query("3.0.0.10.in-addr.arpa", "PTR").to_wire()),
    "db is 10.0.0.3": udp(answer("db", "A 10.0.0.3"), 53, 40000),
    "db is 10.0.0.3, 10.0.0.4, 10.0.0.5 and 1 more": udp(
        answer("db", "A 10.0.0.3 ", "A 10.0.0.4", "A 10.0.0.5", "A 10.0.0.6"), 53, 40000
    ),
    "db has no A": udp(answer("db"), 53, 40000),
    "NXDOMAIN db": udp(answer("db", code=dns.rcode.NXDOMAIN), 53, 40000),
    "SERVFAIL db": udp(answer("db", code=dns.rcode.SERVFAIL), 53, 40000),
    "db is other": udp(answer("db", "CNAME other."), 53, 40000),
    "7 bytes": udp(b"course\n", target=9),
    "3 bytes": udp(b"odd", target=53),
    "DHCP discover": udp(bytes(236) + b"\x63\x82\x53\x63" + b"\0\x0c\x01x\x35\x01\x01\xff", 68, 67),
}
REPORTED = {
    "echo request": icmp(8, rest=0x12340001),
    "echo reply": icmp(0),
    "host unreachable": icmp(3, 1),
    "port unreachable": icmp(3, 3),
    "prohibited by a filter": icmp(3, 13),
    "unreachable, code 15": icmp(3, 15),
    "fragmentation needed, MTU 1400": icmp(3, 4, 1400),
    "time exceeded": icmp(11),
    "type 42": icmp(42),
}


@pytest.mark.parametrize(
    ("words", "body", "protocol"),
    [(words, body, kind) for kind, known in ((6, SAID), (17, ASKED), (1, REPORTED)) for words, body in known.items()],
)
def test_a_packet_is_read_in_the_words_of_its_field(words: str, body: bytes, protocol: int) -> None:
    seen = frame(ethernet(ipv4(body, protocol)))
    assert (seen.source, seen.destination, seen.words) == ("10.0.0.2", "10.0.0.3", words)
    assert seen.protocol == {6: "tcp", 17: "udp", 1: "icmp"}[protocol]


def test_all_of_the_headers_is_kept() -> None:
    seen = frame(ethernet(ipv4(tcp(b"hello", PSH | ACK), 6, ttl=63), vlan=20))
    assert (seen.source_mac, seen.destination_mac, seen.vlan, seen.ttl, seen.packet_id) == (RED, BLUE, 20, 63, 7)
    assert (seen.source_port, seen.destination_port, seen.payload) == (40000, 80, b"hello")
    assert (seen.flags, seen.sequence, seen.acknowledged) == (("PSH", "ACK"), 1000, 2000)
    echo = packet(ipv4(packets.echo_request(0x1234, 9, 4), 1))
    assert (echo.words, echo.ident, echo.sequence, echo.payload) == ("echo request", 0x1234, 9, bytes(4))


def test_padding_is_not_taken_for_what_is_said() -> None:
    assert frame(ethernet(ipv4(tcp(), 6)) + bytes(6)).words == "ACK"
    assert frame(ethernet(ipv4(udp(b"ab", target=9), 17)) + bytes(16)).words == "2 bytes"


def test_arp_asks_and_tells() -> None:
    asked = frame(packets.arp_request(mac(RED), "10.0.0.2", "10.0.0.3"))
    assert (asked.protocol, asked.words) == ("arp", "who has 10.0.0.3?")
    assert (asked.source, asked.destination, asked.destination_mac) == ("10.0.0.2", "10.0.0.3", "ff:ff:ff:ff:ff:ff")
    assert frame(ethernet(arp(2), 0x0806)).words == f"10.0.0.2 is at {RED}"
    assert frame(ethernet(arp(1, target="10.0.0.2"), 0x0806)).words == f"10.0.0.2 is at {RED}"  # told unasked


def test_an_overlay_s_packet_is_seen_inside_the_one_that_carries_it() -> None:
    inner = ethernet(ipv4(icmp(8), 1, "10.0.1.2", "10.0.1.3"))
    seen = frame(ethernet(ipv4(udp(vxlan(inner), target=4789), 17)))
    assert seen.words == "VXLAN 4097: 10.0.1.2 → 10.0.1.3 ICMP echo request"
    assert (seen.protocol, seen.application, seen.vni, seen.source) == ("udp", "vxlan", 4097, "10.0.0.2")
    assert seen.innermost == seen.inner == Dissection(
        "icmp", "10.0.1.2", "10.0.1.3", words="echo request", source_mac=RED, destination_mac=BLUE, ttl=64, packet_id=7,
        depth=1,
    )  # fmt: skip
    named = ethernet(ipv4(udp(answer("db", "A 10.0.0.3"), 53, 9), 17))
    assert frame(ethernet(ipv4(udp(vxlan(named), target=4789), 17))).words.endswith(
        "10.0.0.2 → 10.0.0.3 db is 10.0.0.3"
    )
    assert packet(ipv4(ipv4(tcp(flags=SYN), 6, "10.0.1.2"), 4)).words == "IP in IP: 10.0.1.2 → 10.0.0.3 TCP SYN"


def test_an_error_quotes_the_packet_that_it_is_about() -> None:
    seen = packet(ipv4(icmp(3, 3, payload=ipv4(udp(b"", target=9), 17)), 1))
    assert seen.quoted and (seen.quoted.protocol, seen.quoted.destination_port) == ("udp", 9)


def test_version_six_is_read_too() -> None:
    asks = icmp(135, payload=bytes.fromhex("fd000000000000000000000000000003"))
    tells = icmp(136, payload=bytes.fromhex("fd000000000000000000000000000003") + b"\2\1" + mac(RED))
    said = {
        "SYN": ipv6(tcp(flags=SYN), 6),
        "ACK": ipv6(b"\x06\0" + bytes(6) + tcp(), 0),  # behind hop-by-hop options
        "echo request": ipv6(icmp(128), 58),
        "who has fd00::3?": ipv6(asks, 58),
        f"fd00::3 is at {RED}": ipv6(tells, 58),
        "packet too big, MTU 1280": ipv6(icmp(2, rest=1280), 58),
        "port unreachable": ipv6(icmp(1, 4), 58),
        "fragment, from byte 1448 on": ipv6(b"\x11\0" + (1448).to_bytes(2, "big") + bytes(4), 44),
    }
    assert [frame(ethernet(body, 0x86DD)).words for body in said.values()] == list(said)


def test_what_is_not_understood_says_what_it_is() -> None:
    said = {
        "protocol 132": ipv4(b"", 132),
        "encrypted, 92 bytes": ipv4(bytes(100), 50),
        "fragment, from byte 1480 on": ipv4(bytes(100), 17, fragment=185),
        "multicast report": ipv4(b"\x16\0\0\0", 2),
        "IP version 9": b"\x90",
    }
    assert [packet(body).words for body in said.values()] == list(said)
    assert frame(ethernet(b"", 0x88CC)).words == "ethertype 0x88cc"
    assert frame(ethernet(b"", 0x0026, to="01:80:c2:00:00:00")).words == "spanning tree"


@pytest.mark.parametrize("length", range(14 + 20 + 20))
def test_a_frame_that_was_cut_says_so_and_tells_what_there_was(length: int) -> None:
    seen = frame(ethernet(ipv4(tcp(flags=SYN), 6))[:length])
    assert seen.words == CUT
    assert seen.source_mac == (RED if length >= 14 else "")
    assert seen.source == ("10.0.0.2" if length >= 34 else "")


def test_packets_in_packets_have_an_end() -> None:
    body = tcp(flags=SYN)
    for _ in range(2000):
        body = ipv4(body, 4)[:65000]
    assert packet(body).innermost.words == "wrapped too deeply"


def test_names_that_point_in_circles_are_no_names() -> None:
    header = dns.message.make_query("db", "A").to_wire()[:12]
    assert packet(ipv4(udp(header + b"\xc0\x0c\0\1\0\1"), 17)).words == "18 bytes"


HEADED = st.sampled_from([
    b"", ethernet(b"", 0x0806), ethernet(ipv4(b"", 6)), ethernet(ipv4(b"", 17)), ethernet(ipv4(b"", 1)), ethernet(b""),
    ethernet(b"", 0x86DD), ethernet(b"", vlan=3), ethernet(ipv6(b"", 58), 0x86DD), ethernet(ipv6(b"", 0), 0x86DD),
    *(ethernet(ipv4(udp(b"", source, 53), 17)) for source in (67, 4789)), ethernet(ipv4(udp(vxlan(b"")), 17)),
])  # fmt: skip


@given(HEADED, st.binary(max_size=300), st.sampled_from([b"", *SAID.values(), *ASKED.values()]))
@example(b"", b"", b"")
def test_no_bytes_make_the_reader_fail(head: bytes, body: bytes, tail: bytes) -> None:
    data = head + body + tail
    for seen in (frame(data), packet(data)):
        assert seen.words and "\n" not in seen.words and seen.words.isprintable()
        assert len(seen.words) < 2500 and str(seen.innermost)


@given(st.sampled_from([*SAID.values(), *ASKED.values()]), st.data())
def test_a_packet_with_one_wrong_byte_is_still_read(body: bytes, data: st.DataObject) -> None:
    whole = bytearray(ethernet(ipv4(body, 6 if body in SAID.values() else 17)))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert frame(bytes(whole)).words
