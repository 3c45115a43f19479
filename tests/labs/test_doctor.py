from __future__ import annotations

import json
import subprocess
import sys

import pytest

from course.labs import doctor, engine, images, kernel
from course.labs.kernel import FEATURES, Feature, Tried
from course.labs.recipes import recipes

NAMES = {feature.name for feature in FEATURES}
INFO = {"ServerVersion": "26.1.5", "OperatingSystem": "Debian GNU/Linux 13", "KernelVersion": "6.12"}


@pytest.fixture(scope="module")
def labhost() -> str:
    images.ensure()
    return recipes()["labhost"].tag


@pytest.mark.engine
def test_every_feature_is_tried_in_the_kernel(labhost: str) -> None:
    tried = kernel.tried(engine.connect(), labhost)
    assert [answer.feature.name for answer in tried] == [feature.name for feature in FEATURES]
    assert all(answer.works for answer in tried if answer.feature.needed)


@pytest.mark.engine
def test_a_probe_of_what_is_not_there_fails(labhost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        kernel, "FEATURES", (FEATURES[0], Feature("unicorns", "ip link add u0 type unicorn", "no magic"))
    )
    veth, unicorns = kernel.tried(engine.connect(), labhost)
    assert veth.works
    assert not unicorns.works
    assert "Unknown device type" in unicorns.said


@pytest.mark.engine
def test_probing_leaves_nothing_behind(labhost: str) -> None:
    client = engine.connect()
    kernel.tried(client, labhost)
    assert client.containers.list(all=True, filters={"label": "course.lab=doctor"}) == []


@pytest.mark.engine
def test_the_report_names_all_that_was_asked_for(labhost: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "course", "doctor", "--json"], capture_output=True, text=True, timeout=120, check=False
    )
    report = json.loads(told.stdout)
    assert {"VXLAN", "MACVLAN", "IPVLAN", "IPVS", "ESP", "nftables", "netem"} <= NAMES
    names = {finding["name"] for finding in report["findings"]}
    assert {"engine", "cgroups", "disk", "memory", "Python", "jupyterlab", "nbgrader", "Chromium"} | NAMES <= names
    assert (report["healthy"], told.returncode) in [(True, 0), (False, 1)]
    assert all(finding["because"] for finding in report["findings"] if finding["state"] == "limited")


def test_without_an_engine_the_report_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_OUTER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    report = doctor.doctor()
    assert not report.healthy
    assert "cannot      engine" in repr(report)
    assert "do this: `make learn`" in repr(report)


def test_a_missing_feature_limits_unless_every_lesson_needs_it() -> None:
    plain, vital = Feature("IPVS", "", "no virtual addresses"), Feature("veth", "", "no interface", needed=True)
    assert doctor.judge_feature(Tried(plain, True, "")).state == "works"
    assert doctor.judge_feature(Tried(plain, False, "no family")).state == "limited"
    lost = doctor.judge_feature(Tried(vital, False, ""))
    assert (lost.state, lost.because) == ("cannot", "no interface")
    assert lost.next


@pytest.mark.parametrize(("free", "state"), [(0.5, "cannot"), (4.0, "limited"), (50.0, "works"), (None, "not probed")])
def test_the_disk_must_hold_labs_and_should_hold_builds(free: float | None, state: str) -> None:
    assert doctor.judge_disk("/var/lib/docker", free).state == state


@pytest.mark.parametrize(("free", "state"), [(0.3, "cannot"), (2.0, "limited"), (8.0, "works")])
def test_the_memory_must_hold_the_largest_lesson(free: float, state: str) -> None:
    assert doctor.judge_memory(free).state == state


@pytest.mark.parametrize(
    ("change", "address", "state"),
    [
        ({}, "http+docker://localhost", "works"),
        ({"SecurityOptions": ["name=rootless"]}, "http+docker://localhost", "limited"),
        ({"OperatingSystem": "Docker Desktop"}, "http+docker://localhost", "cannot"),
        ({}, "http://192.0.2.1:2375", "cannot"),
        ({}, "http+docker://ssh", "cannot"),
    ],
)
def test_an_engine_must_share_files_with_this_machine(change: dict[str, object], address: str, state: str) -> None:
    assert doctor.judge_engine(INFO | change, "1.45", address).state == state


def test_a_report_is_unhealthy_only_if_something_cannot_be() -> None:
    fine, limited, lost = (doctor.Finding("a", state, state, "") for state in ("works", "limited", "cannot"))
    assert doctor.Report((fine, limited)).healthy
    assert not doctor.Report((fine, limited, lost)).healthy


def test_a_report_does_not_promise_what_was_not_tried() -> None:
    fine, unknown = (doctor.Finding("a", "b", state, "") for state in ("works", "not probed"))
    assert repr(doctor.Report((fine,))).endswith("All that the lessons need is here.")
    assert repr(doctor.Report((fine, unknown))).endswith("not all could be tried.")
