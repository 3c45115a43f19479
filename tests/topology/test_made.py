"""Compose files, docker commands and docker-py code, run on real lab hosts, make the topology that they say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from course.labs.lab import Lab
from course.observe.live import read
from course.topology.commands import docker_commands, python_code
from course.topology.compose import write_compose
from course.topology.model import Topology
from tests.topology.asked import SHOP, differences

pytestmark = pytest.mark.engine


def compose_up(lab: Lab, topology: Topology) -> None:
    file = write_compose(topology)
    inside(lab, f"cat > /tmp/compose.yaml <<'END'\n{file}\nEND\ndocker compose -f /tmp/compose.yaml up -d")


def type_commands(lab: Lab, topology: Topology) -> None:
    inside(lab, docker_commands(topology))


def run_code(lab: Lab, topology: Topology) -> None:
    names: dict[str, object] = {}
    exec(python_code(topology), names)  # with DOCKER_HOST as `open_lab` left it
    names["client"].close()  # type: ignore[attr-defined]


def inside(lab: Lab, script: str) -> None:
    from tests.labhost.test_policy_engine import inside

    code, said = inside(lab, script)
    assert code == 0, said


@pytest.mark.parametrize("make", [compose_up, type_commands, run_code])
def test_made(lab: Lab, make: Callable[[Lab, Topology], None]) -> None:
    make(lab, SHOP)
    made = read(lab)
    assert differences(made, SHOP) == []
