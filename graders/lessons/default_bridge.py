"""Lesson 02: the default bridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graders.assertions import expect
from graders.lessons.given import clear
from graders.lessons.sheet import Sheet
from graders.task import task
from graders.verdict import Verdict, require

if TYPE_CHECKING:
    from course.labs.lab import Lab

SITES = ("harbour", "orchard", "museum", "theatre", "library", "meadow")

# How the bakery was published: what is wrong -> what its container is run with, apart from its host port.
FAULTS: dict[str, dict[str, Any]] = {
    "the wrong port of the container is published": {"inside": 8080},
    "it is published for host1 alone": {"inside": 80, "address": "127.0.0.1"},
    "the server listens on another port": {"inside": 80, "environment": {"PORT": "8080"}},
}


@dataclass(frozen=True, repr=False)
class Mine(Sheet):
    """This learner's names and host ports."""

    site: str
    port: int
    admin_port: int
    north_port: int
    south_port: int
    bakery_port: int


def values(lab: Lab) -> Mine:
    """The names and ports that this learner's tasks ask for."""
    port = lab.values.port
    site = lab.values.choice("site", SITES)
    return Mine(site, port("site"), port("admin"), port("north"), port("south"), port("bakery"))


@task(points=2)
def site_is_published(lab: Lab) -> None:
    """The laptop gets the page of your site at your port of host1."""
    mine = values(lab)
    expect(lab).image(mine.site, "web").published(mine.site, 80, on=mine.port)
    _answers_the_laptop(lab, mine.site, mine.port)


@task(points=2)
def admin_stays_private(lab: Lab) -> None:
    """host1 alone gets the page of admin, at its own 127.0.0.1."""
    port = values(lab).admin_port
    expect(lab).image("admin", "web").published("admin", 80, on=port, address="127.0.0.1")
    expect(lab).http("host1", f"http://127.0.0.1:{port}")
    expect(lab).custom(_admin_is_published_once, "admin is published more than once")


@task(points=3)
def two_shops(lab: Lab) -> None:
    """The laptop gets north and south at their ports, and both come back when their process dies."""
    mine = values(lab)
    for shop, port in {"north": mine.north_port, "south": mine.south_port}.items():
        expect(lab).image(shop, "web").published(shop, 80, on=port)
        _answers_the_laptop(lab, shop, port)
    for shop in ("north", "south"):
        _comes_back(lab, shop).enforce()


@task(points=1)
def address_by_program(lab: Lab) -> None:
    """watcher pings the address that beacon has now."""
    expect(lab).running("beacon").image("watcher", "toolbox").running("watcher")
    beacon, watcher = (lab.client.containers.get(name) for name in ("beacon", "watcher"))
    address = beacon.attrs["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
    command = [*(watcher.attrs["Config"]["Entrypoint"] or ()), *(watcher.attrs["Config"]["Cmd"] or ())]
    require(
        command[0] == "ping" and command[-1] == address,
        "watcher does not ping beacon",
        expected=f"the command ping {address}",
        observed=" ".join(command),
        next="!docker rm -f watcher, then start it again with the address that beacon has now",
    ).enforce()


@task(points=2)
def bakery_is_repaired(lab: Lab) -> None:
    """The laptop gets the page of bakery at your bakery port of host1."""
    expect(lab).image("bakery", "web").running("bakery")
    _answers_the_laptop(lab, "bakery", values(lab).bakery_port)


# --- what the lab notebook gives -----------------------------------------------------------------------


def start_beacon(lab: Lab) -> None:
    """Start ``beacon`` at an address that is this learner's: behind one to three containers that go again."""
    clear(lab, "beacon", "watcher")
    before = [lab.client.containers.run("toolbox", detach=True) for _ in range(lab.values.choice("beacon", (1, 2, 3)))]
    lab.client.containers.run("toolbox", name="beacon", detach=True)
    for container in before:
        container.remove(force=True)


def break_bakery(lab: Lab, fault: str = "") -> None:
    """Publish ``bakery`` badly, in this learner's way or in the way named."""
    clear(lab, "bakery")
    wrong = FAULTS[fault or lab.values.choice("bakery", list(FAULTS))]
    address = wrong.get("address", "0.0.0.0")
    lab.client.containers.run(
        "web",
        name="bakery",
        detach=True,
        environment=wrong.get("environment"),
        ports={f"{wrong['inside']}/tcp": (address, values(lab).bakery_port)},
    )


# --- parts of the checks ---------------------------------------------------------------------------------


def _answers_the_laptop(lab: Lab, name: str, port: int) -> None:
    """The page says who answered: a container says its own hostname."""
    hostname = lab.client.containers.get(name).attrs["Config"]["Hostname"]
    expect(lab).http("laptop", f"http://host1:{port}", body=f"answered by  {hostname}")


def _admin_is_published_once(lab: Lab) -> Verdict:
    ports = lab.client.containers.get("admin").attrs["NetworkSettings"]["Ports"]
    bound = [f"{b['HostIp']}:{b['HostPort']}" for bindings in ports.values() for b in bindings or ()]
    return require(
        len(bound) == 1,
        "admin is published more than once",
        expected="one port of 127.0.0.1",
        observed=", ".join(bound),
        next="remove admin and run it again with one -p",
    )


def _comes_back(lab: Lab, name: str) -> Verdict:
    policy = lab.client.containers.get(name).attrs["HostConfig"]["RestartPolicy"]["Name"] or "no"
    return require(
        policy != "no",
        f"{name} does not come back when its process dies",
        expected="a restart policy: always, unless-stopped or on-failure",
        observed=f"restart policy {policy}",
        next=f"!docker update --restart always {name}",
    )
