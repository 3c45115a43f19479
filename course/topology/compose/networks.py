"""The networks of a Compose file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course.topology.checks import PREDEFINED
from course.topology.compose import words
from course.topology.compose.item import Item
from course.topology.model import Network

DEFAULT = "default"


@dataclass
class Networks:
    """The networks by their keys in the file, and what services use without saying it: ``default`` and ``bridge``.

    ``project`` comes before the name of each network that is given none. Each machine has a default network of its own.
    """

    project: str
    machine: str
    known: dict[str, Network] = field(default_factory=dict)
    implied: dict[tuple[str, str], Network] = field(default_factory=dict)

    def read(self, item: Item) -> None:
        """All that stands under ``networks``."""
        for key, one in item.entries().items():
            self.known[key] = _network(one, f"{self.project}_{key}", self.machine)

    def all(self) -> tuple[Network, ...]:
        """Those of the file, then the implied ones in the order in which they were used, the engine's own last."""
        mine = [network for network in self.known.values() if network.name not in PREDEFINED]
        return (*mine, *sorted(self.implied.values(), key=lambda network: network.name in PREDEFINED))

    def find(self, key: str, machine: str, item: Item) -> Network:
        """The network of that key, on that machine; an error of ``item`` if there is none."""
        if key == DEFAULT and self._elsewhere(key, machine):
            return self.implied.setdefault((machine, key), Network(f"{self.project}_{key}", machine))
        if key not in self.known:
            there = ", ".join(self.known) or "none"
            next_ = f"add {key}: {{}} under networks at the end of the file; there is {there}"
            raise item.wrong(f"there is no network {key!r}", next=next_)
        network = self.known[key]
        if network.machine != machine:
            what = f"network {key} is on {network.machine}, and this service on {machine}"
            raise item.wrong(what, next=f"a machine has networks of its own: x-machine: {machine}")
        if network.name in PREDEFINED:
            raise item.wrong(
                f"Compose does not attach to {network.name} in this way", next=f"network_mode: {network.name}"
            )
        return network

    def bridge(self, machine: str) -> Network:
        """The engine's own network ``bridge``."""
        return self.implied.setdefault((machine, "bridge"), Network("bridge", machine))

    def _elsewhere(self, key: str, machine: str) -> bool:
        return key not in self.known or self.known[key].machine != machine


def _network(item: Item, name: str, machine: str) -> Network:
    said = {key: one for key, one in item.entries().items() if not one.empty}
    item.others((*words.NETWORK, "x-machine"), {}, words.NETWORK_WORDS)
    where = said["x-machine"].text() if "x-machine" in said else machine
    external = "external" in said and _external(said["external"])
    name = said["name"].text() if "name" in said else item.place.partition(".")[2] if external else name
    with item.here():
        if external:
            return _others_make(said, _theirs(name, where))
        settings: dict[str, Any] = {"driver": said["driver"].text() if "driver" in said else "bridge"}
        for flag in ("internal", "attachable"):
            settings[flag] = flag in said and said[flag].flag()
        settings["options"] = options(said["driver_opts"]) if "driver_opts" in said else {}
        pools = _ipam(said["ipam"]) if "ipam" in said else {}
        network = Network(name, where, **settings, **pools)
    if "enable_ipv6" in said and said["enable_ipv6"].flag() != any(":" in subnet for subnet in network.subnets):
        said["enable_ipv6"].note("left out, for a network of a topology has IPv6 if it has an IPv6 subnet")
    return network


def options(item: Item) -> dict[str, str]:
    """A driver's options."""
    return {name: "" if one.empty else one.text() for name, one in item.entries().items()}


def _external(item: Item) -> bool:
    if item.node.type == "map":
        raise item.wrong("external is true or false", next="external: true, and beside it name: …")
    return item.flag()


def _others_make(said: dict[str, Item], network: Network) -> Network:
    for key, item in said.items():
        if key in words.NETWORK and key not in ("external", "name"):
            raise item.wrong("the network is external, so others decide about this", next=f"take out {key} or external")
    return network


def _theirs(name: str, machine: str) -> Network:
    if name in PREDEFINED:
        return Network(name, machine, PREDEFINED[name])
    return Network(name, machine, external=True)


def _ipam(item: Item) -> dict[str, Any]:
    """Subnets, and what lies in them, as a network of the topology has it."""
    said = item.entries()
    item.others(words.IPAM, {}, ("options",))
    if "driver" in said and said["driver"].text() != "default":
        said["driver"].note("left out, for in a topology the engine itself hands out the addresses")
    settings: dict[str, Any] = {"subnets": (), "aux_addresses": {}}
    for pool in said["config"].items() if "config" in said else []:
        pool.others(words.POOL, {}, ())
        for key, one in pool.entries().items():
            if key in words.POOL and not one.empty:
                _add(settings, key, one)
    return settings


def _add(settings: dict[str, Any], key: str, item: Item) -> None:
    if key == "subnet":
        settings["subnets"] += (item.text(),)
    elif key == "aux_addresses":
        settings["aux_addresses"] |= options(item)
    else:
        key = "gateway6" if key == "gateway" and ":" in item.text() else key
        if key in settings:
            item.note("left out, for a network of a topology has one")
        settings.setdefault(key, item.text())
