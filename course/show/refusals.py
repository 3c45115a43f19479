"""What a Docker Engine refuses, told in a few lines: what it said, and the next step for the usual mistakes."""

from __future__ import annotations

import re
from types import TracebackType
from typing import TYPE_CHECKING

from course.errors import CourseError

if TYPE_CHECKING:
    from docker.errors import APIError
    from IPython.core.interactiveshell import InteractiveShell

LONG_ID = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
# What the engine says -> what to do about it; names that the pattern finds are filled in.
NEXT = {
    r'The container name "/(?P<name>[^"]+)" is already in use': (
        "!docker rm -f {name}\nremoves the one that has the name; then run this cell again, once"
    ),
    r"on endpoint (?P<name>\S+) .*port is already allocated": (
        "!docker ps\nshows who has that port. {name} was made all the same: !docker rm -f {name} before you try again"
    ),
    r"port is already allocated": "!docker ps\nshows who has that port",
    r"No such container": "!docker ps -a\nlists the containers there are",
    r"No such image|pull access denied|failed to resolve|lookup .* no such host": (
        "!docker images\nlists the images there are; a lab host has no internet to fetch others from"
    ),
    r"network with name (?P<name>\S+) already exists": (
        "!docker network rm {name}\nremoves it; then run this cell again, once"
    ),
    r"network \S+ not found": "!docker network ls\nlists the networks there are",
    r"network (?P<name>\S+) .*has active endpoints": (
        "!docker network inspect {name}\nlists who is on it; disconnect or remove them first"
    ),
    r"Pool overlaps": "another network has that subnet: choose another, or remove that network",
}


def plain(error: APIError) -> str:
    """The message that a reader is shown: one fact, and the next step if the mistake is a usual one."""
    said = LONG_ID.sub(r"\1", str(error.explanation or error).strip())
    return f"{type(error).__name__}: {CourseError(said, next=_next(said))}"


def shown_plainly(shell: InteractiveShell) -> None:
    """Let cells show what the engine refused without a stack trace; other exceptions are shown as ever."""
    from docker.errors import APIError

    shell.set_custom_exc((APIError,), _show)


def _next(said: str) -> str:
    found = ((match, step) for pattern, step in NEXT.items() if (match := re.search(pattern, said)))
    return next((step.format(**match.groupdict()) for match, step in found), "")


def _show(
    shell: InteractiveShell,
    kind: type[APIError],
    error: APIError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Called by IPython, which asks an exception of this method for what to show in place of a stack trace."""
    error._render_traceback_ = lambda: [plain(error)]  # type: ignore[attr-defined]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
