"""What an engine says of its networks and containers when inspected, in the words of a topology. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from course.errors import TopologyError
from course.labhost.records import View
from course.topology import model
from course.topology.model import Attachment, Container, Healthcheck, Network, Port

# The engine's words for what a container does, in the topology's: what is restarting or dying runs nothing now.
STATES: dict[str, model.State] = {"running": "running", "paused": "paused", "created": "created"}
BRIDGE_NAME = "com.docker.network.bridge.name"
EVERY_IPV6, EVERY_IPV4 = "::", "0.0.0.0"
NANOSECONDS = 1_000_000_000


def network(machine: str, told: dict[str, Any]) -> Network:
    """A network, from what the engine lists or inspects."""
    pools = (told.get("IPAM") or {}).get("Config") or []
    options = told.get("Options") or {}
    bridge = options.get(BRIDGE_NAME) or f"br-{told['Id'][:12]}"
    gateways = [_bare(pool["Gateway"]) for pool in pools if pool.get("Gateway")]
    return Network(
        told["Name"],
        machine,
        told["Driver"],
        subnets=tuple(pool["Subnet"] for pool in pools if pool.get("Subnet")),
        gateway=next((gateway for gateway in gateways if ":" not in gateway), ""),
        internal=bool(told.get("Internal")),
        bridge=bridge if told["Driver"] == "bridge" else "",
        ip_range=next((pool["IPRange"] for pool in pools if pool.get("IPRange")), ""),
        attachable=bool(told.get("Attachable")),
        options=options,
        gateway6=next((gateway for gateway in gateways if ":" in gateway), ""),
        aux_addresses={name: _bare(address) for pool in pools for name, address in _reserved(pool).items()},
    )


def _reserved(pool: dict[str, Any]) -> dict[str, str]:
    return pool.get("AuxiliaryAddresses") or {}


# --- containers ---------------------------------------------------------------------------------------------------


def container(machine: str, told: dict[str, Any], names: dict[str, str], image: dict[str, Any]) -> Container:
    """A container; of its settings only those that are others than the image's (``image`` is that one's Config)."""
    config, host = told["Config"], told["HostConfig"]
    shares = _shares(told, names)
    entrypoint, command = _command(config, image)
    return Container(
        told["Name"].lstrip("/"),
        machine,
        config["Image"],
        STATES.get(told["State"]["Status"], "exited"),
        ports=tuple(_ports(told["NetworkSettings"].get("Ports") or {})),
        shares=shares,
        command=command,
        entrypoint=entrypoint,
        environment=_environment(config, image),
        hostname=_hostname(machine, told, shares),
        capabilities=tuple(name.upper().removeprefix("CAP_") for name in host.get("CapAdd") or []),
        sysctls=host.get("Sysctls") or {},
        dns=tuple(host.get("Dns") or []),
        dns_search=tuple(host.get("DnsSearch") or []),
        hosts=dict(_host_line(line) for line in host.get("ExtraHosts") or []),
        healthcheck=_healthcheck(config.get("Healthcheck") or {}, image.get("Healthcheck") or {}),
    )


def _shares(told: dict[str, Any], names: dict[str, str]) -> str:
    """The network mode in our words; who joined a container that is gone names it by its short id."""
    mode = told["HostConfig"].get("NetworkMode") or ""
    if mode.startswith("container:"):
        owner = mode.partition(":")[2]
        return f"container:{names.get(owner, owner[:12])}"
    # taken off `none` and connected elsewhere later, a container still has that mode
    return mode if mode in ("host", "none") and mode in told["NetworkSettings"]["Networks"] else ""


def _command(config: dict[str, Any], image: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Entrypoint and command. With an entrypoint of one's own goes a command of one's own: the image's is not used."""
    entrypoint, command = (tuple(config.get(name) or ()) for name in ("Entrypoint", "Cmd"))
    if entrypoint != tuple(image.get("Entrypoint") or ()):
        return entrypoint, command
    return (), command if command != tuple(image.get("Cmd") or ()) else ()


def _environment(config: dict[str, Any], image: dict[str, Any]) -> dict[str, str]:
    usual = set(image.get("Env") or [])
    own = (pair.partition("=") for pair in config.get("Env") or [] if pair not in usual)
    return {name: value for name, _, value in own}


