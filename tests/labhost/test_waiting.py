from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

import pytest

from course.labhost.probing.waiting import when


def heard(meanwhile: Callable[[socket.socket], object], patience: float, stall: float = 0.0) -> bytes:
    """What comes within ``patience`` seconds, in a loop that is busy with something else for ``stall`` of them."""

    async def listen() -> bytes:
        loop = asyncio.get_running_loop()
        mine.setblocking(False)
        loop.call_soon(meanwhile, theirs)
        loop.call_soon(time.sleep, stall)
        return await when(mine, lambda: mine.recv(10), loop.time() + patience)

    mine, theirs = socket.socketpair()
    with mine, theirs:
        return asyncio.run(listen())


def test_an_answer_is_heard() -> None:
    assert heard(lambda theirs: theirs.send(b"yes"), 5) == b"yes"


def test_silence_ends_at_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        heard(lambda theirs: None, 0.01)


def test_an_answer_that_came_in_time_counts_however_late_the_loop_looks() -> None:
    assert heard(lambda theirs: theirs.send(b"yes"), 0.01, stall=0.1) == b"yes"


def test_what_goes_wrong_is_raised() -> None:
    assert heard(lambda theirs: theirs.close(), 5) == b""
    with pytest.raises(BrokenPipeError):
        asyncio.run(_wrong())


async def _wrong() -> None:
    mine, theirs = socket.socketpair()
    theirs.close()
    with mine:
        await when(mine, lambda: mine.send(b"x"), asyncio.get_running_loop().time() + 5, write=True)
