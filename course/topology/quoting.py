"""Texts in double quotes, such that YAML and Python read them alike. Pure."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """The text in double quotes; what cannot be seen is written by its number."""
    return "".join(_letter(letter) for letter in json.dumps(text, ensure_ascii=False))


def _letter(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
