"""The outer engine: the Docker Engine of the user's machine, found and spoken to."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

from course.errors import EngineError
from course.labs.paths import run_root

if TYPE_CHECKING:
    import docker

OLDEST = "20.10"
OLDEST_API = (1, 41)  # the API of engine 20.10
ANSWERS_WITHIN = 10.0
PATIENCE = 120.0


def connect() -> docker.DockerClient:
    """A client of the outer engine: the one that the user's DOCKER_HOST or Docker context names, or the default one.

    A lesson points DOCKER_HOST to a lab host; what it was before is then kept in COURSE_OUTER_HOST.
    Raises EngineError if no engine answers, if its socket is closed to us, or if it is older than 20.10.
    """
    import docker

    environment = outer_environment(dict(os.environ))
    try:
        client = docker.DockerClient.from_env(environment=environment, timeout=int(ANSWERS_WITHIN))
    except docker.errors.DockerException as error:
        raise judge(root_cause(error), _address(environment)) from error
    weakref.finalize(client, client.api.close)  # whoever drops the client need not think of its connections
    if _numbers(client.api.api_version) < OLDEST_API:
        raise too_old(str(client.version().get("Version", "unknown")))
    client.api.timeout = int(PATIENCE)
    return client


def outer_environment(environment: dict[str, str]) -> dict[str, str]:
    """The environment as it was before a lesson pointed DOCKER_HOST to a lab host."""
    if "COURSE_OUTER_HOST" not in environment:
        return environment
    outer = {name: value for name, value in environment.items() if name != "DOCKER_HOST"}
    return outer | ({"DOCKER_HOST": host} if (host := environment["COURSE_OUTER_HOST"]) else {})


def lesson_environment(environment: dict[str, str]) -> dict[str, str]:
    """The environment for kernels and terminals: their ``docker`` speaks to the lab opened last, and before any is
    opened to nobody; never to the user's own engine, which only this module still finds."""
    outer = outer_environment(environment).get("DOCKER_HOST", "")
    return environment | {"COURSE_OUTER_HOST": outer, "DOCKER_HOST": f"unix://{run_root() / 'current' / 'docker.sock'}"}


def root_cause(error: BaseException) -> BaseException:
    """The innermost error: requests and urllib3 wrap the operating system's several times, as cause or as argument."""
    inner = next((item for item in error.args if isinstance(item, BaseException)), error.__cause__ or error.__context__)
    return error if inner is None else root_cause(inner)


def judge(cause: BaseException, address: str) -> EngineError:
    """What a failure to connect means to the user."""
    if isinstance(cause, PermissionError):
        return EngineError(
            f"no permission to use the Docker Engine at {address}",
            because="its socket is open to root and to members of the group docker only",
            next='sudo usermod -aG docker "$USER", then log out and in again',
        )
    if isinstance(cause, TimeoutError) or "timed out" in str(cause):
        return EngineError(
            f"the Docker Engine at {address} does not answer",
            because=f"it took the call but said nothing within {ANSWERS_WITHIN:.0f} s",
            next="restart it: sudo systemctl restart docker",
        )
    if isinstance(cause, (FileNotFoundError, ConnectionRefusedError)):
        return EngineError(
            f"no Docker Engine answers at {address}",
            because="none is installed, or it is not running",
            next="`make learn` installs and starts one on Debian and Ubuntu; elsewhere start Docker yourself",
        )
    return EngineError(f"the Docker Engine at {address} cannot be reached", because=str(cause))


def too_old(version: str) -> EngineError:
    """An engine from before 20.10 lacks the cgroup namespaces and API that lab hosts need."""
    return EngineError(
        f"Docker Engine {version} is too old", because=f"lab hosts need {OLDEST} or newer", next="upgrade Docker"
    )


def no_space(because: str) -> EngineError:
    """The disk under the engine's data root is full."""
    return EngineError(
        "no space left on the disk of the Docker Engine",
        because=because,
        next="`docker system df` shows what takes the space; free some and run this again: nothing was lost",
    )


@contextlib.contextmanager
def spoken(fact: str) -> Iterator[None]:
    """Say the outer engine's refusals, and its silence, as EngineError; ``fact`` is what then could not be done."""
    import docker
    import requests
    import urllib3

    try:
        yield
    except docker.errors.APIError as error:
        text = str(error.explanation or error)
        raise (no_space(text) if is_full(text) else EngineError(fact, because=text)) from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        raise EngineError(fact, because=f"the Docker Engine went away: {root_cause(error)}") from error


def is_full(text: str) -> bool:
    """Whether the engine complains of a full disk."""
    return "no space left" in text.lower()


def _address(environment: dict[str, str]) -> str:
    from docker.context import ContextAPI

    context = ContextAPI.kwargs_from_context(environment=environment)
    return environment.get("DOCKER_HOST") or context.get("base_url") or "unix:///var/run/docker.sock"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
