"""Endurance of captures: whoever is killed, and whenever, nothing is left of a capture in any lab host.

``make soak`` runs `captures_leave_nothing` with many; the test suite runs a short form (tests/test_capturing.py).
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from course.errors import CourseError
from course.labs import census, engine
from course.labs.lab import Lab, open_lab
from course.observe.capture import Capture, capture

NAME = "04_user_defined_networks"
KERNEL = """
import sys
from course.labs.lab import open_lab
from course.observe.capture import capture
lab = open_lab(sys.argv[1], learner="soak")
print("ready", flush=True)
while True:
    with capture(["web", "db/eth0", "host1", "host1/app", "laptop"], "icmp or tcp", lab=lab) as taken:
        lab.host1.get("http://web/", "db")
"""
# Run in a lab host; one line for each thing, without the numbers that a thing is given when it is made again.
LOOK = r"""
import os, pathlib, re, subprocess

def say(what, count=1):
    print(f"{what}\n" * count, end="")

namespaces, mounted = set(), os.stat("/proc/self/ns/net").st_dev
for process in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        words, space = (process / "cmdline").read_bytes().split(b"\0"), os.stat(process / "ns/net").st_ino
        if int(process.name) == os.getpid() or not words[0]:
            continue
        say("process " + (process / "comm").read_text().strip())
        if b"course.labhost.agent" in words:
            say("descriptor of the agent", len(os.listdir(process / "fd")))
        if space not in namespaces:
            say("capturing socket", (process / "net/packet").read_text().count("\n") - 1)
        namespaces.add(space)
    except OSError:
        pass
for folder in ("/run", "/tmp", "/var/tmp", "/dev/shm"):
    for root, _, names in os.walk(folder):
        for path in (f"{root}/{name}" for name in names):
            if os.lstat(path).st_dev == mounted:
                namespaces.add(os.stat(path).st_ino)
            elif not root.endswith("/netns"):  # the engine leaves empty files there for a while
                say(f"file {path}")
say("namespace", len(namespaces))
for command in ("iptables-save", "ip6tables-save", "ip -d link"):
    for line in subprocess.run(command.split(), capture_output=True, text=True).stdout.splitlines():
        if line.startswith("-"):
            say(f"rule {line}")
        if re.search("promiscuity [1-9]", line):
            say("interface watched whole")
"""
DEADLINE = 20.0


@dataclass(frozen=True)
class Left:
    """What is in the machines of a lab, each thing by machine, kind and name, with how many there are."""

    things: dict[str, int]

    def since(self, before: Left) -> dict[str, int]:
        """What there is more of, and how many more."""
        return dict(Counter(self.things) - Counter(before.things))


def look(lab: Lab) -> Left:
    """Sockets that capture, processes, namespaces, files, rules and interfaces that are watched whole."""
    things: dict[str, int] = {}
    for container in census.containers(engine.connect(), lab.id):
        said = container.exec_run(["python3", "-c", LOOK]).output
        assert isinstance(said, bytes) and b"namespace" in said, said
        lines = re.sub("[0-9a-f]{12,64}", "ID", said.decode()).splitlines()
        things |= Counter(f"{container.labels['course.host']}: {line}" for line in lines)
    return Left(things)


def killed_kernel(lab: Lab, chance: random.Random) -> None:
    """A kernel that captures again and again is killed at a random moment."""
    with subprocess.Popen([sys.executable, "-c", KERNEL, lab.name], stdout=subprocess.PIPE, text=True) as kernel:
        assert kernel.stdout is not None
        try:
            assert kernel.stdout.readline().strip() == "ready"
            time.sleep(chance.uniform(0, 0.5))  # the moment is random, not waited for
        finally:
            os.kill(kernel.pid, signal.SIGKILL)


def killed_agent(lab: Lab, chance: random.Random) -> None:
    """The agent is killed under a capture, and comes back by itself."""
    (machine,) = [c for c in census.containers(engine.connect(), lab.id) if c.labels["course.host"] == "host1"]

    def kill() -> None:
        machine.exec_run(["bash", "-c", "kill -9 $(grep -l labhost[.]agent /proc/[0-9]*/cmdline | cut -d/ -f3)"])

    with pytest.raises(CourseError, match="host1 does not answer"):
        captured(capture(["web", "host1"], lab=lab), kill, chance)
    until(lab.host1.answers)


def restarted_container(lab: Lab, chance: random.Random) -> None:
    """A container is restarted while it is captured."""
    with pytest.raises(CourseError, match="db stopped"):
        captured(capture(["db", "web"], lab=lab), lambda: lab.client.containers.get("db").restart(timeout=0), chance)


def captured(taken: Capture, happens: Callable[[], None], chance: random.Random) -> None:
    """Something happens at a random moment of a capture."""
    with taken:
        time.sleep(chance.uniform(0, 0.1))
        happens()


WAYS: list[Callable[[Lab, random.Random], None]] = [killed_kernel, killed_kernel, killed_agent, restarted_container]


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition; what does not hold by its deadline is left to the checks that follow."""
    deadline = time.monotonic() + DEADLINE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)


def captures_leave_nothing(
    count: int, show: Callable[[range], Iterable[int]] = iter, seed: int | None = None
) -> dict[str, int]:
    """``count`` captures that end badly on one lab: what is left, by machine and kind. Empty is good."""
    chance = random.Random(seed)
    with open_lab(f"{NAME}/captures{os.getpid()}", fresh=True, learner="soak") as lab:
        lab.client.networks.create("app")
        lab.client.containers.run("web", detach=True, name="web", network="app")
        lab.client.containers.run("toolbox", "sleep infinity", detach=True, name="db", network="app")
        restarted_container(lab, chance)  # once before the first look: what a restart itself leaves is not ours
        before = look(lab)
        with capture(["db", "host1/app"], lab=lab):  # what this looks for can be seen
            seen = look(lab).since(before)
            assert {
                "host1: capturing socket",
                "host1: descriptor of the agent",
                "host1: interface watched whole",
            } <= set(seen)
        for number in show(range(count)):
            WAYS[number % len(WAYS)](lab, chance)
        until(lambda: not look(lab).since(before))
        left = look(lab).since(before)
        with capture("web", "icmp", lab=lab) as taken:  # and all still works
            lab.host1.ping("web", "db")
        return left if len(taken) == 2 else {**left, "captures that work": -1}
