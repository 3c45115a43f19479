"""The live view: the lab as it changes, a packet between two of its nodes, and who hears what.

The browser's part is ``js/live.js``. Traces and lookups are done by one thread of the widget's own; what is heard on
the wire is told by another, for as long as somebody listens.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from course.errors import CourseError
from course.observe.journey import Journey
from course.show import drawing as drawings
from course.show.modules import module
from course.show.standing import addresses, states
from course.show.still import still
from course.show.working import Watching
from course.topology.model import Topology

if TYPE_CHECKING:
    from course.labs.lab import Lab
    from course.observe.capture import Capture

TOLD_EVERY = 0.2  # seconds between two flashes: the eye sees no more
LISTENS_FOR = 300.0  # seconds


class Replay(anywidget.AnyWidget):
    """A packet's journey to step through, or to be predicted."""

    _esm = module("replay")
    journey = traitlets.Dict().tag(sync=True)

    def __init__(self, journey: Journey) -> None:
        super().__init__(journey=dataclasses.asdict(journey))
        self._told = journey

    def __repr__(self) -> str:
        return str(self._told)

    def _repr_mimebundle_(self, **more: Any) -> Any:
        return still(super()._repr_mimebundle_(**more), self._told, repr(self))


class Live(Watching):
    """A lab as it is. Close it with ``close()``."""

    _esm = module("live")
    journey = traitlets.Dict().tag(sync=True)

    def __init__(self, lab: Lab) -> None:
        from course.observe.live import read

        self._lab = lab
        self._deaf = threading.Event()
        self._deaf.set()
        self._ear: threading.Thread | None = None
        now = read(lab)
        super().__init__(drawing=drawings.drawing_of(now), live=_live(now))
        self._begin(f"live view of {lab.name}")
        self._watch(lab, now)

    def __repr__(self) -> str:
        return f"live view of {self._lab.name}: {len(self._now.containers)} containers"

    def _repr_mimebundle_(self, **more: Any) -> Any:
        return still(super()._repr_mimebundle_(**more), self._now, repr(self))

    def close(self) -> None:
        """End the widget's threads and take it from the page."""
        self._deaf.set()
        super().close()

    def _asked(self, message: Any) -> None:
        wish = message.get("do") if isinstance(message, dict) else None
        if wish == "trace":
            source, target = str(message.get("source", "")), str(message.get("target", ""))
            self._worker.wish("trace", lambda: self._trace(source, target))
        elif wish == "listen":
            words = str(message.get("filter", ""))
            self._worker.wish("listen", lambda: self._listen(words))
        elif wish == "deaf":
            self._deaf.set()
            self.said = "nobody listens now"

    def _look(self) -> None:
        from course.observe.live import read

        if not self._lab.all:
            self.said = "the lab is closed"
            return
        now = read(self._lab)
        drawn = drawings.drawing_of(now)
        if drawn != self.drawing:
            self.drawing = drawn
        self._now, self.live = now, {**_live(now), "traffic": self.live.get("traffic", {})}

    def _trace(self, source: str, target: str) -> None:
        from course.observe.trace import trace

        if not source or not target:
            raise CourseError("a packet goes from somewhere to somewhere", next="choose two things, or type two names")
        journey = trace(source, target, self._lab)
        self.journey, self.said = dataclasses.asdict(journey), journey.sentence

    def _listen(self, words: str) -> None:
        """Listen at every place; the wrong words are an error before the old listening ends."""
        from course.observe.capture import capture
        from course.observe.places import places

        taken = capture(list(places(self._now)), words, lab=self._lab, snaplen=96)
        taken.__enter__()
        self._deaf.set()
        if self._ear:
            self._ear.join(5)
        self._deaf = threading.Event()
        self._ear = threading.Thread(target=self._tell, args=(taken, self._deaf), name="listening", daemon=True)
        self._ear.start()
        self.said = f"listening{f' for {words}' if words else ''}: who hears a packet flashes"

    def _tell(self, taken: Capture, deaf: threading.Event) -> None:
        """Flash whoever heard something, until nobody listens any more."""
        ids, told = drawings.ids(self.drawing), 0
        machines = {one["name"]: one["id"] for one in self.drawing["machines"]}
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.suppress(CourseError))  # the lab is gone: then there is nothing to hear
            stack.push(taken.__exit__)
            for _ in range(int(LISTENS_FOR / TOLD_EVERY)):
                if deaf.wait(TOLD_EVERY):
                    return
                heard = [ear for ear, _ in taken.heard[told:]]
                told += len(heard)
                places = {(ear.machine, ear.spot.view) for ear in heard}
                keys = [ids.get(("container", *place)) or machines.get(place[0]) for place in places]
                if found := sorted(key for key in keys if key):
                    self.send({"flash": found})


def live(lab: Lab | None = None) -> Live:
    """Watch a lab (the one opened last): states as they change, a packet from one node to another, who hears what."""
    from course.labs.lab import current

    return Live(lab or current())


def replay(journey: Journey) -> Replay:
    """Step through a packet's journey, or predict it."""
    return Replay(journey)


def _live(now: Topology) -> dict[str, Any]:
    ids = drawings.ids(drawings.drawing_of(now))
    return {"states": states(now, now, ids), "addresses": addresses(now, ids)}
