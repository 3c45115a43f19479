"""Listening at several machines at once: a stream from each agent, read in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from course.errors import CourseError
from course.labhost.capturing.captured import Caught, Ended, Order, from_line
from course.observe.capturing.places import Ear

if TYPE_CHECKING:
    from course.labhost.wire import Stream
    from course.labs.lab import Lab

_PATIENCE = 10.0  # seconds that an agent may take to end a capture
_EARLY = {"time": "its time was up", "packets": "there were too many packets", "bytes": "there were too many bytes"}


class Listening:
    """A capture that goes on. When it was made, it is live: no packet is missed from then on."""

    def __init__(self, lab: Lab, ears: Sequence[Ear], make: Callable[[list[Ear]], Order]) -> None:
        """``make`` gives the order for the places of one machine. Raises CourseError if one refuses it."""
        self._changed = threading.Condition()
        self._machines = list[_Machine]()
        by_machine = {ear.machine: [other for other in ears if other.machine == ear.machine] for ear in ears}
        try:
            for name, here in by_machine.items():
                self._machines.append(_Machine(name, here, _stream(lab, name, make(here)), self._changed))
        except BaseException:
            self.stop()
            raise

    @property
    def caught(self) -> list[tuple[Ear, Caught]]:
        """What was heard so far, by machine."""
        return [seen for machine in self._machines for seen in machine.caught]

    @property
    def troubles(self) -> list[str]:
        """Sentences about places and machines that were lost meanwhile."""
        return [trouble for machine in self._machines for trouble in machine.troubles]

    @property
    def limits(self) -> list[str]:
        """Sentences about what is missing because there was too much of it."""
        return [sentence for machine in self._machines for sentence in machine.limits]

    def wait(self, count: int, seconds: float) -> None:
        """Until so many packets (0: any number) were heard, the seconds are over, or nobody listens any more."""

        def enough() -> bool:
            done = all(machine.done for machine in self._machines)
            return done or 0 < count <= sum(len(machine.caught) for machine in self._machines)

        with self._changed:
            self._changed.wait_for(enough, seconds)

    def stop(self) -> None:
        """Have all that was on the wire by now, and end it."""
        for machine in self._machines:
            machine.stream.stop()
        deadline = time.monotonic() + _PATIENCE
        for machine in self._machines:
            machine.end(deadline)


class _Machine:
    """One machine's part."""

    def __init__(self, name: str, ears: list[Ear], stream: Stream, changed: threading.Condition) -> None:
        self.name, self.stream = name, stream
        self.caught = list[tuple[Ear, Caught]]()
        self.troubles = list[str]()
        self.done = False
        self._ears, self._changed = ears, changed
        self._ended: Ended | None = None
        self._thread = threading.Thread(target=self._listen, name=f"capture at {name}", daemon=True)
        self._thread.start()

    @property
    def limits(self) -> list[str]:
        """What is missing because there was too much of it."""
        ended = self._ended or Ended()
        said = [f"at {self.name} the capture ended early: {_EARLY[ended.reason]}"] if ended.reason in _EARLY else []
        return [*said, f"at {self.name} {ended.lost} packets came too fast to be kept"] if ended.lost else said

    def end(self, deadline: float) -> None:
        self._thread.join(max(0.0, deadline - time.monotonic()))
        self.stream.hang_up()
        self._thread.join()
        self.stream.close()

    def _listen(self) -> None:
        try:
            for line in self.stream.lines():
                self._take(line)
        except (OSError, ValueError):
            pass  # said below: it did not end as it should
        with self._changed:
            if self._ended is None:
                self.troubles.append(f"{self.name} does not answer any more")
            self.done = True
            self._changed.notify_all()

    def _take(self, line: bytes) -> None:
        event = from_line(line)
        with self._changed:
            if event.caught:
                self.caught.append((self._ears[event.caught.spot], event.caught))
                self._changed.notify_all()
            elif event.kind == "gone":
                self.troubles.append(_named(event.detail, self.name))
            elif event.kind == "ended":
                self._ended = event.ended


def _stream(lab: Lab, name: str, order: Order) -> Stream:
    try:
        return lab.all[name].capture(order)
    except CourseError as error:
        example = 'for example "tcp port 80", "icmp or arp", "host db and not port 22"'
        hint = example if error.what.startswith("the filter") else error.next
        raise CourseError(_named(error.what, name), error.because, hint) from None


def _named(sentence: str, machine: str) -> str:
    """An agent does not know what its machine is called."""
    return sentence.replace("this machine", machine)


def lost(troubles: list[str], kept: int) -> CourseError:
    """The error for a capture during which places went away."""
    return CourseError(
        "; ".join(troubles),
        because="this happened while packets were captured there",
        next=f"what was heard until then ({kept} packets) is in the capture",
    )
