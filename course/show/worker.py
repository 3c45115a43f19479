"""One thread of a widget's own, which does what it is asked for in order, so that no message handler ever waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Act = Callable[[], None]


class Worker:
    """Does named wishes one after the other. A wish that waits already is not queued twice: the later one would see
    all that the earlier one was to see. ``ended`` is told of each whether it raised something."""

    def __init__(self, name: str, ended: Callable[[BaseException | None], None]) -> None:
        self._ended = ended
        self._wishes: dict[str, Act] = {}
        self._changed = threading.Condition()
        self._busy = False
        self._closed = False
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def wish(self, name: str, act: Act) -> None:
        """Do this when its turn comes."""
        with self._changed:
            self._wishes.setdefault(name, act)
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread once it has done what it is at; what waits is not done."""
        with self._changed:
            self._closed = True
            self._wishes.clear()
            self._changed.notify_all()

    def settle(self, within: float) -> None:
        """Wait until nothing waits and nothing is done. Raises TimeoutError after so many seconds."""
        deadline = time.monotonic() + within
        with self._changed:
            while self._wishes or self._busy:
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError(
                        f"still at work after {within:g} s: {', '.join(self._wishes) or 'the last wish'}"
                    )

    def _work(self) -> None:
        while act := self._next():
            error: BaseException | None = None
            try:
                act()
            except BaseException as raised:
                error = raised
            self._ended(error)
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> Act | None:
        with self._changed:
            while not self._wishes and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            self._busy = True
            return self._wishes.pop(next(iter(self._wishes)))
