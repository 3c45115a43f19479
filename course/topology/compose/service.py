"""A service of a Compose file: a container and its plugs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from course.topology.compose import words
from course.topology.compose.item import Item
from course.topology.compose.networks import DEFAULT, Networks, options
from course.topology.compose.ports import read_ports
from course.topology.compose.values import read_command, read_healthcheck
from course.topology.container import Condition
from course.topology.model import Attachment, Container, Network

CONDITIONS: dict[str, Condition] = {"service_started": "started", "service_healthy": "healthy"}
OURS = ("x-machine", "x-name")


@dataclass(frozen=True)
class Service:
    """A service by its key in the file. ``name`` is its container's, ``alias`` a name that Compose adds by itself."""

    key: str
    item: Item
    machine: str
    name: str
    alias: str

    @property
    def said(self) -> dict[str, Item]:
        """What is said of it, without what is said to be nothing."""
        return {key: one for key, one in self.item.entries().items() if not one.empty}


def find_service(key: str, item: Item, project: str, machine: str) -> Service:
    """The service, with the names that Compose would give: ``shop-web-1`` for ``web`` if it has no container_name.

    ``x-name`` is a container's name where two machines have a container of that name, which Compose does not know.
    """
    said = {name: one for name, one in item.entries().items() if not one.empty}
    where = said["x-machine"].text() if "x-machine" in said else machine
    if "x-name" in said:
        return Service(key, item, where, said["x-name"].text(), "")
    name = said["container_name"].text() if "container_name" in said else f"{project}-{key}-1"
    return Service(key, item, where, name, key)


def read_service(
    service: Service, others: Mapping[str, Service], networks: Networks
) -> tuple[Container, list[Attachment]]:
    """The container and its attachments. ``others`` are all services by their keys."""
    item, said = service.item, service.said
    item.others((*words.SERVICE, *OURS), words.SERVICE_REASONS, words.SERVICE_WORDS)
    if "image" not in said and "build" not in said:
        raise item.wrong("it has no image", next="image: toolbox")
    shares = _mode(service, others)
    settings = _settings(said) | {"depends_on": _dependencies(said.get("depends_on"), service, others)}
    with item.here():
        ports = read_ports(said["ports"]) if "ports" in said else ()
        container = Container(service.name, service.machine, ports=ports, shares=shares, **settings)
    return container, _plugs(service, shares, networks)


def _settings(said: dict[str, Item]) -> dict[str, Any]:
    """What is read without a look at the rest of the file."""
    settings: dict[str, Any] = {key: said[key].text() for key in ("image", "hostname") if key in said}
    settings |= {key: read_command(said[key]) for key in ("command", "entrypoint") if key in said}
    settings |= {key: said[key].texts() for key in ("dns", "dns_search") if key in said}
    if "cap_add" in said:
        found = [one.text().upper().removeprefix("CAP_") for one in said["cap_add"].items()]
        settings["capabilities"] = tuple(dict.fromkeys(found))
    for key, name in (("environment", "environment"), ("sysctls", "sysctls"), ("extra_hosts", "hosts")):
        if key in said:
            settings[name] = _pairs(said[key], "=:" if key == "extra_hosts" else "=")
    if "healthcheck" in said:
        settings["healthcheck"] = read_healthcheck(said["healthcheck"])
    return settings


