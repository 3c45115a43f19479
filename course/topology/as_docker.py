"""Networks, attachments and containers as docker-py wants them. Pure."""

from __future__ import annotations

from typing import Any

from course.topology.checks import Address, parse_address, parse_subnet
from course.topology.model import Attachment, Container, Healthcheck, Network


def network_settings(network: Network) -> dict[str, Any]:
    """A network as docker-py wants it, but for its name."""
    subnets = [parse_subnet(subnet, network.name) for subnet in network.subnets]
    pools: list[dict[str, Any]] = [{"Subnet": str(subnet)} for subnet in subnets]
    for pool, subnet in zip(pools, subnets, strict=True):
        if network.gateway and parse_address(network.gateway, network.name) in subnet:
            pool["Gateway"] = network.gateway
        if network.ip_range and parse_subnet(network.ip_range, network.name).network_address in subnet:
            pool["IPRange"] = network.ip_range
    return {
        "driver": network.driver,
        "options": dict(network.options) or None,
        "ipam": {"Config": pools} if pools else None,
        "internal": network.internal,
        "enable_ipv6": any(subnet.version == 6 for subnet in subnets),
        "attachable": network.attachable or None,
    }


def plug_settings(plug: Attachment) -> dict[str, Any]:
    """An attachment as docker-py wants it."""
    address: Address | None = parse_address(plug.address, str(plug)) if plug.address else None
    settings = {
        "ipv4_address": plug.address if address and address.version == 4 else "",
        "ipv6_address": plug.address if address and address.version == 6 else "",
        "mac_address": plug.mac,
        "aliases": list(plug.aliases),
    }
    return {name: value for name, value in settings.items() if value}


def container_settings(container: Container) -> dict[str, Any]:
    """What docker-py's ``create_container`` takes directly."""
    settings = {
        "image": container.image,
        "command": list(container.command),
        "entrypoint": list(container.entrypoint),
        "environment": dict(container.environment),
        "hostname": container.hostname,
        "ports": [(port.container_port, port.protocol) for port in container.ports],
        "healthcheck": _healthcheck(container.healthcheck) if container.healthcheck else None,
    }
    return {name: value for name, value in settings.items() if value}


def host_settings(container: Container, home: str) -> dict[str, Any]:
    """What docker-py's ``create_host_config`` takes; ``home`` is the network that the container is made on."""
    settings = {
        "network_mode": container.shares or home,
        "port_bindings": _bindings(container),
        "cap_add": list(container.capabilities),
        "dns": list(container.dns),
        "dns_search": list(container.dns_search),
        "extra_hosts": dict(container.hosts),
        "sysctls": dict(container.sysctls),
    }
    return {name: value for name, value in settings.items() if value}


def _bindings(container: Container) -> dict[str, list[tuple[str, int | None]]]:
    bindings: dict[str, list[tuple[str, int | None]]] = {}
    for port in container.ports:
        inside = f"{port.container_port}/{port.protocol}"
        bindings.setdefault(inside, []).append((port.host_address, port.host_port or None))
    return bindings


def _healthcheck(check: Healthcheck) -> dict[str, Any]:
    kind = "CMD-SHELL" if len(check.test) == 1 else "CMD"
    times = {name: int(getattr(check, name) * 1e9) for name in ("interval", "timeout", "start_period")}
    return {"test": [kind, *check.test], "retries": check.retries, **times}
