"""Plain data as YAML, laid out as a person would write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from course.topology.compose.variables import escape
from course.topology.compose.yamltext import type_of
from course.topology.quoting import quoted

WIDTH = 100
# What needs no quotes: words, paths, images, addresses, subnets and times, but nothing that YAML takes for a number.
PLAIN = re.compile(
    r"[A-Za-z_/][\w./@+=-]*(:[\w./@+=-]+)*( [\w./@+=-]+)*|\d+(\.\d+){3}(/\d+)?|\d+(h|m|s|ms|us|ns)", re.ASCII
)
YAML_1_1 = re.compile(r"y|n|yes|no|on|off", re.IGNORECASE)  # flags to older readers


def print_yaml(data: dict[str, Any]) -> str:
    """The text. Data is maps, lists, texts, flags and numbers; dollar signs are doubled, as Compose wants them.

    Top-level sections, and the services among them, have an empty line between them.
    """
    sections = []
    for name, value in data.items():
        text = "\n".join(_entry(name, value, 0))
        sections.append(_spaced(text) if name == "services" else text)
    return re.sub(r"\n\n+", "\n\n", "\n\n".join(sections)) + "\n"


def _spaced(services: str) -> str:
    head, *rest = re.split(r"\n(?=  \S)", services)
    return "\n".join([head, "\n\n".join(rest)]) if rest else head


def _entry(name: str, value: Any, indent: int) -> Iterator[str]:
    head = f"{' ' * indent}{_key(name)}:"
    if isinstance(value, dict) and value:
        yield head
        for key, inner in value.items():
            yield from _entry(key, inner, indent + 2)
    elif isinstance(value, list) and (_maps(value) or len(head) + len(_flow(value)) >= WIDTH):
        yield head
        for item in value:
            yield from _list_item(item, indent + 2)
    else:
        yield f"{head} {_flow(value)}"


def _maps(value: list[Any]) -> bool:
    return any(isinstance(item, dict) for item in value)


def _list_item(item: Any, indent: int) -> Iterator[str]:
    lines = [line for key, value in item.items() for line in _entry(key, value, 0)] if isinstance(item, dict) else []
    for number, line in enumerate(lines or [_flow(item)]):
        yield f"{' ' * indent}{'  ' if number else '- '}{line}"


def _flow(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return "{}" if value == {} else _text(escape(value))


def _key(text: str) -> str:
    return _text(text) if len(text) < 100 else f"? {_text(text)}\n"


def _text(text: str) -> str:
    plain = PLAIN.fullmatch(text) and type_of(text) == "text" and not YAML_1_1.fullmatch(text)
    return text if plain else quoted(text)
