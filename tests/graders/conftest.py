"""The town, built once for each file of tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from course.labs.lab import Lab
from graders.assertions import expect
from tests.graders.town import LESSON, build_town


@pytest.fixture(scope="module")
def town(lab_of: Callable[[str], Lab]) -> Lab:
    lab = lab_of(LESSON)
    build_town(lab)
    expect(lab, within=10).listening("web", 80).listening("db", 5432).listening("clock", 9000, protocol="udp")
    return lab
