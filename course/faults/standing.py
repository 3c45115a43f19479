"""How a lab host stands: all that its containers, networks and firewall were told, as text that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from course.labhost.records import Details, State, View

if TYPE_CHECKING:
    from course.labs.lab import Lab

# Who -> what there is to say of it. "container web" -> its options, "network front", "rules", "inside web".
Standing = dict[str, list[str]]

PREDEFINED = ("bridge", "host", "none")
OF_ENGINE = re.compile(r"DOCKER_(OUTPUT|POSTROUTING)|--to-destination 127\.0\.0\.11")  # in containers, new each time
OWN_LINE = re.compile(r"[0-9a-f]{12}")  # the engine leaves a container's own line of a network that it is off


def standing(lab: Lab, name: str) -> Standing:
    """How the lab host stands now: its containers, the networks that they are on, its namespaces and its firewall.

    Addresses and bridges are called by whose they are: they change, names do not.
    """
    host = lab.all[name]
    api = host.client.api
    with ThreadPoolExecutor(4) as pool:
        containers = [one["Id"] for one in api.containers(all=True)]
        seen = list(pool.map(api.inspect_container, containers))
        images = {one["Image"]: _image(api, one["Image"]) for one in {s["Image"]: s for s in seen}.values()}
    networks, state = api.networks(), host.state()
    words = _words(seen, networks)
    told: Standing = {}
    for one in seen:
        told[f"container {_name(one)}"] = list(container(one, images[one["Image"]]))
    used = {name for one in seen for name in one["NetworkSettings"]["Networks"] or {}}
    for one in networks:
        if one["Name"] in used and one["Name"] not in PREDEFINED:
            told[f"network {one['Name']}"] = list(_network(one))
    told |= _inside(state, host.details(*state.views), words)
    told["the firewall"] = sorted({_said(line, words) for lines in state.rules.values() for line in lines})
    return told


def compared(before: Standing, now: Standing) -> list[str]:
    """What is not as it was, in sentences. Networks that nobody used before count only if someone uses them now, and
    containers that were not there before only if they publish a port."""
    known = {who.partition(" ")[2] for who in before if who.startswith("network ")}
    found: list[str] = []
    for who, lines in before.items():
        if who not in now:
            found.append(f"{who} is not there" if not who.startswith("inside ") else "")
        else:
            mine = [line for line in now[who] if _matters(line, known)]
            found += [f"{who}: {line} is new" for line in mine if line not in lines]
            missing = [line for line in lines if line not in now[who] and _matters(line, known)]
            found += [f"{who}: {line} is missing" for line in missing]
    for who in now.keys() - before.keys():
        if who.startswith("container "):
            found += [f"{who} is new, and publishes a port ({line})" for line in now[who] if line.startswith("-p ")]
    return [sentence for sentence in found if sentence]


def _matters(line: str, known: set[str]) -> bool:
    """Rules that the engine made for a network that was not there before say nothing by themselves."""
    return set(re.findall(r"«bridge of (.*?)»", line)) <= known | {"bridge"}


# --- containers and networks -----------------------------------------------------------------------


def container(seen: dict[str, Any], image: dict[str, Any]) -> Iterator[str]:
    """The options that ``docker run`` would be given to make it again, and whether it runs."""
    host, config = seen["HostConfig"], seen["Config"]
    yield f"state {seen['State']['Status']}"
    yield f"image {config['Image']}"
    mode = host["NetworkMode"]
    if mode in ("host", "none") or mode.startswith("container:"):
        yield f"--network {mode}"
    for network, end in sorted((seen["NetworkSettings"]["Networks"] or {}).items()):
        yield f"--network {network}"
        short = (seen["Id"][:12], _name(seen))
        yield from (f"--network-alias {alias} on {network}" for alias in end.get("Aliases") or [] if alias not in short)
        if fixed := (end.get("IPAMConfig") or {}).get("IPv4Address"):
            yield f"--ip {fixed} on {network}"
    for port, bindings in sorted((host["PortBindings"] or {}).items()):
        for binding in bindings or []:
            address = f"{binding['HostIp']}:" if binding["HostIp"] not in ("", "0.0.0.0") else ""
            yield f"-p {address}{binding['HostPort']}:{port.removesuffix('/tcp')}"
    yield from (f"--cap-add {name.removeprefix('CAP_')}" for name in sorted(host["CapAdd"] or []))
    given = set(config["Env"] or []) - set(image["Config"].get("Env") or [])
    yield from (f"-e {line}" for line in sorted(given))
    yield from (f"--add-host {line}" for line in sorted(host["ExtraHosts"] or []))
    if (config["Cmd"] or []) != (image["Config"].get("Cmd") or []):
        yield f"command {' '.join(config['Cmd'] or [])}"


def _network(seen: dict[str, Any]) -> Iterator[str]:
    yield f"--driver {seen['Driver']}"
    yield from (f"--subnet {pool['Subnet']}" for pool in seen["IPAM"]["Config"] or [])
    yield from ["--internal"] if seen["Internal"] else []
    yield from (f"--opt {key}={value}" for key, value in sorted((seen["Options"] or {}).items()))


# --- namespaces and rules ---------------------------------------------------------------------------


def _inside(state: State, details: dict[str, Details], words: dict[str, str]) -> Standing:
    return {
        f"inside {name}": [_said(line, words) for line in _lines(view, details.get(name, Details()))]
        for name, view in state.views.items()
        if not view.trouble
    }


def _lines(view: View, details: Details) -> Iterator[str]:
    """What somebody can have set there by hand."""
    own = set(view.addresses)
    yield from (f"nameserver {server}" for server in view.nameservers)
    for name, address in sorted(view.hosts.items()):
        if address not in own and not address.startswith(("127.", "::1", "f")) and not OWN_LINE.fullmatch(name):
            yield f"/etc/hosts: {address} {name}"
    for route in view.routes:
        if (route.via or route.kind != "unicast") and ":" not in route.destination:
            yield f"route {route.destination} {f'via {route.via}' if route.via else route.kind}"
    yield from (f"neighbour {n.address} at {n.mac}, permanent" for n in view.neighbours if n.state == "PERMANENT")
    yield from (f"{name}={value}" for name, value in details.settings.items())
    yield from (f"queue at {name}: {queue}" for name, queue in details.queues.items() if view.name != "host")
    if view.name != "host":  # those of the machine itself are told as the firewall's
        lines = (line for lines in details.rules.values() for line in lines if not line.startswith(":"))
        yield from (line for line in lines if not OF_ENGINE.search(line))


def _words(containers: list[dict[str, Any]], networks: list[dict[str, Any]]) -> dict[str, str]:
    """Bridges and addresses, and what to call them."""
    words = {f"br-{one['Id'][:12]}": f"«bridge of {one['Name']}»" for one in networks}
    for one in networks:
        for pool in one["IPAM"]["Config"] or []:
            words[pool["Subnet"]] = f"«bridge of {one['Name']}»'s subnet"
    for seen in containers:
        for network, end in (seen["NetworkSettings"]["Networks"] or {}).items():
            if end["IPAddress"]:
                words[end["IPAddress"]] = f"{_name(seen)} on {network}"
    return words


def _said(line: str, words: dict[str, str]) -> str:
    return " ".join(words.get(word.removesuffix("/32"), _with_port(word, words)) for word in line.split())


def _with_port(word: str, words: dict[str, str]) -> str:
    address, colon, port = word.partition(":")
    return f"{words[address]}{colon}{port}" if address in words else word


def _image(api: Any, image: str) -> dict[str, Any]:
    return dict(api.inspect_image(image))


def _name(seen: dict[str, Any]) -> str:
    return str(seen["Name"]).lstrip("/")
