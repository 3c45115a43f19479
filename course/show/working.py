"""Widgets that have work done for them, and those that watch a lab: their threads, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from course.errors import CourseError
from course.show import drawing as drawings
from course.show.pulse import Pulse
from course.show.standing import traffic
from course.show.worker import Worker
from course.topology.model import Topology

if TYPE_CHECKING:
    from course.labs.lab import Lab


class Working(anywidget.AnyWidget):
    """A widget whose page asks for things that take time. Close it with ``close()``."""

    said = traitlets.Unicode().tag(sync=True)

    def _begin(self, name: str) -> None:
        """Take wishes from now on; ``name`` is that of the thread which fulfils them."""
        self._worker = Worker(name, self._failed)
        self.on_msg(lambda widget, message, buffers: self._asked(message))

    def close(self) -> None:
        """End the widget's threads and take it from the page. What was built stays."""
        self._worker.close()
        super().close()

    def settle(self, within: float = 60.0) -> None:
        """Wait until everything that was asked for is done; for programs, not for people. Raises TimeoutError."""
        self._worker.settle(within)

    def _asked(self, message: Any) -> None:
        """The page asks for something."""
        raise NotImplementedError

    def _failed(self, error: BaseException | None) -> None:
        """A wish ended: with an error, or well. The widget lives on, whatever it came to."""
        if isinstance(error, CourseError):
            self.said = str(error)
        elif error is not None:
            self.said = f"That failed unforeseen ({type(error).__name__}: {error})"


class Watching(Working):
    """A widget that shows a lab as it changes: what is there at once, its traffic while a view is open."""

    drawing = traitlets.Dict().tag(sync=True)
    live = traitlets.Dict().tag(sync=True)
    watched = traitlets.Float().tag(sync=True)  # changes every ten seconds while a view is open

    def _watch(self, lab: Lab, now: Topology) -> None:
        """Look again from now on; ``now`` is what is known of it."""
        from course.observe.events import Watch
        from course.observe.traffic import Meter

        self._now, self._meter = now, Meter()
        self._events = Watch(lab, lambda: self._worker.wish("look", self._look))
        self._pulse = Pulse(lambda: self._worker.wish("measure", lambda: self._measure(lab)))
        self.observe(lambda change: self._pulse.watched(), "watched")

    def close(self) -> None:
        """End the widget's threads and take it from the page. What was built stays."""
        self._events.close()
        self._pulse.close()
        super().close()

    def _look(self) -> None:
        """Something changed in the lab."""
        raise NotImplementedError

    def _measure(self, lab: Lab) -> None:
        rates = self._meter.read(lab, self._now)
        self.live = {**self.live, "traffic": traffic(rates, drawings.ids(self.drawing))}
