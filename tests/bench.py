"""How fast the course is, as ratios against a peer measured in the same run.

Prints a table and writes ``build/bench.json``: a list of ``{name, value, unit, peer, goal, holds}``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import operator
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from course.labhost.records import Probe
from course.labs import engine, images, provision
from course.labs.lab import Lab, open_lab
from graders.assertions import expect

CONTAINERS = 20


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure: a ratio or a time in seconds, what it is measured against, and the goal it must hold."""

    name: str
    value: float
    unit: str
    peer: str
    goal: str

    @property
    def holds(self) -> bool:
        """Whether the value meets the goal, which is written ``<= 2`` or ``>= 8``."""
        sign, bound = self.goal.split()
        return bool({"<=": operator.le, ">=": operator.ge}[sign](self.value, float(bound)))

    def data(self) -> dict[str, Any]:
        """The row as it is written to ``build/bench.json``."""
        return dataclasses.asdict(self) | {"holds": self.holds}


def seconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


# --- opening a lab --------------------------------------------------------------------------------------

BARE = """
for controller in /sys/fs/cgroup/*; do [ -d "$controller" ] && mount -o remount,rw,bind "$controller" 2>/dev/null; done
[ -f /sys/fs/cgroup/cgroup.controllers ] && mount -o remount,rw /sys/fs/cgroup
exec dockerd --bip 172.30.0.1/16 >/dev/null 2>&1
"""


def bare_engine() -> float:
    """Seconds from starting a container of the lab host image to the first answer of a bare dockerd in it."""
    client = engine.connect()
    api = client.api
    config = api.create_host_config(
        cap_add=provision.CAPABILITIES, security_opt=["seccomp=unconfined", "apparmor=unconfined"]
    )
    config["MaskedPaths"] = config["ReadonlyPaths"] = []
    start = time.perf_counter()
    made = api.create_container(
        images.ensure().labhost,
        entrypoint=["bash", "-c", BARE],
        host_config=config,
        volumes=["/var/lib/docker"],
        labels={"course.lab": "bench", "course.role": "bench"},
    )
    container = client.containers.get(made["Id"])
    try:
        container.start()
        wait = "until docker version >/dev/null 2>&1; do sleep 0.02; done"
        code, output = container.exec_run(["timeout", "60", "bash", "-c", wait])
        assert code == 0, output
        return time.perf_counter() - start
    finally:
        container.remove(force=True, v=True)


def lab_open_ratio(runs: int = 5) -> Row:
    """Opening a lab of one host, its images in place, against the bare engine, pair by pair."""
    ratios = []
    for _ in range(runs):
        bare = bare_engine()
        start = time.perf_counter()
        lab = open_lab("01_isolation/bench", fresh=True, learner="bench")
        ratios.append((time.perf_counter() - start) / bare)
        lab.close()
    return Row("lab_open_ratio", median(ratios), "x", "a bare dockerd in the same container", "<= 2")


# --- looking into it --------------------------------------------------------------------------------------


def fill(lab: Lab) -> list[str]:
    """Start the web servers that the other rows ask; their names."""
    lab.client.networks.create("bench", driver="bridge")
    names = [f"web{n:02}" for n in range(CONTAINERS)]
    for name in names:
        lab.client.containers.run("web", detach=True, name=name, network="bench")
    for name in names:
        expect(lab, within=30).tcp(name, name, 80)
    return names


def check_median(lab: Lab, names: list[str], runs: int = 30) -> Row:
    """One passing check, as a learner runs it."""

    def check() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            expect(lab).tcp(names[0], names[1], 80)

    return Row("check_median_s", median(seconds(check) for _ in range(runs)), "s", "-", "<= 0.3")


def probe_matrix_speedup(lab: Lab, names: list[str], runs: int = 5) -> Row:
    """20x20 TCP reachability through the agent, against one ``docker exec`` for each row."""
    addresses = [lab.client.containers.get(n).attrs["NetworkSettings"]["Networks"]["bench"]["IPAddress"] for n in names]
    probes = [Probe("tcp", name, address, 80) for name in names for address in addresses]
    script = "; ".join(f"nc -z -w 1 {address} 80 2>/dev/null && echo yes" for address in addresses)

    def by_agent() -> None:
        assert all(answer.ok for answer in lab.host1.probe(probes))

    def by_exec() -> None:
        for name in names:
            output = lab.client.containers.get(name).exec_run(["sh", "-c", script]).output
            assert output == b"yes\n" * len(names), output

    ratios = [seconds(by_exec) / seconds(by_agent) for _ in range(runs)]
    return Row("probe_matrix_speedup", median(ratios), "x", "one docker exec for each row", ">= 8")


def main() -> int:
    """Measure, print, write; exit code 1 if a goal does not hold."""
    rows = [lab_open_ratio()]
    with open_lab("01_isolation/bench", fresh=True, learner="bench") as lab:
        names = fill(lab)
        rows += [check_median(lab, names), probe_matrix_speedup(lab, names)]
    table = Table("name", "value", "unit", "against", "goal", "holds")
    for row in rows:
        table.add_row(row.name, f"{row.value:.3g}", row.unit, row.peer, row.goal, "yes" if row.holds else "NO")
    Console().print(table)
    Path("build").mkdir(exist_ok=True)
    Path("build/bench.json").write_text(json.dumps([row.data() for row in rows], indent=2) + "\n")
    return int(not all(row.holds for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
