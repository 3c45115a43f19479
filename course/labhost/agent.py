"""The agent: sees and asks on behalf of whoever may open its unix sockets.

``agent.sock`` is the learner's; ``admin.sock`` can do more and is the teacher's (who may open a socket is a
file mode). Environment: ``COURSE_ROLE``, ``COURSE_GID``, ``COURSE_GRACE``, ``COURSE_SOCKETS``,
``COURSE_ADMIN_SOCKETS``, ``COURSE_DOCKER``.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import threading
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.labhost import breaking, depth, records
from course.labhost.capturing.capture import Capture
from course.labhost.capturing.captured import Order
from course.labhost.capturing.taps import stamping
from course.labhost.commands import tools
from course.labhost.faults import deeds
from course.labhost.lease import Leases
from course.labhost.namespaces import Engine, Namespaces
from course.labhost.probing import probes
from course.labhost.server import Routes, Server, caller
from course.labhost.state import state
from course.labhost.tracing import sightings, trace
from course.labhost.tracing.watching import Watches


@dataclass
class Agent:
    """What the agent answers, without HTTP: each method takes a query and a parsed body and returns JSON data."""

    namespaces: Namespaces
    leases: Leases
    role: str = "machine"
    links: set[str] = field(default_factory=set)
    stamping: socket.socket = field(default_factory=stamping)

    def __post_init__(self) -> None:
        self.watches = Watches(self.namespaces)

    def health(self, query: str, body: Any) -> Any:
        """Role, open leases, and seconds since the last one ended."""
        return {"role": self.role, "leases": self.leases.count, "idle_s": round(self.leases.idle, 3)}

    def state(self, query: str, body: Any) -> Any:
        """records.State of the views in ``?views=a,b``, or of all.

        ``without=rules,cables`` saves the time for these, ``settings=net.ipv4.ip_forward`` reads such in every view.
        """
        given = urllib.parse.parse_qs(query)
        views, without, settings = (_listed(given, key) for key in ("views", "without", "settings"))
        return state(self.namespaces, views, "rules" not in without, "cables" not in without, settings)

    def details(self, query: str, body: Any) -> Any:
        """records.Details by view, of ``{"views": […]}``."""
        views = _field(body, "views", list)
        if not views or not all(isinstance(name, str) for name in views):
            raise ValueError("views is a list of names")
        return depth.details(self.namespaces, views)

    def probe(self, query: str, body: Any) -> Any:
        """The answers to ``{"probes": [Probe…]}``, in order."""
        asked = _field(body, "probes", list)
        return {"answers": probes.ask([records.from_data(records.Probe, item) for item in asked], self.namespaces)}

    def capture(self, query: str, body: Any) -> Any:
        """Events of a captured.Order, as lines, until one of both ends it."""
        return Capture(records.from_data(Order, body), self.namespaces)

    def run(self, query: str, body: Any) -> Any:
        """records.Run of ``{"argv": […]}``."""
        argv = _field(body, "argv", list)
        if not all(isinstance(word, str) for word in argv):
            raise ValueError("argv is a list of texts")
        return tools.run(argv, client=getattr(caller, "connection", None))

    def watch(self, query: str, body: Any) -> Any:
        """Begins to watch for sightings.Wanted."""
        self.watches.begin(records.from_data(sightings.Wanted, body))
        return {}

    def question(self, query: str, body: Any) -> Any:
        """The records.Answer to sightings.Question, whose packets are watched here."""
        question = records.from_data(sightings.Question, body)
        return trace.ask(question, self.namespaces, self.watches.get(question.mark))

    def watched(self, query: str, body: Any) -> Any:
        """Ends the watch for ``{"mark": …}``, and answers sightings.Seen."""
        return self.watches.end(_field(body, "mark", int))

    def reset(self, query: str, body: Any) -> Any:
        """breaking.Removed."""
        return breaking.reset(self.namespaces.engine, self.links)

    def fault(self, query: str, body: Any) -> Any:
        """What was done for ``{"name": …, "options": {…}}``."""
        options = body.get("options", {}) if isinstance(body, dict) else {}
        return {"done": deeds.fault(self.namespaces, _field(body, "name", str), options)}


def routes(agent: Agent, admin: bool) -> Routes:
    """Which paths there are on the learner's socket, or on the teacher's."""
    known: Routes = {
        "/health": ("GET", agent.health),
        "/state": ("GET", agent.state),
        "/details": ("POST", agent.details),
        "/probe": ("POST", agent.probe),
        "/capture": ("POST", agent.capture),
        "/run": ("POST", agent.run),
        "/trace/watch": ("POST", agent.watch),
        "/trace/ask": ("POST", agent.question),
        "/trace/end": ("POST", agent.watched),
        "/lease": ("GET", None),
    }
    return {**known, "/reset": ("POST", agent.reset), "/fault": ("POST", agent.fault)} if admin else known


def end_machine() -> None:
    """Ask the first process of the machine to end, and with it the machine.

    What cgroup v1 has frozen (a paused container) cannot be killed, and would keep the machine from ending.
    """
    for frozen in Path("/sys/fs/cgroup/freezer").rglob("freezer.state"):
        with contextlib.suppress(OSError):
            frozen.write_text("THAWED")
    os.kill(1, signal.SIGTERM)


def main(environment: Mapping[str, str] = os.environ) -> None:
    """Serve until the machine ends. Called before there are other threads: it sets the process's umask for a moment."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    grace, group = environment.get("COURSE_GRACE", ""), environment.get("COURSE_GID", "")
    leases = Leases(float(grace) if grace else None, end_machine)
    namespaces = Namespaces(Engine(environment.get("COURSE_DOCKER", "/var/run/docker.sock")))
    agent = Agent(namespaces, leases, environment.get("COURSE_ROLE", "machine"), breaking.links())
    sockets = {
        os.path.join(environment.get("COURSE_SOCKETS", "/run/course"), "agent.sock"): False,
        os.path.join(environment.get("COURSE_ADMIN_SOCKETS", "/run/course-admin"), "admin.sock"): True,
    }
    for path, admin in sockets.items():
        server = Server(path, routes(agent, admin), leases, int(group) if group else None)
        threading.Thread(target=server.serve_forever, daemon=True, name=path).start()
    leases.watch()
    threading.Event().wait()


def _listed(query: Mapping[str, list[str]], key: str) -> list[str]:
    return [name for text in query.get(key, []) for name in text.split(",") if name]


def _field(body: Any, name: str, kind: type) -> Any:
    value = body.get(name) if isinstance(body, dict) else None
    if value is None or type(value) is not kind:
        raise ValueError(f"the request is an object with the field {name!r}, of type {kind.__name__}")
    return value


if __name__ == "__main__":
    main()
