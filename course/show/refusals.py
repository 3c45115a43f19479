"""What a Docker Engine refuses, shown by a cell in a few lines in place of a stack trace."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from course.labs.refusals import refusal

if TYPE_CHECKING:
    from docker.errors import APIError
    from IPython.core.interactiveshell import InteractiveShell


def plain(error: APIError) -> str:
    """The message that a reader is shown: one fact, and the next step if the mistake is a usual one."""
    return f"{type(error).__name__}: {refusal(error)}"


def shown_plainly(shell: InteractiveShell) -> None:
    """Let cells show what the engine refused without a stack trace; other exceptions are shown as ever."""
    from docker.errors import APIError

    shell.set_custom_exc((APIError,), _show)


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
