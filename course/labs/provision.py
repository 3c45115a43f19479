"""Lab hosts made and removed: with `images`, the only room that changes anything on the outer engine.

Everything made here wears the label ``course.lab``; removal goes by that label and by nothing else.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course.errors import LabError
from course.labs import census, engine, lan
from course.labs.host import Host
from course.labs.lessons import Lesson
from course.labs.paths import run_folder

if TYPE_CHECKING:
    import docker
    from docker.models.containers import Container
    from docker.models.networks import Network

    from course.labs.images import Images

# SYS_PTRACE: without it the engine inside cannot enter (exec, health checks) a container that runs as another user.
CAPABILITIES = ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"]
READY_WITHIN = 90.0
GRACE = 600


def start(lab: str, lesson: Lesson, images: Images, learner: str, name: str, grace: int = GRACE) -> dict[str, Host]:
    """Make the LAN and the machines of ``lesson``, all at once; returns when every one of them answers.

    On any failure, or when interrupted, what was made is removed again.
    Raises LabError with the machine's own last words, EngineError if the outer engine cannot give what is asked.
    """
    client = engine.connect()
    labels = {"course.lab": lab, "course.name": name, "course.learner": learner, "course.uid": census.owner()}
    labels["course.folder"] = str(run_folder(lab))
    try:
        with engine.spoken("the Docker Engine refused a lab host"):
            network = lan.make(client, lab, labels)
            spec = _Spec(lab, labels, network, images, grace, lan.addresses(network, lesson), lan.inner_pools(client))
            names = [*lesson.engines, *lesson.machines]
            with ThreadPoolExecutor(len(names)) as pool:
                return dict(
                    zip(names, pool.map(lambda host: _start_host(client, spec, host, lesson), names), strict=True)
                )
    except BaseException:
        remove(lab)
        raise


@dataclass(frozen=True)
class _Spec:
    """What the machines of one lab have in common."""

    lab: str
    labels: dict[str, str]
    lan: Network
    images: Images
    grace: int
    addresses: dict[str, str]
    pools: tuple[str, str]


def _start_host(client: docker.DockerClient, spec: _Spec, name: str, lesson: Lesson) -> Host:
    host = Host(name, spec.addresses[name], run_folder(spec.lab) / name, name in lesson.engines)
    for folder in (host.sockets, host.admin_socket.parent):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        container = _create(client, spec, host)
        container.start()
        _wait(host, container)
    except BaseException:
        host.let_go()
        raise
    return host


def _create(client: docker.DockerClient, spec: _Spec, host: Host) -> Container:
    api = client.api
    config = api.create_host_config(
        cap_add=CAPABILITIES,
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        auto_remove=True,  # a machine that ends takes its volume with it, whoever is still there to see it
        network_mode=spec.lan.name,
        dns=["127.0.0.1"],
        extra_hosts=spec.addresses,
        binds={
            str(host.sockets): {"bind": "/run/course"},
            str(host.admin_socket.parent): {"bind": "/run/course-admin"},
            spec.images.seed: {"bind": "/seed", "mode": "ro"},
        },
    )
    config["MaskedPaths"] = config["ReadonlyPaths"] = []  # docker-py has no parameter for systempaths=unconfined
    lan = {spec.lan.name: api.create_endpoint_config(ipv4_address=host.address, aliases=[host.name])}
    made = api.create_container(
        spec.images.labhost,
        name=f"course-{spec.lab}-{host.name}",
        hostname=host.name,
        host_config=config,
        networking_config={"EndpointsConfig": lan},
        volumes=["/var/lib/docker"] if host.has_engine else None,
        labels=spec.labels | {"course.host": host.name, "course.role": _role(host), "course.address": host.address},
        environment=_environment(spec, host),
    )
    return client.containers.get(made["Id"])


def _role(host: Host) -> str:
    return "engine" if host.has_engine else "machine"


def _environment(spec: _Spec, host: Host) -> dict[str, str]:
    bip, pool = spec.pools
    return {
        "COURSE_ROLE": _role(host),
        "COURSE_GID": str(os.getgid()),
        "COURSE_BIP": bip,
        "COURSE_POOL": pool,
        "COURSE_GRACE": str(spec.grace),
    }


def _wait(host: Host, container: Container) -> None:
    deadline = time.monotonic() + READY_WITHIN
    pause = 0.02
    while not (_held(host) and host.answers()):
        if time.monotonic() > deadline or not _runs(container):
            raise LabError(
                f"{host.name} did not start",
                because=last_words(host, container),
                next="`course doctor` checks what a lab host needs",
            )
        time.sleep(pause)
        pause = min(pause * 1.3, 0.2)


def _held(host: Host) -> bool:
    """Take the lease at the first moment that there is an agent to give it: without one a machine ends by itself."""
    with contextlib.suppress(OSError):
        host.hold()
        return True
    return False


def _runs(container: Container) -> bool:
    import docker

    try:
        container.reload()
    except docker.errors.NotFound:
        return False
    return container.status in ("created", "running")


def last_words(host: Host, container: Container | None = None) -> str:
    """The last lines that the machine's engine, or its entrypoint, wrote."""
    log = host.admin_socket.parent / "engine.log"
    text = log.read_text(errors="replace") if log.exists() else ""
    with contextlib.suppress(Exception):  # an auto-removed container has no log any more
        text = (container.logs(tail=5).decode(errors="replace") if container else "") + text
    return "\n".join(text.splitlines()[-4:]) or "it ended without a word"


def remove(lab: str) -> list[str]:
    """Remove the machines, LAN, volumes and sockets of one lab; returns what was removed. Missing parts are fine.

    Raises LabError if the engine cannot end a machine; its LAN and sockets then stay for the next try.
    """
    client = engine.connect()
    containers = census.containers(client, lab)
    with ThreadPoolExecutor(max(1, len(containers))) as pool:
        list(pool.map(_remove_container, containers))
    if stuck := census.containers(client, lab):
        raise LabError(
            f"{', '.join(str(c.name) for c in stuck)} cannot be removed",
            because="the Docker Engine does not get its processes to end",
            next="`course clean --labs` tries again; restarting the Docker Engine of this machine cures it for certain",
        )
    networks = client.networks.list(filters={"label": f"course.lab={lab}"})
    for network in networks:
        _quietly(network.remove)
    for folder in {c.labels["course.folder"] for c in containers} | {str(run_folder(lab))}:
        shutil.rmtree(folder, ignore_errors=True)
    return [f"container {c.name}" for c in containers] + [f"network {n.name}" for n in networks]


# A paused container inside is frozen, and where cgroup v1 froze it not even the end of its lab host can kill it.
THAW = "for state in $(find /sys/fs/cgroup/freezer -name freezer.state 2>/dev/null); do echo THAWED >$state; done"


def _remove_container(container: Container) -> None:
    _quietly(lambda: container.exec_run(["bash", "-c", THAW]))
    _quietly(lambda: container.remove(force=True, v=True))
    _quietly(lambda: container.wait(condition="removed", timeout=30))


def _quietly(act: Callable[[], Any]) -> None:
    """Remove something that may be going, or gone, already."""
    import docker
    import requests

    try:
        act()
    except (docker.errors.NotFound, requests.exceptions.RequestException):
        pass
    except docker.errors.APIError as error:
        if error.status_code not in (404, 409):
            raise
