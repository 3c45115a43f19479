"""The whole matrix: twenty containers that ping each other, open each other's port and look up each other's name."""

from __future__ import annotations

from statistics import median
from typing import Any

from course.labs.lab import Lab
from course.observe.matrix import matrix
from tests.bench import Row, seconds

ASKED = ("icmp", "tcp:80", "dns")
# One row, as a shell in a container asks it fastest: everything at once, and all names of one program.
SCRIPT = """
for a in {addresses}; do
  ping -q -c 1 -W 1 $a >/dev/null && echo yes &
  nc -z -w 1 $a 80 2>/dev/null && echo yes &
done
getent ahostsv4 {names} | grep -c STREAM
wait
"""


def matrix_full(lab: Lab, names: list[str], runs: int = 7) -> list[Row]:
    """ICMP, TCP and names of all pairs, from the call to its result; and against one ``docker exec`` for each row."""
    containers = {name: lab.client.containers.get(name) for name in names}
    addresses = {n: c.attrs["NetworkSettings"]["Networks"]["bench"]["IPAddress"] for n, c in containers.items()}
    others = {name: [other for other in names if other != name] for name in names}
    scripts = {
        name: SCRIPT.format(addresses=" ".join(addresses[other] for other in row), names=" ".join(row))
        for name, row in others.items()
    }

    def by_matrix() -> None:
        assert len(matrix(lab, *ASKED, among=names).reached) == sum(map(len, others.values()))

    def by_exec() -> None:
        for name, container in containers.items():
            said: Any = container.exec_run(["sh", "-c", scripts[name]]).output
            asked = len(others[name])
            assert sorted(said.split()) == sorted([b"yes"] * 2 * asked + [b"%d" % asked]), said

    times = [(seconds(by_exec), seconds(by_matrix)) for _ in range(runs)]
    speedup = median(slow / fast for slow, fast in times)
    return [
        Row("matrix_full_s", median(fast for _, fast in times), "s", "-", "<= 1.0"),
        Row("matrix_full_speedup", speedup, "x", "one docker exec for each row", ">= 10"),
    ]
