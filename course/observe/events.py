"""What happens on the engines of a lab, told at once: events, not polling."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.labs.host import Host
    from course.labs.lab import Lab

KINDS = ["container", "network"]
# What changes a topology. An exec, or a health check, happens every second and changes nothing.
TELLING = {
    *("create", "destroy", "connect", "disconnect", "remove", "start", "die", "pause", "unpause", "rename", "stop"),
}
SETTLE = 0.15  # seconds: one `docker run` is five events


class Watch:
    """Calls ``heard`` soon after something changed on an engine of the lab, from a thread of its own.

    Several changes in a row are one call. It ends with `close`, or when the engines do; a call that raises ends
    nothing. ``heard`` is called once at the start.
    """

    def __init__(self, lab: Lab, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._changed = threading.Event()
        self._closed = threading.Event()
        self._streams: list[Any] = []
        self._changed.set()
        for host in lab.hosts.values():
            self._start(f"events of {host.name}", self._listen, host)
        self._start("watch", self._tell)

    def close(self) -> None:
        """Stop listening. Closing twice does no harm."""
        self._closed.set()
        self._changed.set()
        for stream in self._streams:
            with contextlib.suppress(Exception):  # it may have ended by itself
                stream.close()
        self._streams.clear()

    def _start(self, name: str, act: Callable[..., None], *given: Host) -> None:
        threading.Thread(target=act, args=given, name=name, daemon=True).start()

    def _listen(self, host: Host) -> None:
        import docker

        # a client of its own: closing this stream must not end what the learner's own client is doing
        client = docker.DockerClient(base_url=host.engine_url)
        try:
            stream = client.events(decode=True, filters={"type": KINDS})  # waits for the next one for ever
            self._streams.append(stream)
            for event in stream:
                if self._closed.is_set():
                    return
                if event.get("Action", "").partition(":")[0] in TELLING:
                    self._changed.set()
        except Exception:
            return
        finally:
            client.close()
            self._changed.set()  # whoever listens may find out that the engine is gone

    def _tell(self) -> None:
        while not self._closed.is_set():
            self._changed.wait()
            if self._closed.wait(SETTLE):
                return
            self._changed.clear()
            with contextlib.suppress(Exception):
                self._heard()
