"""Who is learning, and the values that are theirs alone: same learner and lesson, same values, on every machine."""

from __future__ import annotations

import getpass
import hashlib
import ipaddress
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

Option = TypeVar("Option")

NOTES = ".course"  # a workspace's own folder; its file `learner` holds one name
GRADING_FOLDER = "autograded"  # where nbgrader runs submissions: autograded/STUDENT/ASSIGNMENT is the kernel's folder
SUBNETS = [ipaddress.IPv4Network((f"10.{second}.{third}.0", 24)) for second in range(100, 200) for third in range(256)]
PORTS = range(8000, 9000)


def who(folder: Path | None = None) -> str:
    """The learner that the work in ``folder`` (default: the working directory) belongs to.

    While nbgrader grades, the student whose submission it is; else COURSE_LEARNER; else the name kept by the
    workspace that holds the folder; else the user's name on this machine.
    """
    here = folder or Path.cwd()
    return _graded(here) or os.environ.get("COURSE_LEARNER", "") or _noted(here) or getpass.getuser()


def grading() -> bool:
    """Whether this kernel runs a submission for nbgrader's autograde, which says so in its environment."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def _graded(here: Path) -> str:
    root, student = here.parent.parent.name, here.parent.name
    return student if root == GRADING_FOLDER else ""


def _noted(here: Path) -> str:
    notes = (folder / NOTES / "learner" for folder in (here, *here.parents))
    return next((note.read_text().strip() for note in notes if note.is_file()), "")


class Values:
    """A learner's own subnets, ports, addresses and choices in one lesson.

    Each is asked for by a key and is always the same for the same learner, lesson and key. Two keys of one lesson
    never share a subnet or a port, in whatever order they are asked.
    """

    def __init__(self, learner: str, lesson: str) -> None:
        self.learner = learner
        self.lesson = lesson
        self._given: dict[tuple[str, str], object] = {}
        self._slots: dict[tuple[str, str, int], str] = {}

    def subnet(self, key: str) -> ipaddress.IPv4Network:
        """A /24 within 10.100.0.0–10.199.255.0, clear of the lab's LAN and of the engine's own pools."""
        return self._give("subnet", key, SUBNETS[self._slot("subnet", key, len(SUBNETS))])

    def port(self, key: str) -> int:
        """A port from 8000 to 8999."""
        return self._give("port", key, PORTS[self._slot("port", key, len(PORTS))])

    def choice(self, key: str, options: Sequence[Option]) -> Option:
        """One of ``options``; other keys may get the same one."""
        return self._give("choice", key, options[_number(self.learner, self.lesson, key) % len(options)])

    def address(self, key: str, subnet: ipaddress.IPv4Network) -> str:
        """A host address in the upper half of ``subnet``: Docker hands out from the lower end, gateway first.

        Raises ValueError if the subnet has no room for a gateway and a host (/31, /32).
        """
        first = subnet.num_addresses // 2
        room = subnet.num_addresses - 1 - first  # all but the broadcast address
        if room < 1:
            raise ValueError(f"{subnet} has no room for a gateway and a host")
        return self._give("address", key, str(subnet[first + self._slot("address", key, room, str(subnet))]))

    def __repr__(self) -> str:
        rows = [f"  {kind:<8} {key:<12} {value}" for (kind, key), value in self._given.items()]
        return "\n".join([f"Values of {self.learner} in {self.lesson}", *rows])

    def _give(self, kind: str, key: str, value: Option) -> Option:
        self._given[kind, key] = value
        return value

    def _slot(self, kind: str, key: str, size: int, scope: str = "") -> int:
        """A place below ``size``, unique within ``scope``: the key's own, moved by this learner's permutation.

        The key's own place is the same for every learner, so two keys collide for every learner or for none, and a
        lesson's author finds out at the first run.
        """
        place = _number(kind, key) % size
        other = self._slots.setdefault((kind, scope, place), key)
        if other != key:
            raise ValueError(f"the keys {other!r} and {key!r} fall on the same {kind}: rename one of them")
        return (place * self._stride(size) + _number("shift", self.learner, self.lesson)) % size

    def _stride(self, size: int) -> int:
        """A factor coprime to ``size``, so that multiplying by it moves no two places onto one."""
        stride = _number("stride", self.learner, self.lesson) % size or 1
        while math.gcd(stride, size) != 1:
            stride += 1
        return stride


def _number(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(words).encode()).digest()[:8])
