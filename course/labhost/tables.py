"""The kernel's tables over netlink: read again when they changed while they were read."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from pyroute2 import IPRoute  # type: ignore[import-untyped]
from pyroute2.netlink.exceptions import NetlinkDumpInterrupted  # type: ignore[import-untyped]

Found = TypeVar("Found")
TRIES = 20


def read(ask: Callable[[Any], Found]) -> Found:
    """What ``ask`` finds with an open IPRoute of this thread's namespace.

    The kernel marks an answer that another process's change ran through (a container that starts is enough); such an
    answer may lack rows or have them twice, so it is asked for anew. Raises NetlinkDumpInterrupted if the tables
    never rest.
    """
    for left in reversed(range(TRIES)):
        try:
            with IPRoute() as netlink:
                return ask(netlink)
        except NetlinkDumpInterrupted:
            if not left:
                raise
            time.sleep(0.01)
    raise AssertionError("the last try returns or raises")
