"""Endurance of traces: killed at random moments, they leave nothing on any machine."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

from course.labhost.tracing.netfilter import OURS
from course.labs import census, engine
from course.labs.lab import Lab, open_lab
from graders.assertions import expect

KILLED_WITHIN = 0.5  # seconds: some traces are killed as they begin, some as they end, some between two
PATIENCE = 15.0  # seconds: a watch whose client was killed goes on until its deadline
KILL_AGENT = "kill -9 $(ps -eo pid=,args= | grep '[c]ourse.labhost.agent' | sed 's/^ *//; s/ .*//')"

# What a trace makes, wherever it is: our tables, packet sockets, listeners to netfilter's reports (group 9: 0x100),
# namespaces, helpers, and files outside the folders of the system and of the engine.
LOOK = f"""
look() {{
    nft list tables | grep {OURS}
    grep -v '^sk' /proc/self/net/packet
    grep -E '^[0-9a-f]+ +12 +[0-9]+ +0*100 ' /proc/self/net/netlink
}}
for space in /proc/1/ns/net /var/run/docker/netns/* /run/netns/*; do
    [ -e "$space" ] && nsenter --net="$space" bash -c "$(declare -f look); look" 2>/dev/null | sed "s|^|$space |"
done
find /run/netns /tmp /run/course /run/course-admin -mindepth 1 ! -name '*.sock' ! -name engine.log
ps -eo args= | grep -E '[x]tables-monitor|[i]p6?tables-save|[n]ft -a'
true
"""
CLIENT = """
import sys
from course.errors import CourseError
from course.labs.lab import open_lab
from course.observe.trace import trace
lab = open_lab(sys.argv[1], learner="soak")
print("ready", flush=True)
pairs = (("web", "db:80"), ("laptop", "host1:8080"), ("web", "10.99.0.1"), ("host1", "127.0.0.1:8080"))
while True:
    for source, target in pairs:
        try:
            trace(source, target, lab)
        except CourseError:
            pass  # its agent was killed meanwhile
"""


def leftovers(lab: Lab, patience: float = 3.0) -> dict[str, list[str]]:
    """What traces left on the machines of the lab, by machine; waits so many seconds for it to go. Empty is good."""
    deadline = time.monotonic() + patience
    while (found := _look(lab)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _look(lab: Lab) -> dict[str, list[str]]:
    found = {}
    for container in census.containers(engine.connect(), lab.id):
        code, output = container.exec_run(["bash", "-c", LOOK])
        assert code == 0, output
        assert isinstance(output, bytes)
        if lines := output.decode().splitlines():
            found[str(container.labels["course.host"])] = lines
    return found


def traces_leave_nothing(count: int, show: Callable[[range], Iterable[int]] = iter) -> dict[str, list[str]]:
    """``count`` clients killed while they trace, every fourth time the agent of a machine too: what is left."""
    with open_lab(f"04_user_defined_networks/traces-{os.getpid()}", fresh=True, learner="soak") as lab:
        lab.client.networks.create("net", driver="bridge")
        lab.client.containers.run("web", detach=True, name="web", network="net", ports={"80/tcp": 8080})
        lab.client.containers.run("web", detach=True, name="db", network="net")
        expect(lab, within=30).tcp("web", "db", 80)
        for number in show(range(count)):
            _killed_trace(lab, kill_agent=number % 4 == 3)
        expect(lab, within=30).tcp("web", "db", 80)  # and the agents are back
        return leftovers(lab, PATIENCE)


def _killed_trace(lab: Lab, kill_agent: bool) -> None:
    client = subprocess.Popen([sys.executable, "-c", CLIENT, lab.name], stdout=subprocess.PIPE, text=True)
    try:
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
        time.sleep(random.uniform(0, KILLED_WITHIN))  # the random moment itself; nothing is waited for
        if kill_agent:
            machine = random.choice(census.containers(engine.connect(), lab.id))
            code, output = machine.exec_run(["bash", "-c", KILL_AGENT])
            assert code == 0, output
    finally:
        os.kill(client.pid, signal.SIGKILL)
        client.communicate()
