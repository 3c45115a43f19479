"""All images in one file, for classrooms without internet: written whole or not at all, checked before it is used."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from course.errors import ImageError
from course.labs import engine, seed

if TYPE_CHECKING:
    import docker


def write(client: docker.DockerClient, images: list[str], path: Path) -> int:
    """Write ``images`` (full names) to ``path``, a gzipped `docker save`; returns its size in bytes.

    The file appears under its name only when it is complete. Raises ImageError if the disk under it is full
    or closed to us, EngineError if the engine fails.
    """
    try:
        with _appearing(path) as file, engine.spoken("the images cannot be saved"), _gzip(file) as packed:
            for piece in seed.stream(client, images):
                packed.write(piece)
        return path.stat().st_size
    except OSError as error:
        raise ImageError(
            f"the images cannot be saved to {path}",
            because=error.strerror or str(error),
            next="name a folder of your own with 500 MB free; what was there before is untouched",
        ) from error


def read(client: docker.DockerClient, images: list[str], path: Path) -> None:
    """Check the file at ``path`` and load it; the engine is not touched unless the file is whole and holds ``images``.

    Raises ImageError that says what is wrong with the file, EngineError if the engine cannot take it.
    """
    held = names(path)
    if missing := sorted(set(images) - set(held)):
        raise ImageError(
            f"{path} holds images of another version of this course",
            because=f"it lacks {', '.join(missing)}",
            next="save them again with the version of the course that is installed here: course images save FILE",
        )
    with path.open("rb") as file, engine.spoken("the images cannot be loaded"):
        _load(client, file)


def names(path: Path) -> list[str]:
    """The full names of the images in the file. Reads it to its end, so that a file cut short is found out."""
    try:
        with gzip.open(path) as packed:
            manifest = _manifest(packed)
            while packed.read(1 << 20):  # the checksum comes last
                pass
    except (EOFError, zlib.error) as error:
        raise _damaged(path, "it ends too early, or was damaged on the way") from error
    except (tarfile.ReadError, gzip.BadGzipFile, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _damaged(path, "it is not a file that `course images save` wrote") from error
    except OSError as error:
        raise ImageError(f"{path} cannot be read", because=error.strerror or str(error)) from error
    if not isinstance(manifest, list):
        raise _damaged(path, "it is not a file that `course images save` wrote")
    return [name for image in manifest for name in image.get("RepoTags") or []]


def _gzip(file: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0)


def _manifest(packed: gzip.GzipFile) -> object:
    """What the tar says of itself in its manifest.json, or None; stops at the tar's end mark."""
    found = None
    with tarfile.open(fileobj=packed, mode="r|") as tar:
        for entry in tar:
            if entry.name == "manifest.json" and (content := tar.extractfile(entry)):
                found = json.load(content)
    return found


def _damaged(path: Path, because: str) -> ImageError:
    return ImageError(f"{path} holds no usable images", because=because, next="copy it again, or save it anew")


def _load(client: docker.DockerClient, file: BinaryIO) -> None:
    import docker

    try:
        client.images.load(file)
    except docker.errors.ImageLoadError as error:
        if engine.is_full(str(error)):
            raise engine.no_space("the images in the file need more") from error
        raise ImageError("the Docker Engine does not take the images", because=str(error)) from error


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name only when it was written to the end."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise
