"""Widgets that have work done for them: what is asked for is done, what fails is said, and nothing outlives them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

import pytest

from course.errors import CourseError
from course.observe import events, traffic
from course.show.working import Watching
from course.topology.model import Topology

if TYPE_CHECKING:
    from course.labs.lab import Lab


class Ears:
    """Stands for the events of a lab."""

    def __init__(self, lab: Lab, heard: Any) -> None:
        self.heard, self.closed = heard, False

    def close(self) -> None:
        self.closed = True


class Meter:
    """Counts nothing."""

    def read(self, lab: Lab, now: Topology) -> dict[str, Any]:
        return {}


class Widget(Watching):
    """Keeps how often it looked, and raises what it is asked to raise."""

    def __init__(self) -> None:
        super().__init__(drawing={"machines": [], "networks": [], "containers": [], "plugs": []})
        self.looks = 0
        self._begin("widget in a test")
        self._watch(cast("Lab", None), Topology("t", ()))

    @property
    def ears(self) -> Ears:
        return cast(Ears, self._events)

    def ask(self, message: Any) -> None:
        self._handle_custom_msg(message, [])
        self.settle(5)

    def _asked(self, message: Any) -> None:
        def act() -> None:
            raise message

        self._worker.wish("raise", act)

    def _look(self) -> None:
        self.looks += 1


@pytest.fixture
def widget(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(events, "Watch", Ears)
    monkeypatch.setattr(traffic, "Meter", Meter)
    made = Widget()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CourseError("there is no db", next="start it"), "there is no db"),
        (ValueError("7"), "That failed unforeseen (ValueError: 7)"),
    ],
    ids=["foreseen", "unforeseen"],
)
def test_what_fails_is_said_and_the_widget_lives_on(widget: Widget, error: Exception, said: str) -> None:
    widget.ask(error)
    assert widget.said.startswith(said)
    widget.ears.heard()
    widget.settle(5)
    assert widget.looks == 1


def test_while_it_is_watched_its_traffic_is_told(widget: Widget) -> None:
    told = threading.Event()
    widget.observe(lambda change: told.set(), "live")
    widget.watched = 1.0
    assert told.wait(5)
    assert widget.live == {"traffic": {}}


def test_closed_it_leaves_no_thread_and_hears_nothing(widget: Widget) -> None:
    widget.watched = 1.0
    mine = [one for one in threading.enumerate() if one.name in ("widget in a test", "pulse")]
    assert len(mine) == 2
    widget.close()
    for one in mine:
        one.join(5)
    assert not any(one.is_alive() for one in mine)
    assert widget.ears.closed
