"""The topology builder: a drawing that is a Compose file beside the notebook, and becomes real with one click.

The browser's part (``js/builder.js``) changes the drawing and asks; this part judges, saves, plans, applies, watches.
Whatever takes time is done by one thread of the widget's own, one thing after the other, and told through traits.
"""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from course.errors import TopologyError
from course.show import drawing as drawings
from course.show.modules import module
from course.show.sheetfile import SheetFile
from course.show.standing import addresses, anywhere, at_home, id_of, states, told
from course.show.still import still
from course.show.working import Watching
from course.topology.applying.report import News, Report
from course.topology.applying.steps import Plan
from course.topology.difference import Thing, compare
from course.topology.model import Topology

if TYPE_CHECKING:
    from course.labs.lab import Lab

STEP_STATES = {"not tried": "skipped"}


class Builder(Watching):
    """The builder of one file and one lab. ``topology`` is what is drawn now, and may be set.

    ``report`` is what the last *Apply* or *Destroy* came to, None before. Close it with ``close()``; what it built
    stays.
    """

    _esm = module("builder")
    errors = traitlets.Dict().tag(sync=True)
    steps: traitlets.List[Any] = traitlets.List().tag(sync=True)
    summary = traitlets.Unicode().tag(sync=True)
    busy = traitlets.Unicode().tag(sync=True)
    code = traitlets.Dict().tag(sync=True)
    file = traitlets.Unicode().tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)

    def __init__(self, lab: Lab, file: Path) -> None:
        self.report: Report | None = None
        self._lab = lab
        self._sheet = SheetFile(file)
        self._interrupted = threading.Event()
        nothing = _nothing(lab, file)
        topology, places, note = self._sheet.read(nothing)
        drawn = drawings.drawing_of(at_home(topology, nothing), places)
        super().__init__(drawing=drawn, key=uuid.uuid4().hex, file=file.name, said=note)
        self._begin(f"builder of {file.name}")
        self._watch(lab, nothing)
        self.observe(lambda change: self._worker.wish("drawn", self._drawn), "drawing")
        self._worker.wish("drawn", self._drawn)

    def __repr__(self) -> str:
        drawn = self.drawing
        return f"builder of {self.file}: {len(drawn['containers'])} containers, {len(drawn['networks'])} networks"

    def _repr_mimebundle_(self, **more: Any) -> Any:
        return still(super()._repr_mimebundle_(**more), lambda: self.topology, repr(self))

    @property
    def topology(self) -> Topology:
        """What is drawn, as plain data. Raises TopologyError if it makes no sense."""
        return drawings.topology_of(self.drawing)

    @topology.setter
    def topology(self, topology: Topology) -> None:
        self.drawing = drawings.drawing_of(topology, drawings.places_of(self.drawing))

    # --- what the page asks for ------------------------------------------------------------------------------------

    def _asked(self, message: Any) -> None:
        """A button was pressed. Stopping cannot wait for its turn."""
        wish = message.get("do") if isinstance(message, dict) else None
        acts = {"plan": self._plan, "apply": self._apply, "destroy": self._destroy, "adopt": self._adopt}
        if wish == "stop":
            self._interrupted.set()
        elif wish in acts:
            self._interrupted.clear()
            self._worker.wish(str(wish), acts[str(wish)])

    def _drawn(self) -> None:
        """The drawing changed: judge it, write it down, say it as code, and compare it with what is there."""
        from course.topology.commands import docker_commands, python_code
        from course.topology.compose import write_compose

        try:
            topology = self.topology
            plain = anywhere(topology, set(self._lab.all))
            note = self._sheet.save(plain, drawings.places_of(self.drawing))
            wished = {"commands": docker_commands(plain), "python": python_code(plain)}
        except TopologyError as error:
            self.said = f"Not saved. {error}"
            return
        self.code = {**wished, "compose": write_compose(plain)}
        self.said = note or ("" if self.said.startswith("Not saved.") else self.said)
        self._look()

    def _look(self) -> None:
        """Compare what is drawn with what is there; a closed lab has nothing."""
        from course.observe.live import read

        if not self._lab.all:
            self.live = {}
            return
        try:
            topology = self.topology
        except TopologyError:
            return  # said when it was drawn
        now = self._now = read(self._lab)
        ids = drawings.ids(self.drawing)
        found = [one for one in compare(topology, now) if one.kind != "extra"]
        self.live = {
            "states": states(topology, now, ids),
            "addresses": addresses(now, ids),
            "traffic": self.live.get("traffic", {}),
            "differences": told(found, ids) if self._is_built(now) else [],
        }

    def _is_built(self, now: Topology) -> bool:
        """Whether any of the drawing is there: before, the plan says what is missing."""
        there = {container.where for container in now.containers} | {network.where for network in now.networks}
        mine = [("container", one) for one in self.drawing["containers"]]
        mine += [("network", one) for one in self.drawing["networks"]]
        return any((one["machine"], one["name"]) in there for _, one in mine)

    def _plan(self) -> None:
        from course.topology.converge import plan

        self.busy = "planning"
        self._show(plan(self.topology, self._lab))
        self.said = "This is what Apply would do." if self.steps else "Nothing to do: everything is as drawn."

    def _apply(self) -> None:
        from course.topology.converge import apply, plan

        self.busy, topology = "applying", self.topology
        self._show(plan(topology, self._lab))
        self._end(apply(topology, self._lab, progress=self._hear))

    def _destroy(self) -> None:
        from course.topology.converge import destroy

        self.busy, self.steps, self.summary = "destroying", [], ""
        self._end(destroy(self.drawing["name"], self._lab, progress=self._hear))

    def _adopt(self) -> None:
        from course.observe.live import read

        self.busy = "looking"
        self.topology = read(self._lab)
        self.said = "The drawing shows what runs now; Ctrl Z brings the old one back."

    # --- what is told to the page ---------------------------------------------------------------------------------

    def _show(self, made: Plan) -> None:
        ids = drawings.ids(self.drawing)
        rows: list[tuple[Thing, str, str, str]]
        rows = [(change.thing, change.sign, change.sentence, "") for change in made.changes]
        rows += [(one.thing, "!", "", one.because + (f"\n{one.next}" if one.next else "")) for one in made.refused]
        self.steps = [
            {"id": id_of(ids, thing), "sign": sign, "text": str(thing)}
            | {"state": "failed" if why else "", "sentence": why or said}
            for thing, sign, said, why in rows
        ]
        self.errors = {key: one.because for one in made.refused if (key := id_of(ids, one.thing))}
        self.summary = made.summary

    def _hear(self, news: News) -> None:
        """Progress of one object. Raised from here, an interruption stops what is under way as Ctrl C would."""
        ids = drawings.ids(self.drawing)
        state = STEP_STATES.get(news.state, news.state)
        row = {"id": id_of(ids, news.object), "sign": "", "text": str(news.object)}
        row |= {"state": state, "sentence": news.sentence if state in ("failed", "skipped") else ""}
        known = [one["text"] for one in self.steps]
        if row["text"] in known:
            at = known.index(row["text"])
            row["sign"] = self.steps[at]["sign"]
            self.steps = [*self.steps[:at], row, *self.steps[at + 1 :]]
        else:
            self.steps = [*self.steps, row]
        if self._interrupted.is_set():
            raise KeyboardInterrupt

    def _end(self, report: Report) -> None:
        ids = drawings.ids(self.drawing)
        self.report = report
        self.errors = {
            key: one.sentence for one in (*report.failed, *report.not_tried) if (key := id_of(ids, one.object))
        }
        self.summary = repr(report).splitlines()[0]
        self.said = self.summary
        self._look()

    def _failed(self, error: BaseException | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self.said = "Stopped. Apply goes on from here."
        else:
            super()._failed(error)
        self.busy = ""


def builder(file: str | Path = "topology.yml", lab: Lab | None = None) -> Builder:
    """Draw a topology, see what would happen, make it real, and watch it. Saved to ``file`` as one draws.

    ``lab`` is the one that was opened last, if none is given. Raises LabError if there is none, and TopologyError if
    the file holds something else than a topology.
    """
    from course.labs.lab import current

    return Builder(lab or current(), Path(file))


def _nothing(lab: Lab, file: Path) -> Topology:
    """The machines of the lab, with nothing on them."""
    from course.observe.live import read

    now = read(lab)
    return Topology(file.stem, now.machines, lan=now.lan)
