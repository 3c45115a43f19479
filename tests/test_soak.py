"""The short form of ``make soak``."""

from __future__ import annotations

import pytest

from tests.soak import leave_nothing

pytestmark = [pytest.mark.engine, pytest.mark.soak]


def test_killed_kernels_and_a_sweep_leave_nothing_behind() -> None:
    assert leave_nothing(cycles=3) == {}
