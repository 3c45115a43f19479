"""The base of every image, a small Debian: from a registry if one answers, otherwise from Debian's packages."""

from __future__ import annotations

import io
import os
import queue
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from course.errors import ImageError
from course.labs import engine
from course.labs.recipes import SUITE

if TYPE_CHECKING:
    import docker

Say = Callable[[str], None]

PUBLISHED = f"debian:{SUITE}-slim"
REGISTRY_ANSWERS_WITHIN = 8.0
PULLED_WITHIN = 120.0


def make(client: docker.DockerClient, tag: str, labels: dict[str, str], say: Say) -> None:
    """Give the outer engine a base image named ``tag``; raises ImageError if there is no way to one."""
    say("looking for a base image")
    if pull(client, say):
        with engine.spoken("the base image cannot be named"):
            dockerfile = io.BytesIO(f"FROM {PUBLISHED}".encode())
            client.images.build(fileobj=dockerfile, tag=tag, labels=labels, rm=True, forcerm=True)
    else:
        _bootstrap(client, tag, labels, say)


def pull(client: docker.DockerClient, say: Say) -> bool:
    """Whether the published image is on the engine now. A registry that does not answer at once is not waited for."""
    import docker

    try:
        client.images.get(PUBLISHED)
        return True
    except docker.errors.ImageNotFound:
        pass
    if not within(REGISTRY_ANSWERS_WITHIN, lambda: client.images.get_registry_data(PUBLISHED)):
        return False
    say(f"pulling {PUBLISHED}")
    return within(PULLED_WITHIN, lambda: client.images.pull(PUBLISHED))


def within(seconds: float, ask: Callable[[], object]) -> bool:
    """Whether ``ask`` returned in time without an error; if it is still waiting it is left to itself."""
    import docker
    import requests

    answers: queue.Queue[bool] = queue.Queue()

    def run() -> None:
        try:
            ask()
            answers.put(True)
        except (docker.errors.APIError, requests.exceptions.RequestException):
            answers.put(False)

    threading.Thread(target=run, daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return False


def _bootstrap(client: docker.DockerClient, tag: str, labels: dict[str, str], say: Say) -> None:
    need_mmdebstrap(say)
    name, version = tag.split(":")
    with tempfile.TemporaryFile() as tar:
        _mmdebstrap(tar, say)
        tar.seek(0)
        say("importing")
        changes = [f"LABEL {key}={value}" for key, value in labels.items()]
        with engine.spoken("the base image cannot be imported"):
            pieces = iter(lambda: tar.read(1 << 20), b"")  # requests sends a generator, and only that, in chunks
            client.api.import_image_from_stream(pieces, repository=name, tag=version, changes=changes)


def _mmdebstrap(tar: IO[bytes], say: Say) -> None:
    command = [*_as_root(), "mmdebstrap", "--variant=minbase", "--format=tar", SUITE]
    with subprocess.Popen(command, stdout=tar, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line.strip())
            say(lines[-1])
    if process.returncode:
        raise ImageError(
            "the base image cannot be made: mmdebstrap failed",
            because="\n".join(lines[-4:]),
            next="check that this machine reaches Debian's package mirror; or `course images load FILE`",
        )


def need_mmdebstrap(say: Say) -> None:
    """Install mmdebstrap where that needs no password; raises ImageError where it does."""
    if shutil.which("mmdebstrap"):
        return
    if shutil.which("apt-get") and (os.geteuid() == 0 or _as_root()):
        say("installing mmdebstrap")
        for step in (["update"], ["install", "-y", "--no-install-recommends", "mmdebstrap", "debian-archive-keyring"]):
            subprocess.run([*_as_root(), "apt-get", "-q", *step], capture_output=True, check=False)
    if not shutil.which("mmdebstrap"):
        raise ImageError(
            "there is no base image to build from",
            because="no registry of images answers, and mmdebstrap is not installed",
            next="sudo apt-get install mmdebstrap debian-archive-keyring (Debian, Ubuntu)\n"
            "or take the images from a file: course images load FILE",
        )


def _as_root() -> list[str]:
    """What makes a command run as root without asking for a password; nothing if we are root or if it would ask."""
    if os.geteuid() == 0 or not shutil.which("sudo"):
        return []
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if silent.returncode == 0 else []
