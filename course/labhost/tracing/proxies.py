"""Docker's userland proxies: programs of the machine that take connections to a published port and make new ones."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from course.labhost.tracing.marks import Server


def server_behind(protocol: str, port: int) -> Server | None:
    """To whom a proxy on this machine passes connections to the port on; ``None`` if there is no proxy."""
    for options in _running():
        if (options.get("-proto"), options.get("-host-port")) == (protocol, str(port)):
            with contextlib.suppress(KeyError, ValueError):
                address = options["-container-ip"]
                if ":" not in address:
                    return Server(address, int(options["-container-port"]))
    return None


def _running() -> Iterator[dict[str, str]]:
    """The options of every proxy."""
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with contextlib.suppress(OSError), open(f"/proc/{name}/cmdline") as file:
                program, *words = file.read(4096).split("\0")
                if os.path.basename(program) == "docker-proxy":
                    yield dict(zip(words[::2], words[1::2], strict=False))
