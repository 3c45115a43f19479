"""Steps done in parallel, each as soon as what it waits for has ended, with news of every object."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from course.errors import CourseError
from course.topology.applying.report import News, State, Tell
from course.topology.applying.steps import Key, Plan, Step
from course.topology.difference import Thing

# Requests under way at a time. Starting a container is work for the processor: with two cores, more than three do not
# help; with many, eight keep them busy, and docker-py keeps ten connections.
WIDTH = 8
WAITING = 32  # who waits for health takes no place from those who work

_NONE = News(Thing("machine", "", ""), "done", "")

Act = Callable[[Step, threading.Event], None]
"""Does one step; raises CourseError if it fails. The event is set when nobody waits for the outcome any more."""


def run(plan: Plan, act: Act, tell: Tell) -> dict[Thing, News]:
    """Do the steps of a plan; the last news of each object.

    A step whose needs failed is not tried, and the others go on. When interrupted, the requests under way are waited
    for, no other is begun, and the interruption goes on its way.
    """
    course = _Course(plan, tell)
    over = threading.Event()
    running: dict[Future[None], Step] = {}
    with ThreadPoolExecutor(WIDTH + WAITING) as pool:
        try:
            while True:
                for step in course.ready(sum(step.verb != "wait" for step in running.values())):
                    running[pool.submit(act, step, over)] = step
                if not running:
                    return course.news
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    course.ended(running.pop(future), future)
        except BaseException:
            over.set()
            for future in running:
                future.cancel()
            raise


class _Course:
    """Where every step and every object stands."""

    def __init__(self, plan: Plan, tell: Tell) -> None:
        self._tell = tell
        self._why = {change.thing: change.sentence for change in plan.changes}
        self._left = Counter(step.thing for step in plan.steps if step.verb != "wait")
        self._pending = list(plan.steps)
        self._worked: dict[Key, bool] = {}
        self.news: dict[Thing, News] = {}
        for thing in self._left:
            self._say(thing, "waiting", self._why[thing])

    def ready(self, busy: int) -> list[Step]:
        """The steps that can begin now, and begin; ``busy`` steps are at work already."""
        while skipped := [step for step in self._pending if self._skipped(step)]:
            self._pending = [step for step in self._pending if step not in skipped]
        can = [step for step in self._pending if step.needs | step.after <= self._worked.keys()]
        waits, works = ([s for s in can if (s.verb == "wait") is waiting] for waiting in (True, False))
        begin = [*waits, *works[: WIDTH - busy]]
        self._pending = [step for step in self._pending if step not in begin]
        for step in begin:
            if self.news.get(step.thing, _NONE).state == "waiting":
                self._say(step.thing, "working", self._why[step.thing])
        return begin

    def _skipped(self, step: Step) -> bool:
        """Leave a step alone if something that it needs failed."""
        lacking = next((key for key in step.needs if self._worked.get(key) is False), None)
        if lacking is None:
            return False
        self._worked[step.key] = False
        if self.news.get(step.thing, _NONE).state in ("waiting", "working"):
            self._say(step.thing, "not tried", f"it needs {lacking[1]}")
        return True

    def ended(self, step: Step, future: Future[None]) -> None:
        """Take note of how a step ended; raises what is not a failure of the step but one of ours."""
        error = future.exception()
        if error is not None and not isinstance(error, CourseError):
            raise error
        self._worked[step.key] = error is None
        if error is not None:
            self._say(step.thing, "failed", str(error))
        elif step.verb != "wait":
            self._left[step.thing] -= 1
            if not self._left[step.thing] and self.news[step.thing].state == "working":
                self._say(step.thing, "done", self._why[step.thing])

    def _say(self, thing: Thing, state: State, sentence: str) -> None:
        self.news[thing] = News(thing, state, sentence)
        self._tell(self.news[thing])
