"""Setting the stage for a graded task, and looking back at it: what the lessons' modules have in common."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from graders.task import not_attempted
from graders.verdict import Verdict, require

if TYPE_CHECKING:
    from docker.models.containers import Container
    from docker.models.networks import Network

    from course.labs.lab import Lab

ON_AIR = "course.radio"  # the label that remembers since when the radio has been on the air


def clear_networks(lab: Lab, *names: str) -> None:
    """Remove these networks of the first lab host, whoever is on them; what is not there is fine."""
    from docker.errors import NotFound

    for name in names:
        with contextlib.suppress(NotFound):
            network = lab.client.networks.get(name)
            for guest in network.attrs["Containers"] or {}:
                network.disconnect(guest, force=True)
            network.remove()


def given(lab: Lab, containers: Iterable[str], networks: Iterable[str] = ()) -> None:
    """Raises NotAttempted unless all that the cell above the task makes is there."""
    from docker.errors import NotFound

    try:
        for name in containers:
            lab.client.containers.get(name)
        for name in networks:
            lab.client.networks.get(name)
    except NotFound:
        raise not_attempted(f"there is no {name}", "run the cell above this task; it makes it") from None


def network(lab: Lab, name: str, subnet: ipaddress.IPv4Network) -> Network:
    """A bridge network with this subnet; its gateway is the first address."""
    from docker.types import IPAMConfig, IPAMPool

    pool = IPAMPool(subnet=str(subnet), gateway=str(subnet[1]))
    return lab.client.networks.create(name, ipam=IPAMConfig(pool_configs=[pool]))


def birth(container: Container) -> str:
    """Which container it is and since when it runs (UTC); after a restart it is another time."""
    container.reload()
    return f"container {container.attrs['Id'][:12]}, running since {container.attrs['State']['StartedAt'][11:23]}"


def never_interrupted(lab: Lab) -> Verdict:
    """Whether ``radio`` is still the one that ``new-studio`` remembers, and has run ever since."""
    labels = lab.client.networks.get("new-studio").attrs["Labels"] or {}
    now = birth(lab.client.containers.get("radio"))
    return require(
        labels.get(ON_AIR) == now,
        "the broadcast of radio was interrupted",
        expected=labels.get(ON_AIR, "the container and the studios that the cell above made"),
        observed=now,
        because="a container that is made again, or started again, is off the air in between",
        next="run the cell above again, and change the networks of radio while it runs",
    )
