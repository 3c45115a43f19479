"""The text of a cell: which commands are in it, with the values of Python variables filled in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from functools import reduce
from typing import Any

VALUE = re.compile(r"(?<![$%\\])\{([A-Za-z_]\w*(?:\.\w+)*)\}")  # not ${x} of the shell, nor %{x} of curl
SHELL_NEEDED = re.compile(r"[^\w ./:@%+,-]|^\s*$|^\s*(cd|exit|set|export|type|ulimit|umask|read|wait|\.)\b")


def words(script: str) -> list[str]:
    """What the engine is asked to run: the command itself if it is a simple one, else a shell with the script."""
    return ["sh", "-c", script] if SHELL_NEEDED.search(script) else script.split()


def quoted(word: str) -> str:
    """A word as one types it in a shell, with the quotes that are easier to read."""
    plain = "'" in word and not re.search(r'["$`\\!]', word)
    return f'"{word}"' if plain else shlex.quote(word)


def commands(cell: str) -> list[str]:
    """The commands in a cell: one a line, without empty lines and comments; a line that ends in ``\\`` goes on."""
    lines = (line.strip() for line in cell.replace("\\\n", " ").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def fill(text: str, names: Mapping[str, Any]) -> str:
    """The text with ``{name}`` and ``{name.field}`` replaced; what is no known name stays as it is."""

    def value(match: re.Match[str]) -> str:
        first, *fields = match[1].split(".")
        try:
            return str(reduce(getattr, fields, names[first]))
        except (KeyError, AttributeError):
            return match[0]

    return VALUE.sub(value, text)
