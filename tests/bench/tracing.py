"""Traces: how long a learner waits for one."""

from __future__ import annotations

from statistics import median

from course.labs.lab import Lab
from course.observe.trace import trace
from tests.bench import Row, seconds


def trace_s(lab: Lab, names: list[str], runs: int = 5) -> Row:
    """The median of several kinds of trace among the containers of `looking.fill`: by name, by address, a ping, a
    lookup, a published port from the host itself, a refused port, a name that nobody has, and a dropped packet."""
    far = lab.client.networks.create("bench-far", driver="bridge")
    container = lab.client.containers.run("web", detach=True, name="far", network=far.name, ports={"80/tcp": 8081})
    try:
        address = _address(lab, "far", "bench-far")
        expected = {
            f"{names[1]}:80": "answered",
            f"{_address(lab, names[1], 'bench')}:80": "answered",
            names[1]: "answered",
            f"dns:{names[1]}": "answered",
            f"{names[1]}:81": "refused",
            "nobody:80": "no-name",
            f"{address}:80": "dropped",
        }
        times = [_timed(lab, names[0], target, outcome) for _ in range(runs) for target, outcome in expected.items()]
        times += [_timed(lab, "host1", "127.0.0.1:8081", "answered") for _ in range(runs)]
    finally:
        container.remove(force=True)
        far.remove()
    return Row("trace_s", median(times), "s", "-", "<= 2")


def _timed(lab: Lab, source: str, target: str, outcome: str) -> float:
    def one() -> None:
        journey = trace(source, target, lab)
        assert journey.outcome == outcome, journey

    return seconds(one)


def _address(lab: Lab, name: str, network: str) -> str:
    return str(lab.client.containers.get(name).attrs["NetworkSettings"]["Networks"][network]["IPAddress"])