def _hostname(machine: str, told: dict[str, Any], shares: str) -> str:
    """Nobody chose the short id, nor that of the machine or container whose namespace it has."""
    name = told["Config"].get("Hostname") or ""
    unasked = {told["Id"][:12], *([machine] if shares == "host" else [])}
    return "" if name in unasked or shares.startswith("container:") else name


def _host_line(line: str) -> tuple[str, str]:
    name, address = re.split("[:=]", line, maxsplit=1)
    return name, address.strip("[]")


def _healthcheck(own: dict[str, Any], images: dict[str, Any]) -> Healthcheck | None:
    kind, *words = own.get("Test") or [""]
    if own == images or kind not in ("NONE", "CMD", "CMD-SHELL"):
        return None
    usual = Healthcheck(("NONE",))
    times = {name: own[key] / NANOSECONDS for name, key in TIMES.items() if own.get(key)}
    test = tuple(words) if kind == "CMD-SHELL" or (kind == "CMD" and len(words) > 1) else (kind, *words)
    with suppress(TopologyError):  # a test without words: the engine takes it, and never runs it
        return Healthcheck(test, **times, retries=own.get("Retries") or usual.retries)
    return None


TIMES = {"interval": "Interval", "timeout": "Timeout", "start_period": "StartPeriod"}


def _ports(ports: dict[str, Any]) -> Iterator[Port]:
    for inside, bindings in ports.items():
        number, _, protocol = inside.partition("/")
        addresses = {(binding["HostIp"], int(binding["HostPort"])) for binding in bindings or []}
        for address, port in sorted(addresses):
            if address != EVERY_IPV6 or (EVERY_IPV4, port) not in addresses:  # else the same wish, said twice
                yield Port(port, int(number), protocol or "tcp", address)


# --- plugs --------------------------------------------------------------------------------------------------------


def plugs(
    machine: str, containers: list[dict[str, Any]], drivers: Mapping[str, str], views: Mapping[str, View]
) -> Iterator[Attachment]:
    """The attachments to the networks that are known, with their drivers."""
    for told in containers:
        name = told["Name"].lstrip("/")
        for network, plug in (told["NetworkSettings"].get("Networks") or {}).items():
            if network in drivers:
                seen = _plug(Attachment(name, network, machine), plug, told, views.get(name))
                yield replace(seen, automatic=tuple(_automatic(seen, drivers[network], plug, told)))


def _plug(bare: Attachment, plug: dict[str, Any], told: dict[str, Any], view: View | None) -> Attachment:
    address, address6 = plug.get("IPAddress") or "", plug.get("GlobalIPv6Address") or ""
    address, address6 = address or address6, address6 if address else ""
    mac, own = plug.get("MacAddress") or "", (bare.container, told["Id"][:12])
    return replace(
        bare,
        interface=interface_of(view, address, mac),
        address=address,
        mac=mac,
        aliases=tuple(dict.fromkeys(alias for alias in plug.get("Aliases") or [] if alias not in own)),
        address6=address6,
        options=plug.get("DriverOpts") or {},
    )


def _automatic(seen: Attachment, driver: str, plug: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    """What of it nobody asked for. In a swarm, the engine itself asks for the addresses that the swarm gave it."""
    asked = plug.get("IPAMConfig") or {} if driver != "overlay" else {}
    wishes = (asked.get("IPv4Address"), asked.get("IPv6Address"))
    addresses = {"address": seen.address, "address6": seen.address6}
    yield from (name for name, address in addresses.items() if address and address not in wishes)
    mac, wished = seen.mac.lower(), (told["Config"].get("MacAddress") or "").lower()
    first = told["HostConfig"].get("NetworkMode") in (seen.network, "default" if seen.network == "bridge" else "")
    # An engine tells what was asked for on the first network only; elsewhere it makes a MAC of the IPv4 address.
    if mac and mac != wished and (first or mac == _mac_of(seen.address)):
        yield "mac"


def _mac_of(address: str) -> str:
    if not address or ":" in address:
        return ""
    return "02:42:" + ipaddress.IPv4Address(address).packed.hex(":")


def interface_of(view: View | None, address: str, mac: str) -> str:
    """The interface that has this address, or, if someone changed that, this MAC address."""
    interfaces = view.interfaces if view else []
    by_address = [i.name for i in interfaces if address and address in map(_bare, i.addresses)]
    by_mac = [i.name for i in interfaces if mac and i.mac.lower() == mac.lower()]
    return next(iter([*by_address, *by_mac]), "")


def _bare(cidr: str) -> str:
    return cidr.partition("/")[0]
