"""Opening a lab, against starting a bare engine."""

from __future__ import annotations

import time
from statistics import median

from course.labs import engine, images, provision
from course.labs.lab import open_lab
from tests.bench import Row

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
