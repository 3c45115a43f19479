"""JSON read so that the policy and the engine cannot understand the same text differently.

The engine reads with Go's ``encoding/json``, which matches the keys of a structure in any case, folds a few
letters outside ASCII onto ASCII ones (``ſ`` is ``s``, the Kelvin sign is ``k``) and merges repeated keys. Python's
parser does none of this. What the two could read differently is refused here rather than guessed at.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn


class Unreadable(ValueError):
    """The text, or a structure in it, has no single meaning."""


def read(body: bytes) -> Any:
    """The data in ``body``. Raises Unreadable for all but one plain JSON value in UTF-8."""
    try:
        text = body.decode("utf-8")  # the engine would replace bad bytes silently
        return json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_no_constant)
    except Unreadable:
        raise
    except (ValueError, RecursionError):
        raise Unreadable("its body is not plain JSON") from None


def fields(structure: Any, where: str) -> dict[str, Any]:
    """The fields of a structure by their lower-case names; ``null`` has none.

    Raises Unreadable for another type, for two spellings of one name, and for a name outside ASCII.
    Not for maps, such as labels, whose keys the engine takes as they are.
    """
    if structure is None:
        return {}
    if not isinstance(structure, dict):
        raise Unreadable(f"{where} is not an object")
    folded: dict[str, Any] = {}
    for name, value in structure.items():
        if not name.isascii():
            raise Unreadable(f"{where} has a field name outside ASCII")
        if name.lower() in folded:
            raise Unreadable(f"{where} says {name!r} twice")
        folded[name.lower()] = value
    return folded


def texts(value: Any, where: str) -> list[str]:
    """A list of strings. The engine takes a bare string for a list of one (its ``StrSlice``), and so do we."""
    listed = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise Unreadable(f"{where} is not a list of strings")
    return listed


def mapping(value: Any, where: str) -> dict[str, Any]:
    """A map with keys of the user's own choice, such as labels; ``null`` is an empty one."""
    if value is not None and not isinstance(value, dict):
        raise Unreadable(f"{where} is not an object")
    return value or {}


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise Unreadable("its body says one thing twice")
    return data


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a number")
