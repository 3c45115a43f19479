"""The LAN that joins the machines of a lab, and pools for the engines inside: subnets that collide with nothing."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from course.errors import EngineError
from course.labs.lessons import Lesson

if TYPE_CHECKING:
    import docker
    from docker.models.networks import Network

LAN_POOL = ipaddress.IPv4Network("10.213.0.0/16")
# Pairs of (default bridge, pool of further networks) for the engine inside; the first that no route here overlaps.
INNER_POOLS = (
    ("172.30.0.1/16", "172.31.0.0/16"),
    ("172.26.0.1/16", "172.27.0.0/16"),
    ("10.230.0.1/16", "10.231.0.0/16"),
)


def make(client: docker.DockerClient, lab: str, labels: dict[str, str]) -> Network:
    """A LAN on the first free subnet; raises EngineError if none is free."""
    import docker
    from docker.types import IPAMConfig, IPAMPool

    for subnet in _free_lans(client, lab):
        pool = IPAMPool(subnet=str(subnet), gateway=str(subnet[1]))
        try:
            return client.networks.create(
                f"course-{lab}",
                driver="bridge",
                ipam=IPAMConfig(pool_configs=[pool]),
                # without masquerading nothing on the LAN reaches the outside, nor the outside the LAN
                options={"com.docker.network.bridge.enable_ip_masquerade": "false"},
                labels=labels | {"course.role": "lan"},
            )
        except docker.errors.APIError as error:
            if "overlap" not in str(error).lower():
                raise
    raise EngineError(
        f"no subnet of {LAN_POOL} is free for the lab's LAN", next="`course clean --labs` removes old ones"
    )


def _free_lans(client: docker.DockerClient, lab: str) -> Iterator[ipaddress.IPv4Network]:
    used = list(_used_subnets(client))
    subnets = list(LAN_POOL.subnets(new_prefix=24))
    first = int(hashlib.sha256(lab.encode()).hexdigest(), 16) % len(subnets)
    for subnet in subnets[first:] + subnets[:first]:
        if not any(subnet.overlaps(other) for other in used):
            yield subnet


def _used_subnets(client: docker.DockerClient) -> Iterator[ipaddress.IPv4Network]:
    yield from _routes()
    for network in client.networks.list():
        for config in (network.attrs.get("IPAM") or {}).get("Config") or []:
            subnet = ipaddress.ip_network(config.get("Subnet") or "0.0.0.0/32", strict=False)
            if isinstance(subnet, ipaddress.IPv4Network):
                yield subnet


def _routes() -> Iterator[ipaddress.IPv4Network]:
    """The subnets this machine has a route to, but for the default route (from /proc/net/route, Linux only)."""
    with contextlib.suppress(FileNotFoundError):
        for line in Path("/proc/net/route").read_text().splitlines()[1:]:
            fields = line.split()
            address, mask = (int.from_bytes(bytes.fromhex(fields[n]), "little") for n in (1, 7))
            if mask:
                yield ipaddress.IPv4Network((address, mask.bit_count()))


def inner_pools(client: docker.DockerClient) -> tuple[str, str]:
    """The default bridge's address, and the pool of further networks, for the engines inside."""
    used = list(_used_subnets(client))
    for bip, pool in INNER_POOLS:
        ours = [ipaddress.IPv4Network(bip, strict=False), ipaddress.IPv4Network(pool)]
        if not any(mine.overlaps(other) for mine in ours for other in used):
            return bip, pool
    return INNER_POOLS[0]  # all overlap something: only the LAN can be reached from inside, so nothing is lost


def addresses(lan: Network, lesson: Lesson) -> dict[str, str]:
    """Every machine's address on the LAN: lab hosts from .11, plain machines from .101."""
    lan.reload()
    subnet = ipaddress.ip_network(lan.attrs["IPAM"]["Config"][0]["Subnet"])
    engines = {name: str(subnet[11 + n]) for n, name in enumerate(lesson.engines)}
    machines = {name: str(subnet[101 + n]) for n, name in enumerate(lesson.machines)}
    return engines | machines
