"""Which labs there are: read from the outer engine by label, never from notes of our own."""

from __future__ import annotations

import datetime
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course.labs import engine
from course.labs.host import Host
from course.labs.lessons import Lesson

if TYPE_CHECKING:
    import docker
    from docker.models.containers import Container
    from docker.models.networks import Network

BACK_WITHIN = 5.0  # seconds that an agent may take to come back


@dataclass(frozen=True)
class LabRecord:
    """A lab as the outer engine sees it: for `course labs`, sweeps and clean-up. ``created`` in seconds since 1970."""

    id: str
    name: str
    learner: str
    hosts: tuple[str, ...]
    created: float
    folder: Path


def owner() -> str:
    """Whose labs these are: several users of one machine may share its engine, and each sees and removes their own."""
    return str(os.getuid())


def labs() -> list[LabRecord]:
    """Every lab of this user that the outer engine knows, the oldest first."""
    found: dict[str, list[Container]] = {}
    for container in containers(engine.connect()):
        if container.labels.get("course.uid") == owner() and "course.host" in container.labels:
            found.setdefault(container.labels["course.lab"], []).append(container)
    return sorted((_record(lab, members) for lab, members in found.items()), key=lambda record: record.created)


def find(lab: str, lesson: Lesson, image: str) -> dict[str, Host] | None:
    """The running machines of this lab, or None if any is missing, ill, or made from another image than ``image``."""
    running = {c.labels["course.host"]: c for c in containers(engine.connect(), lab) if c.status == "running"}
    names = [*lesson.engines, *lesson.machines]
    if set(running) != set(names) or any(c.attrs["Config"]["Image"] != image for c in running.values()):
        return None
    hosts = {name: _host(name, running[name].labels) for name in names}
    return hosts if all(_answers(host) for host in hosts.values()) else None


def containers(client: docker.DockerClient, lab: str = "") -> list[Container]:
    """The outer containers of one lab, or of all labs, running or not."""
    label = f"course.lab={lab}" if lab else "course.lab"
    found: list[Container] = client.containers.list(all=True, filters={"label": label}, ignore_removed=True)
    return found


def lans(client: docker.DockerClient) -> list[Network]:
    """The LANs of this user's labs."""
    found: list[Network] = client.networks.list(filters={"label": ["course.role=lan", f"course.uid={owner()}"]})
    return found


def timestamp(text: str) -> float:
    """Seconds since the epoch of a time as the engine writes it, in UTC."""
    return datetime.datetime.fromisoformat(text[:19] + "+00:00").timestamp()


def _answers(host: Host) -> bool:
    """Whether the machine is well. An agent that ended is started again in a moment, and what runs there is kept."""
    deadline = time.monotonic() + BACK_WITHIN
    while not (well := host.answers()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return well


def _record(lab: str, members: list[Container]) -> LabRecord:
    labels = members[0].labels
    hosts = tuple(sorted(member.labels["course.host"] for member in members))
    created = min(timestamp(member.attrs["Created"]) for member in members)
    return LabRecord(
        lab, labels["course.name"], labels["course.learner"], hosts, created, Path(labels["course.folder"])
    )


def _host(name: str, labels: dict[str, str]) -> Host:
    return Host(name, labels["course.address"], Path(labels["course.folder"]) / name, labels["course.role"] == "engine")
