"""Waiting for what comes true in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(holds: Callable[[], object], within: float = 10) -> None:
    """Wait until it is true; an AssertionError if it is not after so many seconds."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
