"""One station of a packet's journey, and what the packet said of itself there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Way = Literal["there", "back"]
Act = Literal["asked", "sent", "seen", "rule", "translated", "wrapped", "unwrapped", "delivered", "stopped"]


@dataclass(frozen=True)
class Header:
    """What a packet says of itself at one station.

    ``protocol`` is tcp, udp, icmp or arp. ``note`` says what kind of packet it is, in the field's words: ``SYN``,
    ``RST``, ``echo request``, ``who has 10.0.0.3?``, ``A? db``. ``outer`` is the packet that carries this one on the
    wire, where it is wrapped; ``vni`` is the number of the VXLAN that the outer packet names (-1: none).
    """

    protocol: str
    source: str
    destination: str
    source_port: int = 0
    destination_port: int = 0
    note: str = ""
    ttl: int = 0
    source_mac: str = ""
    destination_mac: str = ""
    outer: Header | None = None
    vni: int = -1

    def __str__(self) -> str:
        return f"{_end(self.source, self.source_port)} → {_end(self.destination, self.destination_port)}"


@dataclass(frozen=True)
class Hop:
    """One station of the journey.

    ``machine`` and ``view`` say whose namespace it is in (``host1``, ``web``; view ``host`` is the machine itself).
    ``station`` is an interface (``eth0``, ``br-1234``), a chain (``nat/DOCKER``), or ``socket``, ``route`` (the table
    of routes, where it says no) or ``conntrack`` (a known connection, whose packets are translated without a rule).
    ``before`` is the packet as it came, ``after`` as it went on; they differ only where something changed it.
    ``rule`` is the iptables rule that matched, as ``iptables -S`` writes it, ``verdict`` what it said (ACCEPT, DROP…).
    ``ms`` counts from the moment that the packet was sent; interfaces have the kernel's own time, rules one between
    those of the interfaces around them. ``detail`` is one sentence in plain words.
    """

    ms: float
    way: Way
    machine: str
    view: str
    station: str
    act: Act
    before: Header
    after: Header
    rule: str = ""
    verdict: str = ""
    detail: str = ""

    @property
    def place(self) -> str:
        """Who it is: the container's name, or the machine's where it is the machine itself."""
        return self.machine if self.view == "host" else self.view


def _end(address: str, port: int) -> str:
    return f"[{address}]:{port}" if port and ":" in address else f"{address}:{port}" if port else address
