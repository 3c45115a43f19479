"""What several lab notebooks do before a task."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.labs.lab import Lab


def clear(lab: Lab, *names: str) -> None:
    """Remove the containers of these names from the first lab host, so that a cell may be run twice."""
    import docker

    for name in names:
        with contextlib.suppress(docker.errors.NotFound):
            lab.client.containers.get(name).remove(force=True, v=True)
