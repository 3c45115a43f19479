"""Servers for the tests, each in a thread; opened inside a namespace they stay there."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import dns.message
import dns.rcode
import dns.rrset

NAMES = {"web.lan.test.": ["10.5.0.3"], "two.lan.test.": ["10.5.0.3", "10.6.0.2"], "far.": ["10.6.0.2"]}
NAMES_V6 = {"six.lan.test.": ["fd00::3"], "two.lan.test.": ["fd00::4"]}
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"


@contextlib.contextmanager
def tcp(address: str, port: int, serve: Callable[[socket.socket], None] | None = None) -> Iterator[None]:
    """Listen; ``serve`` gets each connection, and without it nobody accepts."""
    with socket.create_server((address, port)) as server, _thread(lambda: _accept(server, serve), server):
        yield


@contextlib.contextmanager
def udp(address: str, port: int, answer: Callable[[bytes], bytes]) -> Iterator[None]:
    """Answer each datagram; an empty answer is not sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, port))
        with _thread(lambda: _reply(server, answer), server):
            yield


def http(reply: bytes = REPLY) -> Callable[[socket.socket], None]:
    """Read the request and send these bytes."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(reply)

    return serve


def echo_request(connection: socket.socket) -> None:
    """Answer with the request itself."""
    request = connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + request)


def hang_up(connection: socket.socket) -> None:
    """Close without a word."""
    connection.recv(65536)


def cut_off(connection: socket.socket) -> None:
    """Reset the connection."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def name_server(question: bytes) -> bytes:
    """Addresses of NAMES, silence for names with "silent" in them, a failure for "failing", NXDOMAIN for the rest."""
    asked = dns.message.from_wire(question)
    name, kind = asked.question[0].name, asked.question[0].rdtype
    answer = dns.message.make_response(asked)
    if "silent" in str(name):
        return b""
    if "failing" in str(name):
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif str(name) not in NAMES | NAMES_V6:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif addresses := {"A": NAMES, "AAAA": NAMES_V6}[kind.name].get(str(name)):
        answer.answer.append(dns.rrset.from_text(name, 1, "IN", kind.name, *addresses))
    return answer.to_wire()


def _accept(server: socket.socket, serve: Callable[[socket.socket], None] | None) -> None:
    while serve is not None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(ConnectionError):
            serve(connection)


def _reply(server: socket.socket, answer: Callable[[bytes], bytes]) -> None:
    while True:
        question, sender = server.recvfrom(65536)
        if sender is None:  # shut down
            return
        if reply := answer(question):
            server.sendto(reply, sender)


@contextlib.contextmanager
def _thread(work: Callable[[], None], server: socket.socket) -> Iterator[None]:
    def until_closed() -> None:
        with contextlib.suppress(OSError):
            work()

    thread = threading.Thread(target=until_closed, daemon=True)
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # wakes the thread; a datagram socket wakes all the same
            server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
