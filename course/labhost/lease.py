"""Leases: while somebody holds one the machine is in use; after a while without any it ends itself."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator


class Leases:
    """Counts the open leases and keeps the idle clock, which starts with the machine itself.

    ``grace`` is how many seconds the machine outlives its last lease, ``None`` for ever;
    ``end`` is called, once, when they are over.
    """

    def __init__(self, grace: float | None, end: Callable[[], None]) -> None:
        self._grace = grace
        self._end = end
        self._changed = threading.Condition()
        self._count = 0
        self._idle_since = time.monotonic()

    @property
    def count(self) -> int:
        """How many are open."""
        return self._count

    @property
    def idle(self) -> float:
        """Seconds since the last lease ended; 0 while one is open."""
        with self._changed:
            return 0.0 if self._count else time.monotonic() - self._idle_since

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """A lease for the length of the block."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def watch(self) -> None:
        """Wait until the machine has been idle for its grace, then end it. Without a grace, return at once."""
        if self._grace is None:
            return
        with self._changed:
            while self._count or (left := self._idle_since + self._grace - time.monotonic()) > 0:
                self._changed.wait(None if self._count else left)
        self._end()

    def _add(self, change: int) -> None:
        with self._changed:
            self._count += change
            self._idle_since = time.monotonic()
            self._changed.notify_all()
