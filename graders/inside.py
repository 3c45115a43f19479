"""Sentences about what is seen inside a network namespace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from course.labhost.records import View
from graders import bridges, namespaces, routes
from graders.checking import Checking
from graders.facts import Place
from graders.scene import Scene
from graders.verdict import Verdict


class AboutNamespaces(Checking):
    """What is seen inside a namespace: of a container, of a machine (``host1``), or made by hand (``netns:red``)."""

    def shares_namespace(self, a: str, b: str) -> Self:
        """Both see the same interfaces, addresses, routes and ports.

        >>> expect(lab).shares_namespace("guest", "web")
        """
        return self.that(lambda scene: namespaces.same(*_views(scene, a, b), (a, b)))

    def own_namespaces(self, a: str, b: str) -> Self:
        """Each has interfaces, addresses, routes and ports of its own.

        >>> expect(lab).own_namespaces("client", "web")
        """
        return self.that(lambda scene: namespaces.same(*_views(scene, a, b), (a, b), wanted=False))

    def host_namespace(self, container: str) -> Self:
        """The container uses the network of its lab host.

        >>> expect(lab).host_namespace("open")
        """

        def look(scene: Scene) -> Verdict:
            found = scene.need_running(container)
            return namespaces.of_host(*_views(scene, container, found.host), container, scene.command(found.host))

        return self.that(look)

    def only_loopback(self, who: str) -> Self:
        """There is no interface but ``lo``.

        >>> expect(lab).only_loopback("lonely")
        """
        return self.that(lambda scene: namespaces.only_loopback(_view(scene, who), who))

    def has_address(self, who: str, address: str, device: str = "") -> Self:
        """One of its interfaces has this address (``10.0.0.1``, or ``10.0.0.1/24``); this interface if one is named.

        >>> expect(lab).has_address("netns:red", "10.9.0.1/24", device="eth0")
        """
        return self.that(lambda scene: namespaces.has_address(*_seen(scene, who), address, device))

    def default_route(self, who: str, via: str = "", device: str = "") -> Self:
        """There is a way to everywhere else; by this gateway and interface if they are given.

        >>> expect(lab).default_route("web", via="10.150.1.254")
        """
        return self.that(lambda scene: namespaces.route(*_seen(scene, who), "default", via, device))

    def no_default_route(self, who: str) -> Self:
        """There is no way to anywhere but its own networks.

        >>> expect(lab).no_default_route("db")
        """
        return self.that(lambda scene: namespaces.no_default_route(*_seen(scene, who)))

    def route(self, who: str, destination: object, via: str = "", device: str = "") -> Self:
        """There is a route to this network (CIDR form); by this gateway and interface if they are given.

        >>> expect(lab).route("netns:red", "10.8.0.0/16", via="10.9.0.254")
        """
        return self.that(lambda scene: namespaces.route(*_seen(scene, who), str(destination), via, device))

    def routes(self, who: str, expected: Mapping[str, str | Iterable[str]]) -> Self:
        """The main table holds exactly these IPv4 routes and no others.

        ``expected`` maps each destination (CIDR form, or ``default``) to its next hop: a gateway's address, or the
        interface where the network itself is; several for a route with several ways. ``blackhole`` and its like too.

        >>> ways = ["10.9.0.253", "10.9.0.254"]
        >>> expect(lab).routes("netns:red", {"10.9.0.0/24": "eth0", "10.8.0.0/16": "10.9.0.254", "10.7.0.0/16": ways})
        """
        wanted = {to: {hops} if isinstance(hops, str) else set(hops) for to, hops in expected.items()}
        return self.that(lambda scene: routes.exactly(*_seen(scene, who), wanted))

    def bridge_port(self, who: str, bridge: str) -> Self:
        """A veth pair leads from it to a port of this bridge on its host.

        >>> expect(lab).bridge_port("netns:red", "br0")
        """

        def look(scene: Scene) -> Verdict:
            host = scene.need_place(who).host
            return bridges.port(*_views(scene, who, host), who, bridge, host)

        return self.that(look)

    def bridge_ports(self, who: str, bridge: str, *ports: str) -> Self:
        """The bridge has exactly these interfaces as its ports.

        >>> expect(lab).bridge_ports("host1", "br0", "red0")
        """
        return self.that(lambda scene: bridges.ports(*_seen(scene, who), bridge, set(ports)))

    def vxlan(self, who: str, interface: str, vni: int, bridge: str = "") -> Self:
        """The interface is a VXLAN with this number; a port of this bridge, if one is named.

        For the overlay networks of Docker say ``vni``: their interfaces lie in namespaces of their own.

        >>> expect(lab).vxlan("host1", "vx0", 100)
        """
        return self.that(lambda scene: bridges.vxlan(*_seen(scene, who), interface, vni, bridge))

    def vlans(self, who: str, port: str, untagged: int = 0, tagged: Iterable[int] = ()) -> Self:
        """The bridge's port carries exactly these VLANs: one without a tag (its PVID; 0: none), these with one.

        ``who`` is a machine or a namespace made by hand. It needs a kernel whose bridges filter VLANs, and is an
        error on any other.

        >>> expect(lab).vlans("host1", "red0", untagged=10, tagged=[20, 30])
        """
        wanted = bridges.Vlans(untagged, frozenset(tagged))
        return self.that(lambda scene: bridges.vlans(scene, scene.need_place(who), port, wanted))

    def sysctl(self, who: str, name: str, value: object) -> Self:
        """The kernel setting has this value in its namespace, read there and not from what the container was given.

        >>> expect(lab).sysctl("host1", "net.ipv4.ip_forward", 1)
        """

        def look(scene: Scene) -> Verdict:
            place = scene.need_place(who)
            return namespaces.sysctl(scene.setting(place, name), place, name, str(value))

        return self.that(look)

    def nameserver(self, who: str, address: str) -> Self:
        """Its ``/etc/resolv.conf`` names this name server.

        >>> expect(lab).nameserver("web", "127.0.0.11")
        """
        return self.that(lambda scene: namespaces.nameserver(*_seen(scene, who), address))

    def listening(self, who: str, port: int, address: str = "", protocol: str = "tcp") -> Self:
        """A program listens on this port; on this address if it is given (``0.0.0.0``: on every one).

        >>> expect(lab).listening("db", 5432, "0.0.0.0")
        """

        def look(scene: Scene) -> Verdict:
            place = scene.need_place(who)
            verdict = namespaces.listening(scene.view(place).listeners, who, port, address, protocol)
            if verdict.passed or not place.container:
                return verdict
            return verdict.with_reason(
                verdict.because, f"{scene.command(place.host)}docker logs {place.container.name}"
            )

        return self.that(look)

    def not_listening(self, who: str, port: int, protocol: str = "tcp") -> Self:
        """No program listens on this port, on any address.

        >>> expect(lab).not_listening("web", 22)
        """
        return self.that(lambda scene: namespaces.not_listening(_view(scene, who).listeners, who, port, protocol))


def _view(scene: Scene, who: str) -> View:
    return scene.view(scene.need_place(who))


def _seen(scene: Scene, who: str) -> tuple[View, Place]:
    """The view, and whose it is."""
    place = scene.need_place(who)
    return scene.view(place), place


def _views(scene: Scene, a: str, b: str) -> tuple[View, View]:
    """Both as they are at the same time."""
    places = scene.need_place(a), scene.need_place(b)
    scene.see(places)
    return scene.view(places[0]), scene.view(places[1])
