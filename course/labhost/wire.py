"""HTTP over a unix socket, for both ends: the agent asks its engine, the learner's side asks the agent."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterator


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


class Stream:
    """An answer that goes on, line by line, until one of both ends it: ``status``, then `lines`.

    The lines may be read in another thread than the one that stops them. Raises OSError if nobody answers at ``path``.
    """

    def __init__(self, path: str, method: str, url: str, body: str = "", timeout: float = 30.0) -> None:
        connection = UnixConnection(path, timeout)
        try:
            connection.request(method, url, body or None, {"Content-Type": "application/json"})
            self._socket = connection.sock
            self._response = connection.getresponse()
        except http.client.HTTPException as error:
            raise ConnectionError(f"{path} sent no proper answer: {error!r}") from error
        finally:
            connection.close()  # the answer holds the socket now
        self.status = self._response.status

    def lines(self) -> Iterator[bytes]:
        """Each line as it comes, until the other end is done. Raises OSError if that takes longer than the timeout."""
        while line := self._response.readline():
            yield line

    def patient(self) -> None:
        """From now on wait for lines without a timeout."""
        self._socket.settimeout(None)

    def stop(self) -> None:
        """Tell the other end that it has said enough. What it says until it is done can still be read."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def hang_up(self) -> None:
        """Have no more lines, also for a thread that waits for one."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back."""
        self._response.close()
