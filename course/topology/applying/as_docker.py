"""Networks, attachments and containers as docker-py wants them. Pure."""

from __future__ import annotations

from typing import Any

from course.topology.model import Attachment, Container, Healthcheck, Network
from course.topology.pools import Pool, pools


def network_settings(network: Network) -> dict[str, Any]:
    """A network as docker-py wants it, but for its name."""
    config = [_pool(pool) for pool in pools(network)]
    return {
        "driver": network.driver,
        "options": dict(network.options) or None,
        "ipam": {"Config": config} if config else None,
        "internal": network.internal,
        "enable_ipv6": any(":" in subnet for subnet in network.subnets),
        "attachable": network.attachable or None,
    }


def _pool(pool: Pool) -> dict[str, Any]:
    told: dict[str, Any] = {"Subnet": pool.subnet, "Gateway": pool.gateway, "IPRange": pool.ip_range}
    told |= {"AuxiliaryAddresses": dict(pool.aux_addresses)} if pool.aux_addresses else {}
    return {name: value for name, value in told.items() if value}


def plug_settings(plug: Attachment) -> dict[str, Any]:
    """An attachment as docker-py wants it."""
    addresses = {"ipv6_address" if ":" in one else "ipv4_address": one for one in (plug.address6, plug.address) if one}
    settings = {**addresses, "mac_address": plug.mac, "aliases": list(plug.aliases), "driver_opt": dict(plug.options)}
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
    if check.off:
        return {"test": check.words}
    times = {name: int(getattr(check, name) * 1e9) for name in ("interval", "timeout", "start_period")}
    return {"test": check.words, "retries": check.retries, **times}
