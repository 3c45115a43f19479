"""Topologies to make on a real engine, and how to tell that it made just these."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

from course.topology.model import Attachment, Container, Healthcheck, Machine, Network, Port, Topology
from course.topology.wish import wish

FRONT = Network(
    "front", "host1", subnets=("10.77.1.0/24",), gateway="10.77.1.254", ip_range="10.77.1.128/25",
    aux_addresses={"router": "10.77.1.129"}, options={"com.docker.network.bridge.name": "br-front"},
)  # fmt: skip
BACK = Network(
    "Back Office", "host1", subnets=("10.77.2.0/24", "fd00:77::/64"), gateway6="fd00:77::99", internal=True,
    attachable=True,
)  # fmt: skip
WEB = Container(
    "web", "host1", "web", environment={"PAGE": "Costs $5, or \"nothing\" = 'free'", "EMPTY": ""}, hostname="shop",
    ports=(Port(8080, 80), Port(0, 81, host_address="127.0.0.1"), Port(5353, 53, "udp")), dns=("10.77.1.254",),
    dns_search=("shop.test",), hosts={"printer": "10.0.0.7", "router": "fd00::1"}, capabilities=("NET_ADMIN",),
    sysctls={"net.ipv4.ip_forward": "1"}, depends_on={"db": "healthy", "back": "started"},
)  # fmt: skip
PASSWORD = {"POSTGRES_PASSWORD": "secret"}
SHOP = Topology(
    "shop",
    machines=(Machine("host1"),),
    networks=(FRONT, BACK, Network("plain", "host1"), Network("bridge", "host1")),
    containers=(
        WEB,
        Container(
            "db",
            "host1",
            "postgres",
            environment=PASSWORD,
            healthcheck=Healthcheck(("pg_isready -q || exit 1",), 1.0, 2.5, 9, 1.0),
        ),
        Container("back", "host1", "toolbox", command=("sh", "-c", "sleep 10 ; echo $HOME; sleep infinity")),
        Container("side", "host1", "toolbox", shares="container:web"),
        Container("tap", "host1", "toolbox", shares="host"),
        Container("job", "host1", "web", shares="none", entrypoint=("sleep",), command=("infinity",)),
        Container("old", "host1", "web", healthcheck=Healthcheck(("NONE",))),
    ),
    attachments=(
        Attachment("web", "front", "host1", address="10.77.1.5", aliases=("www", "shop"), mac="02:42:0a:4d:01:99"),
        Attachment("web", "Back Office", "host1", address="10.77.2.5", address6="fd00:77::5"),
        Attachment("db", "Back Office", "host1", aliases=("database",)),
        Attachment("back", "Back Office", "host1", aliases=("Spare",)),
        Attachment("back", "plain", "host1", mac="02:42:0a:4d:02:98", options={"of.a.driver": "yes"}),
        Attachment("old", "bridge", "host1"),
    ),
)


Thing = Network | Container | Attachment


def differences(made: Topology, asked: Topology) -> list[str]:
    """What an engine made otherwise than it was asked for; what was left open is not compared."""
    found, told = _things(wish(made)), []
    for name, thing in _things(asked).items():
        one, other = _fields(thing), _fields(found.pop(name), thing) if name in found else {}
        told += [f"{name} {key}: {one[key]!r} → {other.get(key)!r}" for key in one if one[key] != other.get(key)]
    return told + [f"{name} was not asked for" for name in found]


def _things(topology: Topology) -> dict[str, Thing]:
    things: tuple[Thing, ...] = (*topology.networks, *topology.containers, *topology.attachments)
    return {f"{type(thing).__name__} {thing} ({thing.machine})": thing for thing in things}


def _fields(thing: Thing, asked: Thing | None = None) -> dict[str, object]:
    """The fields of a thing; of one that was made, in the words in which it was asked for."""
    fields = {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    for name in ("aliases", "ports"):
        if name in fields:
            fields[name] = set(fields[name])
    if isinstance(asked, Network) and not asked.subnets:
        fields |= {"subnets": (), "gateway": ""}
    if isinstance(asked, Container):
        free = {(port.container_port, port.host_address) for port in asked.ports if not port.host_port}
        ports = fields["ports"]
        fields["ports"] = {replace(p, host_port=0) if (p.container_port, p.host_address) in free else p for p in ports}
        fields["depends_on"] = asked.depends_on
    return fields