def _pairs(item: Item, separators: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for name, value, text in item.pairs(separators):
        if value is None:
            given = item.file.variables.get(name)
            if given is None:
                item.note(f"{name} has no value, so it is left out; Compose would take it from its own environment")
                continue
            text = given
        if pairs.get(name, text) != text:
            item.note(f"{name} comes twice, and the last one counts")
        pairs[name] = text
    return {name: text.strip("[]") if separators != "=" else text for name, text in pairs.items()}


def _mode(service: Service, others: Mapping[str, Service]) -> str:
    """Whose namespace it shares, in the topology's words."""
    if not (item := service.said.get("network_mode")):
        return ""
    if "networks" in service.said:
        raise item.wrong("a service has a network_mode or networks, not both", next="take one of them out")
    kind, _, other = (mode := item.text()).partition(":")
    if mode in ("bridge", "default"):
        return ""
    if mode in ("host", "none") or (kind == "container" and other):
        return mode
    if kind == "service" and other:
        return f"container:{_other(other, service, others, item).name}"
    raise item.wrong(f"{mode!r} is no network_mode", next="use one of bridge, host, none, service:KEY, container:NAME")


def _other(key: str, service: Service, others: Mapping[str, Service], item: Item) -> Service:
    if key not in others:
        raise item.wrong(f"there is no service {key!r}", next=f"there is {', '.join(others)}")
    if (machine := others[key].machine) != service.machine:
        raise item.wrong(
            f"{key} is on {machine}, and this service on {service.machine}", next="put them on one machine"
        )
    return others[key]


def _dependencies(item: Item | None, service: Service, others: Mapping[str, Service]) -> dict[str, Condition]:
    if item is None:
        return {}
    if item.node.type == "list":
        return {_other(one.text(), service, others, one).name: "started" for one in item.items()}
    return {_other(key, service, others, one).name: _condition(one) for key, one in item.entries().items()}


def _condition(item: Item) -> Condition:
    said = item.entries()
    item.others(words.DEPENDENCY, {}, words.DEPENDENCY_WORDS)
    condition = said["condition"].text() if "condition" in said else "service_started"
    if condition == "service_completed_successfully":
        said["condition"].note("a topology cannot wait for an end, so it waits for the start")
    elif condition not in CONDITIONS:
        raise said["condition"].wrong(f"{condition!r} is no condition", next=f"use one of {', '.join(CONDITIONS)}")
    return CONDITIONS.get(condition, "started")


# --- plugs --------------------------------------------------------------------------------------------------------


def _plugs(service: Service, shares: str, networks: Networks) -> list[Attachment]:
    said = service.said
    mac = said["mac_address"].text() if "mac_address" in said else ""
    with service.item.here():
        if "network_mode" in said:
            if mac and shares:
                raise said["mac_address"].wrong("who shares a network namespace has no MAC address of its own")
            return (
                []
                if shares
                else [Attachment(service.name, networks.bridge(service.machine).name, service.machine, mac=mac)]
            )
        wished = _wished(service)
        plugs = [_plug(service, networks.find(key, service.machine, item), item) for key, item, _ in wished]
        if mac:
            # Compose gives it to the network that comes first: by priority, then by its key.
            first = min(range(len(wished)), key=lambda place: (-wished[place][2], wished[place][0]))
            plugs[first] = _with_mac(plugs[first], mac, said["mac_address"])
        return plugs


def _wished(service: Service) -> list[tuple[str, Item, int]]:
    """Networks by key, with what is said of each, and its priority; the highest first, else as they stand."""
    if not (item := service.said.get("networks")):
        return [(DEFAULT, service.item, 0)]
    if item.node.type == "list":
        keys = {one.text(): one for one in item.items()}
        return [(key, one, 0) for key, one in keys.items()] or [(DEFAULT, item, 0)]
    wished = []
    for key, one in item.entries().items():
        said = one.entries()
        priority = said["priority"].whole() if "priority" in said and not said["priority"].empty else 0
        wished.append((key, one, priority))
    return sorted(wished, key=lambda wish: -wish[2]) or [(DEFAULT, item, 0)]


def _plug(service: Service, network: Network, item: Item) -> Attachment:
    of_plug = item.node.type == "map" and item is not service.item
    said = {key: one for key, one in item.entries().items() if not one.empty} if of_plug else {}
    if of_plug:
        item.others(words.PLUG, {}, words.PLUG_WORDS)
    text = {key: said[key].text() for key in ("ipv4_address", "ipv6_address", "mac_address") if key in said}
    aliases = [service.alias, *(said["aliases"].texts() if "aliases" in said else ())]
    with item.here():
        return Attachment(
            service.name,
            network.name,
            service.machine,
            address=text.get("ipv4_address") or text.get("ipv6_address", ""),
            address6=text.get("ipv6_address", "") if "ipv4_address" in text else "",
            mac=text.get("mac_address", ""),
            aliases=tuple(alias for alias in dict.fromkeys(aliases) if alias not in ("", service.name)),
            options=options(said["driver_opts"]) if "driver_opts" in said else {},
        )


def _with_mac(plug: Attachment, mac: str, item: Item) -> Attachment:
    if plug.mac and plug.mac.lower() != mac.lower():
        raise item.wrong(f"it has two MAC addresses, {plug.mac} and {mac}", next="take one of them out")
    with item.here():
        return replace(plug, mac=mac)
