"""Looking into a lab: one check, and twenty containers that ask each other."""

from __future__ import annotations

import contextlib
import io
from statistics import median

from course.labhost.records import Probe
from course.labs.lab import Lab
from graders.assertions import expect
from tests.bench import Row, seconds

CONTAINERS = 20


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
