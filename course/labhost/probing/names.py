"""Names as the programs of one view resolve them: its hosts file, its name servers, its search list."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.rcode

from course.labhost.probing.dnswire import AAAA, A, Reply, question, reply
from course.labhost.probing.waiting import when
from course.labhost.records import Outcome

Opener = Callable[[int, int, int], socket.socket]
_LONGEST_FILE = 65536  # a container may write what it likes into its own files


class NoName(Exception):
    """The name has no address. ``outcome`` says how the name servers behaved, the text is a sentence."""

    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome = outcome


@dataclass(frozen=True)
class Resolver:
    """What the files of one view say. ``hosts`` gives every address of a name, in the file's order.

    Without ``ipv6`` a name's IPv6 addresses are asked for only if it has no others: they would lead nowhere. The
    C library does so too, see AI_ADDRCONFIG in getaddrinfo(3).
    """

    nameservers: list[str] = field(default_factory=list)
    search: list[str] = field(default_factory=list)
    ndots: int = 1
    hosts: dict[str, list[str]] = field(default_factory=dict)
    ipv6: bool = True

    def candidates(self, name: str) -> list[str]:
        """The full names to try, in order (resolv.conf(5), ``ndots`` and ``search``)."""
        if name.endswith("."):
            return [name]
        longer = [f"{name}.{suffix}" for suffix in self.search]
        return [name, *longer] if name.count(".") >= self.ndots else [*longer, name]


@dataclass(frozen=True)
class Found:
    """The addresses of a name, IPv4 first; ``server`` is empty if the hosts file knew it."""

    addresses: list[str]
    server: str = ""


def read_resolver(resolv_conf: str, hosts: str) -> Resolver:
    """The resolver that these two files describe; raises OSError if one cannot be read."""
    return parse_resolver(_text(resolv_conf), _text(hosts))


def parse_resolver(resolv_conf: str, hosts: str) -> Resolver:
    """The same from the text of the two files; lines that make no sense are passed over."""
    servers: list[str] = []
    search: list[str] = []
    ndots = 1
    for word, *rest in _rows(resolv_conf):
        if word == "nameserver" and rest and is_address(rest[0]):
            servers.append(rest[0])
        elif word in ("search", "domain"):
            search = [suffix for suffix in rest if suffix != "."]
        elif word == "options":
            ndots = next((int(o[6:]) for o in rest if o.startswith("ndots:") and o[6:].isdecimal()), ndots)
    known: dict[str, list[str]] = {}
    for address, *names in _rows(hosts):
        if is_address(address):
            for name in names:
                known.setdefault(name.lower(), []).append(address)
    return Resolver(servers, search, ndots, known)


def is_address(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address."""
    with contextlib.suppress(ValueError, OSError):
        if ":" in text:
            ipaddress.IPv6Address(text)
        else:
            socket.inet_pton(socket.AF_INET, text)  # asked of every name, and thirty times as fast
        return True
    return False


async def resolve(name: str, resolver: Resolver, opener: Opener, patience: float) -> Found:
    """Every address of ``name``; its servers share ``patience`` seconds. Raises NoName."""
    if is_address(name):
        return Found([name])
    if name.lower() in resolver.hosts:
        return Found(_v4_first(resolver.hosts[name.lower()]))
    if not resolver.nameservers:
        raise NoName("no-name", f'name "{name}" does not resolve (no name server in resolv.conf)')
    trouble = NoName("no-name", f'"{name}" is not a name')
    for candidate in resolver.candidates(name):
        try:
            return await _ask_servers(name, candidate, resolver, opener, patience)
        except NoName as error:
            trouble = error
            if error.outcome != "no-name":
                break  # who does not answer for one suffix will not for the next
    raise trouble


async def _ask_servers(name: str, candidate: str, resolver: Resolver, opener: Opener, patience: float) -> Found:
    trouble = NoName("no-name", "")
    for server in resolver.nameservers:
        try:
            replies = await _replies(candidate, server, resolver.ipv6, opener, patience / len(resolver.nameservers))
        except TimeoutError:
            trouble = NoName("timeout", f'name "{name}" could not be looked up: {server} did not answer')
        except ConnectionRefusedError:
            trouble = NoName("refused", f'name "{name}" could not be looked up: no name server listens on {server}')
        except PermissionError:
            trouble = NoName("timeout", f'name "{name}" could not be looked up: a rule here drops packets to {server}')
        except OSError as error:
            sentence = f'name "{name}" could not be looked up: no way to {server} ({error.strerror})'
            trouble = NoName("no-route", sentence)
        except (dns.exception.DNSException, UnicodeError, ValueError) as error:
            raise NoName("no-name", f'name "{name}" does not resolve ({error})') from error
        else:
            if addresses := [address for reply in replies for address in reply.addresses]:
                return Found(addresses, server)
            said = dns.rcode.to_text(dns.rcode.Rcode(replies[0].code))
            said = "no address" if said == "NOERROR" else said
            trouble = NoName("no-name", f'name "{name}" does not resolve ({said} from {server})')
            if said in ("NXDOMAIN", "no address"):
                break  # a clear no: the next server is not asked
    raise trouble


async def _replies(name: str, server: str, ipv6: bool, opener: Opener, patience: float) -> list[Reply]:
    kinds = (A, AAAA) if ipv6 else (A,)
    replies = await _query(name, kinds, server, opener, patience)
    nothing = not ipv6 and replies[0] == Reply(0, [])
    return await _query(name, (AAAA,), server, opener, patience) if nothing else replies


async def _query(name: str, kinds: Sequence[int], server: str, opener: Opener, patience: float) -> list[Reply]:
    """What a server says of a full name: a reply for each kind of record, asked for at once on one socket."""
    wire = dns.name.from_text(name).to_wire() or b""
    replies: dict[int, Reply] = {}
    asked: list[bytes] = []
    with opener(_family(server), socket.SOCK_DGRAM, 0) as sock:

        def listen() -> list[Reply]:
            while len(replies) < len(asked):
                packet = sock.recv(65535)
                replies.update((n, said) for n, one in enumerate(asked) if (said := reply(packet, one)))
            return [replies[n] for n in range(len(asked))]

        sock.connect((server, 53))
        # numbered like its port: a name server that asks another keeps the number, and a trace knows it by that
        port = sock.getsockname()[1]
        asked += [question((port + n) & 0xFFFF, wire, kind) for n, kind in enumerate(kinds)]
        for packet in asked:
            sock.send(packet)
        return await when(sock, listen, asyncio.get_running_loop().time() + patience)


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _v4_first(addresses: list[str]) -> list[str]:
    return sorted(dict.fromkeys(addresses), key=lambda address: ":" in address)


def _rows(text: str) -> list[list[str]]:
    rows = (line.split("#")[0].split(";")[0].split() for line in text.splitlines())
    return [row for row in rows if row]


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(_LONGEST_FILE)
