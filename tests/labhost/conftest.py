"""A running agent for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.labhost.machine import Machine, wire_up


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """An agent on a machine with nothing on it, shared by the tests of one file."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def wired(machine: Machine) -> Machine:
    """The same with namespaces and cables (see ``wire_up``)."""
    wire_up(machine)
    return machine
