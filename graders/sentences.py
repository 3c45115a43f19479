"""Sentences about what the engine made: containers and networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

from graders import namespaces, networks, objects
from graders.checking import Checking
from graders.facts import Container, Network
from graders.scene import Scene
from graders.verdict import PASS, Verdict, fail


class AboutContainers(Checking):
    """What Docker says of a container."""

    def exists(self, container: str) -> Self:
        """There is a container of that name, running or not.

        >>> expect(lab).exists("stopped")
        """
        return self.that(lambda scene: _is(scene.need(container)))

    def does_not_exist(self, container: str) -> Self:
        """There is no container of that name, not even a stopped one.

        >>> expect(lab).does_not_exist("nobody")
        """
        return self.that(lambda scene: _gone("container", container, scene.containers(container)))

    def running(self, container: str) -> Self:
        """The container's program runs.

        >>> expect(lab).running("web")
        """
        return self.that(lambda scene: _is(scene.need_running(container)))

    def image(self, container: str, image: str) -> Self:
        """The container was made from that image.

        >>> expect(lab).image("web", "web")
        """
        return self.that(lambda scene: objects.image(found := scene.need(container), image, _run(scene, found)))

    def attached(self, container: str, network: str) -> Self:
        """The container is on the network.

        >>> expect(lab).attached("gate", "back")
        """

        def look(scene: Scene) -> Verdict:
            found = scene.need(container)
            return objects.attached(found, scene.need_network(network, found.host), _run(scene, found))

        return self.that(look)

    def detached(self, container: str, network: str) -> Self:
        """The container exists, and is not on the network.

        >>> expect(lab).detached("web", "back")
        """
        return self.that(lambda scene: objects.detached(found := scene.need(container), network, _run(scene, found)))

    def address(self, container: str, network: str, address: str) -> Self:
        """The running container has this IPv4 address on the network.

        >>> expect(lab).address("web", "front", "10.150.1.80")
        """

        return self._end(container, network, lambda found, run: objects.address(found, network, address, run))

    def mac(self, container: str, network: str, mac: str) -> Self:
        """The running container has this MAC address on the network.

        >>> expect(lab).mac("web", "front", "02:42:0a:96:01:50")
        """
        return self._end(container, network, lambda found, run: objects.mac(found, network, mac, run))

    def alias(self, container: str, network: str, alias: str) -> Self:
        """Those on the network can look the container up by this name.

        >>> expect(lab).alias("web", "front", "site")
        """

        return self._end(container, network, lambda found, run: objects.alias(found, network, alias, run))

    def no_network(self, container: str) -> Self:
        """The running container is on no network, and has no interface but ``lo``.

        >>> expect(lab).no_network("lonely")
        """

        def look(scene: Scene) -> Verdict:
            verdict = objects.without_network(scene.need_running(container), "!")
            return (
                namespaces.only_loopback(scene.view(scene.need_place(container)), container)
                if verdict.passed
                else verdict
            )

        return self.that(look)

    def not_published(self, container: str, port: int = 0) -> Self:
        """No port of the host leads to this port of the container (to any, if none is named).

        >>> expect(lab).not_published("db")
        """
        return self.that(lambda scene: objects.not_published(scene.need(container), port))

    def _end(self, container: str, network: str, judge: Callable[[Container, str], Verdict]) -> Self:
        """What is true of the running container's end on the network, once it is attached."""

        def look(scene: Scene) -> Verdict:
            found = scene.need_running(container)
            run = _run(scene, found)
            joined = objects.attached(found, scene.need_network(network, found.host), run)
            return judge(found, run) if joined.passed else joined

        return self.that(look)


class AboutNetworks(Checking):
    """What Docker says of a network."""

    def network(self, network: str) -> Self:
        """There is a network of that name.

        >>> expect(lab).network("front")
        """
        return self.that(lambda scene: _is(scene.need_network(network)))

    def no_such_network(self, network: str) -> Self:
        """There is no network of that name.

        >>> expect(lab).no_such_network("middle")
        """
        return self.that(lambda scene: _gone("network", network, scene.networks(network)))

    def driver(self, network: str, driver: str) -> Self:
        """The network's driver: ``bridge``, ``overlay``, ``macvlan``…

        >>> expect(lab).driver("front", "bridge")
        """
        return self._property(network, "driver", driver)

    def subnet(self, network: str, subnet: object) -> Self:
        """The network's IPv4 subnet in CIDR form.

        >>> expect(lab).subnet("front", "10.150.1.0/24")
        """
        return self._property(network, "subnet", str(subnet))

    def gateway(self, network: str, gateway: object) -> Self:
        """The address by which the network's containers leave it.

        >>> expect(lab).gateway("front", "10.150.1.254")
        """
        return self._property(network, "gateway", str(gateway))

    def internal(self, network: str, internal: bool = True) -> Self:
        """The network has no way out.

        >>> expect(lab).internal("back")
        """

        return self._made(network, lambda found, run: networks.internal(found, internal, run))

    def attachable(self, network: str, attachable: bool = True) -> Self:
        """Any container may join the overlay network, not only those of services.

        >>> expect(lab).attachable("mesh")
        """
        return self._made(network, lambda found, run: networks.attachable(found, attachable, run))

    def option(self, network: str, name: str, value: object = "") -> Self:
        """The network was made with this option of its driver (``docker network create --opt name=value``).

        >>> expect(lab).option("front", "com.docker.network.bridge.name", "br-front")
        """
        return self._made(network, lambda found, run: networks.option(found, name, str(value), run))

    def encrypted(self, network: str, encrypted: bool = True) -> Self:
        """The overlay network was made to encrypt what it sends between hosts.

        This is the engine's word. Whether the kernel can keep it is another question: without ESP nothing is sent.

        >>> expect(lab).encrypted("vault")
        """
        return self._made(network, lambda found, run: networks.encrypted(found, encrypted, run))

    def vni(self, network: str, vni: int) -> Self:
        """The overlay network's packets carry this VXLAN number.

        >>> expect(lab).vni("mesh", 4097)
        """
        return self._made(network, lambda found, run: networks.vni(found, vni))

    def _property(self, network: str, what: str, wanted: str) -> Self:
        def judge(found: Network, run: str) -> Verdict:
            has = {"driver": found.driver, "subnet": next(iter(found.subnets), ""), "gateway": found.gateway}
            return networks.network(found, what, has[what], wanted, run)

        return self._made(network, judge)

    def _made(self, network: str, judge: Callable[[Network, str], Verdict]) -> Self:
        """What is true of the network, once there is one of that name."""

        def look(scene: Scene) -> Verdict:
            found = scene.need_network(network)
            return judge(found, scene.command(found.host))

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


def _run(scene: Scene, container: Container) -> str:
    return scene.command(container.host)
