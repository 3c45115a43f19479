"""The repair task of lesson 02, in each of its variants."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from course.labs.lab import Lab
from graders.lessons import default_bridge
from graders.verdict import CheckFailed

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("fault", default_bridge.FAULTS)
def test_every_fault_of_the_bakery_shows_and_can_be_repaired(lab_of: Callable[[str], Lab], fault: str) -> None:
    lab = lab_of("02_default_bridge")
    port = default_bridge.values(lab).bakery_port
    default_bridge.break_bakery(lab, fault)
    with pytest.raises(CheckFailed, match=f"laptop cannot fetch http://host1:{port}"):
        default_bridge.bakery_is_repaired(lab)

    lab.client.containers.get("bakery").remove(force=True)
    lab.client.containers.run("web", name="bakery", detach=True, ports={"80/tcp": port})
    assert default_bridge.bakery_is_repaired(lab) is None


def test_the_bakery_may_be_broken_twice(lab_of: Callable[[str], Lab]) -> None:
    lab = lab_of("02_default_bridge")
    default_bridge.break_bakery(lab)
    default_bridge.break_bakery(lab)
    assert lab.client.containers.get("bakery").status == "running"
