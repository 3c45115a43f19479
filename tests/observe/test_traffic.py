"""How much passes through a cable, read from the kernel's counters."""

from __future__ import annotations

import time

import pytest

from course.labs.lab import Lab
from course.observe.live import read
from course.observe.traffic import LEAST, Meter, written


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (480, "480 B/s"),
        (999, "999 B/s"),
        (1000, "1.0 kB/s"),
        (12_345, "12 kB/s"),
        (1_500_000, "1.5 MB/s"),
        (2e9, "2.0 GB/s"),
    ],
)
def test_a_rate_is_written_with_its_unit(rate: float, text: str) -> None:
    assert written(rate) == text


@pytest.mark.engine
def test_the_cables_that_carry_something_are_told_and_no_others(lab: Lab) -> None:
    lab.client.networks.create("front")
    for name in ("web", "app", "idle"):
        lab.client.containers.run("toolbox", ["sleep", "600"], name=name, network="front", detach=True)
    lab.client.containers.get("app").exec_run("ping -i 0.05 -s 900 web", detach=True)
    now, meter = read(lab), Meter()
    assert meter.read(lab, now) == {}  # nothing to compare with
    deadline = time.monotonic() + 20
    while set(rates := meter.read(lab, now)) != {("host1", "app", "front"), ("host1", "web", "front")}:
        assert time.monotonic() < deadline, rates
        time.sleep(0.2)
    assert min(rates.values()) > LEAST
    lab.client.containers.get("app").remove(force=True)
    assert ("host1", "app", "front") not in meter.read(lab, now)
