"""The little Markdown that questions and hints are written in, as parts that a widget can show without HTML of ours."""

from __future__ import annotations

import re

MARKS = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|(?<!\w)[*_](?P<em>\w[^*_]*)[*_](?!\w)")
Parts = list[list[str]]


def rich(text: str) -> Parts:
    """``[kind, text]`` in order: kind is ``code``, ``strong``, ``em`` or ``text``. Nothing of the text is lost."""
    parts: Parts = []
    end = 0
    for match in MARKS.finditer(text):
        if match.start() > end:
            parts.append(["text", text[end : match.start()]])
        parts.append([str(match.lastgroup), str(match[str(match.lastgroup)])])
        end = match.end()
    return [*parts, ["text", text[end:]]] if end < len(text) else parts
