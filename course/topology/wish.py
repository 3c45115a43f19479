"""A topology as one would ask for it: what is only a fact about running machines is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from course.errors import TopologyError
from course.topology.checks import PREDEFINED
from course.topology.container import EVERY_ADDRESS, Container, Port
from course.topology.model import Attachment, Machine, Network, Topology
from course.topology.wiring import check_wiring

# What an engine makes by itself when it joins a swarm, and what it writes into a network's options by itself.
SWARMS = ("docker_gwbridge", "ingress")
OWN_OPTIONS = ("com.docker.network.driver.overlay.vxlanid_list", "com.docker.network.enable_ipv6")
LEFT_OUT = ("host", "none", *SWARMS)


def wish(topology: Topology) -> Topology:
    """The topology that one would have to ask for to get this one.

    Left out are states, interfaces, addresses that the engine chose, and networks that engines make by themselves, but
    for the ``bridge`` that a container is on. Machines that were seen running keep only their names, and plain ones
    among them are left out: the lab decides about them. Who is on no network has ``none``. The order is that of the
    containers, and of the interfaces where they are known.
    Raises TopologyError for what an engine would refuse, and for a container without image.
    """
    containers = tuple(_container(topology, one) for one in topology.containers if one.state != "missing")
    plugs = tuple(plug for one in containers for plug in _plugs(topology, one))
    seen = any(machine.interface for machine in topology.machines)
    wished = Topology(
        topology.name,
        tuple(Machine(one.name) if seen else one for one in topology.machines if one.has_engine or not seen),
        tuple(_networks(topology, plugs)),
        containers,
        plugs,
        lan="" if seen else topology.lan,
    )
    check_wiring(wished)
    for container in containers:
        if not container.image:
            what = f"container {container} ({container.machine}) has no image"
            raise TopologyError(what, because="a container is made from one", next='say it: image="toolbox"')
    return wished


def _container(topology: Topology, container: Container) -> Container:
    plugged = any(plug.network not in LEFT_OUT for plug in topology.attachments_of(container))
    shares = container.shares or ("" if plugged else "none")
    ports = container.ports if container.state == "planned" else tuple(map(_port, container.ports))
    return replace(container, state="planned", shares=shares, ports=ports)


def _port(port: Port) -> Port:
    """A port that was seen: that it is published on every address of IPv4 was nobody's wish."""
    return replace(port, host_address="") if port.host_address in EVERY_ADDRESS else port


def _plugs(topology: Topology, container: Container) -> Iterator[Attachment]:
    plugs = topology.attachments_of(container)
    for plug in sorted(plugs, key=lambda plug: (len(plug.interface), plug.interface)):  # eth0 was plugged in first
        if plug.network not in LEFT_OUT:
            aliases = tuple(alias for alias in dict.fromkeys(plug.aliases) if alias not in ("", container.name))
            asked = replace(plug, interface="", aliases=aliases, automatic=())
            for what in plug.automatic:
                asked = replace(asked, **{what: ""})  # type: ignore[arg-type]  # address, address6 or mac
            yield asked


def _networks(topology: Topology, plugs: tuple[Attachment, ...]) -> Iterator[Network]:
    for network in topology.networks:
        if network.name not in (*PREDEFINED, *SWARMS):
            options = {name: value for name, value in network.options.items() if name not in OWN_OPTIONS}
            yield replace(network, bridge="", options=options)
    for machine in dict.fromkeys(plug.machine for plug in plugs if plug.network == "bridge"):
        yield Network("bridge", machine)
