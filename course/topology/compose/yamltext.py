"""YAML text as nodes that know their line. Only text, lists and maps: nothing in a file can make anything else.

PyYAML finds the words; what they mean is decided here as by Compose's own reader (go-yaml 3, YAML 1.2's core schema):
``22:22`` and ``yes`` are text, ``0o17`` is a number. A map that says a key twice, an alias inside of what it names, and
text that is too long or too deep are refused: TopologyError, with the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from course.errors import TopologyError

if TYPE_CHECKING:
    import yaml

LONGEST, DEEPEST = 500_000, 60  # characters, and maps or lists inside each other
Type = Literal["text", "null", "flag", "whole", "number", "list", "map"]
_TYPES: dict[Type, re.Pattern[str]] = {
    "null": re.compile(r"|~|null|Null|NULL"),
    "flag": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "whole": re.compile(r"[-+]?(0b[01]+|0o?[0-7]+|0x[0-9a-fA-F]+|[1-9][0-9_]*|0)"),
    "number": re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
}
_TAGS: dict[str, Type] = {"str": "text", "null": "null", "bool": "flag", "int": "whole", "float": "number"}
_STANDARD = "tag:yaml.org,2002:"


@dataclass(eq=False)
class Node:
    """A value of the file, the line where it begins, and what YAML takes it for."""

    line: int
    type: Type
    text: str = ""
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)


def parse(text: str) -> Node:
    """The only document in the text."""
    if len(text) > LONGEST:
        raise TopologyError(f"this text has {len(text)} characters, and {LONGEST} is the most that is read")
    reader = _Reader(text)
    try:
        return reader.document()
    except (ValueError, RecursionError) as error:  # ValueError: half a character, which has no encoding
        raise TopologyError("this text cannot be read as YAML", because=str(error)) from None


def type_of(text: str) -> Type:
    """What an unquoted scalar is."""
    return next((type for type, pattern in _TYPES.items() if pattern.fullmatch(text)), "text")


class _Reader:
    """Makes nodes of PyYAML's events. ``anchors`` holds None while what an anchor names is being read."""

    def __init__(self, text: str) -> None:
        import yaml

        self.yaml = yaml
        self.loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events = self._events(text)
        self.anchors: dict[str, Node | None] = {}

    def _events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from self.yaml.parse(text, Loader=self.loader)
        except self.yaml.YAMLError as error:
            raise _not_yaml(error, text) from None

    def _next(self) -> Any:
        return next(self.events)

    def document(self) -> Node:
        next(self.events)  # the stream begins
        if isinstance(next(self.events), self.yaml.StreamEndEvent):
            raise TopologyError("there is nothing in this text", next="a Compose file begins with services:")
        node = self.node(next(self.events), "", 0)
        next(self.events)  # the document ends
        if not isinstance(more := next(self.events), self.yaml.StreamEndEvent):
            raise TopologyError(f"line {_line(more)}: a second document begins here", next="put it into another file")
        return node

    def node(self, event: Any, place: str, depth: int) -> Node:
        """The value that begins with this event."""
        at = f"{place or 'the file'} (line {_line(event)})"
        if depth > DEEPEST:
            raise TopologyError(f"{at[:200]}: more than {DEEPEST} lists and maps stand inside each other here")
        if isinstance(event, self.yaml.AliasEvent):
            return self._named(event.anchor, at)
        if event.anchor:
            self.anchors[event.anchor] = None
        node = self._fresh(event, place, depth, at)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _named(self, anchor: str | None, at: str) -> Node:
        if anchor is None or anchor not in self.anchors:
            there = ", ".join(f"&{name}" for name in self.anchors) or "none"
            raise TopologyError(f"{at}: nothing above is named &{anchor}", next=f"the anchors so far: {there}")
        if (node := self.anchors[anchor]) is None:
            raise TopologyError(f"{at}: *{anchor} stands inside of what it names, so it would never end")
        return node

    def _fresh(self, event: Any, place: str, depth: int, at: str) -> Node:
        if isinstance(event, self.yaml.ScalarEvent):
            return Node(_line(event), _scalar_type(event, at), event.value)
        if event.tag and event.tag not in (f"{_STANDARD}seq", f"{_STANDARD}map"):
            raise _strange(event.tag, at)
        if isinstance(event, self.yaml.SequenceStartEvent):
            node = Node(_line(event), "list")
            while not isinstance(item := next(self.events), self.yaml.SequenceEndEvent):
                node.items.append(self.node(item, f"{place}[{len(node.items)}]", depth + 1))
            return node
        return self._map(event, place, depth)

    def _map(self, event: Any, place: str, depth: int) -> Node:
        node, merged = Node(_line(event), "map"), Node(_line(event), "map")
        while not isinstance(key := self._next(), self.yaml.MappingEndEvent):
            name = self._key(key, place, depth)
            inside = f"{place}.{name}" if place else name
            if name in node.entries:
                what = f"{inside} is said twice: in line {node.entries[name].line} and in line {_line(key)}"
                raise TopologyError(what, next="keep one of them")
            value = self.node(next(self.events), inside, depth + 1)
            if name == "<<" and key.implicit[0]:
                merged.entries = _merge(value, merged.entries, f"{inside} (line {_line(key)})")
            else:
                node.entries[name] = value
        node.entries = merged.entries | node.entries
        return node

    def _key(self, event: Any, place: str, depth: int) -> str:
        node = self.node(event, place, depth + 1)
        if node.type in ("list", "map"):
            raise TopologyError(f"{place or 'the file'} (line {node.line}): a {node.type} cannot be a name")
        return node.text


def _merge(value: Node, before: dict[str, Node], at: str) -> dict[str, Node]:
    """What ``<<`` brings in: maps, of which the first that says something counts."""
    maps = value.items if value.type == "list" else [value]
    for one in maps:
        if one.type != "map":
            raise TopologyError(f"{at} brings in what is no map", next="<<: *name brings in a map")
        before = before | {name: node for name, node in one.entries.items() if name not in before}
    return before


def _scalar_type(event: Any, at: str) -> Type:
    if event.tag in (None, "!"):
        return type_of(event.value) if event.implicit[0] and event.tag is None else "text"
    kind = event.tag.removeprefix(_STANDARD)
    if not event.tag.startswith(_STANDARD) or kind not in _TAGS:
        raise _strange(event.tag, at)
    type_ = _TAGS[kind]
    return type_ if type_ in ("text", type_of(event.value)) else "text"


def _strange(tag: str, at: str) -> TopologyError:
    return TopologyError(f"{at}: the tag {tag!r} is not known here", next="take it out")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _not_yaml(error: yaml.YAMLError, text: str) -> TopologyError:
    mark = getattr(error, "problem_mark", None)
    because = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    if mark is None:
        return TopologyError("this is not a text that YAML allows", because, next="take out what cannot be seen")
    lines = text.splitlines()[mark.line : mark.line + 1] or [""]
    advice = "look at this line and the one above it: a colon, a quote, a bracket or spaces may be missing"
    if "\t" in lines[0]:
        because, advice = "a tab stands where YAML wants spaces", "indent with spaces"
    return TopologyError(f"line {mark.line + 1}: this is not YAML", because, next=advice)
