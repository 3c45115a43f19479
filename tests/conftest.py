"""Labs for the tests: real machines on the real engine, shared by the tests of one file and reset between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from course.labs.lab import Lab, open_lab


@pytest.fixture(scope="module")
def lab_of(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Lab]]:
    """Opens the lab of a lesson for this test file alone; opened labs are closed after its last test."""
    opened: dict[str, Lab] = {}
    place = f"{request.node.path.stem.replace('_', '-')}-{os.getpid()}"  # two runs of the tests may go on at once

    def opener(lesson: str) -> Lab:
        if lesson not in opened:
            opened[lesson] = open_lab(f"{lesson}/{place}", fresh=True, learner="tester")
        return opened[lesson]

    yield opener
    for lab in opened.values():
        lab.close()


@pytest.fixture
def lab(lab_of: Callable[[str], Lab]) -> Lab:
    """One lab host and a laptop on its LAN, swept empty: no containers, networks, volumes or names of earlier tests."""
    lab = lab_of("04_user_defined_networks")
    for host in lab.hosts.values():
        host.admin("reset")
    return lab
