"""The pure parts of a trace: targets, rules in words, packets read from bytes, and their order."""

from __future__ import annotations

import contextlib
import ipaddress
import struct

import dns.message
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError
from course.labhost.records import Answer, Outcome
from course.labhost.tracing import marks
from course.labhost.tracing.sightings import Link, Seen, Sighting, Step
from course.observe.hop import Header, Hop
from course.observe.journey import Journey
from course.observe.tracing import dns as tracedns
from course.observe.tracing.aim import Aim, Asked, aim
from course.observe.tracing.headers import read
from course.observe.tracing.join import join
from course.observe.tracing.rules import meaning
from course.observe.tracing.story import tell

MARK = marks.FIRST
ADDRESSES = st.ip_addresses(v=4)


def tcp(source: str = "10.0.0.2", destination: str = "10.0.0.3", port: int = MARK, to: int = 80, **more: int) -> bytes:
    """A TCP segment in an IPv4 packet; flags and sequence number may be given."""
    ends = ipaddress.IPv4Address(source).packed + ipaddress.IPv4Address(destination).packed
    segment = struct.pack(
        "!HHIIBBHHH", port, to, more.get("seq", 7), 0, 0x50, more.get("flags", 2), 99, more.get("sum", 0), 0
    )
    return struct.pack("!BBHHHBBH", 0x45, 0, 40, 5, 0, more.get("ttl", 64), 6, 0) + ends + segment


def vxlan(inner: bytes, vni: int = 4097) -> bytes:
    """The packet wrapped for the way from 192.0.2.1 to 192.0.2.2."""
    frame = b"\2" * 6 + b"\4" * 6 + b"\x08\0" + inner
    body = struct.pack("!HHHH", 40000, 4789, 16 + len(frame), 0) + struct.pack("!II", 0x08000000, vni << 8) + frame
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 9, 0, 64, 17, 0)
    return head + bytes([192, 0, 2, 1, 192, 0, 2, 2]) + body


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("db:5432", Aim("tcp", "db", 5432)),
        ("db", Aim("icmp", "db")),
        ("10.0.0.3", Aim("icmp", "10.0.0.3")),
        ("udp://clock:9000", Aim("udp", "clock", 9000)),
        ("tcp://db:1", Aim("tcp", "db", 1)),
        ("dns:db", Aim("dns", "db", 53)),
        ("http://web/", Aim("http", "http://web/", 80)),
        ("http://web:8080/a?b", Aim("http", "http://web:8080/a?b", 8080)),
        ("fd00::3", Aim("icmp", "fd00::3")),
        ("[fd00::3]:80", Aim("tcp", "fd00::3", 80)),
    ],
)
def test_a_target_says_what_to_ask_and_whom(target: str, expected: Aim) -> None:
    assert aim(target) == expected


NONSENSE = ["", "db:", "db:0", "db:99999", "db:five", "udp://db", "ftp://db:1", "db/x", "a b", "dns:", "http://"]


@pytest.mark.parametrize("target", NONSENSE)
def test_a_target_that_makes_no_sense_is_refused_with_the_forms_there_are(target: str) -> None:
    with pytest.raises(CourseError, match="is no target for a packet") as caught:
        aim(target)
    assert "db:5432" in caught.value.next and caught.value.because


@given(st.text())
def test_any_text_is_a_target_or_one_clear_error(text: str) -> None:
    with contextlib.suppress(CourseError):
        assert aim(text).address


RULES = {
    "-A DOCKER-USER -i eth0 -j DROP": "DROP for everything that comes in by eth0",
    "-P FORWARD DROP": "DROP for everything that no rule of FORWARD decided",
    "-A X -j RETURN": "RETURN for everything",
    "-A X -s 10.0.0.0/24 ! -o br0 -j MASQUERADE": (
        "MASQUERADE for everything that comes from 10.0.0.0/24 and does not go out by net"
    ),
    "-A X -m addrtype --dst-type LOCAL -j Y": "Y for everything that goes to an address that is this machine's own",
    "-A X -d 10.0.0.2/32 -p udp -m udp --dport 53": (
        "only counted for everything that goes to 10.0.0.2 and is UDP and goes to port 53"
    ),
    "-A X -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT": (
        "ACCEPT for everything that belongs to a connection that is related or established"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "words"), RULES.items())
def test_a_rule_is_said_in_words(rule: str, words: str) -> None:
    assert meaning(rule, lambda interface: "net" if interface == "br0" else interface) == words


def test_dns_messages_are_read_as_the_library_writes_them() -> None:
    question = dns.message.make_query("db.example", "A")
    assert tracedns.read(question.to_wire()) == ("A", "A? db.example")
    answer = dns.message.make_response(question)
    assert tracedns.read(answer.to_wire()) == ("A", "db.example: no address")
    answer.answer = [
        dns.rrset.from_text("db.example.", 60, "IN", "CNAME", "other.example."),
        dns.rrset.from_text("other.example.", 60, "IN", "A", "10.0.0.3"),
        dns.rrset.from_text("other.example.", 60, "IN", "AAAA", "fd00::3"),
    ]
    assert tracedns.read(answer.to_wire()) == ("A", "db.example is 10.0.0.3, fd00::3")
    answer.answer = []
    answer.set_rcode(3)  # type: ignore[arg-type]
    assert tracedns.read(answer.to_wire()) == ("A", "db.example: NXDOMAIN")


