from __future__ import annotations

import json
import math
from dataclasses import MISSING, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.labhost.records import Answer, Interface, Listener, Probe, Route, Run, State, View, from_data, to_json

RECORDS: list[Any] = [Probe, Answer, Interface, Route, Listener, View, State, Run]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e299, max_value=1e299)


@given(st.sampled_from(RECORDS).flatmap(lambda kind: st.from_type(kind)))
def test_what_is_written_is_read_back_the_same(record: Any) -> None:
    numbers = [getattr(record, field.name) for field in fields(record)]
    if any(isinstance(number, float) and not abs(number) < 1e300 for number in numbers):
        return  # the next tests are about these
    assert from_data(type(record), json.loads(to_json(record))) == record


@given(st.sampled_from(RECORDS), JSON)
def test_nonsense_is_refused_with_a_sentence(kind: Any, data: Any) -> None:
    required = [field for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]
    if data == {} and not required:
        return
    with pytest.raises(ValueError, match=kind.__name__):
        from_data(kind, data)


@given(
    st.sampled_from([field.name for field in fields(Probe)]),
    st.none() | st.booleans() | st.lists(st.integers()) | st.dictionaries(st.text(), st.text()),
)
def test_one_wrong_field_is_named(name: str, value: Any) -> None:
    good = {"kind": "tcp", "source": "web", "target": "db", "port": 5432, "timeout": 1.5}
    assert from_data(Probe, good).port == 5432
    with pytest.raises(ValueError, match=f"Probe.{name}"):
        from_data(Probe, good | {name: value})


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 10**400, True, "1"])
def test_a_timeout_is_a_finite_number(number: Any) -> None:
    with pytest.raises(ValueError, match=r"Probe\.timeout"):
        from_data(Probe, {"kind": "tcp", "source": "web", "target": "db", "timeout": number})


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no field 'colour'"):
        from_data(Probe, {"kind": "tcp", "source": "web", "target": "db", "colour": "red"})


def test_a_missing_field_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="target"):
        from_data(Probe, {"kind": "tcp", "source": "web"})


def test_an_unknown_kind_lists_the_kinds_there_are() -> None:
    with pytest.raises(ValueError, match="one of icmp, tcp"):
        from_data(Probe, {"kind": "smtp", "source": "web", "target": "db"})


def test_only_a_reply_means_yes() -> None:
    assert Answer("reply").ok
    assert not Answer("refused").ok
    assert not Answer("broken").ok


def test_the_addresses_of_a_view_are_those_that_others_may_use() -> None:
    loopback = Interface("lo", 1, addresses=["127.0.0.1/8"])
    ethernet = Interface("eth0", 2, addresses=["10.5.0.2/24", "fe80::1/64"])
    assert View("web", 1, [loopback, ethernet]).addresses == ["10.5.0.2"]
