"""Endurance: killed kernels, traces and captures leave nothing behind, and right answers are right every time.

``make soak`` runs it whole; the test suite runs a short form (tests/test_soak.py).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil
from rich.progress import track

from course.labs import census, engine, sweep
from course.labs.lab import Lab, open_lab
from course.labs.paths import run_root
from tests.answers import LESSONS, Answer, answers
from tests.capturing import captures_leave_nothing
from tests.graders.test_lessons import mark
from tests.watching import traces_leave_nothing

KERNEL = """
from course import open_lab
lab = open_lab("01_isolation/soak{place}", fresh=True, learner="soak")
lab.client.containers.run("toolbox", detach=True, name="busy")
lab.client.networks.create("net")
print("ready", flush=True)
input()
"""


@dataclass(frozen=True)
class Traces:
    """All that this user's labs have on this machine, by kind."""

    containers: frozenset[str]
    networks: frozenset[str]
    volumes: frozenset[str]
    processes: frozenset[str]
    folders: frozenset[str]

    def since(self, before: Traces) -> dict[str, list[str]]:
        """What is here now and was not before."""
        return {kind: sorted(rest) for kind in vars(self) if (rest := getattr(self, kind) - getattr(before, kind))}


def traces() -> Traces:
    """Look at the outer engine, the process table and the socket folder."""
    client = engine.connect()
    return Traces(
        frozenset(str(container.name) for container in census.containers(client)),
        frozenset(str(network.name) for network in census.lans(client)),
        frozenset(volume.name for volume in client.volumes.list()),
        frozenset(_inner_processes()),
        frozenset(str(folder) for folder in run_root().iterdir() if folder.name != "current"),
    )


def _inner_processes() -> list[str]:
    """Processes that only lab hosts have: their engines, agents and policies."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if "course.labhost" in line or "--authorization-plugin course" in line:
            found.append(f"{process.info['pid']} {line}")
    return found


def kill_cycle(number: int) -> None:
    """Open a lab in a process of its own, run something in it, and kill the process with SIGKILL.

    Four labs take turns: some are found running and thrown away by the next cycle, some are left to the sweep.
    """
    script = KERNEL.replace("{place}", str(number % 4))
    with tempfile.TemporaryFile("w+") as errors:
        kernel = subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert kernel.stdout is not None
        said = kernel.stdout.readline().strip()
        os.kill(kernel.pid, signal.SIGKILL)
        kernel.communicate()
        errors.seek(0)
        assert said == "ready", f"the kernel did not open its lab: {errors.read()}"


def leave_nothing(cycles: int, show: Callable[[range], Iterable[int]] = iter) -> dict[str, list[str]]:
    """``cycles`` killed kernels, then one sweep: what is left, by kind. Empty is good."""
    sweep.sweep(0)
    before = traces()
    for number in show(range(cycles)):
        kill_cycle(number)
    sweep.sweep(0)
    return traces().since(before)


def right_answers(rounds: int) -> dict[str, int]:
    """How many of ``rounds`` times the model solution of each graded task got full marks."""
    passed: dict[str, int] = {}
    for lesson in LESSONS:
        with open_lab(f"{lesson}/soak", fresh=True, learner="soak") as lab:
            for answer in (a for a in answers(lesson) if a.name.startswith("right")):
                passed[str(answer)] = sum(_passes(lab, answer) for _ in range(rounds))
    return passed


def _passes(lab: Lab, answer: Answer) -> bool:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # answers may lie in files
        verdict = mark(lab, answer)
    if verdict:
        print(f"{answer}: {verdict}", file=sys.stderr)
    return verdict is None


def main() -> int:
    """Run everything and say what held; exit code 1 if anything did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=20, help="killed kernels (default 20)")
    parser.add_argument("--rounds", type=int, default=10, help="times each model solution is marked (default 10)")
    parser.add_argument("--watched", type=int, default=200, help="traces, and captures, that end badly (default 200)")
    options = parser.parse_args()
    left = leave_nothing(options.cycles, lambda steps: track(steps, "killed kernels"))
    print(f"{options.cycles} killed kernels and a sweep: {left or 'nothing left behind'}")
    lost: dict[str, object] = {}
    lost |= traces_leave_nothing(options.watched, lambda steps: track(steps, "killed traces"))
    lost |= captures_leave_nothing(options.watched, lambda steps: track(steps, "captures that end badly"))
    print(f"{options.watched} traces and {options.watched} captures that end badly: {lost or 'nothing left behind'}")
    scores = right_answers(options.rounds)
    for name, count in scores.items():
        print(f"{count}/{options.rounds}  {name}")
    return int(bool(left or lost) or any(count != options.rounds for count in scores.values()))


if __name__ == "__main__":
    raise SystemExit(main())