@given(st.binary(max_size=200), st.sampled_from([0x0800, 0x0806, 0x86DD]))
def test_any_bytes_are_read_without_a_fault(data: bytes, ethertype: int) -> None:
    read(data, MARK, ethertype)
    tracedns.read(data)
    marks.fingerprint(data)


@given(ADDRESSES, ADDRESSES, st.integers(0, 65535), st.integers(1, 255), st.integers(0, 65535))
def test_translation_does_not_change_a_packets_fingerprint(
    source: object, to: object, port: int, ttl: int, check: int
) -> None:
    seal = marks.fingerprint(tcp())
    assert marks.fingerprint(tcp(str(source), str(to), port, port, ttl=ttl, sum=check)) == seal
    assert marks.fingerprint(tcp(seq=8)) != seal != marks.fingerprint(tcp(flags=0x12))


def test_a_wrapped_packet_is_read_with_what_carries_it() -> None:
    packet = read(vxlan(tcp()), MARK)
    assert (str(packet.header), packet.header.note, packet.header.vni) == (
        f"10.0.0.2:{MARK} → 10.0.0.3:80",
        "SYN",
        4097,
    )
    assert packet.header.outer is not None and packet.header.outer.destination == "192.0.2.2"
    assert packet.seal == marks.fingerprint(tcp()) != packet.wire and packet.way == "there"


def run(program: list[marks.Instruction], packet: bytes, ethertype: int = 0x0800) -> bool:
    """What the kernel does with a filter (Documentation/networking/filter.rst), for the instructions that ours has."""
    a = x = kept = at = 0

    def load(where: int, size: int) -> int:
        start = where - 0xFFF00000
        if len(packet) < start + size:
            raise IndexError
        return int.from_bytes(packet[start : start + size], "big")

    try:
        while True:
            code, true, false, k = program[at]
            at += 1
            match code:
                case 0x28:
                    a = ethertype
                case 0x20 | 0x30:
                    a = load(k, 4 if code == 0x20 else 1)
                case 0x48 | 0x50:
                    a = load(k + x, 2 if code == 0x48 else 1)
                case 0xB1:
                    x = 4 * (load(k, 1) & 15)
                case 0x01:
                    x = k
                case 0x02:
                    kept = a
                case 0x60:
                    a = kept
                case 0x54:
                    a &= k
                case 0x15:
                    at += true if a == k else false
                case 0x45:
                    at += true if a & k else false
                case 0x05:
                    at += k
                case 0x06:
                    return bool(k)
    except IndexError:
        return False


