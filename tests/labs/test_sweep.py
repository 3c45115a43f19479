"""Labs that nobody uses any more, and cleaning up by label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.labs import census, engine, images, provision, sweep
from course.labs.lessons import lesson
from course.labs.paths import lab_id, run_root

pytestmark = pytest.mark.engine
NAME = "01_isolation/test-sweep"


@pytest.fixture(autouse=True)
def somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """These tests act as a user of their own: the labs of whoever runs them stay out of reach."""
    monkeypatch.setattr(census, "owner", lambda: "test-sweep")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    yield
    provision.remove(lab_id("sweeper", NAME))


def start() -> str:
    """A lab whose kernel has gone."""
    lab = lab_id("sweeper", NAME)
    provision.remove(lab)
    for host in provision.start(lab, lesson("01_isolation"), images.ensure(), "sweeper", NAME).values():
        host.let_go()
    return lab


def test_a_lab_without_a_kernel_is_kept_for_its_grace_and_swept_after_it() -> None:
    lab = start()
    assert sweep.sweep(grace=600) == []
    assert [record.id for record in census.labs()] == [lab]
    swept = sweep.sweep(grace=0)
    assert f"network course-{lab}" in swept
    assert census.labs() == [] and list(run_root().iterdir()) == []


def test_a_lab_that_a_kernel_holds_is_never_swept() -> None:
    lab = lab_id("sweeper", NAME)
    hosts = provision.start(lab, lesson("01_isolation"), images.ensure(), "sweeper", NAME)
    sweep.sweep(grace=0)
    assert hosts["host1"].health()["leases"] == 1
    hosts["host1"].let_go()


def test_what_a_dead_lab_left_behind_is_swept() -> None:
    lab = start()
    for container in census.containers(engine.connect(), lab):
        container.remove(force=True, v=True)
    assert f"network course-{lab}" in sweep.sweep(grace=0)
    assert census.lans(engine.connect()) == []


def test_cleaning_removes_what_wears_our_label_and_nothing_else() -> None:
    client = engine.connect()
    image = images.ensure().toolbox
    stranger = client.containers.run(image, detach=True, labels={"not.ours": "yes"})
    network = client.networks.create("test-sweep-stranger", labels={"not.ours": "yes"})
    volume = client.volumes.create("test-sweep-stranger", labels={"not.ours": "yes"})
    lab = start()
    try:
        cleaned = sweep.clean()
        assert {f"container course-{lab}-host1", f"network course-{lab}"} <= set(cleaned)
        stranger.reload()
        assert stranger.status == "running"
        network.reload()
        volume.reload()
        assert census.containers(client, lab) == []
    finally:
        stranger.remove(force=True)
        network.remove()
        volume.remove()
