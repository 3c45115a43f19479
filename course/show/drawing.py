"""A topology as the builder's browser side holds it, and back: JSON with ids and places, and no Docker.

The form is described in ``js/plan.js``. Places on the sheet are the browser's affair: whatever has none is arranged
there.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from course.errors import TopologyError
from course.topology.model import Attachment, Container, Machine, Network, Port, Topology

Drawing = Mapping[str, Any]
Places = Mapping[str, list[float]]  # "network host1/front" -> x, y and width; "container host1/web" -> x, y


def drawing_of(topology: Topology, places: Places | None = None) -> dict[str, Any]:
    """The drawing of a topology, with the places that are known."""
    at = places or {}
    networks = {network.where: f"n{number}" for number, network in enumerate(shown(topology), 1)}
    containers = {container.where: f"c{number}" for number, container in enumerate(topology.containers, 1)}
    plugs = [plug for plug in topology.attachments if (plug.machine, plug.network) in networks]
    return {
        "name": topology.name,
        "lan": topology.lan,
        "machines": [_machine(f"m{n}", machine, at) for n, machine in enumerate(topology.machines, 1)],
        "networks": [_network(networks[one.where], one, at) for one in shown(topology)],
        "containers": [_container(containers[one.where], one, at) for one in topology.containers],
        "plugs": [_plug(f"p{number}", plug, networks, containers) for number, plug in enumerate(plugs, 1)],
    }


def shown(topology: Topology) -> list[Network]:
    """The networks that one draws: not those of the engine that everyone has."""
    return [network for network in topology.networks if network.driver not in ("host", "null")]


def topology_of(drawing: Drawing) -> Topology:
    """The topology that was drawn. Raises TopologyError in the words of the model for what makes no sense."""
    try:
        names = {one["id"]: one for kind in ("networks", "containers") for one in drawing[kind]}
        return Topology(
            drawing["name"],
            machines=tuple(Machine(m["name"], m.get("address", ""), bool(m["engine"])) for m in drawing["machines"]),
            networks=tuple(map(_to_network, drawing["networks"])),
            containers=tuple(map(_to_container, drawing["containers"])),
            attachments=tuple(_to_plug(plug, names) for plug in drawing["plugs"]),
            lan=drawing.get("lan", ""),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise TopologyError("this is no drawing of the builder", because=f"{type(error).__name__}: {error}") from error


def places_of(drawing: Drawing) -> dict[str, list[float]]:
    """Where everything stands, by names that outlive the drawing's ids."""
    found = {}
    for kind in ("network", "container"):
        for one in drawing[f"{kind}s"]:
            row = [one.get("x"), one.get("y"), *([one.get("width")] if kind == "network" else [])]
            if all(isinstance(value, int | float) for value in row):
                found[f"{kind} {one['machine']}/{one['name']}"] = row
    for machine in drawing["machines"]:
        row = [machine.get(name) for name in ("x", "y", "width", "height")]
        if all(isinstance(value, int | float) for value in row):
            found[f"machine {machine['name']}"] = row
    return found


def ids(drawing: Drawing) -> dict[tuple[str, ...], str]:
    """Ids by what they stand for: ("network", host, name), ("container", host, name), ("plug", host, name, network)."""
    names = {one["id"]: one for kind in ("networks", "containers") for one in drawing[kind]}
    found: dict[tuple[str, ...], str] = {}
    for kind in ("network", "container"):
        found |= {(kind, one["machine"], one["name"]): one["id"] for one in drawing[f"{kind}s"]}
    for plug in drawing["plugs"]:
        container, network = names[plug["container"]], names[plug["network"]]
        found["plug", container["machine"], container["name"], network["name"]] = plug["id"]
    return found


# --- out ------------------------------------------------------------------------------------------------------------


def _machine(key: str, machine: Machine, places: Places) -> dict[str, Any]:
    row = {"id": key, "name": machine.name, "address": machine.address, "engine": machine.has_engine}
    return row | _place(places, f"machine {machine.name}", ("x", "y", "width", "height"))


def _network(key: str, network: Network, places: Places) -> dict[str, Any]:
    options = dict(network.options)
    return {
        "id": key,
        "name": network.name,
        "machine": network.machine,
        "driver": network.driver,
        "subnet": ", ".join(network.subnets),
        "gateway": network.gateway,
        "range": network.ip_range,
        "internal": network.internal,
        "attachable": network.attachable,
        "parent": options.pop("parent", ""),
        "options": options,
    } | _place(places, f"network {network.machine}/{network.name}", ("x", "y", "width"))


