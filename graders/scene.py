"""One look at a lab, through the engines' API and the agents: what is asked twice is observed once."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from course.labhost.records import Answer, Probe, Run, View
from graders import namespaces, networks, objects
from graders.facts import Container, Network, Place, container_from, network_from
from graders.verdict import CheckError, CheckFailed, Verdict, error

if TYPE_CHECKING:
    from course.labs.host import Host
    from course.labs.lab import Lab

T = TypeVar("T")


class Scene:
    """What is there now. Names are container names, machine names, ``netns:red``, or any of them after ``host2/``.

    ``need_…`` raises CheckFailed where something is missing that the learner should have made.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._seen: dict[tuple[str, ...], Any] = {}
        if not lab.all:
            next = f'open it again: lab = open_lab("{lab.name}")'
            raise CheckError(error("this lab is closed", next=next))

    # --- containers and networks ----------------------------------------------------------------

    def containers(self, name: str) -> list[Container]:
        """Those of that name, at most one on each lab host."""
        return [found for host, bare in self._hosts(name) if (found := self._container(host, bare))]

    def need(self, name: str) -> Container:
        """The container of that name."""
        found = self.containers(name)
        if not found:
            raise CheckFailed(self.missing(name))
        if len(found) > 1:
            raise CheckFailed(objects.twice(name, [container.host for container in found]))
        return found[0]

    def need_running(self, name: str) -> Container:
        """The container of that name, with its program running."""
        container = self.need(name)
        if not container.running:
            raise CheckFailed(objects.not_running(container, self.command(container.host)))
        return container

    def networks(self, name: str) -> list[Network]:
        """Those of that name, at most one on each lab host."""
        return [found for host, bare in self._hosts(name) if (found := self._network(host, bare))]

    def need_network(self, name: str, host: str = "") -> Network:
        """The network of that name, on the lab host if one is named."""
        found = [network for network in self.networks(name) if host in ("", network.host)]
        if found:
            return found[0]
        raise CheckFailed(networks.missing(name, self.command(host)))

    def all_containers(self, host: str) -> list[Container]:
        """Every container of one lab host, stopped ones too."""
        if host not in self.lab.hosts:
            return []
        rows = self._once(("list", host), lambda: self.lab.hosts[host].client.api.containers(all=True))
        found = [self._container(host, row["Names"][0].lstrip("/")) for row in rows if row["Names"]]
        return [container for container in found if container]

    # --- places and views -----------------------------------------------------------------------

    def place(self, name: str) -> Place | None:
        """The machine, namespace made by hand, or container that the name means; None if there is none.

        Raises CheckFailed if it is a container that does not run.
        """
        if name in self.lab.all:
            return Place(name, name)
        if ":" in name:
            return next((Place(name, host, bare) for host, bare in self._hosts(name) if self._is(host, bare)), None)
        if not self.containers(name):
            return None
        found = self.need_running(name)
        return replace(found.place, name=name)

    def need_place(self, name: str) -> Place:
        """As ``place``, but it must be there."""
        found = self.place(name)
        if found is None:
            raise CheckFailed(self.missing(name))
        return found

    def view(self, place: Place) -> View:
        """The network namespace of a place. Raises CheckError if the agent cannot look at it."""
        view = self._view(place.host, place.view)
        if view is None or view.trouble:
            why = view.trouble if view else f"{place.host} knows no such namespace"
            raise CheckError(error(f"{place.name} cannot be looked at", why))
        return view

    def taken(self, host: str) -> set[str]:
        """Every address that someone on this machine has."""
        return {address for view in self.views(host).values() for address in view.addresses}

    def views(self, host: str) -> dict[str, View]:
        """Every view of this machine; one that could not be looked at says so in ``trouble``."""
        return self._once(("views", host), lambda: self._host(host).state(rules=False).views)

    def setting(self, place: Place, name: str) -> str:
        """A kernel setting of the place's namespace. Raises CheckError if the kernel has no such setting there."""
        view = self._host(place.host).state(place.view, rules=False, cables=False, settings=[name]).views[place.view]
        if name not in view.settings:
            raise CheckError(
                error(f"{place.name} has no setting {name}", view.trouble or f"sysctl -a does not list {name}")
            )
        return view.settings[name]

    def run(self, place: Place, tool: str, *words: str) -> Run:
        """A network tool on a machine, or in a namespace made by hand. Raises CheckError elsewhere, or if it fails."""
        if place.container:
            next = f'say it as command("{place.name}", "{tool} {" ".join(words)}", matches="…")'
            raise CheckError(error(f"{tool} cannot be asked inside {place.name}", "it is a container", next=next))
        inside = () if place.view == "host" else ("-n", place.view.removeprefix("netns:"))
        said = self._host(place.host).run([tool, *inside, *words])
        if said.exit:
            raise CheckError(error(f"{tool} {' '.join(words)} failed on {place.host}", said.stderr.strip()))
        return said

    def see(self, places: Iterable[Place]) -> None:
        """Look at the namespaces of all these places at the same time, each machine once."""
        by_host: dict[str, list[str]] = {}
        for place in places:
            by_host.setdefault(place.host, []).append(place.view)
        for host, views in by_host.items():
            found = self._together(host, tuple(sorted(views)))
            self._seen |= {("view", host, name): view for name, view in found.items()}

    def addresses(self, place: Place) -> tuple[str, ...]:
        """The IPv4 addresses that others know it by: on its networks, or for a machine on the LAN."""
        if place.container:
            found = tuple(end.address for end in place.container.networks.values() if end.address)
            return found or self.every_address(place)
        return (self._host(place.host).address,) if place.view == "host" else self.every_address(place)

    def every_address(self, place: Place) -> tuple[str, ...]:
        """The IPv4 addresses of all its interfaces but the loopback."""
        return tuple(address for address in self.view(place).addresses if ":" not in address)

    def named(self, name: str) -> list[Container]:
        """Running containers that have this name as an alias on some network."""
        everyone = [container for host in self.lab.hosts for container in self.all_containers(host)]
        return [c for c in everyone if c.running and any(name in end.names for end in c.networks.values())]

    def owner(self, address: str) -> Place | None:
        """Who in the lab has this address, as far as the engines and the LAN know."""
        for host in self.lab.all.values():
            if host.address == address:
                return Place(host.name, host.name)
        everyone = [container for host in self.lab.hosts for container in self.all_containers(host)]
        owners = [c for c in everyone if c.running and address in [end.address for end in c.networks.values()]]
        return owners[0].place if owners else None

    # --- traffic ----------------------------------------------------------------------------------

    def ask(self, questions: Iterable[tuple[Place, Probe]]) -> list[Answer]:
        """All answers in the order of the questions; each machine is asked once, all at the same time."""
        rows = list(questions)
        by_host: dict[str, list[int]] = {}
        for number, (place, _) in enumerate(rows):
            by_host.setdefault(place.host, []).append(number)

        def ask_one(host: str) -> list[Answer]:
            return self.lab.all[host].probe([rows[number][1] for number in by_host[host]])

        if len(by_host) == 1:
            return ask_one(*by_host)
        with ThreadPoolExecutor(max(1, len(by_host))) as pool:
            answers = dict(zip(by_host, pool.map(ask_one, by_host), strict=True))
        queues = {host: iter(answers[host]) for host in by_host}
        return [next(queues[place.host]) for place, _ in rows]

    def command(self, host: str) -> str:
        """What to type before a docker command so that it goes to that lab host."""
        return "!" if host in ("", next(iter(self.lab.hosts))) else f'lab.use("{host}"), then !'

    # --- looking ------------------------------------------------------------------------------------

    def _hosts(self, name: str) -> list[tuple[str, str]]:
        """The lab hosts a name may be on, each with the bare name: ``host2/web`` is on host2 alone."""
        host, slash, bare = name.partition("/")
        if slash and host in self.lab.all:
            return [(host, bare)]
        return [(host, name) for host in (self.lab.all if ":" in name else self.lab.hosts)]

    def _container(self, host: str, name: str) -> Container | None:
        seen = self._inspect("inspect_container", host, name)
        return container_from(seen, host) if seen and seen["Name"] == f"/{name}" else None

    def _network(self, host: str, name: str) -> Network | None:
        seen = self._inspect("inspect_network", host, name)
        return network_from(seen, host) if seen and seen["Name"] == name else None

    def _inspect(self, how: str, host: str, name: str) -> Any:
        """The engine's answer, or None. It also takes the beginning of an id for a name: the caller compares."""
        from docker.errors import NotFound

        def look() -> Any:
            try:
                return getattr(self._host(host).client.api, how)(name)
            except NotFound:
                return None

        return self._once((how, host, name), look)

    def _together(self, host: str, views: tuple[str, ...]) -> dict[str, View]:
        look = self._host(host).state
        return self._once(("together", host, *views), lambda: look(*views, rules=False, cables=False).views)

    def _view(self, host: str, name: str) -> View | None:
        return self._once(
            ("view", host, name), lambda: self._host(host).state(name, rules=False, cables=False).views.get(name)
        )

    def _is(self, host: str, view: str) -> bool:
        found = self._view(host, view)
        return found is not None and not found.trouble

    def _host(self, name: str) -> Host:
        return self.lab.all[name]

    def _once(self, key: tuple[str, ...], look: Callable[[], T]) -> T:
        if key not in self._seen:
            self._seen[key] = look()
        found: T = self._seen[key]
        return found

    def missing(self, name: str) -> Verdict:
        """Nothing of that name is there."""
        if ":" in name:
            return namespaces.missing(name, self._hosts(name)[0][0])
        return objects.missing(name, [c.name for host in self.lab.hosts for c in self.all_containers(host)])


def is_address(text: str) -> bool:
    """Whether the text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
