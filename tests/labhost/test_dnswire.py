from __future__ import annotations

import contextlib
from ipaddress import ip_address

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.labhost.probing.dnswire import AAAA, A, Reply, question, reply
from course.labhost.probing.names import is_address

KINDS = st.sampled_from([A, AAAA])
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z0-9]{1,9}){0,3}\.", fullmatch=True)


def asked(name: str = "web.lan.", kind: int = A, ident: int = 7) -> bytes:
    return question(ident, dns.name.from_text(name).to_wire() or b"", kind)


def answered(query: bytes, *records: tuple[str, str, str], code: int = 0) -> bytes:
    made = dns.message.make_response(dns.message.from_wire(query))
    made.set_rcode(dns.rcode.Rcode(code))
    made.answer += [dns.rrset.from_text(name, 1, "IN", kind, data) for name, kind, data in records]
    return made.to_wire()


@given(NAMES, KINDS, st.integers(0, 65535))
def test_a_question_is_the_one_that_dnspython_writes(name: str, kind: int, ident: int) -> None:
    theirs = dns.message.make_query(name, dns.rdatatype.RdataType(kind), id=ident)
    assert asked(name, kind, ident) == theirs.to_wire()


@given(NAMES, st.sets(st.ip_addresses(v=4).map(str), max_size=5), st.sets(st.ip_addresses(v=6).map(str), max_size=5))
def test_every_address_is_read_and_nothing_else(name: str, four: set[str], six: set[str]) -> None:
    records = [(name, "CNAME", "other.lan."), *(("other.lan.", "A", a) for a in four)]
    records += [("other.lan.", "AAAA", a) for a in six] + [("other.lan.", "TXT", '"10.0.0.1"')]
    query = asked(name)
    packet = answered(query, *records)
    theirs = dns.message.from_wire(packet)
    known = [item.address for rows in theirs.answer for item in rows if hasattr(item, "address")]
    read = reply(packet, query)
    assert read is not None and read.code == 0
    assert [ip_address(a) for a in read.addresses] == [ip_address(a) for a in known]
    assert {ip_address(a) for a in known} == {ip_address(a) for a in [*four, *six]}


def test_the_code_of_a_refusal_is_told() -> None:
    assert reply(answered(asked(), code=3), asked()) == Reply(3, [])
    short = asked()[:2] + b"\x81\x82" + bytes(8)  # a failing server need not repeat the question
    assert reply(short, asked()) == Reply(2, [])


@pytest.mark.parametrize("other", [asked(ident=8), asked("db.lan."), asked(kind=AAAA)])
def test_the_reply_to_another_question_is_none(other: bytes) -> None:
    assert reply(answered(other), asked()) is None
    assert reply(asked(), asked()) is None, "a question is no reply"


def test_a_server_may_write_the_name_in_other_letters() -> None:
    assert reply(answered(asked("WEB.lan."), ("WEB.lan.", "A", "10.1.0.2")), asked()) == Reply(0, ["10.1.0.2"])


@given(st.binary(max_size=80), st.booleans())
def test_no_packet_upsets_the_reader(rest: bytes, begins_well: bool) -> None:
    packet = asked()[:2] + b"\x81\x80" + rest if begins_well else rest
    with contextlib.suppress(ValueError):
        found = reply(packet, asked())
        assert found is None or all(is_address(address) for address in found.addresses)


def test_a_record_that_is_cut_off_breaks_the_reply() -> None:
    packet = answered(asked(), ("web.lan.", "A", "10.1.0.2"))
    for length in range(len(asked()), len(packet)):
        with pytest.raises(ValueError, match="broken reply"):
            reply(packet[:length], asked())
