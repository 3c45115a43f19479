"""Waiting for a socket, fair to whoever answers in time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def when(sock: socket.socket, attempt: Callable[[], T], deadline: float, write: bool = False) -> T:
    """What ``attempt`` gives once it does not raise BlockingIOError; raises TimeoutError after the deadline.

    The deadline is by the clock of the running loop. The first attempt comes before any waiting, for an answer from
    next door is there at once, and one comes after the deadline: a busy loop may be late for an answer that was not.
    """
    loop = asyncio.get_running_loop()
    while True:
        late = loop.time() >= deadline
        try:
            return attempt()
        except BlockingIOError:
            if late:
                raise TimeoutError from None
        await _stir(loop, sock, deadline, write)


async def _stir(loop: asyncio.AbstractEventLoop, sock: socket.socket, deadline: float, write: bool) -> None:
    """Until the socket can be read (or written), or the deadline has come."""
    stirred: asyncio.Future[None] = loop.create_future()
    add, remove = (loop.add_writer, loop.remove_writer) if write else (loop.add_reader, loop.remove_reader)
    add(sock, _done, stirred)
    timer = loop.call_at(deadline, _done, stirred)
    try:
        await stirred
    finally:
        timer.cancel()
        remove(sock)


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
