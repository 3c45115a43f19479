"""The names that Compose makes: of a project, and from it those of containers and networks. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

PROJECT = "compose"  # where nothing says how the project is called
PROJECT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
KEY = re.compile(r"[a-zA-Z0-9._-]+")


def project_name(name: str) -> str:
    """The nearest name that a project can have: ``My Shop`` is ``myshop``."""
    return re.sub(r"[^-_a-z0-9]", "", name.lower()).lstrip("-_") or PROJECT


def container_key(name: str, project: str) -> str:
    """The service whose first container is called so in this project; empty if it is none."""
    key = name.removeprefix(f"{project}-").removesuffix("-1")
    return key if name == f"{project}-{key}-1" and KEY.fullmatch(key) else ""


def network_key(name: str, project: str) -> str:
    """The network that is called so in this project; empty if it is none."""
    key = name.removeprefix(f"{project}_")
    return key if name == f"{project}_{key}" and KEY.fullmatch(key) else ""


def unused(wishes: Iterable[str], taken: Collection[str]) -> str:
    """The first of the wishes that can be a key and is not taken; a number is put behind the last if need be."""
    slugs = [re.sub(r"[^a-zA-Z0-9._-]+", "-", wish) or "net" for wish in wishes]
    numbered = (f"{slugs[-1]}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in [*slugs, *numbered] if slug not in taken)
