"""Colours and letters of every picture, in light and in dark.

The colours are those of Okabe and Ito, which colour-blind people can tell apart (https://jfly.uni-koeln.de/color/);
on white, reddish purple is a shade darker, for a line needs a contrast of 3:1. Text has 4.5:1 or more. A colour never
says anything alone: a shape and a word say it first.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache

FONT = "DejaVu Sans"  # comes with matplotlib, so that a picture is the same everywhere
NAME, LABEL = 12.5, 10.5  # sizes of letters in pixels: what a thing is called, what is said about it


@dataclass(frozen=True)
class Theme:
    """What each role looks like. ``rail`` is for what the eye follows and nobody reads: it says nothing alone."""

    paper: str
    ink: str
    muted: str
    rail: str
    running: str
    on_running: str
    paused: str
    on_paused: str
    bad: str
    line1: str
    line2: str
    line3: str
    line4: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The colours of networks, in the order in which they are used."""
        return (self.line1, self.line2, self.line3, self.line4)


LIGHT = Theme(
    paper="#ffffff",
    ink="#1a1a1a",
    muted="#595959",
    rail="#d4d4d4",
    running="#0072b2",
    on_running="#ffffff",
    paused="#e69f00",
    on_paused="#1a1a1a",
    bad="#d55e00",
    line1="#009e73",
    line2="#d55e00",
    line3="#b8638f",
    line4="#4d4d4d",
)
DARK = Theme(
    paper="#111111",
    ink="#ebebeb",
    muted="#a8a8a8",
    rail="#3d3d3d",
    running="#56b4e9",
    on_running="#111111",
    paused="#e69f00",
    on_paused="#111111",
    bad="#ff8c42",
    line1="#00b886",
    line2="#e69f00",
    line3="#cc79a7",
    line4="#b3b3b3",
)
THEMES = {"light": LIGHT, "dark": DARK}
# How pages say that they are dark: JupyterLab and pages made by nbconvert, VS Code, Colab.
DARK_PAGES = ('[data-jp-theme-light="false"]', ".vscode-dark", ".vscode-high-contrast", "html[theme=dark]")


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=4096)
def width(text: str, size: float = LABEL, bold: bool = False) -> float:
    """How wide a text is, in pixels."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family=FONT, weight="bold" if bold else "normal")))
    font.set_size(size, 72)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a letter that the font lacks is as wide as its box
        font.set_text(text, 0)
    return float(font.get_width_height()[0]) / 64


def wrapped(text: str, room: float, size: float = LABEL, bold: bool = False) -> list[str]:
    """The text in rows that are no wider than ``room`` pixels, broken between words; a longer word has its own row."""
    rows: list[str] = []
    for word in text.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and width(longer, size, bold) <= room:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def short(text: str, most: int = 24) -> str:
    """A text cut in its middle: the ends of names are what tells them apart."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"