@given(st.binary(min_size=20, max_size=90), st.sampled_from([0x45, 0x46, 0x60]), st.sampled_from([1, 6, 17, 58, 47]))
def test_the_kernels_filter_lets_exactly_the_marked_packets_through(data: bytes, first: int, protocol: int) -> None:
    packet = bytearray(bytes([first]) + data[1:])
    packet[6 if first == 0x60 else 9] = protocol
    start = 40 if first == 0x60 else (first & 15) * 4
    numbers = [packet[start + at : start + at + 2] for at in marks.PLACES.get(protocol, ())]
    marked = any(len(n) == 2 and int.from_bytes(n, "big") // marks.BLOCK == MARK // marks.BLOCK for n in numbers)
    assert run(marks.program(MARK), bytes(packet), 0x86DD if first == 0x60 else 0x0800) == marked


def test_the_kernels_filter_knows_the_mark_wherever_it_may_be() -> None:
    program = marks.program(MARK, marks.Server("10.0.0.3", 80))
    assert run(program, tcp()) and run(program, vxlan(tcp())) and run(program, tcp(port=1, to=MARK + 15))
    assert run(program, b"", 0x0806) and not run(program, tcp(port=MARK - 1, to=81))
    assert run(program, tcp(port=5)) and run(program, tcp("10.0.0.3", "10.0.0.9", 80, 5, flags=0x14))
    assert not run(program, tcp(port=5, flags=0x10)) and not run(program, tcp("10.0.0.4", "10.0.0.5", 5))


def sighting(at: int, interface: str, leaving: bool, packet: bytes) -> Sighting:
    return Sighting("host", at, interface, leaving, 0x0800, packet.hex())


def step(number: int, chain: str, came: str, goes: str, packet: bytes = b"", verdict: str = "ACCEPT") -> Step:
    return Step("host", number, "ip", "filter", chain, "rule", 3, verdict, came, goes, packet.hex())


def stations(seen: Seen) -> list[str]:
    (passage,) = join({"host1": seen}, MARK)
    told = [(moment.sighting, moment.step) for moment in passage.moments]
    return [sighting.interface if sighting else step.chain if step else "" for sighting, step in told]


def test_rules_stand_between_the_interfaces_that_they_were_told() -> None:
    routed = [
        sighting(10, "veth1", False, tcp()),
        sighting(20, "br0", False, tcp()),
        sighting(90, "eth0", True, tcp(ttl=63)),
    ]
    steps = [
        step(1, "PREROUTING", "br0", "", tcp()),
        step(2, "FORWARD", "br0", "eth0", tcp(ttl=63)), step(2, "DOCKER-USER", "", ""),
        step(2, "POSTROUTING", "", "eth0", tcp(ttl=63)),
    ]  # fmt: skip
    links = {"host": [Link("veth1", 2, master="br0"), Link("br0", 1, kind="bridge"), Link("eth0", 3)]}
    expected = ["veth1", "br0", "PREROUTING", "FORWARD", "DOCKER-USER", "POSTROUTING", "eth0"]
    assert stations(Seen(routed, steps, links=links)) == expected
    bridged = [sighting(10, "veth1", False, tcp()), sighting(90, "veth2", True, tcp())]
    links["host"].append(Link("veth2", 4, master="br0"))
    between = [step(1, "FORWARD", "br0", "br0", tcp()), step(1, "DOCKER", "", "")]
    assert stations(Seen(bridged, between, links=links)) == ["veth1", "FORWARD", "DOCKER", "veth2"]


def test_a_packet_that_no_interface_saw_comes_before_what_was_seen_later() -> None:
    dropped = step(1, "OUTPUT", "", "eth0", tcp(), "DROP")
    late = sighting(50, "eth0", True, tcp(port=MARK + 1, seq=9))
    first, second = join({"host1": Seen([late], [dropped])}, MARK)
    assert first.moments[0].step is not None and second.moments[0].sighting is not None


ANSWER = tcp("10.0.0.3", "10.0.0.2", 80, MARK, flags=0x12)
WHOLE = [
    sighting(10, "veth1", False, tcp()), sighting(20, "br0", False, tcp()), sighting(30, "vxlan0", True, tcp(ttl=63)),
    sighting(40, "eth0", True, vxlan(tcp(ttl=63))), sighting(50, "eth0", False, vxlan(ANSWER)),
    sighting(60, "vxlan0", False, ANSWER), sighting(70, "veth1", True, ANSWER),
]  # fmt: skip
RULES_MET = [
    step(1, "PREROUTING", "br0", "", tcp()), step(2, "FORWARD", "br0", "vxlan0", tcp(ttl=63)),
    step(2, "POSTROUTING", "", "vxlan0", tcp("10.0.0.9", ttl=63)), step(3, "INPUT", "eth0", "", ANSWER, "DROP"),
]  # fmt: skip


@given(st.data(), st.sampled_from(["reply", "timeout", "refused", "no-route", "no-name", "no-neighbour", "broken"]))
def test_whatever_was_not_seen_a_journey_is_told(data: st.DataObject, outcome: Outcome) -> None:
    kept = [item for item in WHOLE if data.draw(st.booleans())]
    steps = [item for item in RULES_MET if data.draw(st.booleans())]
    links = {"host": [Link("veth1", 2, master="br0", kind="veth"), Link("br0", 1, kind="bridge")]}
    links["host"].append(Link("vxlan0", 3, kind="vxlan", addresses=["10.0.0.2"] * data.draw(st.integers(0, 1))))
    answer = Answer(outcome, address="10.0.0.3", detail="the answer")
    asked = Asked("web", "db:80", Aim("tcp", "db", 80), "host1", "host", MARK, answer)
    journey = tell(asked, {"host1": Seen(kept, steps, links=links)})
    assert journey.sentence.endswith(".") and str(journey)
    assert [hop.ms for hop in journey.hops] == sorted(hop.ms for hop in journey.hops)
    assert journey.arrived == (outcome == "reply")


def test_a_table_has_a_row_for_each_hop_and_ends_with_the_sentence_and_what_was_not_seen() -> None:
    header = Header("tcp", "10.0.0.2", "10.0.0.3", 1, 80, "SYN")
    changed = Header("tcp", "10.0.0.9", "10.0.0.3", 1, 80, "SYN")
    rule = "-A POSTROUTING -j MASQUERADE"
    hops = (
        Hop(0, "there", "host1", "web", "eth0", "sent", header, header, detail="leaves web"),
        Hop(0.5, "there", "host1", "host", "nat/POSTROUTING", "translated", header, changed, rule, "MASQUERADE"),
        Hop(12, "there", "host1", "host", "filter/INPUT", "stopped", changed, changed, "-A INPUT -j DROP", "DROP"),
    )
    text = str(Journey("web", "db:80", "dropped", "host1 dropped it.", hops, hops[-1], ("host2: it slept",)))
    assert text.splitlines() == [
        "web → db:80",
        "    ms     where      station          packet                          what",
        " 0.000  →  host1/web  eth0             10.0.0.2:1 → 10.0.0.3:80 SYN    leaves web",
        " 0.500  →  host1      nat/POSTROUTING  ⇒ 10.0.0.9:1 → 10.0.0.3:80 SYN  -A POSTROUTING -j MASQUERADE",
        "12.000  →             filter/INPUT                                     ■ -A INPUT -j DROP",
        "",
        "host1 dropped it.",
        "not seen: host2: it slept",
    ]
