"""Sentences about what the engine made: containers, networks, and the namespaces behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from course.labhost.records import View
from graders import namespaces, objects
from graders.checking import Checking
from graders.facts import Container, Network
from graders.scene import Scene
from graders.verdict import PASS, Verdict, fail


class AboutContainers(Checking):
    """What Docker says of a container."""

    def exists(self, container: str) -> Self:
        """There is a container of that name, running or not."""
        return self.that(lambda scene: _is(scene.need(container)))

    def does_not_exist(self, container: str) -> Self:
        """There is no container of that name, not even a stopped one."""
        return self.that(lambda scene: _gone("container", container, scene.containers(container)))

    def running(self, container: str) -> Self:
        """The container's program runs."""
        return self.that(lambda scene: _is(scene.need_running(container)))

    def image(self, container: str, image: str) -> Self:
        """The container was made from that image."""
        return self.that(lambda scene: objects.image(found := scene.need(container), image, _run(scene, found)))

    def attached(self, container: str, network: str) -> Self:
        """The container is on the network."""

        def look(scene: Scene) -> Verdict:
            found = scene.need(container)
            return objects.attached(found, scene.need_network(network, found.host), _run(scene, found))

        return self.that(look)

    def detached(self, container: str, network: str) -> Self:
        """The container exists, and is not on the network."""
        return self.that(lambda scene: objects.detached(found := scene.need(container), network, _run(scene, found)))

    def address(self, container: str, network: str, address: str) -> Self:
        """The running container has this IPv4 address on the network."""

        def look(scene: Scene) -> Verdict:
            found = scene.need_running(container)
            joined = objects.attached(found, scene.need_network(network, found.host), _run(scene, found))
            return objects.address(found, network, address, _run(scene, found)) if joined.passed else joined

        return self.that(look)

    def alias(self, container: str, network: str, alias: str) -> Self:
        """Those on the network can look the container up by this name."""

        def look(scene: Scene) -> Verdict:
            found = scene.need_running(container)
            joined = objects.attached(found, scene.need_network(network, found.host), _run(scene, found))
            return objects.alias(found, network, alias, _run(scene, found)) if joined.passed else joined

        return self.that(look)

    def no_network(self, container: str) -> Self:
        """The running container is on no network, and has no interface but ``lo``."""

        def look(scene: Scene) -> Verdict:
            verdict = objects.without_network(scene.need_running(container), "!")
            return namespaces.only_loopback(_view(scene, container), container) if verdict.passed else verdict

        return self.that(look)

    def not_published(self, container: str, port: int = 0) -> Self:
        """No port of the host leads to this port of the container (to any, if none is named)."""
        return self.that(lambda scene: objects.not_published(scene.need(container), port))


class AboutNetworks(Checking):
    """What Docker says of a network."""

    def network(self, network: str) -> Self:
        """There is a network of that name."""
        return self.that(lambda scene: _is(scene.need_network(network)))

    def no_such_network(self, network: str) -> Self:
        """There is no network of that name."""
        return self.that(lambda scene: _gone("network", network, scene.networks(network)))

    def driver(self, network: str, driver: str) -> Self:
        """The network's driver: ``bridge``, ``overlay``, ``macvlan``…"""
        return self._property(network, "driver", driver)

    def subnet(self, network: str, subnet: object) -> Self:
        """The network's IPv4 subnet in CIDR form."""
        return self._property(network, "subnet", str(subnet))

    def gateway(self, network: str, gateway: object) -> Self:
        """The address by which the network's containers leave it."""
        return self._property(network, "gateway", str(gateway))

    def internal(self, network: str, internal: bool = True) -> Self:
        """The network has no way out."""

        def look(scene: Scene) -> Verdict:
            found = scene.need_network(network)
            return objects.internal(found, internal, scene.command(found.host))

        return self.that(look)

    def _property(self, network: str, what: str, wanted: str) -> Self:
        def look(scene: Scene) -> Verdict:
            found = scene.need_network(network)
            has = {"driver": found.driver, "subnet": next(iter(found.subnets), ""), "gateway": found.gateway}
            return objects.network(found, what, has[what], wanted, scene.command(found.host))

        return self.that(look)


