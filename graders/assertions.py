"""Expected facts about a lab, as sentences: ``expect(lab).tcp("backend", "db", 5432)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, Self

from graders.checking import Checking
from graders.firewall import Dropped
from graders.inside import AboutNamespaces
from graders.lan import SeenOnLan
from graders.matrix import Matrix
from graders.names import Resolves, Unknown
from graders.programs import AboutPrograms
from graders.published import Published
from graders.reach import can
from graders.scene import Scene
from graders.sentences import AboutContainers, AboutNetworks
from graders.services import AboutServices
from graders.silence import Cannot
from graders.traffic import By, Wish
from graders.verdict import PASS, Verdict, fail

if TYPE_CHECKING:
    from course.labs.lab import Lab


Protocol = Literal["tcp", "udp"]


def expect(lab: Lab, within: float = 3.0) -> Expectation:
    """Say what must be true of ``lab`` within so many seconds."""
    return Expectation(lab, within)


class AboutTraffic(Checking):
    """Real packets, sent again and again until they get through or the time is up.

    A target that is a name must lead to whom it means. ``by="address"`` does without names.
    """

    def pings(self, source: str, target: str, by: By = "name") -> Self:
        """``source`` gets an answer to a ping.

        >>> expect(lab).pings("client", "web")
        """
        return self._can(Wish("icmp", source, target, by=by))

    def tcp(self, source: str, target: str, port: int, by: By = "name") -> Self:
        """``source`` opens a TCP connection.

        >>> expect(lab).tcp("gate", "db", 5432)
        """
        return self._can(Wish("tcp", source, target, port, by))

    def udp(self, source: str, target: str, port: int, by: By = "name") -> Self:
        """``source`` sends a datagram and gets one back.

        >>> expect(lab).udp("gate", "clock", 9000)
        """
        return self._can(Wish("udp", source, target, port, by))

    def http(
        self, source: str, url: str, status: int = 200, body: str = "", by: By = "name", matches: str = ""
    ) -> Self:
        """``source`` fetches a page with this status, and this text and this regular expression somewhere in it.

        >>> expect(lab).http("laptop", "http://host1:8080/", body="It works.")
        """
        return self._can(Wish("http", source, url, by=by, status=status, body=body, matches=matches))

    def resolves(self, source: str, name: str, to: str = "") -> Self:
        """``source`` finds an address for the name: one of the container ``to``, or the address ``to``, if given.

        >>> expect(lab).resolves("client", "site", to="web")
        """
        return self.that(Resolves(source, name, to).look)

    def published(self, container: str, port: int, on: int, address: str = "") -> Self:
        """The container's port is published on this port of its host, and a machine of the LAN gets through.

        ``address`` is the host's address that it must be published on; ``127.0.0.1`` means for the host alone.

        >>> expect(lab).published("web", 80, on=8080)
        """
        return self.that(Published(container, port, on, address).look)

    def seen_on_lan(self, container: str, source: str = "") -> Self:
        """A machine of the LAN (``source``, or a neighbour) finds the container under its own MAC, and pings it.

        >>> expect(lab).seen_on_lan("camera")
        """
        return self.that(SeenOnLan(container, source).look)

    def _can(self, wish: Wish) -> Self:
        return self.that(lambda scene: can(scene, wish, self.within))


class AboutSilence(Checking):
    """Silence counts only beside a control: the same probe, answered elsewhere at the same time.

    The control is the one that is named, otherwise the target, which asks itself. Two rounds in a row must agree.
    """

    def cannot_ping(self, source: str, target: str, control: str = "") -> Self:
        """No ping from ``source`` is answered, and one from ``control`` (or from the target itself) is.

        >>> expect(lab).cannot_ping("client", "db")
        """
        return self._cannot(Wish("icmp", source, target), control)

    def cannot_tcp(self, source: str, target: str, port: int, control: str = "") -> Self:
        """``source`` opens no TCP connection, by name or by address, and ``control`` does.

        >>> expect(lab).cannot_tcp("client", "db", 5432, control="gate")
        """
        return self._cannot(Wish("tcp", source, target, port), control)

    def cannot_udp(self, source: str, target: str, port: int, control: str = "") -> Self:
        """``source`` gets no datagram back, and ``control`` does.

        >>> expect(lab).cannot_udp("client", "clock", 9000)
        """
        return self._cannot(Wish("udp", source, target, port), control)

    def cannot_http(self, source: str, url: str, control: str = "") -> Self:
        """``source`` gets no page of any kind, and ``control`` does.

        >>> expect(lab).cannot_http("db", "http://web/", control="client")
        """
        return self._cannot(Wish("http", source, url), control)

    def does_not_resolve(self, source: str, name: str, control: str = "") -> Self:
        """A name server that works tells ``source`` that there is no such name; ``control`` does find it, if given.

        >>> expect(lab).does_not_resolve("db", "web", control="client")
        """
        return self.that(Unknown(source, name, control).look)

    def dropped_by(
        self,
        chain: str,
        source: str,
        target: str,
        port: int = 0,
        protocol: Protocol = "tcp",
        control: str = "",
        on: str = "",
    ) -> Self:
        """A rule of this chain drops what ``source`` sends to the port (a ping, if none is named): its counter tells.

        The chain is one of iptables, on the target's machine if no other is named by ``on``. The rule must count just
        the packets that were sent, while ``control`` (or the target itself) is answered.

        >>> expect(lab).dropped_by("DOCKER-USER", "laptop", "host1", 8089)
        """
        wish = Wish(protocol if port else "icmp", source, target, port, "address")
        return self.that(Dropped(wish, chain, control, on).look)

    def _cannot(self, wish: Wish, control: str) -> Self:
        return self.that(Cannot(wish, control).look)


class AboutEveryone(Checking):
    """Said whole: whatever is not listed must not work, and a failure names every wrong pair."""

    def matrix(self, expected: Mapping[str, Iterable[str]], port: int = 0) -> Self:
        """Who reaches whom by address, with a ping or on ``port``, said whole: what is not listed must not work.

        ``expected`` maps each source to its targets; whoever is only a target reaches nobody.

        >>> expect(lab).matrix({"client": ["gate"], "gate": ["client", "db"], "db": ["gate"], "lonely": []})
        """
        return self.that(Matrix({source: set(targets) for source, targets in expected.items()}, port).look)

    def isolated(self, *groups: Iterable[str], port: int = 0) -> Self:
        """Everyone reaches the others of their own group, and nobody of another group.

        >>> expect(lab).isolated(["client", "web"], ["db", "clock"])
        """
        members = [list(group) for group in groups]
        return self.matrix({one: set(group) - {one} for group in members for one in group}, port)


class AboutAnything(Checking):
    """What no other sentence says."""

    def custom(self, predicate: Callable[[Lab], bool | Verdict], headline: str) -> Self:
        """The predicate is true of the lab, or returns a verdict that passes; tried until the deadline.

        >>> expect(lab).custom(lambda lab: len(lab.hosts) == 1, "there is more than one lab host")
        """

        def look(scene: Scene) -> Verdict:
            said = predicate(scene.lab)
            if isinstance(said, Verdict):
                return said
            return PASS if said else fail(headline, settled=False)

        return self.that(look)


class Expectation(
    AboutContainers,
    AboutNetworks,
    AboutTraffic,
    AboutSilence,
    AboutEveryone,
    AboutNamespaces,
    AboutPrograms,
    AboutServices,
    AboutAnything,
):
    """Each method observes, tries again until its deadline, and returns itself, or raises CheckFailed or CheckError.

    Sources and targets are containers (``web``, or ``host2/web``), machines (``laptop``, ``host1``), namespaces made
    by hand (``netns:red``), and as targets also aliases, addresses, and URLs.
    """
