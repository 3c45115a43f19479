"""What the engine of a lab host may be asked for: an authorization plugin, asked by the engine about every request.

Lessons need networks of every driver, NET_ADMIN, the host's network, Swarm, Compose and builds. What would take over
the lab host is refused, with a sentence that says what and why. The protocol is Docker's own, see
https://docs.docker.com/engine/extend/plugins_authorization/. A lab host runs it by
``python3 -m course.labhost.gate.policy``.

The request is judged by allow-lists (`wishes`), and what it is about to start is judged a second time as the engine
itself understood it (`inspect`): were one wish ever spelled so that only the engine can read it, it would end there.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import socketserver
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from course.labhost import wire
from course.labhost.gate.judgement import judge

SOCKET = Path("/run/docker/plugins/course.sock")
ENGINE = "/var/run/docker.sock"
PATIENCE = 20.0


def inspect(path: str) -> Any:
    """What the engine says at ``path``; None if it knows no such thing. Raises OSError if it does not answer."""
    status, answer = wire.request(ENGINE, "GET", path, timeout=PATIENCE)
    if status == 404:
        return None
    if status != 200:
        raise ConnectionError(f"the engine answered {status}")
    return json.loads(answer)


def answer(path: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """What the engine is told: what this plugin does, or whether a request is allowed."""
    if path == "/Plugin.Activate":
        return {"Implements": ["authz"]}
    if path == "/AuthZPlugin.AuthZRes":  # by then it has happened
        return {"Allow": True}
    if path != "/AuthZPlugin.AuthZReq":
        return {"Allow": False, "Msg": f"This lab host's policy does not know {path}."}
    body = base64.b64decode(request.get("RequestBody") or b"", validate=True)
    headers = request.get("RequestHeaders") or {}
    sentence = judge(request["RequestMethod"], request["RequestUri"], headers, body, inspect)
    return {"Allow": not sentence, "Msg": sentence}


class Handler(BaseHTTPRequestHandler):
    """One connection of the engine's. It asks again on the same one."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write

    def do_POST(self) -> None:
        """Answer one question; what cannot be understood is not allowed."""
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            told = answer(self.path, json.loads(text or b"{}"))
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            told = {"Allow": False, "Msg": f"This lab host's policy could not read the request ({error})."}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.docker.plugins.v1.2+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        """A unix socket has no address."""
        return "engine"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the engine logs refusals itself."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A thread for each connection: judging one request may ask the engine, which then asks about that question."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One broken connection is no reason to end."""
        print(f"policy: {sys.exception()!r}", file=sys.stderr)


def serve(path: Path) -> None:
    """Answer the engine at ``path`` until the process is ended. Only root may connect."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.umask(0o177)
    with Server(str(path), Handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    serve(SOCKET)
