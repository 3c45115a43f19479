"""``{{.Name}}`` in a ``!`` line means what it means in a shell, as in every command of Docker's manual.

IPython replaces ``{name}`` there by the value of that variable, and by its rules ``{{`` would stand for one brace.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

TEMPLATE = re.compile(r"(?<!\{)\{\{(?!\{)([^{}]*)\}\}(?!\})")


def kept(line: str) -> str:
    """The line in IPython's rules: what is in double braces gets four, which IPython makes two."""
    return TEMPLATE.sub(r"{{{{\1}}}}", line)


def keep_templates(shell: InteractiveShell) -> None:
    """Let ``{{…}}`` reach the shell as it was typed; ``{name}`` is replaced as ever. Doing it twice does no harm."""
    if getattr(shell.var_expand, "keeps_templates", False):
        return
    expand: Callable[..., str] = shell.var_expand

    def expand_all_else(cmd: str, depth: int = 0, **more: Any) -> str:
        given = kept(cmd)
        filled = expand(given, depth + 1, **more)  # one frame more lies between IPython and the caller's variables
        return cmd if filled == given else filled  # IPython leaves a line alone if it cannot fill in all of it

    expand_all_else.keeps_templates = True  # type: ignore[attr-defined]
    shell.var_expand = expand_all_else  # type: ignore[method-assign, assignment]
