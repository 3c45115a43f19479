"""Asks one question with packets that wear a trace's mark, and stops waiting soon after a rule dropped them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import replace

from course.labhost import probes
from course.labhost.asking import Ask, Source, silence
from course.labhost.marks import BLOCK
from course.labhost.namespaces import Namespace, Namespaces
from course.labhost.records import Answer, Probe
from course.labhost.sightings import Question
from course.labhost.spot import Spot
from course.labhost.watching import Watch

_GRACE = 0.05  # seconds from a drop to the end: a rejection's message is on its way


class Marked(Source):
    """A source whose sockets, one after the other, have the ports of a mark's block; the echo has the mark itself."""

    def __init__(self, space: Namespace, mark: int) -> None:
        super().__init__(space)
        self._mark, self._opened = mark, 0

    def open(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """As the base class, bound to the next port; raises OSError."""
        sock = super().open(family, kind, protocol)
        if kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                sock.bind(("", self._mark + self._opened % BLOCK))
            except BaseException:
                sock.close()
                raise
            self._opened += 1
        return sock

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
        return asyncio.run(_ask(probe, Marked(space, question.mark), watch))
    except Exception as error:
        return Answer("broken", detail=f"the question could not be asked ({type(error).__name__}: {error})")


async def _ask(probe: Probe, source: Marked, watch: Watch) -> Answer:
    question, dropped = Ask(probe, source), asyncio.Event()
    with _looking(watch, dropped):
        asking, over = asyncio.create_task(probes.timed(question)), asyncio.create_task(_over(dropped))
        await asyncio.wait({asking, over}, return_when=asyncio.FIRST_COMPLETED)
    return asking.result() if asking.done() else replace(silence(question), address=question.address)


async def _over(dropped: asyncio.Event) -> None:
    await dropped.wait()
    await asyncio.sleep(_GRACE)


@contextlib.contextmanager
def _looking(watch: Watch, dropped: asyncio.Event) -> Iterator[None]:
    """While in here, ``dropped`` is set when a rule of this machine drops a packet of the trace."""

    def look(spot: Spot) -> None:
        if any(step.verdict == "DROP" for step in spot.take_steps()):
            dropped.set()

    loop = asyncio.get_running_loop()
    spots = [spot for spot in watch.spots if spot.fileno() >= 0]
    for spot in spots:
        loop.add_reader(spot.fileno(), look, spot)
    try:
        yield
    finally:
        for spot in spots:
            loop.remove_reader(spot.fileno())
