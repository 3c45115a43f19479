"""Captured packets to draw, made by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """A packet as a capture tells it."""

    ms: float
    source: str
    destination: str
    words: str
    protocol: str = "TCP"
    length: int = 66


def fetched() -> list[Seen]:
    """A page is fetched: the neighbour is asked for, a connection opened, used and closed."""
    return [
        Seen(0.0, "client", "everyone", "who has 172.30.1.3?", "ARP", 42),
        Seen(0.02, "web", "client", "172.30.1.3 is at 02:42:ac:1e:01:03", "ARP", 42),
        Seen(0.04, "client", "web", "SYN", length=74),
        Seen(0.06, "web", "client", "SYN ACK", length=74),
        Seen(0.07, "client", "web", "ACK"),
        Seen(0.31, "client", "web", "HTTP GET /", length=140),
        Seen(0.36, "web", "client", "ACK"),
        Seen(0.92, "web", "client", "HTTP 200 OK", length=410),
        Seen(1.4, "client", "web", "FIN ACK"),
        Seen(1.5, "web", "client", "FIN ACK"),
        Seen(1.52, "client", "web", "ACK"),
    ]


def three_tiers() -> list[Seen]:
    """A name, then a question that needs another place's answer, and one that nobody answers."""
    return [
        Seen(0.0, "backend", "backend", "A? db", "UDP", 60),
        Seen(0.4, "backend", "backend", "db is 172.30.2.3", "UDP", 92),
        Seen(1.0, "frontend", "backend", "HTTP GET /rows", length=150),
        Seen(1.3, "backend", "db", "PostgreSQL query", length=120),
        Seen(2.1, "db", "backend", "PostgreSQL 3 rows", length=420),
        Seen(2.4, "backend", "frontend", "HTTP 200 OK", length=512),
        *(Seen(3 + 1000.0 * n, "frontend", "203.0.113.9", "SYN", length=74) for n in range(3)),
        Seen(4003.0, "10.213.7.1", "frontend", "host unreachable", "ICMP", 102),
    ]


def flood(number: int) -> list[Seen]:
    """Many packets, each of which says something else."""
    return [
        Seen(n * 0.5, *(("client", "web") if n % 2 else ("web", "client")), f"seq {n}", length=1514)
        for n in range(number)
    ]
