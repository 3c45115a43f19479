"""Watches the packets of one trace on the whole machine: every interface and every rule of every namespace.

The kernel keeps what is seen in the sockets' own queues, so nothing runs until the watch is over; a deadline ends one
that nobody asks for. All that a watch makes goes with its sockets: the process may die at any moment.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from course.labhost.namespaces import Engine, EngineSilent, Namespace, Namespaces, by_hand, inside, is_namespace
from course.labhost.tracing import marks, proxies
from course.labhost.tracing.netfilter import Netfilter
from course.labhost.tracing.sightings import IN_USE, Seen, Wanted
from course.labhost.tracing.spot import Spot

MOST_WATCHES = 8
LONGEST_WATCH = 30.0
MOST_PACKETS = 3000  # of all namespaces together
SANDBOXES = Path("/var/run/docker/netns")  # the engine's: containers', and those that only overlay networks have


class Watch:
    """Every namespace of the machine under watch for one trace, from now until ``end``."""

    def __init__(self, wanted: Wanted, namespaces: Namespaces) -> None:
        self.wanted = wanted
        self.trouble: list[str] = []
        self.deadline: threading.Timer | None = None
        self._engine = namespaces.engine
        self._behind = proxies.server_behind(wanted.protocol, wanted.port) if wanted.port else None
        self.server = self._behind if wanted.protocol == "tcp" else None
        self._networks = _networks(self._engine)
        self.spots: list[Spot] = []
        try:
            for space in _spaces(namespaces, self._networks):
                self._watch(space)
        except BaseException:
            self.close()
            raise

    def _watch(self, space: Namespace) -> None:
        try:
            if space.trouble:
                raise OSError(0, space.trouble)
            self.spots.append(Spot(space, self.wanted.mark, self.server, self.trouble))
        except OSError as error:
            self.trouble.append(f"{space.name} could not be watched ({error.strerror})")

    def end(self) -> Seen:
        """All that was seen. The sockets are closed after that, and need not be waited for."""
        everything = (sighting for spot in self.spots for sighting in spot.sightings())
        sightings = list(itertools.islice(everything, MOST_PACKETS))
        if next(everything, None):
            self.trouble.append(f"more than {MOST_PACKETS} packets came by; the others are not shown")
        for spot in self.spots:
            spot.take_steps()
            spot.look_at_old_rules()
        steps = [step for spot in self.spots for step in spot.steps]
        rules = {spot.space.name: spot.rules() for spot in self.spots if spot.steps}
        links = {spot.space.name: spot.links for spot in self.spots}
        networks = {bridge: name for bridge, name in self._networks.items() if not bridge.startswith("1-")}
        proxy = f"{self._behind.address}:{self._behind.port}" if self._behind else ""
        routers = [spot.space.name for spot in self.spots if spot.forwards]
        return Seen(sightings, steps, rules, links, routers, networks, proxy, self.trouble)

    def close(self) -> None:
        """Close all sockets: at once, because the kernel waits a moment for each."""
        with ThreadPoolExecutor(16) as threads:
            list(threads.map(Spot.close, self.spots))


class Watches:
    """The watches of one agent, by their mark."""

    def __init__(self, namespaces: Namespaces) -> None:
        self._namespaces = namespaces
        self._lock = threading.Lock()
        self._running: dict[int, Watch | None] = {}  # None: about to begin
        _sweep([Namespace("host", "/proc/self/ns/net"), *by_hand().values(), *_sandboxes({})])

    def begin(self, wanted: Wanted) -> None:
        """Watch from now on. Raises ValueError if this mark is in use here, or too many traces run."""
        if not marks.valid(wanted.mark) or not 0 < wanted.seconds <= LONGEST_WATCH:
            raise ValueError(f"no trace has the mark {wanted.mark} or lasts {wanted.seconds:g} s")
        with self._lock:
            if wanted.mark in self._running:
                raise ValueError(f"the mark {wanted.mark} is {IN_USE}")
            if len(self._running) >= MOST_WATCHES:
                raise ValueError(f"{MOST_WATCHES} traces run on this machine at this moment; try again after them")
            self._running[wanted.mark] = None
        try:
            watch = Watch(wanted, self._namespaces)
        except BaseException:
            self._running.pop(wanted.mark)
            raise
        self._running[wanted.mark] = watch
        watch.deadline = threading.Timer(wanted.seconds, self._expire, [wanted.mark, watch])
        watch.deadline.daemon = True
        watch.deadline.start()

    def get(self, mark: int) -> Watch:
        """The running watch; raises ValueError if there is none."""
        watch = self._running.get(mark)
        if watch is None:
            raise ValueError(f"no trace with the mark {mark} is watched here; its time may be over")
        return watch

    def end(self, mark: int) -> Seen:
        """What the watch saw, which is over now; raises ValueError if there is none."""
        with self._lock:
            watch = self.get(mark)
            del self._running[mark]
        if watch.deadline:
            watch.deadline.cancel()
        try:
            return watch.end()
        finally:
            threading.Thread(target=watch.close, daemon=True).start()

    def _expire(self, mark: int, watch: Watch) -> None:
        with self._lock:
            if self._running.get(mark) is not watch:
                return
            del self._running[mark]
        watch.close()


def _spaces(namespaces: Namespaces, networks: dict[str, str]) -> list[Namespace]:
    """Every namespace once, under the name of its owner; those of overlay networks go by the network's name."""
    found: dict[int, Namespace] = {}
    troubled: list[Namespace] = []
    for space in [*namespaces.find().values(), *_sandboxes(networks)]:
        if space.trouble:
            troubled.append(space)
            continue
        with contextlib.suppress(OSError):  # gone since it was listed: there is nothing to watch
            found.setdefault(os.stat(space.path).st_ino, space)
    return [*found.values(), *troubled]


def _sandboxes(networks: dict[str, str]) -> list[Namespace]:
    """The namespaces of the engine, also of overlay networks (``1-`` and the beginning of the network's id)."""
    files = sorted(SANDBOXES.iterdir()) if SANDBOXES.is_dir() else []
    return [
        Namespace(f"overlay:{networks[file.name]}" if file.name in networks else f"sandbox:{file.name}", str(file))
        for file in files
        if is_namespace(str(file))
    ]


def _networks(engine: Engine) -> dict[str, str]:
    """The engine's networks by their bridge, and overlay networks by the name of their sandbox."""
    try:
        rows = engine.ask("GET", "/networks") if os.path.exists(engine.path) else []
    except EngineSilent:
        return {}
    return {_device(row): row["Name"] for row in rows}


def _device(row: dict[str, Any]) -> str:
    if row["Driver"] == "overlay":
        return f"1-{row['Id'][:10]}"
    return str((row.get("Options") or {}).get("com.docker.network.bridge.name") or f"br-{row['Id'][:12]}")


def _sweep(namespaces: list[Namespace]) -> None:
    """Remove tables that an agent left when it was killed, on kernels that do not do so themselves."""
    for space in namespaces:
        with contextlib.suppress(OSError), inside(space.path):
            netfilter = Netfilter()
            try:
                for table in netfilter.leftovers():
                    with contextlib.suppress(OSError):
                        netfilter.remove(table)
            finally:
                netfilter.close()
