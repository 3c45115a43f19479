"""Variables in the values of a Compose file: ``$NAME``, ``${NAME}``, ``${NAME:-default}`` and their kin.

Source: the Compose Specification, "Interpolation". ``$$`` is a dollar sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPERATOR = re.compile(r":?[-+?]")


class BadVariableError(ValueError):
    """What is wrong with a variable, in words."""


def substitute(text: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> str:
    """The text with its variables filled in; ``unset`` is told of each one that has no value and no default.

    Raises BadVariableError for what is no variable, and for ``${NAME:?message}`` of one that is missing.
    """
    done, rest = "", text
    while "$" in rest:
        plain, _, rest = rest.partition("$")
        value, rest = _one(rest, variables, unset)
        done += plain + value
    return done + rest


def escape(text: str) -> str:
    """The text such that `substitute` gives it back."""
    return text.replace("$", "$$")


def _one(rest: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> tuple[str, str]:
    """The value of what follows a dollar sign, and what is left behind it."""
    if rest.startswith("$"):
        return "$", rest[1:]
    if rest.startswith("{"):
        inside, rest = _braced(rest)
        return _value(inside, variables, unset), rest
    if match := NAME.match(rest):
        return _value(match[0], variables, unset), rest[match.end() :]
    raise BadVariableError(f"${rest[:12]} is not a variable")


def _braced(rest: str) -> tuple[str, str]:
    """What stands in the braces, which may hold others, and what is left behind them."""
    depth = 0
    for place, letter in enumerate(rest):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return rest[1:place], rest[place + 1 :]
    raise BadVariableError(f"${rest[:12]} has no closing brace")


def _value(inside: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> str:
    name = NAME.match(inside)
    operator = OPERATOR.match(inside, name.end()) if name else None
    if not name or not (operator or name.end() == len(inside)):
        raise BadVariableError(f"${{{inside}}} is not a variable")
    value = variables.get(name[0])
    if not operator:
        if value is None:
            unset(name[0])
        return value or ""
    there = value is not None and (value != "" or not operator[0].startswith(":"))
    return _choose(name[0], value or "", there, operator[0][-1], inside[operator.end() :], variables, unset)


def _choose(
    name: str,
    value: str,
    there: bool,
    operator: str,
    other: str,
    variables: Mapping[str, str],
    unset: Callable[[str], None],
) -> str:
    if operator == "+":
        return substitute(other, variables, unset) if there else ""
    if there:
        return value
    if operator == "?":
        raise BadVariableError(f"the variable {name} must be given: {other}")
    return substitute(other, variables, unset)
