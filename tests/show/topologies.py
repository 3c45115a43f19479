"""Topologies to draw, made from a few words."""

from __future__ import annotations

from course.topology.model import Attachment, Container, Machine, Network, State, Topology

LAN = "10.213.7.0/24"
HOST1, HOST2 = Machine("host1", "10.213.7.11", interface="eth0"), Machine("host2", "10.213.7.12")
LAPTOP = Machine("laptop", "10.213.7.101", has_engine=False)


def bridge(machine: str = "host1") -> Network:
    return Network("bridge", machine, subnets=("172.30.0.0/16",), gateway="172.30.0.1", bridge="docker0")


def crowd(number: int, machine: str = "host1", state: State = "running") -> Topology:
    """A lab host with so many containers on its default bridge."""
    names = [f"worker-{n}" for n in range(number)]
    return Topology(
        "crowd",
        machines=(Machine(machine, "10.213.7.11"), LAPTOP),
        networks=(bridge(machine),),
        containers=tuple(Container(name, machine, "toolbox", state) for name in names),
        attachments=tuple(
            Attachment(name, "bridge", machine, "eth0", f"172.30.0.{n + 2}") for n, name in enumerate(names)
        ),
        lan=LAN,
    )


def attached(plugs: dict[str, list[str]]) -> Topology:
    """One lab host whose containers are attached to these networks."""
    networks = list(dict.fromkeys(network for some in plugs.values() for network in some))
    return Topology(
        "attached",
        machines=(HOST1,),
        networks=tuple(Network(name, "host1", subnets=(f"10.{n}.0.0/24",)) for n, name in enumerate(networks)),
        containers=tuple(Container(name, "host1", state="running") for name in plugs),
        attachments=tuple(
            Attachment(name, network, "host1", "eth0", f"10.{networks.index(network)}.0.{number + 2}")
            for number, (name, some) in enumerate(plugs.items())
            for network in some
        ),
    )
