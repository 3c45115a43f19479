"""A wish that came to something else than it should have, with all that was observed about it; and a reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from course.labhost.records import Answer, Listener, View
from graders.facts import Container, Network, Place
from graders.traffic import Target, Wish


@dataclass(frozen=True)
class Reason:
    """Why, and what next. ``settled``: waiting cannot cure it."""

    because: str = ""
    next: str = ""
    settled: bool = False


@dataclass(frozen=True)
class Case:
    """All that was observed about one wish. ``listeners`` are the target's, ``there`` the containers on its machine.

    ``views`` are all those of the machines at both ends, by machine; they are looked at only if packets got lost.
    ``run`` is what to type before a docker command meant for the target's lab host.
    """

    wish: Wish
    source: Place
    target: Target
    answer: Answer
    networks: dict[str, Network] = field(default_factory=dict)
    listeners: tuple[Listener, ...] = ()
    there: tuple[Container, ...] = ()
    run: str = "!"
    views: Mapping[str, Mapping[str, View]] = field(default_factory=dict)

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
