"""The agent: a small HTTP server on unix sockets that sees and asks on behalf of whoever may open them.

``agent.sock`` is the learner's; ``admin.sock`` can do more and is the teacher's (who may open a socket is a
file mode). Environment: ``COURSE_ROLE``, ``COURSE_GID``, ``COURSE_GRACE``, ``COURSE_SOCKETS``,
``COURSE_ADMIN_SOCKETS``, ``COURSE_DOCKER``.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import resource
import signal
import socketserver
import sys
import threading
import traceback
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.labhost import breaking, probes, records, tools
from course.labhost.grammar import Refused
from course.labhost.lease import Leases
from course.labhost.namespaces import Engine, Namespaces
from course.labhost.state import state

LONGEST_REQUEST = 1024 * 1024
_DRAINED = 16 * LONGEST_REQUEST  # read and thrown away, so that who sends too much reads why


class Wrong(Exception):
    """The request cannot be answered: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass
class Agent:
    """What the agent answers, without HTTP: each method takes a query and a parsed body and returns JSON data."""

    namespaces: Namespaces
    leases: Leases
    role: str = "machine"
    links: set[str] = field(default_factory=set)

    def health(self, query: str, body: Any) -> Any:
        """Role, open leases, and seconds since the last one ended."""
        return {"role": self.role, "leases": self.leases.count, "idle_s": round(self.leases.idle, 3)}

    def state(self, query: str, body: Any) -> Any:
        """records.State of the views in ``?views=a,b``, or of all."""
        given = urllib.parse.parse_qs(query).get("views", [])
        return state(self.namespaces, [name for text in given for name in text.split(",") if name])

    def probe(self, query: str, body: Any) -> Any:
        """The answers to ``{"probes": [Probe…]}``, in order."""
        asked = _field(body, "probes", list)
        return {"answers": probes.ask([records.from_data(records.Probe, item) for item in asked], self.namespaces)}

    def run(self, query: str, body: Any) -> Any:
        """records.Run of ``{"argv": […]}``."""
        argv = _field(body, "argv", list)
        if not all(isinstance(word, str) for word in argv):
            raise ValueError("argv is a list of texts")
        return tools.run(argv)

    def reset(self, query: str, body: Any) -> Any:
        """breaking.Removed."""
        return breaking.reset(self.namespaces.engine, self.links)

    def fault(self, query: str, body: Any) -> Any:
        """What was done for ``{"name": …, "options": {…}}``."""
        options = body.get("options", {}) if isinstance(body, dict) else {}
        return {"done": breaking.fault(self.namespaces, _field(body, "name", str), options)}


Answering = Callable[[str, Any], Any]
Routes = dict[str, tuple[str, Answering | None]]


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """One unix socket; a thread for each connection."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, path: str, routes: Routes, leases: Leases, group: int | None = None) -> None:
        self.routes = routes
        self.leases = leases
        fresh = f"{path}.new"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(fresh)
        mask = os.umask(0o177)
        try:
            super().__init__(fresh, Handler)
        finally:
            os.umask(mask)
        if group is not None:
            os.chown(fresh, -1, group)
        os.chmod(fresh, 0o660)
        os.replace(fresh, path)  # at no moment is there a socket that is too open, or none


class Handler(http.server.BaseHTTPRequestHandler):
    """Reads one request after the other from a connection. Whatever goes wrong becomes an answer."""

    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds that a client may stall
    server: Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        """``do_GET`` and the like, of any method: which one a path is for, the routes say."""
        if name.startswith("do_"):
            return self._serve_safely
        raise AttributeError(name)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Called by the base class for what is no proper HTTP."""
        self.request_version = self.protocol_version  # it takes such clients for very old ones, who want no headers
        with contextlib.suppress(OSError):
            self._fail(code, message or "this is not a request")

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody wants a line for each request."""

    def _serve_safely(self) -> None:
        try:
            self._serve()
        except OSError:  # the client has gone away
            self.close_connection = True

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        try:
            body = self._body()
            answer = self._route(path)
        except Wrong as error:
            return self._fail(error.status, str(error))
        if answer is None:
            return self._lease()
        try:
            data = answer(query, body)
        except (ValueError, Refused, breaking.Unknown) as error:
            return self._fail(400, str(error))
        except Exception as error:  # the agent lives on, whatever one request did
            traceback.print_exc(file=sys.stderr)
            return self._fail(500, f"the agent failed at this request ({type(error).__name__}: {error})")
        return self._send(200, data)

    def _route(self, path: str) -> Answering | None:
        """What answers this request; ``None`` for a lease."""
        if path not in self.server.routes:
            raise Wrong(404, f"there is no {path}; there are: {', '.join(self.server.routes)}")
        method, answer = self.server.routes[path]
        if self.command != method:
            raise Wrong(405, f"{path} is for {method}")
        return answer

    def _body(self) -> Any:
        length = self._length()
        if length > LONGEST_REQUEST:
            self._drain(length)
            raise Wrong(413, f"{length} bytes are too many for one request; the most is {LONGEST_REQUEST}")
        raw = self.rfile.read(length)
        try:
            return json.loads(raw) if raw else None
        except RecursionError:
            raise Wrong(400, "the request is nested too deeply") from None
        except ValueError as error:
            raise Wrong(400, f"the request is not JSON: {error}") from None

    def _length(self) -> int:
        given = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not given.isascii() or not given.isdecimal() or len(given) > 15:
            raise Wrong(400, "a request says its length in Content-Length")
        return int(given)

    def _drain(self, length: int) -> None:
        left = min(length, _DRAINED)
        while left > 0 and (part := self.rfile.read(min(left, 65536))):
            left -= len(part)

    def _lease(self) -> None:
        with self.server.leases.held():
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b'{"lease": "held"}\n')
            self.connection.settimeout(None)
            while self.connection.recv(4096):  # ends when the client closes, or is killed
                pass

    def _fail(self, status: int, sentence: str) -> None:
        self.close_connection = True
        self._send(status, {"error": sentence})

    def _send(self, status: int, data: Any) -> None:
        body = records.to_json(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def routes(agent: Agent, admin: bool) -> Routes:
    """Which paths there are on the learner's socket, or on the teacher's."""
    known: Routes = {
        "/health": ("GET", agent.health),
        "/state": ("GET", agent.state),
        "/probe": ("POST", agent.probe),
        "/run": ("POST", agent.run),
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


def _field(body: Any, name: str, kind: type) -> Any:
    value = body.get(name) if isinstance(body, dict) else None
    if value is None or type(value) is not kind:
        raise ValueError(f"the request is an object with the field {name!r}, of type {kind.__name__}")
    return value


if __name__ == "__main__":
    main()
