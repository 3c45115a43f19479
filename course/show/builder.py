"""The topology builder: a drawing that is a Compose file beside the notebook, and becomes real with one click.

The browser's part (``js/builder.js``) changes the drawing and asks; this part judges, saves, plans, applies and watches.
Whatever takes time is done by one thread of the widget's own, one thing after the other, and told through traits.
"""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from course.errors import CourseError, TopologyError
from course.show import drawing as drawings
from course.show.modules import module
from course.show.sheetfile import SheetFile
from course.topology.model import Machine, Topology

if TYPE_CHECKING:
    from course.labs.lab import Lab


class Builder(anywidget.AnyWidget):
    """The builder of one file and one lab. ``topology`` is what is drawn now; drawing another one is allowed."""

    _esm = module("builder")
    drawing = traitlets.Dict().tag(sync=True)
    live = traitlets.Dict().tag(sync=True)
    errors = traitlets.Dict().tag(sync=True)
    steps = traitlets.List().tag(sync=True)
    summary = traitlets.Unicode().tag(sync=True)
    busy = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    code = traitlets.Dict().tag(sync=True)
    file = traitlets.Unicode().tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)

    def __init__(self, lab: Lab, file: Path) -> None:
        self._lab = lab
        self._sheet = SheetFile(file)
        self._wishes: queue.Queue[Callable[[], None]] = queue.Queue()
        self._stop = threading.Event()
        topology, places, note = self._sheet.read(_nothing(lab))
        super().__init__(
            drawing=drawings.drawing_of(topology, places), key=uuid.uuid4().hex, file=file.name, said=note
        )
        self.observe(lambda change: self._wish(self._drawn), "drawing")
        self.on_msg(lambda widget, message, buffers: self._asked(message))
        threading.Thread(target=self._work, name=f"builder of {file.name}", daemon=True).start()
        self._wish(self._drawn)
        self._watch = self._listen()

    def __repr__(self) -> str:
        return f"builder of {self.file}: {len(self.drawing['containers'])} containers, {len(self.drawing['networks'])} networks"

    @property
    def topology(self) -> Topology:
        """What is drawn, as plain data. Raises TopologyError if it makes no sense."""
        return drawings.topology_of(self.drawing)

    @topology.setter
    def topology(self, topology: Topology) -> None:
        self.drawing = drawings.drawing_of(topology, drawings.places_of(self.drawing))

    def close(self) -> None:
        """End the widget's threads and take it from the page. What was built stays."""
        self._watch.close()
        self._stop.set()
        self._wishes.put(lambda: None)
        super().close()

    # --- what needs a browser is harmless without one ------------------------------------------------------------

    def _repr_mimebundle_(self, **more: Any) -> Any:
        """The live view where there is one, and the picture of the drawing for pages where nobody can click."""
        bundle = super()._repr_mimebundle_(**more)
        from course.show.draw import draw

        try:
            forms, about = draw(self.topology)._repr_mimebundle_()
        except TopologyError:
            return bundle
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**forms, **data, "text/plain": repr(self)}, {**about, **metadata}

    # --- one thing after the other -----------------------------------------------------------------------------

    def _wish(self, act: Callable[[], None]) -> None:
        self._wishes.put(act)

    def _work(self) -> None:
        """Do what is wished for, in order; of several equal wishes in a row the last one will do."""
        while not self._stop.is_set():
            act = self._wishes.get()
            waiting = list(self._wishes.queue)
            if waiting and waiting[0] == act:
                continue
            try:
                act()
            except CourseError as error:
                self.said = str(error)
            except Exception as error:  # the widget lives on, whatever one wish came to
                self.said = f"{type(error).__name__}: {error}"
            finally:
                if act != self._look:
                    self.busy = ""

    def _asked(self, message: Any) -> None:
        """A button was pressed. Stopping cannot wait for its turn."""
        wish = message.get("do") if isinstance(message, dict) else None
        if wish == "stop":
            self._interrupted.set()
            return
        acts = {"plan": self._plan, "apply": self._apply, "destroy": self._destroy, "adopt": self._adopt}
        if wish in acts:
            self._interrupted.clear()
            self._wish(acts[wish])
