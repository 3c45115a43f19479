"""Everything that explains an answer, observed when the ladder first looks at it: a check that passes asks for none."""

from __future__ import annotations

from dataclasses import dataclass

from course.errors import CourseError
from course.labhost.records import Answer, Details, Probe
from course.observe.journey import Journey
from graders.case import Case, Later
from graders.facts import Network, Place, network_from
from graders.scene import Scene
from graders.traffic import Target, Wish

PINGS = 20
FORMS = {"icmp": "{0}", "tcp": "{0}:{1}", "http": "{0}:{1}", "udp": "udp://{0}:{1}"}  # targets, as a trace takes them
PATIENCE = 0.6  # seconds for a question that is asked only to explain the answer to another


def case(scene: Scene, wish: Wish, source: Place, target: Target, answer: Answer) -> Case:
    """The case of one answer."""
    place = target.place
    there = tuple(scene.all_containers(place.host)) if place and place.view == "host" else ()
    doors = [c for c in there if wish.at in [published.on for published in c.ports]]
    containers = [c for c in (source.container, place.container if place else None, *doors) if c]
    networks = {name: net for c in containers for name in c.attached if (net := _network(scene, name, c.host))}
    listeners = tuple(scene.view(place).listeners) if place else ()
    more = _More(scene, wish, source, target, answer)
    hosts = [source.host, place.host if place else source.host]
    places = [source, *([place] if place else []), *(c.place for c in doors)]
    return Case(
        wish,
        source,
        target,
        answer,
        networks,
        listeners,
        there,
        scene.command(place.host if place else source.host),
        {host: scene.command(host) for host in hosts},
        views=Later(hosts, scene.views),
        details=Later(hosts, lambda host: more.details(host, places)),
        known=Later(hosts, more.networks),
        everyone=Later(hosts, lambda host: tuple(scene.all_containers(host))),
        asked=Later(more.questions, more.ask),
        journey=Later(more.followable, more.follow),
    )


@dataclass(frozen=True)
class _More:
    """What is looked up later about one wish."""

    scene: Scene
    wish: Wish
    source: Place
    target: Target
    answer: Answer

    def details(self, host: str, places: list[Place]) -> dict[str, Details]:
        """A closer look at the machine and at the ends on it."""
        views = dict.fromkeys(["host", *(place.view for place in places if place.host == host)])
        return self.scene.lab.all[host].details(*views)

    def networks(self, host: str) -> tuple[Network, ...]:
        """Every network of a lab host; a plain machine has none."""
        machine = self.scene.lab.all[host]
        if not machine.has_engine:
            return ()
        return tuple(network_from(seen, host) for seen in machine.client.api.networks())

    @property
    def end(self) -> str:
        """Where the packets went."""
        return self.answer.address or next(iter(self.target.addresses), "")

    @property
    def questions(self) -> tuple[str, ...]:
        """The further questions that make sense."""
        if not self.end or ":" in self.end:
            return ()
        return ("tcp", "again", "icmp", "many", "pmtu") if self.wish.at else ("icmp", "many", "pmtu")

    def ask(self, kind: str) -> Answer:
        """One of them, asked from the source."""
        view, end = self.source.view, self.end
        if kind == "many":
            answers = self.scene.ask([(self.source, Probe("icmp", view, end, 0, PATIENCE))] * PINGS)
            return Answer("reply", end, mtu=sum(answer.ok for answer in answers))
        if kind == "again":
            return self.scene.ask([(self.source, self.wish.probe(view, end, PATIENCE))])[0]
        port = self.wish.at if kind == "tcp" else 0
        return self.scene.ask([(self.source, Probe(kind, view, end, port, PATIENCE))])[0]  # type: ignore[arg-type]

    @property
    def followable(self) -> tuple[str, ...]:
        """``packet``, where a packet like those that were lost can be followed."""
        return ("packet",) if self.end and ":" not in self.end and self.wish.kind in FORMS else ()

    def follow(self, name: str) -> Journey:
        """The way of another packet of the same kind, sent now; KeyError if none can be followed."""
        from course.observe.trace import trace

        host, view = self.source.host, self.source.view
        target = FORMS[self.wish.kind].format(self.end, self.wish.at)
        try:
            return trace(host if view == "host" else f"{host}/{view}", target, self.scene.lab)
        except CourseError as error:  # an explanation less, and not a check less
            raise KeyError(name) from error


def _network(scene: Scene, name: str, host: str) -> Network | None:
    return next(iter(scene.networks(f"{host}/{name}")), None)
