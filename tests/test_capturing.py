"""The short form of the endurance run of captures."""

from __future__ import annotations

import pytest

from tests.capturing import captures_leave_nothing

pytestmark = [pytest.mark.engine, pytest.mark.soak]


def test_captures_that_end_badly_leave_nothing_behind() -> None:
    assert captures_leave_nothing(10) == {}
