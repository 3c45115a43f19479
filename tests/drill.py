"""A lab host to break: a shop on two networks and a laptop on the LAN, and learners' commands carried out."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from docker.types import IPAMConfig, IPAMPool

from course.faults.fault import Symptom
from course.labs.lab import Lab
from graders.assertions import expect
from graders.checking import Look
from graders.names import Resolves
from graders.reach import can
from graders.traffic import Wish

LESSON = "04_user_defined_networks"
SUBNETS = {"front": "10.181.50.0/24", "back": "10.181.51.0/24"}


def build(lab: Lab) -> None:
    """web (also called shop; published as 8080), app and client on front; app and db on back."""
    lab.host1.admin("reset")
    for name, subnet in SUBNETS.items():
        lab.client.networks.create(name, ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=subnet)]))
    _run(lab, "web", "web", ["shop"], ports={"80/tcp": 8080}, environment={"PAGE": "Welcome to the shop."})
    _run(lab, "app", "web", environment={"PORT": "8000"})
    _run(lab, "client", "toolbox")
    lab.client.networks.get("back").connect("app")
    lab.client.containers.run("web", name="db", network="back", environment={"PORT": "5432"}, detach=True)
    expect(lab, within=15).http("client", "http://web").http("laptop", "http://host1:8080").tcp("app", "db", 5432)


def _run(lab: Lab, name: str, image: str, aliases: list[str] | None = None, **more: Any) -> None:
    end = lab.client.api.create_endpoint_config(aliases=aliases or [])
    lab.client.containers.run(image, name=name, network="front", networking_config={"front": end}, detach=True, **more)


def do(lab: Lab, command: str) -> None:
    """Carry out what a learner would type: ``!docker …``, or a cell that begins with ``%%on host1``."""
    for line in command.splitlines()[1:] if command.startswith("%%on ") else ():
        said = lab.all[command.split()[1]].run(line)
        assert said.exit == 0, f"{line}: {said.stderr}"
    if command.startswith("!"):
        environment = {**os.environ, "DOCKER_HOST": lab.host1.engine_url}
        done = subprocess.run(
            command[1:], shell=True, capture_output=True, text=True, env=environment, timeout=60, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"


def question(symptom: Symptom) -> Look:
    """The symptom as the check that meets it."""
    if symptom.meant:
        return Resolves(symptom.source, symptom.target, symptom.meant).look
    wish = Wish(symptom.kind, symptom.source, symptom.target, symptom.port)
    return lambda scene: can(scene, wish, 1.0)
