"""A country for the assertions: two lab hosts in a Swarm with overlay networks, and a container on their LAN."""

from __future__ import annotations

import ipaddress
from typing import Any

from course.labs.lab import Lab

LESSON = "02_default_bridge"


def build_country(lab: Lab) -> None:
    """Two overlay networks, a service on the second host, and a camera that is a machine of the LAN of its own."""
    from docker.types import EndpointSpec, IPAMConfig, IPAMPool, ServiceMode

    first, second = lab.host1.client, lab.host2.client
    first.swarm.init(advertise_addr=lab.host1.address)
    first.swarm.reload()
    token = first.swarm.attrs["JoinTokens"]["Worker"]
    second.swarm.join([lab.host1.address], token, advertise_addr=lab.host2.address)
    first.networks.create("mesh", driver="overlay", attachable=True)
    first.networks.create("vault", driver="overlay", options={"encrypted": ""})
    services: Any = first.services  # has no types
    services.create(
        "web",
        name="shop",
        networks=["mesh"],
        constraints=["node.hostname==host2"],
        mode=ServiceMode("replicated", replicas=2),
        endpoint_spec=EndpointSpec(mode="dnsrr"),
    )
    services.create("web", name="stuck", constraints=["node.hostname==nowhere"])
    lan = ipaddress.ip_network(f"{lab.host1.address}/24", strict=False)
    pool = IPAMPool(subnet=str(lan), iprange=f"{lan[208]}/28", gateway=str(lan[1]))
    first.networks.create("street", driver="macvlan", options={"parent": "eth0"}, ipam=IPAMConfig(pool_configs=[pool]))
    first.containers.run("web", name="camera", network="street", detach=True)
    first.containers.run("web", name="inland", detach=True)
    first.containers.run("web", name="open", network="host", environment={"PORT": "8088"}, detach=True)
    first.containers.run("toolbox", name="buyer", network="mesh", detach=True)
