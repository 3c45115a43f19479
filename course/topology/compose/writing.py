"""A topology, written as a Compose file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course.errors import TopologyError
from course.topology.checks import PREDEFINED
from course.topology.compose.names import container_key, network_key, project_name, unused
from course.topology.compose.networks import DEFAULT
from course.topology.compose.ports import write_port
from course.topology.compose.printing import print_yaml
from course.topology.compose.reading import MACHINE
from course.topology.compose.service import CONDITIONS
from course.topology.compose.values import write_command, write_healthcheck
from course.topology.container import Where
from course.topology.model import Attachment, Container, Machine, Network, Topology
from course.topology.pools import Pool, pools
from course.topology.wish import wish

WORDS = {condition: word for word, condition in CONDITIONS.items()}


def write_compose(topology: Topology) -> str:
    """The Compose file of a topology, as short as it can be.

    `read_compose` makes the same topology of it, and so does ``docker compose up``, if it has one machine: of several,
    Compose would put everything on the one that it speaks to. Only what one can ask for is written, see `wish`.
    Raises TopologyError for what an engine or Compose would refuse.
    """
    wished = wish(topology)
    file = _File(wished, project_name(wished.name))
    return print_yaml(file.data())


@dataclass
class _File:
    """A topology with the keys that its containers and networks have in the file."""

    topology: Topology
    project: str
    services: dict[Where, str] = field(default_factory=dict)
    networks: dict[Where, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home = next((machine.name for machine in self.topology.machines if machine.has_engine), MACHINE)
        self.plugs = {one.where: self.topology.attachments_of(one) for one in self.topology.containers}
        self._name_networks()
        self._name_services()

    def _name_networks(self) -> None:
        for network in self.topology.networks:
            if network.name not in PREDEFINED:
                short = network_key(network.name, self.project)
                wishes = [short] if short and not network.external else []
                wishes += [network.name, f"{network.name}.{network.machine}"]
                self.networks[network.where] = unused(wishes, [*self.networks.values(), *self._kept(network, short)])

    def _kept(self, network: Network, short: str) -> list[str]:
        """``default`` means another network, unless it is this project's on the first machine."""
        return [] if short == DEFAULT and network.machine == self.home and not network.external else [DEFAULT]

    def _name_services(self) -> None:
        names = {container.name for container in self.topology.containers}
        for container in self.topology.containers:
            taken = set(self.services.values())
            short = container_key(container.name, self.project)
            if short and short not in names | taken and self._named_by_compose(container, short):
                self.services[container.where] = short
            else:
                wishes = [container.name, f"{container.name}.{container.machine}"]
                others = names - {container.name}
                self.services[container.where] = unused(wishes, taken | others)

    def _named_by_compose(self, container: Container, key: str) -> bool:
        """Whether its plugs have the alias that Compose gives to each: the service's key, before any other."""
        plugs = [plug for plug in self.plugs[container.where] if plug.network != "bridge"]
        return all(plug.aliases[:1] == (key,) for plug in plugs)

    def _short(self, container: Container) -> bool:
        key = self.services[container.where]
        return container.name == f"{self.project}-{key}-1" and self._named_by_compose(container, key)

    # --- the file -----------------------------------------------------------------------------

    def data(self) -> dict[str, Any]:
        """The file as plain data, in the order in which one reads it."""
        data: dict[str, Any] = {"name": self.project}
        if self.topology.name != self.project:
            data["x-name"] = self.topology.name
        if self.topology.lan:
            data["x-lan"] = self.topology.lan
        if self.topology.machines != self._implied_machines():
            data["x-machines"] = {machine.name: _machine(machine) for machine in self.topology.machines}
        data["services"] = {self.services[one.where]: self._service(one) for one in self.topology.containers}
        networks = {self.networks[one.where]: self._network(one) for one in self._written_networks()}
        return data | ({"networks": networks} if networks else {})

    def _implied_machines(self) -> tuple[Machine, ...]:
        """Those that a reader finds without being told."""
        things: tuple[Network | Container, ...] = (*self.topology.networks, *self.topology.containers)
        places = [thing.machine for thing in things]
        return tuple(Machine(name) for name in dict.fromkeys([MACHINE, *places]))

    def _written_networks(self) -> list[Network]:
        """Without the default network, where the file's end is its place and a service implies it."""
        written = [network for network in self.topology.networks if network.name not in PREDEFINED]
        if written and self._implied(written[-1]):
            written.pop()
        return written

    def _implied(self, network: Network) -> bool:
        plain = network == Network(network.name, network.machine) and self.networks[network.where] == DEFAULT
        users = [
            plug for plugs in self.plugs.values() for plug in plugs if (plug.machine, plug.network) == network.where
        ]
        return plain and bool(users)

    def _service(self, container: Container) -> dict[str, Any]:
        said: dict[str, Any] = {"image": container.image, **self._name(container)}
        if container.machine != self.home:
            said["x-machine"] = container.machine
        said |= {"hostname": container.hostname}
        said |= {"entrypoint": write_command(container.entrypoint), "command": write_command(container.command)}
        said |= {"environment": dict(container.environment), **self._plugged(container)}
        said |= {"ports": [write_port(port) for port in container.ports]}
        said |= {"dns": list(container.dns), "dns_search": list(container.dns_search)}
        said |= {"extra_hosts": dict(container.hosts), "cap_add": list(container.capabilities)}
        said |= {"sysctls": dict(container.sysctls), "depends_on": self._dependencies(container)}
        if container.healthcheck:
            said["healthcheck"] = write_healthcheck(container.healthcheck)
        return {name: value for name, value in said.items() if value}

    def _name(self, container: Container) -> dict[str, str]:
        if self._short(container):
            return {}
        # a container_name may stand in a file once, and its service's key would be an alias if it were another
        return {"container_name" if self.services[container.where] == container.name else "x-name": container.name}

    def _dependencies(self, container: Container) -> list[str] | dict[str, dict[str, str]]:
        waits = {self.services[container.machine, name]: state for name, state in container.depends_on.items()}
        if all(state == "started" for state in waits.values()):
            return list(waits)
        return {key: {"condition": WORDS[state]} for key, state in waits.items()}

    # --- networks -----------------------------------------------------------------------------

    def _plugged(self, container: Container) -> dict[str, Any]:
        plugs = self.plugs[container.where]
        if container.owner:
            return {"network_mode": f"service:{self.services[container.machine, container.owner]}"}
        if container.shares:
            return {"network_mode": container.shares}
        if any(plug.network == "bridge" for plug in plugs):
            return _on_bridge(container, plugs)
        wired = {self.networks[plug.machine, plug.network]: self._plug(container, plug) for plug in plugs}
        if not any(wired.values()):
            return {} if list(wired) == [DEFAULT] else {"networks": list(wired)}
        return {"networks": wired}

    def _plug(self, container: Container, plug: Attachment) -> dict[str, Any]:
        version = "ipv6_address" if ":" in plug.address else "ipv4_address"
        said = {
            "aliases": list(plug.aliases[1:] if self._short(container) else plug.aliases),
            version: plug.address,
            **({"ipv6_address": plug.address6} if plug.address6 else {}),
            "mac_address": plug.mac,
            "driver_opts": dict(plug.options),
        }
        return {name: value for name, value in said.items() if value}

    def _network(self, network: Network) -> dict[str, Any]:
        key = self.networks[network.where]
        said: dict[str, Any] = {"external": network.external}
        if network.name != (key if network.external else f"{self.project}_{key}"):
            said["name"] = network.name
        said["x-machine"] = network.machine if network.machine != self.home else ""
        said["driver"] = network.driver if network.driver != "bridge" else ""
        said |= {"internal": network.internal, "attachable": network.attachable, "driver_opts": dict(network.options)}
        said["enable_ipv6"] = any(":" in subnet for subnet in network.subnets)
        if network.subnets:
            said["ipam"] = {"config": [_pool(pool) for pool in pools(network)]}
        return {name: value for name, value in said.items() if value}


def _machine(machine: Machine) -> Any:
    if machine.has_engine:
        return machine.address or {}
    return ({"address": machine.address} if machine.address else {}) | {"engine": False}


def _on_bridge(container: Container, plugs: list[Attachment]) -> dict[str, str]:
    if len(plugs) > 1:
        others = ", ".join(plug.network for plug in plugs if plug.network != "bridge")
        what = f"container {container} is on the default bridge and on {others}, which Compose cannot say"
        raise TopologyError(what, next="take it off one of them")
    return {"network_mode": "bridge"} | ({"mac_address": plugs[0].mac} if plugs[0].mac else {})


def _pool(pool: Pool) -> dict[str, Any]:
    said: dict[str, Any] = {"subnet": pool.subnet, "gateway": pool.gateway, "ip_range": pool.ip_range}
    said |= {"aux_addresses": dict(pool.aux_addresses)} if pool.aux_addresses else {}
    return {name: value for name, value in said.items() if value}
