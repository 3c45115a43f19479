"""What is looked at again and again, for as long as somebody watches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

EVERY = 1.0  # seconds
PATIENCE = 25.0  # seconds after the last sign of an open view, which gives one every ten


class Pulse:
    """Calls ``act`` about once a second, from a thread of its own, until nobody watches any more."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._until = 0.0
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def watched(self) -> None:
        """A view is open."""
        with self._lock:
            self._until = time.monotonic() + PATIENCE
            if not self._thread and not self._closed.is_set():
                self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End it for good."""
        self._closed.set()

    def _beat(self) -> None:
        while not self._closed.wait(EVERY):
            with self._lock:
                if time.monotonic() > self._until:
                    self._thread = None
                    return
            self._act()