def _container(key: str, container: Container, places: Places) -> dict[str, Any]:
    return {
        "id": key,
        "name": container.name,
        "machine": container.machine,
        "image": container.image,
        "shares": container.shares,
        "ports": [_port_text(port) for port in container.ports],
        "command": shlex.join(container.command),
        "environment": dict(container.environment),
        "more": _more(container),
    } | _place(places, f"container {container.machine}/{container.name}", ("x", "y"))


def _place(places: Places, key: str, names: tuple[str, ...]) -> dict[str, float]:
    return dict(zip(names, places.get(key, []), strict=False))


def _plug(key: str, plug: Attachment, networks: Mapping[Any, str], containers: Mapping[Any, str]) -> dict[str, Any]:
    ends = {"container": containers[plug.machine, plug.container], "network": networks[plug.machine, plug.network]}
    return {"id": key, **ends, "address": plug.address, "mac": plug.mac, "aliases": list(plug.aliases)}


def _port_text(port: Port) -> str:
    address = f"{port.host_address}:" if port.host_address else ""
    protocol = "" if port.protocol == "tcp" else f"/{port.protocol}"
    return f"{address}{port.host_port or ''}:{port.container_port}{protocol}".removeprefix(":")


# What the builder has no field for is carried along unseen, so that a file that is opened and saved loses nothing.
CARRIED = ("entrypoint", "hostname", "capabilities", "sysctls", "dns", "dns_search", "hosts", "depends_on")


def _more(container: Container) -> dict[str, Any]:
    given = {name: getattr(container, name) for name in CARRIED}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value}
    check = container.healthcheck
    return plain | ({"healthcheck": {**vars(check), "test": list(check.test)}} if check else {})


# --- in -------------------------------------------------------------------------------------------------------------


def _to_network(one: Drawing) -> Network:
    parent = {"parent": one["parent"]} if one.get("parent") and one["driver"] in ("macvlan", "ipvlan") else {}
    return Network(
        one["name"],
        one["machine"],
        one["driver"],
        subnets=tuple(part.strip() for part in one.get("subnet", "").split(",") if part.strip()),
        gateway=one.get("gateway", "").strip(),
        internal=bool(one.get("internal")),
        ip_range=one.get("range", "").strip(),
        attachable=bool(one.get("attachable")) or one["driver"] == "overlay",
        options={**one.get("options", {}), **parent},
    )


def _to_container(one: Drawing) -> Container:
    return Container(
        one["name"],
        one["machine"],
        one.get("image", "").strip(),
        ports=tuple(_ports(one.get("ports", []), one["name"])),
        shares=one.get("shares", ""),
        command=tuple(_words(one.get("command", ""), one["name"])),
        environment={str(name): str(value) for name, value in one.get("environment", {}).items()},
        **_carried(one.get("more", {})),
    )


def _carried(more: Drawing) -> dict[str, Any]:
    from course.topology.model import Healthcheck

    found: dict[str, Any] = {}
    for name in CARRIED:
        if name in more:
            found[name] = (
                tuple(more[name])
                if isinstance(more[name], list)
                else dict(more[name])
                if isinstance(more[name], dict)
                else more[name]
            )
    if check := more.get("healthcheck"):
        found["healthcheck"] = Healthcheck(**{**check, "test": tuple(check["test"])})
    return found


def _words(text: str, who: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        what = f"the command of {who} cannot be read"
        raise TopologyError(what, because=str(error).lower(), next="close every quote that is opened") from error


def _ports(texts: list[str], who: str) -> Iterator[Port]:
    for text in texts:
        head, _, protocol = text.partition("/")
        *before, inside = head.rsplit(":", 2)
        address, outside = (before[0], before[1]) if len(before) == 2 else ("", before[0] if before else "0")
        if not inside.isdecimal() or not (outside or "0").isdecimal():
            raise TopologyError(f"{who} cannot publish {text!r}", next="write HOST:CONTAINER, like 8080:80")
        yield Port(int(outside or 0), int(inside), protocol or "tcp", address)


def _to_plug(one: Drawing, names: Mapping[str, Drawing]) -> Attachment:
    container, network = names[one["container"]], names[one["network"]]
    aliases = tuple(one.get("aliases", []))
    address, mac = one.get("address", "").strip(), one.get("mac", "")
    return Attachment(
        container["name"], network["name"], container["machine"], address=address, mac=mac, aliases=aliases
    )
