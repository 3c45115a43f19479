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
