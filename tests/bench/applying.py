"""Making fifty containers on ten networks: by `apply`, by ``docker compose up``, and by a bare docker-py loop."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median

from docker.models.containers import Container as OuterContainer
from docker.types import IPAMConfig, IPAMPool

from course.labs import census, engine
from course.labs.lab import Lab
from course.topology.converge import apply
from course.topology.model import Attachment, Container, Machine, Network, Topology
from tests.bench import Row, seconds

CONTAINERS, NETWORKS, HOST, IMAGE = 50, 10, "host1", "toolbox"
ROUNDS = 3
FILE = "compose.json"  # what is JSON is YAML, too


def town() -> Topology:
    """Every container on one network, every fifth on the next one, too."""
    machines = (Machine(HOST),)
    networks = tuple(Network(f"net{n}", HOST, subnets=(f"10.77.{n}.0/24",)) for n in range(NETWORKS))
    containers = tuple(Container(f"node{n:02}", HOST, IMAGE) for n in range(CONTAINERS))
    plugs = [Attachment(f"node{n:02}", f"net{net % NETWORKS}", HOST) for n in range(CONTAINERS) for net in _nets(n)]
    return Topology("town", machines, networks, containers, tuple(plugs))


def _nets(n: int) -> list[int]:
    return [n, n + 1] if n % 5 == 0 else [n]


def apply_ratios(lab: Lab) -> list[Row]:
    """`apply` against ``docker compose up -d`` of the same file, run in the lab host itself, and a docker-py loop.

    Medians over rounds of all three, each on an empty lab host; who begins takes turns.
    """
    (lab.host1.sockets / FILE).write_text(json.dumps(_compose(town())))
    (outer,) = [one for one in census.containers(engine.connect(), lab.id) if one.labels["course.host"] == HOST]
    acts: dict[str, Callable[[], None]] = {
        "apply": partial(_apply, lab),
        "compose": partial(_up, outer),
        "raw": partial(_raw, lab),
    }
    rounds = [_round(lab, acts, [*acts][turn:] + [*acts][:turn]) for turn in range(ROUNDS)]
    return [
        Row("apply_vs_compose", _ratio(rounds, "compose"), "x", "docker compose up -d of the same file", "<= 1.0"),
        Row("apply_vs_raw", _ratio(rounds, "raw"), "x", "a docker-py loop with threads", "<= 1.2"),
    ]


def _ratio(rounds: list[dict[str, float]], peer: str) -> float:
    return median(took["apply"] / took[peer] for took in rounds)


def _round(lab: Lab, acts: dict[str, Callable[[], None]], order: list[str]) -> dict[str, float]:
    return {name: _fresh(lab, acts[name]) for name in order}


def _fresh(lab: Lab, act: Callable[[], object]) -> float:
    try:
        took = seconds(act)
        assert len(lab.client.containers.list()) == CONTAINERS
        assert len(lab.client.networks.list()) == NETWORKS + 3
    finally:
        lab.host1.admin("reset")
    return took


def _apply(lab: Lab) -> None:
    report = apply(town(), lab, lambda news: None)
    assert report, report


def _up(outer: OuterContainer) -> None:
    code, output = outer.exec_run(["docker", "compose", "-p", "town", "-f", f"/run/course/{FILE}", "up", "-d"])
    assert code == 0, output


def _compose(topology: Topology) -> dict[str, dict[str, object]]:
    """The same as a Compose file."""
    return {
        "services": {
            one.name: {
                "image": one.image,
                "container_name": one.name,
                "networks": [plug.network for plug in topology.attachments_of(one)],
            }
            for one in topology.containers
        },
        "networks": {
            one.name: {"name": one.name, "ipam": {"config": [{"subnet": one.subnets[0]}]}} for one in topology.networks
        },
    }


def _raw(lab: Lab) -> None:
    """Each container made by one request and started at once, when its networks are there: of what was tried, by 2 to
    50 threads, with all networks or all containers made first, nothing was faster."""
    api, topology = lab.client.api, town()

    def network(one: Network) -> None:
        api.create_network(one.name, driver="bridge", ipam=IPAMConfig(pool_configs=[IPAMPool(one.subnets[0])]))

    def container(one: Container) -> None:
        plugs = {plug.network: api.create_endpoint_config() for plug in topology.attachments_of(one)}
        for name in plugs:
            made[name].result()
        created = api.create_container(
            one.image,
            name=one.name,
            host_config=api.create_host_config(network_mode=next(iter(plugs))),
            networking_config={"EndpointsConfig": plugs},
        )
        api.start(created["Id"])

    with ThreadPoolExecutor(CONTAINERS) as pool:
        made = {one.name: pool.submit(network, one) for one in topology.networks}
        list(pool.map(container, topology.containers))
