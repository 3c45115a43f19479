"""Variables in the values of a Compose file: ``$NAME``, ``${NAME}``, ``${NAME:-default}`` and their kin.

Source: the Compose Specification, "Interpolation". ``$$`` is a dollar sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPERATOR = re.compile(r":?[-+?]")


class BadVariableError(ValueError):
    """What is wrong with a variable, in words."""


def substitute(text: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> str:
    """The text with its variables filled in; ``unset`` is told of each one that has no value and no default.

    Raises BadVariableError for what is no variable, and for ``${NAME:?message}`` of one that is missing.
    """
    return _Filling(variables, unset).fill(text)


def escape(text: str) -> str:
    """The text such that `substitute` gives it back."""
    return text.replace("$", "$$")


@dataclass(frozen=True)
class _Filling:
    variables: Mapping[str, str]
    unset: Callable[[str], None]

    def fill(self, text: str) -> str:
        done, rest = "", text
        while "$" in rest:
            plain, _, rest = rest.partition("$")
            value, rest = self._next(rest)
            done += plain + value
        return done + rest

    def _next(self, rest: str) -> tuple[str, str]:
        """The value of what follows a dollar sign, and what is left behind it."""
        if rest.startswith("$"):
            return "$", rest[1:]
        if rest.startswith("{"):
            inside, rest = _braced(rest)
            return self._value(inside), rest
        if match := NAME.match(rest):
            return self._value(match[0]), rest[match.end() :]
        raise BadVariableError(f"${rest[:12]} is not a variable")

    def _value(self, inside: str) -> str:
        """The value of what stands in braces: a name, perhaps an operator, and what belongs to that."""
        name = NAME.match(inside)
        operator = OPERATOR.match(inside, name.end()) if name else None
        if not name or not (operator or name.end() == len(inside)):
            raise BadVariableError(f"${{{inside}}} is not a variable")
        value = self.variables.get(name[0])
        if operator:
            there = value is not None and (value != "" or not operator[0].startswith(":"))
            return self._choose(value or "" if there else None, name[0], operator[0][-1], inside[operator.end() :])
        if value is None:
            self.unset(name[0])
        return value or ""

    def _choose(self, value: str | None, name: str, operator: str, other: str) -> str:
        if operator == "+":
            return "" if value is None else self.fill(other)
        if value is not None:
            return value
        if operator == "?":
            raise BadVariableError(f"the variable {name} must be given: {other}")
        return self.fill(other)


def _braced(rest: str) -> tuple[str, str]:
    """What stands in the braces, which may hold others, and what is left behind them."""
    depth = 0
    for place, letter in enumerate(rest):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return rest[1:place], rest[place + 1 :]
    raise BadVariableError(f"${rest[:12]} has no closing brace")
