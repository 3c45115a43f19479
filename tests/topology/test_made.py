"""Compose files, docker commands and docker-py code, run on real lab hosts, make the topology that they say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from course.labs.lab import Lab
from course.observe.live import read
from course.topology.commands import docker_commands, python_code
from course.topology.compose import read_compose, write_compose
from course.topology.converge import apply
from course.topology.model import Attachment, Container, Machine, Network, Topology
from tests.labhost.test_policy_engine import inside
from tests.topology.asked import SHOP, differences

pytestmark = pytest.mark.engine


@pytest.fixture
def lab(lab_of: Callable[[str], Lab]) -> Lab:
    """Two lab hosts, swept empty."""
    lab = lab_of("02_default_bridge")
    for host in lab.hosts.values():
        host.admin("reset")
    return lab


def engines(lab: Lab) -> dict[str, str]:
    """Where the engines listen, as generated scripts and code ask for it."""
    return {name.upper(): host.engine_url for name, host in lab.hosts.items()}


def compose(lab: Lab, file: str, command: str) -> None:
    code, said = inside(lab, f"cat > compose.yaml <<'END'\n{file}\nEND\ndocker compose -f compose.yaml {command}")
    assert code == 0, said


def compose_up(lab: Lab, topology: Topology) -> None:
    compose(lab, write_compose(topology), "up -d")


def type_commands(lab: Lab, topology: Topology) -> None:
    done = subprocess.run(
        ["sh"], input=docker_commands(topology), env=os.environ | engines(lab), text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr


def run_code(lab: Lab, topology: Topology) -> None:
    names: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, url in engines(lab).items():
            patch.setenv(name, url)
        exec(python_code(topology), names)
    names["client"].close()  # type: ignore[attr-defined]


def apply_it(lab: Lab, topology: Topology) -> None:
    apply(topology, lab, lambda news: None)


def without_plug_options(topology: Topology) -> Topology:
    """Compose 2.26, which lab hosts have, overlooks the driver options of a plug."""
    plugs = tuple(replace(plug, options={}) for plug in topology.attachments)
    return replace(topology, attachments=plugs)


def only(topology: Topology, machine: str) -> Topology:
    """What of a topology is on that machine."""
    networks, containers = topology.networks_of(machine), topology.containers_of(machine)
    plugs = [plug for plug in topology.attachments if plug.machine == machine]
    return Topology(topology.name, (Machine(machine),), tuple(networks), tuple(containers), tuple(plugs))


def test_compose_makes_what_was_written_and_what_was_read_from_it_can_be_written_again(lab: Lab) -> None:
    asked = without_plug_options(SHOP)
    compose_up(lab, asked)
    made = only(read(lab), "host1")
    assert differences(made, asked) == []
    again = write_compose(made)
    assert read_compose(again).notes == ()
    compose(lab, again, "config --quiet")
    assert differences(made, read_compose(again).topology) == []


INN = """
services:
  web: {image: web, networks: [front, default], depends_on: [db]}
  db: {image: toolbox, hostname: data, healthcheck: {test: [CMD, "true"]}}
  side: {image: toolbox, network_mode: "service:web"}
  many: {image: web, ports: ["9000-9001:80-81"], entrypoint: [sleep], command: infinity}
networks: {front: {name: Front}}
"""


def test_names_that_compose_makes_are_the_ones_that_were_read(lab: Lab) -> None:
    compose(lab, f"name: inn\n{INN}", "up -d")
    assert differences(only(read(lab), "host1"), read_compose(INN, "inn").topology) == []


@pytest.mark.parametrize("make", [type_commands, run_code, apply_it])
def test_commands_and_code_make_what_they_say(lab: Lab, make: Callable[[Lab, Topology], None]) -> None:
    make(lab, SHOP)
    assert differences(only(read(lab), "host1"), SHOP) == []


@pytest.fixture
def swarm(lab: Lab) -> Iterator[Lab]:
    """The two lab hosts in a swarm."""
    first, second = (host.client for host in lab.hosts.values())
    first.swarm.init(advertise_addr=lab.host1.address)
    token = first.swarm.attrs["JoinTokens"]["Worker"]
    second.swarm.join(remote_addrs=[lab.host1.address], join_token=token, advertise_addr=lab.host2.address)
    yield lab
    for client in (second, first):
        for container in client.containers.list(all=True):
            container.remove(force=True)
        client.swarm.leave(force=True)


HOSTS = ("host1", "host2")
TOWN = Topology(
    "town",
    machines=tuple(map(Machine, HOSTS)),
    networks=(
        *(
            Network("wide", host, "overlay", subnets=("10.88.0.0/24",), gateway="10.88.0.1", attachable=True)
            for host in HOSTS
        ),
        *(Network("front", host, subnets=("10.89.0.0/24",), gateway="10.89.0.1") for host in HOSTS),
    ),
    containers=tuple(Container("web", host, "web", environment={"PAGE": host}) for host in HOSTS),
    attachments=(
        *(Attachment("web", "wide", host, aliases=("any",)) for host in HOSTS),
        *(Attachment("web", "front", host, address="10.89.0.9") for host in HOSTS),
    ),
)


@pytest.mark.parametrize("make", [type_commands, run_code])
def test_two_machines_share_an_overlay_and_have_the_rest_for_themselves(
    swarm: Lab, make: Callable[[Lab, Topology], None]
) -> None:
    make(swarm, TOWN)
    assert differences(read(swarm), TOWN) == []


def test_compose_can_read_a_file_that_names_several_machines(lab: Lab) -> None:
    compose(lab, write_compose(TOWN), "config --quiet")
