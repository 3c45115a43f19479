"""The seed: a volume with a prepared data root, from which every lab host takes its node images in a second."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from course.errors import ImageError
from course.labs import engine

if TYPE_CHECKING:
    import docker
    from docker.models.containers import Container

LABELS = {"course.lab": "images", "course.role": "seed"}
MADE_WITHIN = 240
READY = "-ready"


def stem(machine: str, nodes: dict[str, str]) -> str:
    """What the names of all seeds of these images begin with. ``nodes``: name inside a lab host to name outside."""
    return f"course-seed-{hashlib.sha256(repr((machine, nodes)).encode()).hexdigest()[:12]}"


def find(client: docker.DockerClient, stem: str) -> str | None:
    """The name of a finished seed volume, or None."""
    volumes = names(client)
    return next((name for name in volumes if name.startswith(stem) and name + READY in volumes), None)


def make(client: docker.DockerClient, stem: str, image: str, nodes: dict[str, str]) -> str:
    """Make a seed volume with the engine in ``image``, that of lab hosts; returns the volume's name.

    A volume's labels cannot change later, so a second, empty volume says that the first is finished:
    one that was left half-made is never found. Raises ImageError with the engine's last words, or EngineError.
    """
    name = f"{stem}-{secrets.token_hex(2)}"
    with engine.spoken("the seed of images for lab hosts cannot be made"):
        client.volumes.create(name, labels=LABELS)
        try:
            with _maker(client, image, name, nodes) as container:
                container.put_archive("/tmp", stream(client, list(nodes.values())))
                container.start()
                _finish(container)
            client.volumes.create(name + READY, labels=LABELS)
        except BaseException:
            remove(client, [name])
            raise
    return name


def names(client: docker.DockerClient) -> list[str]:
    """The names of our volumes; an unlabelled one of the same name was made by the engine in place of a lost seed."""
    answer: dict[str, Any] = client.api.volumes(filters={"label": "course.role=seed"})
    return sorted(volume["Name"] for volume in answer["Volumes"] or [])


def remove(client: docker.DockerClient, volumes: list[str]) -> list[str]:
    """Remove these volumes, except for those in use; returns the names of the removed."""
    import docker

    removed = []
    for name in sorted(volumes, reverse=True):  # the mark goes before its seed
        with contextlib.suppress(docker.errors.NotFound):
            try:
                client.volumes.get(name).remove()
                removed.append(name)
            except docker.errors.APIError as error:
                if error.status_code != 409:
                    raise
    return removed


def stream(client: docker.DockerClient, images: list[str]) -> Iterator[bytes]:
    """The tar that `docker save` of these images gives, in pieces; layers that they share come once."""
    api = client.api
    url = f"{api.base_url}/v{api.api_version}/images/get"
    response = api.get(url, params={"names": images}, stream=True, timeout=api.timeout)
    response.raise_for_status()
    pieces: Iterator[bytes] = response.iter_content(1 << 20)
    return pieces


@contextlib.contextmanager
def _maker(client: docker.DockerClient, image: str, name: str, nodes: dict[str, str]) -> Iterator[Container]:
    pairs = [f"{inside}={outside}" for inside, outside in nodes.items()]
    container = client.containers.create(
        image,
        entrypoint=["tini", "-g", "--"],
        command=["timeout", str(MADE_WITHIN), "make-seed", "/tmp", *pairs],
        name=f"{name}-maker",
        labels=LABELS,
        network_mode="none",
        cap_add=["SYS_ADMIN"],
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        volumes={name: {"bind": "/var/lib/docker", "mode": "rw"}},
    )
    try:
        yield container
    finally:
        container.remove(force=True)


def _finish(container: Container) -> None:
    code = container.wait(timeout=MADE_WITHIN + 10)["StatusCode"]
    if code:
        told = container.logs(tail=4).decode(errors="replace")
        if engine.is_full(told):
            raise engine.no_space("the seed of images for lab hosts needs more")
        raise ImageError("the seed of images for lab hosts cannot be made", because=told or f"it ended with {code}")
