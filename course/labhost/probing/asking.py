"""One probe under way: where it starts, how far it has come, and what an end of it means."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import os
import random
import select
import socket
from dataclasses import dataclass, replace

from course.labhost.namespaces import Namespace, entered
from course.labhost.probing.names import Found, NoName, Resolver, is_address, read_resolver, resolve
from course.labhost.probing.packets import Hop, next_hop, unanswered
from course.labhost.probing.waiting import when
from course.labhost.records import Answer, Outcome, Probe

_IP_RECVERR = 11  # ip(7)
_idents = itertools.count(random.randrange(65536))


class Verdict(Exception):
    """The answer is known before the probe has run its course; the text is a sentence."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome


class Source:
    """Where the probes of one request start: a namespace, its resolver, and the names looked up so far.

    To be closed after the request. Raises OSError if it cannot be entered or the files of its resolver cannot be read.
    """

    def __init__(self, space: Namespace) -> None:
        self.space = space
        resolver = read_resolver(space.resolv_conf, space.hosts)
        self._there = os.open(space.path, os.O_RDONLY)
        self._home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            self.resolver: Resolver = replace(resolver, ipv6=self._ipv6())
        except OSError:
            self.close()
            raise
        self._lookups: dict[tuple[str, float], asyncio.Task[Found]] = {}

    def _ipv6(self) -> bool:
        """Whether there is an IPv6 address that others could be reached from."""
        try:
            return any(row.split()[-1] != "lo" for row in self._table("if_inet6").splitlines())
        except FileNotFoundError:  # a kernel without IPv6
            return False

    def close(self) -> None:
        """Let go of the namespace."""
        os.close(self._there)
        os.close(self._home)

    def open(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """A non-blocking socket inside the namespace; raises OSError."""
        with entered(self._there, self._home):
            sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        return sock

    async def look_up(self, name: str, patience: float) -> Found:
        """As ``resolve``; many probes for one name share one question."""
        if is_address(name):
            return Found([name])
        key = (name, patience)
        if key not in self._lookups:
            # a little less than all of it, so that what ailed the name servers is told and not the probe's own end
            self._lookups[key] = asyncio.create_task(resolve(name, self.resolver, self.open, 0.9 * patience))
            self._lookups[key].add_done_callback(_heard)
        return await asyncio.shield(self._lookups[key])

    def ident(self) -> int:
        """The identifier of the next ICMP echo."""
        return next(_idents) & 0xFFFF

    def hop(self, address: str) -> Hop | None:
        """The next hop to an IPv4 address; ``None`` without a route."""
        return None if ":" in address else next_hop(self._table("route"), address)

    def neighbour_silent(self, hop: Hop) -> bool:
        """Whether nobody on the link answers to the next hop's address."""
        return unanswered(self._table("arp"), hop)

    def own_address(self, target: str) -> str:
        """The IPv4 address that the kernel would send from; raises OSError without a route."""
        with self.open(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect((target, 9))
            return str(sock.getsockname()[0])

    def _table(self, name: str) -> str:
        with entered(self._there, self._home), open(f"/proc/thread-self/net/{name}") as file:
            return file.read()


def _heard(lookup: asyncio.Task[Found]) -> None:
    """Whoever asked may have given up by now: then nobody fetches what ailed the lookup, and asyncio would complain."""
    if not lookup.cancelled():
        lookup.exception()


@dataclass
class Ask:
    """One probe under way, which ends at ``deadline`` by the clock of its loop. ``address`` and ``port`` are known once
    its target is resolved; ``stage`` is the sentence to say if the time is up now."""

    probe: Probe
    source: Source
    deadline: float
    address: str = ""
    port: int = 0
    stage: str = ""

    @property
    def where(self) -> str:
        """The other end as people write it."""
        host = f"[{self.address}]" if self.v6 and self.port else self.address or self.probe.target
        return f"{host}:{self.port}" if self.port else host

    @property
    def who(self) -> str:
        """The source as people call it: the machine itself goes by its hostname."""
        return socket.gethostname() if self.probe.source == "host" else self.probe.source

    @property
    def v6(self) -> bool:
        """Whether the target is an IPv6 address."""
        return ":" in self.address

    async def find(self, target: str, port: int = 0) -> None:
        """Resolve the target as the source would; raises Verdict ``no-name``, whatever ailed the name servers."""
        try:
            self.address = (await self.source.look_up(target, self.probe.timeout)).addresses[0]
        except NoName as error:
            raise Verdict("no-name", str(error)) from error
        self.port = port

    async def connected(self, kind: int, protocol: int = 0, hear_routers: bool = False) -> socket.socket:
        """A socket that is connected to the target; its caller closes it. Raises OSError, TimeoutError among them.

        With ``hear_routers`` a router's *host unreachable* ends the probe, which datagrams otherwise ignore.
        """
        sock = self.source.open(socket.AF_INET6 if self.v6 else socket.AF_INET, kind, protocol)
        try:
            if hear_routers and not self.v6:
                sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            if kind == socket.SOCK_STREAM:
                with contextlib.suppress(BlockingIOError):
                    sock.connect((self.address, self.port))
                await when(sock, lambda: _accepted(sock), self.deadline, write=True)
            else:  # nothing is sent, so nothing is waited for
                sock.connect((self.address, self.port))
        except BaseException:
            sock.close()
            raise
        return sock


def _accepted(sock: socket.socket) -> None:
    """Return if the connection stands; raises BlockingIOError while nobody has answered, OSError if it was refused.

    Not by connecting again, whose lock of the socket would keep what a router says from ending the attempt.
    """
    ready = select.poll()
    ready.register(sock, select.POLLOUT)
    settled = ready.poll(0)
    if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(code, os.strerror(code))
    if not settled:
        raise BlockingIOError


def silence(question: Ask) -> Answer:
    """The answer if the time is up: it tells nobody on the link from nobody behind it."""
    nobody = f"{question.where} did not answer within {question.probe.timeout:g} s"
    if not question.address and question.probe.kind != "dns":
        return Answer("no-name", detail=f'name "{question.where}" could not be looked up in time')
    return _link_trouble(question) or Answer("timeout", detail=question.stage or nobody)


def refusal(question: Ask, error: OSError) -> Answer:
    """What an error of the socket means (ip(7), tcp(7)); raises the error if it means nothing for the network."""
    view, where = question.who, question.where
    match error.errno:
        case errno.ECONNREFUSED:
            return Answer("refused", detail=f"{where} refused: nothing listens there, or a rule rejects it")
        case errno.ECONNRESET | errno.EPIPE:
            return Answer("reset", detail=f"{where} cut the connection off")
        case errno.EPERM:
            return Answer("timeout", detail=f"a firewall rule in {view} drops the packets to {where} as they leave")
        case errno.EHOSTUNREACH:
            unreachable = f"a router or a rule says that {where} cannot be reached from {view}"
            return _link_trouble(question) or Answer("no-route", detail=unreachable)
        case errno.ENETUNREACH | errno.EADDRNOTAVAIL:
            return Answer("no-route", detail=f"{view} has no route to {where}")
        case errno.EINVAL | errno.EACCES if question.address:
            return Answer("no-route", detail=f"a route of {view} forbids packets to {where}")
    raise error


def _link_trouble(question: Ask) -> Answer | None:
    hop = question.source.hop(question.address) if question.address else None
    if hop is None or not question.source.neighbour_silent(hop):
        return None
    who = "no machine" if hop.address == question.address else "no gateway"
    return Answer("no-neighbour", detail=f"{who} on {hop.device} answers to {hop.address} (ARP asked, no reply)")
