"""A web page fetched from inside a namespace: one GET, no redirects, no proxies."""

from __future__ import annotations

import asyncio
import http.client
import io
import socket
import urllib.parse

from course.labhost.probing.asking import Ask, Verdict
from course.labhost.records import Answer

LONGEST_BODY = 65536
_LONGEST_HEADERS = 16384


async def get(question: Ask) -> Answer:
    """Status and body (up to 64 kB) of the target, an ``http://`` URL; any status is a reply."""
    url = _url(question.probe.target)
    await question.find(url.hostname or "", url.port or question.probe.port or 80)
    sock = await question.connected(socket.SOCK_STREAM)
    patience = f"{question.probe.timeout:g} s"
    question.stage = f"{question.where} accepted the connection and sent no whole answer within {patience}"
    reader, writer = await asyncio.open_connection(sock=sock)
    try:
        writer.write(_request(url))
        raw = await _read(reader)
    finally:
        writer.transport.abort()
    return answer_from(raw, question.where)


def answer_from(raw: bytes, where: str) -> Answer:
    """The answer that these bytes from the server make."""
    if not raw:
        return Answer("closed", detail=f"{where} accepted the connection and closed it without a word")
    response = http.client.HTTPResponse(_Recorded(raw), method="GET")  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read(LONGEST_BODY)
    except http.client.IncompleteRead as error:
        body = error.partial
    except (http.client.HTTPException, ValueError):
        return Answer("closed", detail=f"{where} answered, but not in HTTP")
    text = body.decode(errors="replace")
    return Answer("reply", status=response.status, body=text, detail=f"{where} answered with status {response.status}")


def _url(target: str) -> urllib.parse.SplitResult:
    try:
        url = urllib.parse.urlsplit(target)
        if url.scheme == "http" and url.hostname and url.netloc.isascii() and url.port != 0:
            return url
    except ValueError:
        pass  # a port that is no number, a bracket too few
    raise Verdict("broken", f"{target!r} is not a URL of the form http://name:port/path")


def _request(url: urllib.parse.SplitResult) -> bytes:
    path = urllib.parse.quote(url.path or "/", safe="/%:@!$&'()*+,;=~")
    query = "?" + urllib.parse.quote(url.query, safe="/%:@!$&'()*+,;=~?") if url.query else ""
    headers = f"Host: {url.netloc.rpartition('@')[2]}\r\nUser-Agent: course\r\nConnection: close\r\n\r\n"
    return f"GET {path}{query} HTTP/1.1\r\n{headers}".encode("ascii")


async def _read(reader: asyncio.StreamReader) -> bytes:
    """All that comes, up to the longest headers and body."""
    raw = b""
    while len(raw) < LONGEST_BODY + _LONGEST_HEADERS and (part := await reader.read(65536)):
        raw += part
    return raw


class _Recorded:
    """What the standard library's HTTP parser needs of a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)