class AboutNamespaces(Checking):
    """What is seen inside a namespace: of a container, of a machine (``host1``), or made by hand (``netns:red``)."""

    def shares_namespace(self, a: str, b: str) -> Self:
        """Both see the same interfaces, addresses, routes and ports."""
        return self.that(lambda scene: namespaces.same(*_views(scene, a, b), (a, b)))

    def own_namespaces(self, a: str, b: str) -> Self:
        """Each has interfaces, addresses, routes and ports of its own."""
        return self.that(lambda scene: namespaces.same(*_views(scene, a, b), (a, b), wanted=False))

    def host_namespace(self, container: str) -> Self:
        """The container uses the network of its lab host."""

        def look(scene: Scene) -> Verdict:
            found = scene.need_running(container)
            return namespaces.of_host(*_views(scene, container, found.host), container, _run(scene, found))

        return self.that(look)

    def only_loopback(self, who: str) -> Self:
        """There is no interface but ``lo``."""
        return self.that(lambda scene: namespaces.only_loopback(_view(scene, who), who))

    def has_address(self, who: str, address: str) -> Self:
        """One of its interfaces has this address (``10.0.0.1``, or ``10.0.0.1/24``)."""
        return self.that(lambda scene: namespaces.has_address(_view(scene, who), who, address))

    def default_route(self, who: str, via: str = "", device: str = "") -> Self:
        """There is a way to everywhere else; by this gateway and interface if they are given."""
        return self.that(lambda scene: namespaces.route(_view(scene, who), who, "default", via, device))

    def no_default_route(self, who: str) -> Self:
        """There is no way to anywhere but its own networks."""
        return self.that(lambda scene: namespaces.no_default_route(_view(scene, who), who))

    def route(self, who: str, destination: object, via: str = "", device: str = "") -> Self:
        """There is a route to this network (CIDR form); by this gateway and interface if they are given."""
        return self.that(lambda scene: namespaces.route(_view(scene, who), who, str(destination), via, device))

    def bridge_port(self, who: str, bridge: str) -> Self:
        """A veth pair leads from it to a port of this bridge on its host."""

        def look(scene: Scene) -> Verdict:
            host = scene.need_place(who).host
            return namespaces.bridge_port(*_views(scene, who, host), who, bridge, host)

        return self.that(look)

    def listening(self, who: str, port: int, address: str = "", protocol: str = "tcp") -> Self:
        """A program listens on this port; on this address if it is given (``0.0.0.0``: on every one)."""

        def look(scene: Scene) -> Verdict:
            place = scene.need_place(who)
            verdict = namespaces.listening(scene.view(place).listeners, who, port, address, protocol)
            if verdict.passed or not place.container:
                return verdict
            return verdict.with_reason(
                verdict.because, f"{scene.command(place.host)}docker logs {place.container.name}"
            )

        return self.that(look)


def _is(found: object) -> Verdict:
    """What was needed is there."""
    return PASS


def _gone(kind: str, name: str, found: Sequence[Container | Network]) -> Verdict:
    if not found:
        return PASS
    headline = f"{name} still exists" if kind == "container" else f"network {name} still exists"
    command = "rm -f" if kind == "container" else "network rm"
    observed = getattr(found[0], "status", "it is there")
    return fail(headline, f"no {kind} of that name", observed, "", f"!docker {command} {name}")


def _view(scene: Scene, who: str) -> View:
    return scene.view(scene.need_place(who))


def _views(scene: Scene, a: str, b: str) -> tuple[View, View]:
    """Both as they are at the same time."""
    places = scene.need_place(a), scene.need_place(b)
    scene.see(places)
    return scene.view(places[0]), scene.view(places[1])


def _run(scene: Scene, container: Container) -> str:
    return scene.command(container.host)
