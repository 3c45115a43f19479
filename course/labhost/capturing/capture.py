"""Captures packets at any places of this machine, and tells them as they come."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType

from course.labhost.capturing.captured import Caught, Ended, Event, Order, Reason, to_line
from course.labhost.capturing.filters import compiled
from course.labhost.capturing.taps import Tap
from course.labhost.namespaces import Namespaces

MOST_AT_ONCE = 20
# After it was stopped a capture goes on until nothing was heard for so long: farewells (FIN) come after the answer.
QUIET, LONGEST_FAREWELL = 0.02, 0.3
_LOOK = 0.5  # seconds between two looks whether the places are still there
_STALL = 20.0  # seconds that a client may not read what it asked for
_BATCH = 256
_free = threading.BoundedSemaphore(MOST_AT_ONCE)


class Capture:
    """One capture, from the moment that its places were found. A context manager: nothing is left of it at its end."""

    def __init__(self, order: Order, namespaces: Namespaces) -> None:
        """Raises ValueError with a sentence for what cannot be captured."""
        if trouble := order.trouble():
            raise ValueError(trouble)
        if not _free.acquire(blocking=False):
            raise ValueError(f"{MOST_AT_ONCE} captures run on this machine already; stop one first")
        self._order, self._taps = order, list[Tap]()
        self._left, self._room, self._lost = order.packets, order.bytes, 0
        self._until, self._look = 0, 0.0
        try:
            self._open(namespaces)
        except BaseException:
            self.close()
            raise

    def _open(self, namespaces: Namespaces) -> None:
        found = namespaces.find(spot.view for spot in self._order.spots)
        for number, spot in enumerate(self._order.spots):
            if spot.view not in found:
                raise ValueError(namespaces.missing(spot.view))
            if found[spot.view].trouble:
                raise ValueError(found[spot.view].trouble)
            self._taps.append(Tap(spot, number, found[spot.view]))
        links = {tap.link for tap in self._taps}
        programs = {link: compiled(self._order.filter, link, self._order.snaplen) for link in links}
        for tap in self._taps:
            tap.listen(programs[tap.link])

    def __enter__(self) -> Capture:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hear no more."""
        for tap in self._taps:
            tap.close()
        self._taps = []
        _free.release()

    def serve(self, client: socket.socket) -> None:
        """Tell the client what is heard until it stops the capture or a limit does. Raises OSError if it went away."""
        client.settimeout(_STALL)
        client.sendall(to_line(Event("ready")))
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            for tap in self._taps:
                selector.register(tap, selectors.EVENT_READ)
            reason = self._told(client, selector)
            self._look = 0.0
            self._forget_the_gone(client, selector)  # a last look: what went away a moment ago is told, too
        lost = self._lost + sum(tap.lost() for tap in self._taps)
        client.sendall(to_line(Event("ended", ended=Ended(reason, lost))))

    def _told(self, client: socket.socket, selector: selectors.BaseSelector) -> Reason:
        """Tells until there is a reason to end. What was on the wire before that is told, however much there is."""
        stopped = False
        self._until = time.time_ns() + int(self._order.seconds * 1e9)
        while self._taps:
            self._forget_the_gone(client, selector)
            if self._left <= 0 or self._room <= 0:
                return "packets" if self._left <= 0 else "bytes"
            left = max(0, self._until - time.time_ns()) / 1e9
            ready = [key.fileobj for key, _ in selector.select(min(left, QUIET if stopped else _LOOK))]
            for tap in ready:
                if isinstance(tap, Tap):
                    self._tell(tap, client, selector)
            if client in ready and not client.recv(4096):
                selector.unregister(client)
                stopped = True
                self._until = min(self._until, time.time_ns() + int(LONGEST_FAREWELL * 1e9))
            elif not ready and (stopped or not left):
                return "stopped" if stopped else "time"
        return "gone"

    def _tell(self, tap: Tap, client: socket.socket, selector: selectors.BaseSelector) -> None:
        """What a tap heard by now; once it hears what came after the end, it has told all."""
        heard = list(self._heard(tap))
        in_time = [caught for caught in heard if caught.ns <= self._until]
        client.sendall(b"".join(to_line(Event("caught", caught=caught)) for caught in in_time))
        if len(in_time) < len(heard):
            selector.unregister(tap)

    def _heard(self, tap: Tap) -> Iterator[Caught]:
        """What a tap heard by now, some at a time so that every tap gets its turn."""
        for _ in range(_BATCH):
            if self._left <= 0 or self._room <= 0:
                return
            try:
                caught = tap.hear()
            except BlockingIOError:
                return
            except OSError:  # the interface went down, or for good: `gone` will tell
                return
            if caught:
                self._left -= 1
                self._room -= len(caught.frame)
                yield caught

    def _forget_the_gone(self, client: socket.socket, selector: selectors.BaseSelector) -> None:
        """Look now and then whether the places are still there."""
        now = time.monotonic()
        if now < self._look:
            return
        self._look = now + _LOOK
        for tap in list(self._taps):
            if why := tap.gone():
                last = [to_line(Event("caught", caught=caught)) for caught in self._rest(tap)]
                client.sendall(b"".join([*last, to_line(Event("gone", tap.number, why))]))
                self._lost += tap.lost()
                with contextlib.suppress(KeyError):  # it had told all
                    selector.unregister(tap)
                self._taps.remove(tap)
                tap.close()

    def _rest(self, tap: Tap) -> Iterator[Caught]:
        while batch := list(self._heard(tap)):
            yield from batch
