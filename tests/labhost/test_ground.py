"""Starting a container that the engine loses on the way, which no real engine does when it is asked to."""

from __future__ import annotations

from typing import Any

import pytest

from course.labhost.faults.cast import Cast
from course.labhost.faults.ground import Ground, Unknown
from course.labhost.namespaces import Engine, Namespaces

LOST = "runc create failed: waiting for init preliminary setup: read init-p: connection reset by peer"


class Answering(Ground):
    """A ground whose engine refuses with these sentences, one for each request, and then agrees."""

    def __init__(self, *refusals: str) -> None:
        super().__init__(Namespaces(Engine("/nowhere")), Cast())
        self.refusals = list(refusals)
        self.asked: list[str] = []

    def ask(self, method: str, url: str, body: Any = None) -> Any:
        self.asked.append(f"{method} {url}")
        if self.refusals:
            raise Unknown(self.refusals.pop(0))


def test_a_container_that_was_lost_on_the_way_is_started_once_more() -> None:
    ground = Answering(LOST)
    ground.start("web")
    assert ground.asked == ["POST /containers/web/start"] * 2


def test_one_that_is_lost_again_or_refused_is_an_error() -> None:
    with pytest.raises(Unknown, match="init preliminary setup"):
        Answering(LOST, LOST).start("web")
    refused = Answering("port is already allocated")
    with pytest.raises(Unknown, match="already allocated"):
        refused.start("web")
    assert len(refused.asked) == 1
