"""Whether a container's port is published, by the engine's word and by a connection from the LAN."""

from __future__ import annotations

from dataclasses import dataclass

from graders import explain, namespaces
from graders.facts import Container, Place, Publication
from graders.reach import TRY, aim, ask, case, explained
from graders.scene import Scene
from graders.traffic import WORDS, Wish
from graders.verdict import PASS, Verdict, error, fail


@dataclass
class Published:
    """Port ``port`` of the container is port ``on`` of its host, on ``address`` if one is given."""

    container: str
    port: int
    on: int
    address: str = ""

    def look(self, scene: Scene) -> Verdict:
        """First what the engine says, then a connection from where it must work."""
        found = scene.need_running(self.container)
        run = scene.command(found.host)
        verdict = said(found, Publication(self.port, self.on, self.address), run)
        return self._tried(scene, found) if verdict.passed else verdict

    def _tried(self, scene: Scene, found: Container) -> Verdict:
        local = namespaces.loopback(self.address)
        host = scene.lab.all[found.host]
        source = Place(found.host, found.host) if local else neighbour(scene, found.host)
        end = self.address if local else host.address
        wish = Wish("tcp", source.name, found.host, self.on)
        answer = ask(scene, source, wish.probe(source.view, end, TRY))
        if answer.outcome == "broken":
            return error(f"{source.name} could not be asked to probe {wish}", answer.detail)
        if not answer.ok:
            verdict = fail(wish.headline, WORDS["tcp"].what, answer.detail, settled=False)
            return explained(verdict, explain.why_not(case(scene, wish, source, aim(scene, wish, source), answer)))
        # Docker's own proxy accepts connections for a container in which nothing listens.
        place = scene.need_place(self.container)
        return namespaces.listening(scene.view(place).listeners, self.container, self.port)


def said(found: Container, wanted: Publication, run: str = "!") -> Verdict:
    """What the engine says of the container's ports. Pure; an empty address takes any that the LAN can use."""
    right = [p for p in found.ports if (p.port, p.on) == (wanted.port, wanted.on)]
    if any(_same(p.address, wanted.address) for p in right):
        return PASS
    address = f"{wanted.address}:" if wanted.address not in ("", "0.0.0.0") else ""
    option = f"-p {address}{wanted.on}:{wanted.port}"
    next = f"{run}docker rm -f {found.name}, then run it again with {option}"
    expected = f"port {wanted.port} as {address}{wanted.on}"
    if found.mode == "host":
        because = "with --network host its ports are the host's own, and -p does nothing"
        return fail(f"{found.name} is not published", expected, "it uses its host's network", because, next)
    if not found.ports:
        because = "a port is published when the container is made, with -p"
        return fail(f"{found.name} is not published", expected, "no port is published", because, next)
    return _otherwise(found, wanted, expected, next)


def _otherwise(found: Container, wanted: Publication, expected: str, next: str) -> Verdict:
    observed = ", ".join(map(str, found.ports))
    because = "in -p HOST:CONTAINER the container's port comes last"
    if any((p.port, p.on) == (wanted.port, wanted.on) for p in found.ports):
        headline, because = f"{found.name} is published on another address", ""
    elif any(p.port == wanted.port for p in found.ports):
        headline, because = f"{found.name} is published on another port", ""
    elif any(p.on == wanted.on for p in found.ports):
        headline = f"port {wanted.on} leads to another port of {found.name}"
    else:
        headline = f"{found.name} is published, but not its port {wanted.port}"
    return fail(headline, expected, observed, because, next)


def _same(observed: str, wanted: str) -> bool:
    return not namespaces.loopback(observed) if wanted == "" else observed == wanted


def neighbour(scene: Scene, host: str) -> Place:
    """Another machine of the LAN, a plain one first; the host itself if it is alone."""
    others = [*scene.lab.machines, *(name for name in scene.lab.hosts if name != host), host]
    return Place(others[0], others[0])
