"""The short form of what ``make soak`` does with traces."""

from __future__ import annotations

import pytest

from tests.watching import traces_leave_nothing

pytestmark = [pytest.mark.engine, pytest.mark.soak]


def test_killed_traces_leave_nothing_behind() -> None:
    assert traces_leave_nothing(count=10) == {}
