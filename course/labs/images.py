"""The images of lab hosts and of the nodes inside: there when they are needed, built only when their recipe changed."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course.errors import ImageError
from course.labs import build, bundle, engine, seed
from course.labs.build import Progress
from course.labs.recipes import FOLDER, Recipe, recipes

if TYPE_CHECKING:
    import docker

NODES = ("toolbox", "web", "postgres")  # named so inside a lab host
SHIPPED = ("labhost", *NODES)


@dataclass(frozen=True)
class Images:
    """What lab hosts are started from: full names of images on the outer engine, and the name of the seed volume."""

    labhost: str
    toolbox: str
    web: str
    postgres: str
    seed: str


@dataclass(frozen=True)
class ImageRecord:
    """An image of ours on the outer engine. ``size`` in bytes; ``current``: made from today's recipe."""

    name: str
    tag: str
    size: int
    current: bool


def ensure(progress: Progress | None = None) -> Images:
    """Build what is missing or out of date, and return what lab hosts need. Quick when nothing is left to do.

    ``progress(image, line)`` is told what happens. May be interrupted and run again: what is finished stays.
    Raises ImageError or EngineError.
    """
    tell = progress or _silent
    client, made = engine.connect(), recipes()
    if ready := find(client, made):
        return ready
    with _alone(tell):
        if wanted := _missing(client, made):
            build.build(wanted, tell)
            drop_stages(client)
        return find(client, made) or _seeded(client, made, tell)


def find(client: docker.DockerClient, made: dict[str, Recipe]) -> Images | None:
    """The images if all are there and current, and the seed too; None otherwise."""
    volume = None if _missing(client, made) else seed.find(client, _stem(made))
    return _images(made, volume) if volume else None


def save(path: str | Path) -> int:
    """Write all images to one file for classrooms without internet; returns its size in bytes."""
    ensure()
    return bundle.write(engine.connect(), _shipped(), Path(path))


def load(path: str | Path, progress: Progress | None = None) -> Images:
    """Take the images from a file that `save` wrote, after checking that it is whole and of this version."""
    bundle.read(engine.connect(), _shipped(), Path(path))
    return ensure(progress)


def records() -> list[ImageRecord]:
    """Every image of ours on the outer engine, by name; those of older versions of the course too."""
    current = {recipe.tag for recipe in recipes().values()}
    found = []
    for image in engine.connect().api.images(filters={"label": "course.recipe"}):
        for tag in image["RepoTags"] or []:
            name = tag.removeprefix("course/").partition(":")[0]
            found.append(ImageRecord(name, tag, image["Size"], tag in current))
    return sorted(found, key=lambda record: record.tag)


def remove() -> list[str]:
    """Remove all our images and seeds; returns what was removed. Raises ImageError if a lab still runs on one."""
    client = engine.connect()
    removed = [f"volume {name}" for name in seed.remove(client, seed.names(client))]
    for record in records():
        if not _removed(client, record):
            raise ImageError(f"the image {record.tag} is in use", because="a lab runs on it", next="course clean")
        removed.append(f"image {record.tag}")
    drop_stages(client)
    return removed


def retire() -> list[str]:
    """Remove images and seeds of older versions of the course, but for those in use; returns what was removed."""
    client = engine.connect()
    stem = _stem(recipes())
    old = [record for record in records() if not record.current and _removed(client, record)]
    volumes = seed.remove(client, [name for name in seed.names(client) if not name.startswith(stem)])
    return [f"volume {name}" for name in volumes] + [f"image {record.tag}" for record in old]


def _removed(client: docker.DockerClient, record: ImageRecord) -> bool:
    """Take the name away, and the image with its last name; False if a container uses it."""
    import docker

    try:
        client.images.remove(record.tag)
    except docker.errors.ImageNotFound:
        pass
    except docker.errors.APIError as error:
        if error.status_code != 409:
            raise
        return False
    return True


def drop_stages(client: docker.DockerClient) -> None:
    """Drop what builds leave behind, finished or interrupted: untagged images with our label, up to 2 GB."""
    import docker

    for image in client.images.list(filters={"dangling": True, "label": "course.lab=images"}):
        with contextlib.suppress(docker.errors.APIError):  # gone already, or still in use
            client.images.remove(str(image.id))


def _images(made: dict[str, Recipe], volume: str) -> Images:
    return Images(**{name: made[name].tag for name in SHIPPED}, seed=volume)


def _nodes(made: dict[str, Recipe]) -> dict[str, str]:
    return {name: made[name].tag for name in NODES}


def _stem(made: dict[str, Recipe]) -> str:
    """A seed outlives changes of the course's own programs: it depends on the engine that wrote it, and the nodes."""
    return seed.stem(made["machine"].tag, _nodes(made))


def _shipped() -> list[str]:
    made = recipes()
    return [made[name].tag for name in SHIPPED]


def _missing(client: docker.DockerClient, made: dict[str, Recipe]) -> list[Recipe]:
    """The recipes to build, parents first: an image that only serves to build others is wanted if one of those is."""
    there = {tag for image in client.api.images(filters={"label": "course.recipe"}) for tag in image["RepoTags"] or []}
    wanted: list[Recipe] = []
    for recipe in reversed(made.values()):
        needed = recipe.name in SHIPPED or any(recipe in other.parents for other in wanted)
        if needed and recipe.tag not in there:
            wanted.insert(0, recipe)
    return wanted


def _seeded(client: docker.DockerClient, made: dict[str, Recipe], tell: Progress) -> Images:
    tell("seed", "loading the node images into a volume for lab hosts")
    return _images(made, seed.make(client, _stem(made), made["labhost"].tag, _nodes(made)))


@contextlib.contextmanager
def _alone(tell: Progress) -> Iterator[None]:
    """Wait for another process that builds; the lock is on a folder of the course, so that no file is left behind."""
    folder = os.open(FOLDER, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("images", "another process is building them: waiting")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _silent(image: str, line: str) -> None:
    """No one asked to be told."""
