"""One namespace under watch: what passes its interfaces, and what its rules do with it."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from course.labhost.namespaces import Namespace, inside
from course.labhost.tracing import cables, marks, ruletext
from course.labhost.tracing.netfilter import OURS, Netfilter, Report
from course.labhost.tracing.sightings import Sighting, Step

MOST_PACKETS, MOST_STEPS = 600, 3000
_EVERY_PROTOCOL = 3  # ETH_P_ALL
_STAMPED = 35  # SO_TIMESTAMPNS
_OUTGOING = 4  # PACKET_OUTGOING
_WITH_ETHERNET = (1, 772)  # ARPHRD_ETHER, ARPHRD_LOOPBACK


class Spot:
    """Watches from its making until ``close``. Raises OSError if the namespace cannot be entered.

    What cannot be watched in it is said in ``trouble``, a list that the spots of a watch share.
    """

    def __init__(self, space: Namespace, mark: int, server: marks.Server | None, trouble: list[str]) -> None:
        self.space = space
        self.steps: list[Step] = []
        self._who = "the machine itself" if space.name == "host" else space.name
        self._mark, self._server, self._trouble = mark, server, trouble
        self._prints: set[str] = set()  # of this trace's packets
        self._ours: dict[int, bool] = {}  # netfilter's number of a packet: whether it is one of them
        self._netfilter: Netfilter | None = None
        with inside(space.path):
            self.links = cables.links()
            self.forwards = Path("/proc/sys/net/ipv4/ip_forward").read_text().strip() == "1"
            self._names = {link.index: link.name for link in self.links}
            self._packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
            try:
                self._open()
            except BaseException:
                self.close()
                raise

    def _open(self) -> None:
        self._packets.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        marks.attach(self._packets, marks.program(self._mark, self._server))
        self._packets.setblocking(False)
        with contextlib.suppress(BlockingIOError):  # what came before the filter
            while self._packets.recv(1):
                pass
        try:
            self._netfilter = Netfilter()
            self._netfilter.report(self._mark, self._server)
        except OSError as error:
            self._trouble.append(f"the rules in {self._who} could not be watched ({error.strerror})")
        self._counts = ruletext.old_counts()

    def close(self) -> None:
        """Close the sockets; what they made in the kernel goes with them."""
        self._packets.close()
        if self._netfilter:
            self._netfilter.close()

    def fileno(self) -> int:
        """Readable when a rule has done something; -1 if rules cannot be watched."""
        return self._netfilter.fileno() if self._netfilter else -1

    def sightings(self) -> Iterator[Sighting]:
        """The packets that came by."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(MOST_PACKETS):
                data, notes, _, where = self._packets.recvmsg(marks.LONGEST_PACKET, 64)
                yield _sighting(self.space.name, data, notes[0][2], where)
            self._trouble.append(f"more packets came by in {self._who} than are kept")

    def take_steps(self) -> list[Step]:
        """What the rules did with this trace's packets since the last time."""
        fresh: list[Step] = []
        try:
            reports = self._netfilter.reports() if self._netfilter else ()
            fresh.extend(self._step(report) for report in reports if self._is_ours(report))
        except OSError as error:
            self._trouble.append(f"netfilter reported more in {self._who} than was kept ({error.strerror})")
        room = MOST_STEPS - len(self.steps)
        if len(fresh) > room:
            self._trouble.append(f"rules did more in {self._who} than is kept")
        self.steps += fresh[:room]
        return fresh

    def rules(self) -> dict[str, str]:
        """The texts of the rules that did something, by ``family table chain handle``."""
        tables = {(step.family, step.table) for step in self.steps if not step.table.startswith(OURS)}
        if self._netfilter is None or not tables:
            return {}
        try:
            with inside(self.space.path):
                texts = ruletext.texts(tables)
        except OSError:
            return {}
        met = {f"{step.family} {step.table} {step.chain} {step.handle}" for step in self.steps}
        return {key: text for key, text in texts.items() if key in met}

    def look_at_old_rules(self) -> None:
        """Say which rules of iptables-legacy counted a packet meanwhile: whose it was, they do not tell."""
        if not self._counts:
            return
        with contextlib.suppress(OSError), inside(self.space.path):
            now = ruletext.old_counts()
            grown = [rule for rule, count in now.items() if count > self._counts.get(rule, 0)]
            counted = f"meanwhile these counted packets: {'; '.join(grown)}" if grown else "none counted a packet"
            self._trouble.append(f"rules of iptables-legacy in {self._who} do not report; {counted}")

    def _is_ours(self, report: Report) -> bool:
        """Of packets that several traces have reported, ours are those that a rule of our own table matched.

        They are known again by their fingerprint: the kernel numbers a packet anew where it is routed.
        """
        if report.data:
            seal = marks.fingerprint(report.data)
            if report.table == f"{OURS}{self._mark}" and report.kind == "rule" and report.handle:
                self._prints.add(seal)
            self._ours[report.packet] = seal in self._prints
        return self._ours.get(report.packet, False)

    def _step(self, report: Report) -> Step:
        came, goes = self._names.get(report.came, ""), self._names.get(report.goes, "")
        where = (report.family, report.table, report.chain, report.kind, report.handle, report.verdict)
        return Step(self.space.name, report.packet, *where, came, goes, report.data.hex())


def _sighting(view: str, data: bytes, stamp: bytes, where: tuple[str, int, int, int, bytes]) -> Sighting:
    """One packet as read from a raw packet socket, with its kernel's time."""
    interface, ethertype, direction, hardware, _ = where
    seconds, nanoseconds = struct.unpack("=qq", stamp)
    macs, packet = ("", ""), data
    if hardware in _WITH_ETHERNET:
        macs, packet = (data[6:12].hex(":"), data[:6].hex(":")), data[14:]
    at = seconds * 1_000_000_000 + nanoseconds
    return Sighting(view, at, interface, direction == _OUTGOING, ethertype, packet.hex(), *macs)
