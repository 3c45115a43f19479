"""Services of a Swarm: how many replicas run, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from graders.checking import Checking
from graders.scene import Scene
from graders.verdict import PASS, CheckFailed, Verdict, fail

NO_MANAGER = 503  # the engine's answer to questions about services, if it manages no Swarm


@dataclass(frozen=True)
class Replica:
    """One task of a service that its Swarm wants to run. ``host`` is empty while it has no place yet."""

    host: str
    state: str
    trouble: str = ""


@dataclass(frozen=True)
class Service:
    """A service as the manager of its Swarm sees it. ``wanted`` is None for a service that runs on every host."""

    name: str
    wanted: int | None
    replicas: tuple[Replica, ...] = ()
    run: str = "!"

    @property
    def running(self) -> Counter[str]:
        """How many replicas run, by host."""
        return Counter(one.host for one in self.replicas if one.state == "running")


class AboutServices(Checking):
    """What a Swarm runs, as its manager sees it. The lab host that manages it is found by itself."""

    def service(self, service: str) -> Self:
        """There is a service of that name.

        >>> expect(lab).service("shop")
        """
        return self.that(lambda scene: there(need(scene, service)))

    def no_such_service(self, service: str) -> Self:
        """There is a Swarm, and no service of that name in it.

        >>> expect(lab).no_such_service("stop")
        """
        return self.that(lambda scene: gone(service, named(scene, service)))

    def replicas(self, service: str, number: int) -> Self:
        """The service is to have so many replicas, and so many run.

        >>> expect(lab).replicas("shop", 2)
        """
        return self.that(lambda scene: replicas(need(scene, service), number))

    def placed(self, service: str, on: Mapping[str, int]) -> Self:
        """So many replicas of the service run on each of these hosts, and none on any other.

        >>> expect(lab).placed("shop", {"host2": 2})
        """
        return self.that(lambda scene: placed(need(scene, service), on))


def need(scene: Scene, name: str) -> Service:
    """The service of that name. Raises CheckFailed if there is none, or no Swarm."""
    if found := named(scene, name):
        return found
    raise CheckFailed(missing(name))


def named(scene: Scene, name: str) -> Service | None:
    """The service of that name, if there is one. Raises CheckFailed if no lab host manages a Swarm."""
    for host in scene.lab.hosts:
        api = scene.lab.hosts[host].client.api
        services = _answer(api.services, {"name": name})
        if services is None:
            continue
        exact = [one for one in services if one["Spec"]["Name"] == name]
        if not exact:
            return None
        hosts = {node["ID"]: node["Description"]["Hostname"] for node in api.nodes()}
        return service_from(exact[0], _tasks(api, name), hosts, scene.command(host))
    raise CheckFailed(no_swarm())


def service_from(seen: dict[str, Any], tasks: Iterable[dict[str, Any]], hosts: Mapping[str, str], run: str) -> Service:
    """From the engine's answers: a service, its tasks, and the hosts' names by the ids of their nodes."""
    kept = [task for task in tasks if task["DesiredState"] == "running" and task["ServiceID"] == seen["ID"]]
    replicas = (
        Replica(hosts.get(t.get("NodeID", ""), ""), t["Status"]["State"], t["Status"].get("Err", "")) for t in kept
    )
    wanted = seen["Spec"]["Mode"].get("Replicated", {}).get("Replicas")
    return Service(seen["Spec"]["Name"], wanted, tuple(replicas), run)


# --- verdicts ---------------------------------------------------------------------------------------


def no_swarm() -> Verdict:
    """Services need a Swarm."""
    expected, observed = "a lab host that manages one", "no lab host does"
    return fail("there is no Swarm", expected, observed, "", "!docker swarm init --advertise-addr ADDRESS")


def missing(name: str) -> Verdict:
    """There is no service of that name."""
    next = f"!docker service create --name {name} … starts one"
    return fail(f"service {name} does not exist", "a service of that name", "the Swarm has none", "", next)


def there(found: Service) -> Verdict:
    """What was needed is there."""
    return PASS


def gone(name: str, found: Service | None) -> Verdict:
    """There is none of that name."""
    if found is None:
        return PASS
    headline, observed = f"service {name} still exists", _words(found.running)
    return fail(headline, "no service of that name", observed, "", f"{found.run}docker service rm {name}")


def replicas(found: Service, number: int) -> Verdict:
    """As many run as are wanted. What was asked of the Swarm is settled; what runs is not."""
    scale = f"{found.run}docker service scale {found.name}={number}"
    if found.wanted not in (None, number):
        headline = f"{found.name} is to have {found.wanted} replicas"
        return fail(headline, f"{number} replicas", f"{found.wanted} were asked for", "", scale)
    running = found.running.total()
    if running == number:
        return PASS
    headline = f"{found.name} has {running} of {number} replicas running"
    return fail(headline, f"{number} running", _words(found.running), _trouble(found), _ps(found), settled=False)


def placed(found: Service, on: Mapping[str, int]) -> Verdict:
    """The replicas run on these hosts."""
    wanted = Counter({host: number for host, number in on.items() if number})
    if found.running == wanted:
        return PASS
    headline = f"{found.name} runs elsewhere"
    return fail(headline, _words(wanted), _words(found.running), _trouble(found), _ps(found), settled=False)


def _tasks(api: Any, service: str) -> Iterable[dict[str, Any]]:
    tasks: Iterable[dict[str, Any]] = api.tasks({"service": service})
    return tasks


def _trouble(found: Service) -> str:
    """The first replica that does not run, and why."""
    late = sorted((one for one in found.replicas if one.state != "running"), key=lambda one: not one.trouble)
    if not late:
        return ""
    where = f" on {late[0].host}" if late[0].host else ""
    return f"a replica{where} is {late[0].state}" + (f": {late[0].trouble}" if late[0].trouble else "")


def _ps(found: Service) -> str:
    return f"{found.run}docker service ps {found.name}"


def _words(running: Mapping[str, int]) -> str:
    return ", ".join(f"{number} on {host}" for host, number in sorted(running.items())) or "none runs"


def _answer(ask: Any, filters: dict[str, str]) -> Any:
    """The answer of a manager, None of any other engine."""
    from docker.errors import APIError

    try:
        return ask(filters=filters)
    except APIError as refusal:
        if refusal.status_code != NO_MANAGER:
            raise
        return None
