"""The machines of one lesson, opened for one learner."""

from __future__ import annotations

import atexit
import os
from types import TracebackType
from typing import TYPE_CHECKING

from course.errors import LabError
from course.labs import census, engine, images, provision, sweep
from course.labs.host import Host
from course.labs.learner import Values, grading, who
from course.labs.lessons import Lesson, lesson
from course.labs.paths import alone, lab_id, run_root

if TYPE_CHECKING:
    import docker

GRADING_GRACE = 15

_opened: dict[str, Lab] = {}  # by this process
_used: list[Lab] = []  # the one that this process turned to last


class Lab:
    """The lab hosts of one lesson, and the LAN that joins them.

    ``lab.host1``, ``lab.laptop``: each machine by its name. ``lab.client``: docker-py for the first lab host.
    As a context manager it closes itself.
    """

    def __init__(self, name: str, lesson: Lesson, learner: str, hosts: dict[str, Host]) -> None:
        self.name = name
        self.lesson = lesson
        self.learner = learner
        self.id = lab_id(learner, name)
        self.values = Values(learner, lesson.name)
        self._enter(hosts)

    def _enter(self, hosts: dict[str, Host]) -> None:
        self.all = hosts
        self.hosts = {name: host for name, host in hosts.items() if host.has_engine}
        self.machines = {name: host for name, host in hosts.items() if not host.has_engine}
        for host in hosts.values():
            host.hold()
        self.use()

    def __getattr__(self, name: str) -> Host:
        hosts: dict[str, Host] = self.__dict__.get("all", {})
        if name in hosts:
            return hosts[name]
        lesson: Lesson | None = self.__dict__.get("lesson")  # a copy has none at first
        if lesson and not hosts and name in (*lesson.engines, *lesson.machines):
            raise self.closed()
        raise AttributeError(f"this lab has no {name!r}; its machines are {', '.join(hosts)}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.all]

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        if not self.all:
            return f"Lab {self.name}: closed"
        rows = [f"Lab {self.name} for {self.learner}"]
        rows += [f"  {host.name:<8} {host.address:<15} {_kind(host)}" for host in self.all.values()]
        return "\n".join(rows)

    @property
    def client(self) -> docker.DockerClient:
        """A plain docker-py client of the first lab host; the same engine that ``!docker`` in a cell talks to."""
        return self._first().client

    def url(self, port: int, host: str = "") -> str:
        """Where a port published on a lab host (the first, if none is named) answers the browser of this machine."""
        address = getattr(self, host).address if host else self._first().address
        return f"http://{address}:{port}/"

    def use(self, host: str = "") -> None:
        """Point ``!docker`` in cells, and in JupyterLab's terminals, at a lab host (the first, if none is named)."""
        chosen = getattr(self, host) if host else self._first()
        os.environ.update(engine.lesson_environment(dict(os.environ)) | {"DOCKER_HOST": chosen.engine_url})
        _point_terminals_at(chosen)
        _used[:] = [self]

    def reset(self) -> None:
        """Fresh machines in place of these; all that ran on them is gone."""
        self._let_go()
        with alone():
            provision.remove(self.id)
            self._enter(_start(self.id, self.lesson, self.learner, self.name))

    def close(self) -> None:
        """Remove the machines, unless another notebook still uses them. Closing twice does no harm.

        DOCKER_HOST keeps naming the machine that is gone, so that a cell run afterwards cannot touch the containers
        of the learner's own engine.
        """
        if not self.all:
            return
        with alone():
            shared = any(_leases(host) > 1 for host in self.all.values())
            self._let_go()
            if not shared:
                provision.remove(self.id)

    def _let_go(self) -> None:
        for host in self.all.values():
            host.let_go()
        self.all = {}

    def _first(self) -> Host:
        if not self.all:
            raise self.closed()
        return next(iter(self.hosts.values()))

    def closed(self) -> LabError:
        """What to say to someone who asks a closed lab for something."""
        return LabError("this lab is closed", next=f'open it again: lab = open_lab("{self.name}")')


def current() -> Lab:
    """The lab that this process opened, or turned to, last. Raises LabError if there is none."""
    if not _used:
        raise LabError("no lab is open in this notebook", next='open one: lab = open_lab("02_default_bridge")')
    return _used[0]


def open_lab(name: str, fresh: bool = False, learner: str = "") -> Lab:
    """Start the machines of a lesson, or find them if they run; ``fresh`` throws away what ran on them.

    In one kernel a lab is one object, however often it is opened; two notebooks may share its machines.

    ``name`` is a lesson ("02_default_bridge"), or a lesson and a word of your own after a slash for a second set of
    machines ("02_default_bridge/lab"). ``learner`` is asked of the workspace if it is not given.
    Raises LabError for an unknown lesson, EngineError if the outer engine is missing or refuses.
    """
    topic = lesson(name.split("/")[0])
    learner = learner or who()
    name = f"{name}/grading" if grading() else name  # beside the learner's own machines, where both are on one computer
    lab = lab_id(learner, name)
    image = images.ensure().labhost
    with alone():
        sweep.sweep()
        mine = _opened.get(lab)
        unwanted = fresh or (grading() and mine is None)  # a submission is never given what ran before it
        hosts = None if unwanted else census.find(lab, topic, image)
        if hosts and mine and mine.all:
            mine.use()
            return mine
        if mine:
            mine._let_go()
        if hosts is None:
            provision.remove(lab)
            hosts = _start(lab, topic, learner, name)
        _opened[lab] = Lab(name, topic, learner, hosts)
    if grading():
        atexit.register(_opened[lab].close)
    return _opened[lab]


def _start(lab: str, topic: Lesson, learner: str, name: str) -> dict[str, Host]:
    grace = GRADING_GRACE if grading() else provision.GRACE
    return provision.start(lab, topic, images.ensure(), learner, name, grace)


def _kind(host: Host) -> str:
    return "lab host, with a Docker Engine" if host.has_engine else "machine on the LAN"


def _leases(host: Host) -> int:
    try:
        return int(host.health()["leases"])
    except LabError:
        return 0


def _point_terminals_at(host: Host) -> None:
    """JupyterLab's terminals were told one path when it started: a link to the lab host opened last."""
    link = run_root() / "current"
    fresh = link.with_name(f"current.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(host.sockets, target_is_directory=True)
    fresh.replace(link)
