"""A wish that came to something else than it should have, with all that was observed about it; and a reason. Pure.

What costs time to observe is observed when it is first looked at: `Later` holds it like any other mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from course.labhost.records import Answer, Details, Listener, View
from course.observe.journey import Journey
from graders.facts import Container, Network, Place
from graders.traffic import Target, Wish

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Reason:
    """Why, and what next. ``settled``: waiting cannot cure it.

    ``cause`` is the label in `course.faults.causes`.
    """

    because: str = ""
    next: str = ""
    settled: bool = False
    cause: str = ""


class Later(Mapping[str, Seen]):
    """Observations by name, each made when it is first looked at."""

    def __init__(self, names: Iterable[str], look: Callable[[str], Seen]) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._look = look
        self._seen: dict[str, Seen] = {}

    def __getitem__(self, name: str) -> Seen:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._seen:
            self._seen[name] = self._look(name)
        return self._seen[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True)
class Case:
    """All that was observed about one wish. ``listeners`` are the target's, ``there`` the containers on its machine.

    By machine, of those at both ends: ``views`` all that there are, ``details`` a closer look at those of the ends,
    ``known`` every network and ``everyone`` every container. ``asked`` are further answers about the same two ends, by
    kind of probe (``tcp``, ``icmp``, ``pmtu``); ``again`` is the wish itself, and ``many`` counts the answers to 20
    pings in ``mtu``. ``journey`` is the way of a packet that was followed, by the name ``packet``. ``run`` is what to
    type before a docker command meant for the target's lab host, ``runs`` the same for either.
    """

    wish: Wish
    source: Place
    target: Target
    answer: Answer
    networks: dict[str, Network] = field(default_factory=dict)
    listeners: tuple[Listener, ...] = ()
    there: tuple[Container, ...] = ()
    run: str = "!"
    runs: Mapping[str, str] = field(default_factory=dict)
    views: Mapping[str, Mapping[str, View]] = field(default_factory=dict)
    details: Mapping[str, Mapping[str, Details]] = field(default_factory=dict)
    known: Mapping[str, tuple[Network, ...]] = field(default_factory=dict)
    everyone: Mapping[str, tuple[Container, ...]] = field(default_factory=dict)
    asked: Mapping[str, Answer] = field(default_factory=dict)
    journey: Mapping[str, Journey] = field(default_factory=dict)

    @property
    def ends(self) -> tuple[Container, Container] | None:
        """Both containers, if both ends are containers with networks of their own."""
        a, b = self.source.container, self.target.place.container if self.target.place else None
        return (a, b) if a and b and a.own_network and b.own_network else None

    @property
    def common(self) -> list[str]:
        """The networks that both containers are on."""
        return [name for name in self.ends[0].attached if name in self.ends[1].networks] if self.ends else []

    @property
    def lost(self) -> bool:
        """Whether packets went out, or could not, and nothing at all came back."""
        return self.answer.outcome in ("timeout", "no-route", "no-neighbour")

    @property
    def refused(self) -> bool:
        """Whether something at the other end, or on the way, said no."""
        return self.answer.outcome in ("refused", "reset", "closed")

    def view(self, place: Place) -> View | None:
        """The namespace of a place, if it could be looked at."""
        found = self.views.get(place.host, {}).get(place.view)
        return None if found is None or found.trouble else found

    def docker(self, host: str) -> str:
        """The beginning of a docker command that is meant for this lab host."""
        return f"{self.runs.get(host, self.run)}docker"

    def within(self, place: Place, command: str) -> str:
        """How to run a command in the namespace of a place."""
        if place.view == "host":
            return f"%%on {place.host}\n{command}"
        if place.view.startswith("netns:"):
            return f"%%on {place.host}\nip netns exec {place.view.partition(':')[2]} {command}"
        return (
            f"{self.docker(place.host)} run --rm --network container:{place.view} --cap-add NET_ADMIN toolbox {command}"
        )

    def closer(self, host: str, view: str = "host") -> Details:
        """A closer look at a view; an empty one if there is none."""
        return self.details.get(host, {}).get(view) or Details()
