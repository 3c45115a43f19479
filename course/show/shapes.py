"""The parts of one lab host's picture, and how much room each takes; in pixels from the frame's top left corner."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field

from course.show.theme import NAME, short, width
from course.topology.model import Attachment, Container, Machine, Network, Port

PAD = 18.0  # between a frame and what is in it
ROW, NAME_ROW = 13.5, 17.0  # heights of rows of text
INSET = 7.0  # between a box and its text
ASIDE = 20.0  # how far aside a stem leaves below
FEW = 4  # stems
SLIMMEST = 78.0  # the narrowest text of a box
WORDS = {"paused": "‖ paused"}  # a state whose word needs a sign, as its shape is like another's
LONELY = {"none": "only a loopback", "": "on no network"}


@dataclass
class Stem:
    """The joint of a container and a network: from the box to the line number ``line``, at ``x``.

    ``labels`` are the rows of text where it meets the line.
    """

    line: int
    plug: Attachment
    labels: list[str]
    x: float = 0.0

    @property
    def width(self) -> float:
        """The room that its labels take, to its right."""
        return max((width(row) for row in self.labels), default=0) + 8


@dataclass
class Box:
    """One network namespace: usually one container, more if they share it."""

    containers: list[Container]
    stems: list[Stem] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    row: int = 0  # of the two rows in which the boxes of a crowded line hang

    def measure(self) -> None:
        """Find its size from its text and its stems."""
        names = [width(short(container.name), NAME, bold=True) for container in self.containers]
        rows = [width(row) for container in self.containers for row in sections(container)]
        # stems that leave below stand side by side
        below = sum(stem.width for stem in self.stems[1:-1]) * (2 if self.few else 1) + (0 if self.few else ASIDE)
        self.width = max(SLIMMEST, *names, *rows, below) + 2 * INSET + 4
        self.height = sum(section_height(container) for container in self.containers)

    @property
    def centre(self) -> float:
        """The middle of its width."""
        return self.x + self.width / 2

    @property
    def few(self) -> bool:
        """Whether its stems below begin a little left of its middle, and not at its left."""
        return len(self.stems) <= FEW

    @property
    def below(self) -> float:
        """Where the first stem leaves below: never in the middle, or the upper one would seem to go on."""
        return self.centre - ASIDE if self.few else self.x + ASIDE + 8

    @property
    def port(self) -> float:
        """Where a published port comes in from below: in the middle, or left of the stems that leave there."""
        return self.x + 14 if len(self.stems) > 1 else self.centre

    @property
    def overhang(self) -> float:
        """How far what is written over it reaches to the left of its middle."""
        return 0.0 if self.stems else width(self.remark) / 2 + 4

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def ports(self) -> list[Port]:
        """The published ports of all its containers."""
        return [port for container in self.containers for port in container.ports]

    @property
    def remark(self) -> str:
        """What is written over a box that hangs from nothing."""
        owner = self.containers[0].owner
        return f"joined {short(owner)}, now gone" if owner else LONELY.get(self.containers[0].shares, "")


@dataclass
class Line:
    """A network: from the frame's left edge, or near it, to the last of its stems.

    ``again`` is a further line of a network that has more containers than fit on one.
    """

    network: Network
    colour: int = 0
    again: bool = False
    y: float = 0.0
    end: float = 0.0

    @property
    def title(self) -> str:
        """Its name, cut if it is very long."""
        return short(self.network.name)

    @property
    def remark(self) -> str:
        """What is special about it."""
        if self.again:
            return "continued"
        driver = self.network.driver if self.network.driver != "bridge" else ""
        return " ".join(word for word in (driver, "internal" if self.network.internal else "") if word)

    @property
    def rows(self) -> list[str]:
        """The rows of text under its left end: the subnet, and what the host itself has on it."""
        if self.again:
            return []
        own = [self.network.bridge, self.network.gateway]
        if width(" ".join(own)) < 125:
            own = [" ".join(own).strip()]
        return [row for row in (", ".join(self.network.subnets), *own) if row]

    @property
    def width(self) -> float:
        """The room that all this takes."""
        title = width(self.title, NAME, bold=True) + (width(self.remark) + 6 if self.remark else 0)
        return max(title, *map(width, self.rows), 0.0)


@dataclass
class Tag:
    """Published ports at the frame's lower edge; ``outside`` are those that the LAN can reach."""

    box: Box
    rows: list[str]
    outside: bool
    x: float = 0.0
    clear: bool = True  # nothing lies between it and its box

    @property
    def width(self) -> float:
        """Its own width."""
        return max(map(width, self.rows)) + 14

    @property
    def middle(self) -> float:
        """The middle of its width."""
        return self.x + self.width / 2


@dataclass
class Spine:
    """What joins the lines of one network, at the left: ``lines`` are their numbers, from top to bottom."""

    lines: list[int]
    x: float


@dataclass
class Frame:
    """A lab host with everything in it; ``guests`` are the boxes that live in the host's own namespace.

    ``inset`` is the room that spines take at the left.
    """

    machine: Machine
    lines: list[Line]
    boxes: list[Box]
    guests: list[Box]
    tags: list[Tag] = field(default_factory=list)
    spines: list[Spine] = field(default_factory=list)
    inset: float = 0.0
    width: float = 0.0
    height: float = 0.0


def sections(container: Container) -> list[str]:
    """The rows of text under a container's name."""
    image = [short(container.image)] if container.image not in ("", container.name) else []
    return [*image, WORDS.get(container.state, container.state)]


def section_height(container: Container) -> float:
    """The height of one container's part of a box."""
    return 2 * INSET + NAME_ROW + ROW * len(sections(container)) - 3


def host_part(address: str, subnets: Iterable[str]) -> str:
    """The end of an IPv4 address that its subnet leaves open: ``.0.2`` of 172.30.0.2 in 172.30.0.0/16."""
    for subnet in map(ipaddress.ip_network, subnets):
        if subnet.version == 4 and ":" not in address and ipaddress.ip_address(address) in subnet:
            return "." + ".".join(address.split(".")[subnet.prefixlen // 8 :])
    return address
