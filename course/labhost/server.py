"""HTTP/1.1 with JSON bodies on a unix socket: reads requests, finds who answers, and lives on whatever goes wrong."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import socketserver
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

from course.labhost import records
from course.labhost.commands.grammar import Refused
from course.labhost.faults.ground import Unknown
from course.labhost.lease import Leases

LONGEST_REQUEST = 1024 * 1024
_DRAINED = 16 * LONGEST_REQUEST  # read and thrown away, so that who sends too much reads why

Answering = Callable[[str, Any], Any]  # takes a query and a parsed body, returns JSON data, or a Live answer
Routes = dict[str, tuple[str, Answering | None]]  # path -> method, and who answers; None for a lease


caller = threading.local()  # ``connection`` is the one whose request this thread answers


@runtime_checkable
class Live(AbstractContextManager["Live"], Protocol):
    """An answer that goes on: it writes lines of JSON to the client until one of both ends it."""

    def serve(self, client: socket.socket) -> None:
        """Write until the end. Raises OSError if the client went away."""


class Wrong(Exception):
    """The request cannot be answered: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


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
        caller.connection = self.connection
        try:
            data = answer(query, body)
        except (ValueError, Refused, Unknown) as error:
            return self._fail(400, str(error))
        except Exception as error:  # the agent lives on, whatever one request did
            traceback.print_exc(file=sys.stderr)
            return self._fail(500, f"the agent failed at this request ({type(error).__name__}: {error})")
        return self._live(data) if isinstance(data, Live) else self._send(200, data)

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
            self._start()
            self.wfile.write(b'{"lease": "held"}\n')
            self.connection.settimeout(None)
            while self.connection.recv(4096):  # ends when the client closes, or is killed
                pass

    def _live(self, answer: Live) -> None:
        with answer:
            self._start()
            answer.serve(self.connection)

    def _start(self) -> None:
        """The head of an answer that ends with the connection."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()

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
