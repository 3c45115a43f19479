"""Network namespaces: which there are on this machine, and how a thread steps into one and out again."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from course.labhost import wire

NETNS_DIRECTORY = "/run/netns"
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Namespace:
    """One view: the file that stands for its network namespace, and the files its programs resolve names by.

    ``trouble`` is a sentence if it cannot be entered; ``path`` is then empty.
    """

    name: str
    path: str = ""
    resolv_conf: str = "/etc/resolv.conf"
    hosts: str = "/etc/hosts"
    trouble: str = ""


class EngineSilent(Exception):
    """The engine of this machine does not answer, or answers with an error; the text is a sentence."""


@dataclass(frozen=True)
class Engine:
    """The engine's API on the unix socket at ``path``."""

    path: str = "/var/run/docker.sock"

    def ask(self, method: str, url: str, timeout: float = 10.0, body: Any = None) -> Any:
        """The parsed answer (``None`` if it is empty) to a request with this JSON body; raises EngineSilent."""
        try:
            status, answer = wire.request(self.path, method, url, "" if body is None else json.dumps(body), timeout)
            data = json.loads(answer) if answer else None
        except (OSError, ValueError) as error:
            raise EngineSilent(f"the engine of this machine does not answer ({error})") from error
        if status >= 400:
            raise EngineSilent(str(data.get("message", data)) if isinstance(data, dict) else f"status {status}")
        return data


@contextlib.contextmanager
def inside(path: str) -> Iterator[None]:
    """This thread, and no other, is in the namespace of the file ``path`` for the length of the block.

    Sockets opened and processes started in the block stay there. Raises OSError if it cannot be entered.
    """
    with open("/proc/thread-self/ns/net") as home, open(path) as there, entered(there.fileno(), home.fileno()):
        yield


@contextlib.contextmanager
def entered(there: int, home: int) -> Iterator[None]:
    """As ``inside``, by files that are open already: for many short visits."""
    _setns(there)
    try:
        yield
    finally:
        _setns(home)


def _setns(fd: int) -> None:
    # os.setns exists from Python 3.12 on
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Namespaces:
    """Finds the views of this machine: ``host``, ``netns:NAME``, and the running containers by name.

    A container that is called ``host`` is listed as ``container:host``: the machine itself comes first.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or Engine()
        # One inspect costs more than all the rest, and a container keeps its namespace until it stops.
        self._known: dict[str, Namespace] = {}

    def find(self, wanted: Iterable[str] = ()) -> dict[str, Namespace]:
        """The views of that name, or all; the owner of a shared namespace comes before those who share it.

        Names that do not exist are left out. The engine is asked only if a container can be meant;
        one that does not answer has no containers.
        """
        names = set(wanted)
        found = {"host": Namespace("host", "/proc/self/ns/net"), **by_hand()}
        if not names or names - set(found):
            with contextlib.suppress(EngineSilent):
                found |= self._containers()
        return {name: space for name, space in found.items() if not names or name in names}

    def missing(self, name: str) -> str:
        """A sentence that says why there is no view of that name."""
        if name.startswith("netns:"):
            return f"there is no namespace {name.removeprefix('netns:')!r} (see: ip netns list)"
        try:
            found = self.engine.ask("GET", f"/containers/{urllib.parse.quote(name, safe='')}/json")
            return f"container {name} is not running; its state is {found['State']['Status']}"
        except EngineSilent as error:
            return f"there is no view {name!r} on this machine ({error})"

    def _containers(self) -> dict[str, Namespace]:
        rows = self.engine.ask("GET", "/containers/json")
        by_id = {row["Id"]: row for row in rows}
        spaces = {row["Id"]: space for row in rows if (space := self._of_row(row, by_id)) is not None}
        self._known = {key: space for key, space in spaces.items() if space.path.startswith("/var/run/docker/")}
        shared = sorted(spaces, key=lambda key: by_id[key]["HostConfig"]["NetworkMode"].startswith("container:"))
        return {spaces[key].name: spaces[key] for key in shared}

    def _of_row(self, row: dict[str, Any], by_id: dict[str, Any]) -> Namespace | None:
        name = row["Names"][0].lstrip("/") if row["Names"] else row["Id"][:12]
        name = "container:host" if name == "host" else name
        known = self._known.get(row["Id"])
        if known is not None and is_namespace(known.path):
            return replace(known, name=name)
        try:
            return self._inspect(name, row["Id"], by_id)
        except EngineSilent:  # it ended since it was listed
            return None

    def _inspect(self, name: str, key: str, by_id: dict[str, Any]) -> Namespace:
        seen = self.engine.ask("GET", f"/containers/{key}/json")
        path = seen["NetworkSettings"].get("SandboxKey", "")
        mode, owner = seen["HostConfig"]["NetworkMode"], ""
        if mode.startswith("container:"):
            owner = mode.removeprefix("container:")
            path = self._shared(seen["State"]["Pid"], owner, by_id)
        if path:
            return Namespace(name, path, seen["ResolvConfPath"], seen["HostsPath"])
        if owner:
            return Namespace(name, trouble=f"{name} shares the namespace of a container that does not run any more")
        return Namespace(name, trouble=f"{name} has no network namespace now; its state is {seen['State']['Status']}")

    def _shared(self, pid: int, owner: str, by_id: dict[str, Any]) -> str:
        """The namespace of one that shares: its own process knows best (its owner may have been restarted
        into another one), but that of another user may not be looked at."""
        path = f"/proc/{pid}/ns/net"
        with contextlib.suppress(OSError):
            os.stat(path)
            return path
        if owner not in by_id:
            return ""
        return self._inspect(owner, owner, {key: row for key, row in by_id.items() if key != owner}).path


def is_namespace(path: str) -> bool:
    """Whether a namespace still is at the path: the engine leaves an empty file behind when it takes one away."""
    try:
        return os.stat(path).st_dev == os.stat("/proc/self/ns/net").st_dev
    except OSError:
        return False


def by_hand() -> dict[str, Namespace]:
    """The namespaces that ``ip netns add`` made."""
    try:
        names = sorted(os.listdir(NETNS_DIRECTORY))
    except FileNotFoundError:
        return {}
    return {f"netns:{name}": Namespace(f"netns:{name}", f"{NETNS_DIRECTORY}/{name}") for name in names}
