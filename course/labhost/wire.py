"""HTTP over a unix socket, for both ends: the agent asks its engine, the learner's side asks the agent."""

from __future__ import annotations

import http.client
import socket


class UnixConnection(http.client.HTTPConnection):
    """An HTTP connection to the unix socket at ``path``; ``timeout`` in seconds, ``None`` waits for ever."""

    def __init__(self, path: str, timeout: float | None = 30.0) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        """Open the socket; raises OSError."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(self.timeout)
        try:
            sock.connect(self.path)
        except OSError:
            sock.close()
            raise
        self.sock = sock


def request(path: str, method: str, url: str, body: str = "", timeout: float = 30.0) -> tuple[int, bytes]:
    """One request on a connection of its own: (status, body). Raises OSError if nobody answers at ``path``."""
    connection = UnixConnection(path, timeout)
    try:
        connection.request(method, url, body or None, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    except http.client.HTTPException as error:
        raise ConnectionError(f"{path} sent no proper answer: {error!r}") from error
    finally:
        connection.close()
