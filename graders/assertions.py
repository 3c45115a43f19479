"""Expected facts about a lab, as sentences: ``expect(lab).tcp("backend", "db", 5432)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Self

from graders.matrix import Matrix
from graders.names import Resolves, Unknown
from graders.published import Published
from graders.reach import can
from graders.scene import Scene
from graders.sentences import AboutContainers, AboutNamespaces, AboutNetworks
from graders.silence import Cannot
from graders.traffic import By, Wish
from graders.verdict import PASS, Verdict, fail

if TYPE_CHECKING:
    from course.labs.lab import Lab


def expect(lab: Lab, within: float = 3.0) -> Expectation:
    """Say what must be true of ``lab`` within so many seconds."""
    return Expectation(lab, within)


class Expectation(AboutContainers, AboutNetworks, AboutNamespaces):
    """Each method observes, tries again until its deadline, and returns itself, or raises CheckFailed or CheckError.

    Sources and targets are containers (``web``, or ``host2/web``), machines (``laptop``, ``host1``), namespaces made
    by hand (``netns:red``), and as targets also aliases, addresses, and URLs. A positive fact holds at the first
    success. A "cannot" holds when two rounds in a row find the way closed while a control finds it open.
    """

    # --- what must work ---------------------------------------------------------------------------

    def pings(self, source: str, target: str, by: By = "name") -> Self:
        """``source`` gets an answer to a ping."""
        return self._can(Wish("icmp", source, target, by=by))

    def tcp(self, source: str, target: str, port: int, by: By = "name") -> Self:
        """``source`` opens a TCP connection."""
        return self._can(Wish("tcp", source, target, port, by))

    def udp(self, source: str, target: str, port: int, by: By = "name") -> Self:
        """``source`` sends a datagram and gets one back."""
        return self._can(Wish("udp", source, target, port, by))

    def http(self, source: str, url: str, status: int = 200, body: str = "", by: By = "name") -> Self:
        """``source`` fetches a page with this status, and with this text somewhere in it."""
        return self._can(Wish("http", source, url, by=by, status=status, body=body))

    def resolves(self, source: str, name: str, to: str = "") -> Self:
        """``source`` finds an address for the name: one of the container ``to``, or the address ``to``, if given."""
        return self.that(Resolves(source, name, to).look)

    def published(self, container: str, port: int, on: int, address: str = "") -> Self:
        """The container's port is published on this port of its host, and a machine of the LAN gets through.

        ``address`` is the host's address that it must be published on; ``127.0.0.1`` means for the host alone.
        """
        return self.that(Published(container, port, on, address).look)

    # --- what must not ------------------------------------------------------------------------------

    def cannot_ping(self, source: str, target: str, control: str = "") -> Self:
        """No ping from ``source`` is answered, and one from ``control`` (or from the target itself) is."""
        return self._cannot(Wish("icmp", source, target), control)

    def cannot_tcp(self, source: str, target: str, port: int, control: str = "") -> Self:
        """``source`` opens no TCP connection, by name or by address, and ``control`` does."""
        return self._cannot(Wish("tcp", source, target, port), control)

    def cannot_udp(self, source: str, target: str, port: int, control: str = "") -> Self:
        """``source`` gets no datagram back, and ``control`` does."""
        return self._cannot(Wish("udp", source, target, port), control)

    def cannot_http(self, source: str, url: str, control: str = "") -> Self:
        """``source`` gets no page of any kind, and ``control`` does."""
        return self._cannot(Wish("http", source, url), control)

    def does_not_resolve(self, source: str, name: str, control: str = "") -> Self:
        """A name server that works tells ``source`` that there is no such name; ``control`` does find it, if given."""
        return self.that(Unknown(source, name, control).look)

    # --- who reaches whom ---------------------------------------------------------------------------

    def matrix(self, expected: Mapping[str, Iterable[str]], port: int = 0) -> Self:
        """Who reaches whom by address, with a ping or on ``port``, said whole: what is not listed must not work.

        ``expected`` maps each source to its targets; whoever is only a target reaches nobody.
        """
        return self.that(Matrix({source: set(targets) for source, targets in expected.items()}, port).look)

    def isolated(self, *groups: Iterable[str], port: int = 0) -> Self:
        """Everyone reaches the others of their own group, and nobody of another group."""
        members = [list(group) for group in groups]
        return self.matrix({one: set(group) - {one} for group in members for one in group}, port)

    # --- anything else ------------------------------------------------------------------------------

    def custom(self, predicate: Callable[[Lab], bool | Verdict], headline: str) -> Self:
        """The predicate is true of the lab, or returns a verdict that passes; tried until the deadline."""

        def look(scene: Scene) -> Verdict:
            said = predicate(scene.lab)
            if isinstance(said, Verdict):
                return said
            return PASS if said else fail(headline, settled=False)

        return self.that(look)

    def _can(self, wish: Wish) -> Self:
        return self.that(lambda scene: can(scene, wish, self.within))

    def _cannot(self, wish: Wish, control: str) -> Self:
        return self.that(Cannot(wish, control).look)
