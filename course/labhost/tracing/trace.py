"""Asks one question with packets that wear a trace's mark, and stops waiting soon after a rule dropped them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from dataclasses import replace

from course.labhost.namespaces import Namespace, Namespaces
from course.labhost.probing import probes
from course.labhost.probing.asking import Ask, Source, silence
from course.labhost.records import Answer, Probe
from course.labhost.tracing.marks import BLOCK
from course.labhost.tracing.sightings import Question
from course.labhost.tracing.spot import Spot
from course.labhost.tracing.watching import Watch

_GRACE = 0.05  # seconds from a drop to the end: a rejection's message is on its way
_PASSED_ON = 0.3  # seconds that a proxy which took the question has to ask on


class Marked(Source):
    """A source whose sockets, one after the other, have the ports of a mark's block; the echo has the mark itself."""

    def __init__(self, space: Namespace, mark: int) -> None:
        super().__init__(space)
        self._mark, self._next = mark, -1

    def open(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """As the base class, bound to the next port; raises OSError."""
        sock = super().open(family, kind, protocol)
        if kind not in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            return sock
        for _ in range(BLOCK):
            self._next = (self._next + 1) % BLOCK
            with contextlib.suppress(OSError):  # the kernel still remembers a connection from there
                sock.bind(("", self._mark + self._next))
                return sock
        sock.close()
        raise OSError(errno.EADDRINUSE, "all ports of the trace are in use")

    def ident(self) -> int:
        """The mark."""
        return self._mark


def ask(question: Question, namespaces: Namespaces, watch: Watch) -> Answer:
    """The answer; whatever cannot be asked is answered ``broken``, and nothing is raised."""
    space = namespaces.find([question.source]).get(question.source)
    if space is None or space.trouble:
        return Answer("broken", detail=space.trouble if space else namespaces.missing(question.source))
    probe = Probe(question.kind, question.source, question.target, question.port, question.timeout)
    if sentence := probes.nonsense(probe):
        return Answer("broken", detail=sentence)
    try:
        with contextlib.closing(Marked(space, question.mark)) as source:
            return asyncio.run(_ask(probe, source, watch))
    except Exception as error:
        return Answer("broken", detail=f"the question could not be asked ({type(error).__name__}: {error})")


async def _ask(probe: Probe, source: Marked, watch: Watch) -> Answer:
    deadline = asyncio.get_running_loop().time() + probe.timeout
    question, dropped, passed = Ask(probe, source, deadline), asyncio.Event(), asyncio.Event()
    with _looking(watch, dropped, passed):
        asking, over = asyncio.create_task(probes.timed(question)), asyncio.create_task(_over(dropped))
        await asyncio.wait({asking, over}, return_when=asyncio.FIRST_COMPLETED)
        if asking.done() and asking.result().ok and watch.server and probe.kind == "tcp":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(passed.wait(), _PASSED_ON)
    return asking.result() if asking.done() else replace(silence(question), address=question.address)


async def _over(dropped: asyncio.Event) -> None:
    await dropped.wait()
    await asyncio.sleep(_GRACE)


@contextlib.contextmanager
def _looking(watch: Watch, dropped: asyncio.Event, passed: asyncio.Event) -> Iterator[None]:
    """In here ``dropped`` is set when a rule of this machine drops a packet of the trace, ``passed`` when the server
    behind a proxy says something."""

    def look(spot: Spot) -> None:
        for step in spot.take_steps():
            if step.verdict == "DROP":
                dropped.set()
            if watch.server and bytes.fromhex(step.data)[12:16] == socket.inet_aton(watch.server.address):
                passed.set()

    loop = asyncio.get_running_loop()
    spots = [spot for spot in watch.spots if spot.fileno() >= 0]
    for spot in spots:
        loop.add_reader(spot.fileno(), look, spot)
    try:
        yield
    finally:
        for spot in spots:
            loop.remove_reader(spot.fileno())
