"""Endurance of captures: whoever is killed, and whenever, nothing is left of a capture in any lab host.

``make soak`` runs `captures_leave_nothing` many times; the test suite runs a short form (tests/observe/test_capture.py).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from course.labs import census, engine
from course.labs.lab import Lab, open_lab
from course.observe.capture import capture

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
LOOK = """
cat /proc/[0-9]*/net/packet 2>/dev/null | grep -v ^sk | sed 's/^/socket /'
for process in /proc/[0-9]*; do
    name=$(cat $process/comm 2>/dev/null) && [ "$(readlink $process/exe)" != "" ] && echo "process $name"
    echo "namespace $(readlink $process/ns/net 2>/dev/null)"
done
find /run /tmp /var/tmp /dev/shm ! -type d 2>/dev/null | sed 's/^/file /'
iptables-save | grep ^- | sed 's/^/rule /'
ip -d link | grep -c 'promiscuity [1-9]' | sed 's/^/promiscuous /'
"""
# What comes and goes without us: the look itself, helpers of a command that was just run, docker's own bookkeeping.
PASSING = {"process bash", "process cat", "process grep", "process sed", "process find", "process ip", "process sh"}
DEADLINE = 20.0


@dataclass(frozen=True)
class Left:
    """What is in the machines of a lab, each thing by machine, kind and name, with how many there are."""

    things: dict[str, int]

    def since(self, before: Left) -> dict[str, int]:
        """What there is more of."""
        return {name: n - before.things.get(name, 0) for name, n in self.things.items() if n > before.things.get(name, 0)}


def look(lab: Lab) -> Left:
    """Sockets that capture, processes, namespaces, files, rules and interfaces that are watched whole."""
    things: dict[str, int] = {}
    for container in census.containers(engine.connect(), lab.id):
        said = container.exec_run(["bash", "-c", LOOK]).output.decode()
        host = container.labels["course.host"]
        for line in set(said.splitlines()) if False else said.splitlines():
            if line not in PASSING and not line.endswith(" "):
                things[f"{host} {line}"] = things.get(f"{host} {line}", 0) + 1
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
    """The agent is killed under a capture; it comes back by itself."""
    running = capture(["web", "host1"], lab=lab)
    (machine,) = [c for c in census.containers(engine.connect(), lab.id) if c.labels["course.host"] == "host1"]
    try:
        with running:
            time.sleep(chance.uniform(0, 0.1))
            machine.exec_run(["bash", "-c", "kill -9 $(grep -l labhost.agent /proc/[0-9]*/cmdline | cut -d/ -f3)"])
    except Exception as error:
        assert "does not answer" in str(error)
    until(lab.host1.answers)


def stopped_container(lab: Lab, chance: random.Random) -> None:
    """A container is restarted while it is captured."""
    try:
        with capture(["db", "web"], lab=lab):
            time.sleep(chance.uniform(0, 0.1))
            lab.client.containers.get("db").restart(timeout=0)
    except Exception as error:
        assert "db stopped" in str(error)


WAYS: list[Callable[[Lab, random.Random], None]] = [killed_kernel, killed_kernel, killed_agent, stopped_container]


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
        stopped_container(lab, chance)  # once before the first look: what a restart itself leaves is not ours
        before = look(lab)
        for number in show(range(count)):
            WAYS[number % len(WAYS)](lab, chance)
        until(lambda: not look(lab).since(before))
        left = look(lab).since(before)
        with capture("web", "icmp", lab=lab) as taken:  # and all still works
            lab.host1.ping("web", "db")
        return left if len(taken) == 2 else {**left, "captures that work": -1}
