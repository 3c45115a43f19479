"""A network's addresses, sorted by the subnet that they lie in: what Docker calls pools."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from course.topology.checks import Subnet, overlap
from course.topology.model import Network


@dataclass(frozen=True)
class Pool:
    """A subnet with its gateway, the part of it that is handed out, and addresses that never are."""

    subnet: str
    gateway: str = ""
    ip_range: str = ""
    aux_addresses: Mapping[str, str] = field(default_factory=dict)


def pools(network: Network) -> list[Pool]:
    """A pool for each subnet of the network."""
    return [_pool(network, subnet) for subnet in network.subnets]


def _pool(network: Network, subnet: str) -> Pool:
    def inside(address: str) -> bool:
        return bool(address and overlap([ipaddress.ip_network(subnet)], [_block(address)]))

    return Pool(
        subnet,
        next((gateway for gateway in (network.gateway, network.gateway6) if inside(gateway)), ""),
        network.ip_range if inside(network.ip_range) else "",
        {name: address for name, address in network.aux_addresses.items() if inside(address)},
    )


def _block(address: str) -> Subnet:
    return ipaddress.ip_network(address)
