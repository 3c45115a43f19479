"""Questions asked with real packets, from inside the namespaces, all at once.

Every probe is one coroutine of one event loop. Its sockets are opened inside the namespace of its
source and stay there, so the loop itself never moves.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from course.labhost.namespaces import Namespace, Namespaces
from course.labhost.probing import dnswire, links, web
from course.labhost.probing.asking import Ask, Source, Verdict, refusal, silence
from course.labhost.probing.names import NoName, is_address
from course.labhost.probing.packets import echo_reply, echo_request
from course.labhost.probing.waiting import when
from course.labhost.records import Answer, Probe

MOST_PROBES = 5000
LONGEST_TIMEOUT = 30.0
LONGEST_BODY = 65536
WELCOME = {53: dnswire.question(1, b"\0", dnswire.A)}  # datagrams that the servers of some ports reply to


def ask(probes: list[Probe], namespaces: Namespaces) -> list[Answer]:
    """The answers to all probes, in order; what cannot be asked is answered ``broken``.

    Raises ValueError if there are too many, and nothing else.
    """
    if len(probes) > MOST_PROBES:
        raise ValueError(f"{len(probes)} probes are too many for one request; the most is {MOST_PROBES}")
    return asyncio.run(_ask_all(probes, namespaces))


async def _ask_all(probes: list[Probe], namespaces: Namespaces) -> list[Answer]:
    names = {probe.source for probe in probes}
    gate = asyncio.Semaphore(resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)  # each has a socket open
    with contextlib.ExitStack() as opened:
        sources = {name: _source(space, opened) for name, space in namespaces.find(names).items()} if names else {}
        sources |= {name: namespaces.missing(name) for name in names - set(sources)}
        return await asyncio.gather(*(_guarded(probe, sources[probe.source], gate) for probe in probes))


def _source(space: Namespace, opened: contextlib.ExitStack) -> Source | str:
    """The source, or a sentence that says why nothing can be asked from there."""
    try:
        return space.trouble or opened.enter_context(contextlib.closing(Source(space)))
    except OSError as error:
        return f"{space.name} cannot be looked at: {error.strerror} ({error.filename})"


async def _guarded(probe: Probe, source: Source | str, gate: asyncio.Semaphore) -> Answer:
    if isinstance(source, str):
        return Answer("broken", detail=source)
    if sentence := nonsense(probe):
        return Answer("broken", detail=sentence)
    async with gate:
        try:
            return await timed(Ask(probe, source, asyncio.get_running_loop().time() + probe.timeout))
        except Exception as error:  # whatever goes wrong with one question leaves the others alone
            return Answer("broken", detail=f"the probe itself failed ({type(error).__name__}: {error})")


def nonsense(probe: Probe) -> str:
    """A sentence that says why this cannot be asked; empty if it can."""
    if not 0 < probe.timeout <= LONGEST_TIMEOUT:
        return f"a timeout of {probe.timeout} s is not possible; choose one up to {LONGEST_TIMEOUT:g} s"
    if not 0 <= probe.port <= 65535 or (probe.kind in ("tcp", "udp") and probe.port == 0):
        return f"port {probe.port} does not exist; ports go from 1 to 65535"
    if not probe.target or not probe.target.isprintable() or " " in probe.target:
        return f"{probe.target!r} is neither a name nor an address"
    return ""


async def timed(question: Ask) -> Answer:
    """The answer, with the time that it took."""
    started = time.monotonic()
    try:
        answer = await KINDS[question.probe.kind](question)
    except Verdict as early:
        answer = Answer(early.outcome, detail=str(early))
    except TimeoutError:
        answer = silence(question)
    except OSError as error:
        answer = refusal(question, error)
    ms = round((time.monotonic() - started) * 1000, 2)
    return replace(answer, ms=ms, address=answer.address or question.address)


async def _icmp(question: Ask) -> Answer:
    await question.find(question.probe.target)
    protocol = socket.IPPROTO_ICMPV6 if question.v6 else socket.IPPROTO_ICMP
    ident = question.source.ident()
    with await question.connected(socket.SOCK_RAW, protocol, hear_routers=True) as sock:

        def listen() -> None:
            while echo_reply(sock.recv(2048), ident, question.v6) is None:
                pass

        sock.send(echo_request(ident, 1, 56, question.v6))
        await when(sock, listen, question.deadline)
    return Answer("reply", detail=f"{question.where} answered the ping")


async def _tcp(question: Ask) -> Answer:
    await question.find(question.probe.target, question.probe.port)
    (await question.connected(socket.SOCK_STREAM)).close()
    return Answer("reply", detail=f"{question.where} accepts connections")


async def _udp(question: Ask) -> Answer:
    await question.find(question.probe.target, question.probe.port)
    with await question.connected(socket.SOCK_DGRAM, hear_routers=True) as sock:
        sock.send(WELCOME.get(question.port, b"course\n"))
        reply = await when(sock, lambda: sock.recv(LONGEST_BODY), question.deadline)
    return Answer("reply", body=reply.decode(errors="replace"), detail=f"{question.where} sent {len(reply)} bytes back")


async def _dns(question: Ask) -> Answer:
    name = question.probe.target
    try:
        found = await question.source.look_up(name, question.probe.timeout)
    except NoName as error:
        raise Verdict(error.outcome, str(error)) from error
    told = found.server or ("itself" if is_address(name) else "the hosts file")
    detail = f"{name} is {', '.join(found.addresses)} (from {told})"
    return Answer("reply", address=found.server, addresses=found.addresses, detail=detail)


Asking = Callable[[Ask], Awaitable[Answer]]


def _ended(asking: Asking) -> Asking:
    """The same with an end to it at the deadline."""

    async def ask_until(question: Ask) -> Answer:
        async with asyncio.timeout_at(question.deadline):
            return await asking(question)

    return ask_until


KINDS: dict[str, Asking] = {
    "icmp": _icmp,
    "tcp": _tcp,
    "udp": _udp,
    "http": _ended(web.get),
    "dns": _dns,
    "arp": _ended(links.arp),
    "pmtu": _ended(links.pmtu),
}
