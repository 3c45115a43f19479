"""A sheet to draw on, measured in pixels from its top left corner, and the finished picture that comes off it."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from course.errors import CourseError
from course.show import theme as themes
from course.show.theme import FONT, LABEL, LIGHT, THEMES, Theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Align = Literal["left", "center", "right"]
SHARPNESS = 2  # pixels of a PNG for one of ours: sharp on screens of high resolution
STACK = f"'{FONT}', Verdana, sans-serif"  # Verdana is as wide, where the former is not installed
LOOK = "max-width:100%;height:auto"
LEAKS = (  # what would reach out of the drawing into the page that it stands in
    re.compile(r"^.*?(?=<svg)", re.S),
    re.compile(r"<metadata>.*?</metadata>", re.S),
    re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.S),
    re.compile(r' id="[^"]*"'),
    re.compile(r"<!--.*?-->", re.S),
)


class Canvas:
    """Lines, rectangles, dots and text on a sheet of ``width`` by ``height`` pixels."""

    def __init__(self, width: float, height: float, theme: Theme | str | None = None) -> None:
        from matplotlib.figure import Figure  # not pyplot: nobody else shall know this figure, and show it again

        self.size = (width, height)
        self.adaptive = theme is None
        self.theme = choose(theme)
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=self.theme.paper)
        self._axes: Any = self.figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        self._axes.set_axis_off()

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float = 1.5, dash: str = "solid") -> None:
        """A line through the points; ``dash`` is solid, dashed or dotted."""
        from matplotlib.lines import Line2D

        style: Any = {"solid": "solid", "dashed": (0, (4, 3)), "dotted": (0, (1.2, 2.6))}[dash]
        x, y = zip(*points, strict=True)
        joins: dict[str, Any] = {"solid_capstyle": "butt", "solid_joinstyle": "miter"}
        self._add(Line2D(x, y, color=colour, linewidth=width, linestyle=style, **joins))

    def box(
        self,
        corner: tuple[float, float],
        size: tuple[float, float],
        edge: str,
        fill: str = "none",
        width: float = 1.5,
        dash: str = "solid",
    ) -> None:
        """A rectangle from its top left corner."""
        from matplotlib.patches import Rectangle

        style: Any = "solid" if dash == "solid" else (0, (4, 3))
        self._add(Rectangle(corner, *size, edgecolor=edge, facecolor=fill, linewidth=width, linestyle=style))

    def dot(self, at: tuple[float, float], colour: str, radius: float = 3.2) -> None:
        """A filled dot: here two lines are joined, and do not merely cross."""
        from matplotlib.patches import Circle

        self._add(Circle(at, radius, facecolor=colour, edgecolor="none"))

    def text(
        self,
        at: tuple[float, float],
        text: str,
        colour: str,
        size: float = LABEL,
        bold: bool = False,
        align: Align = "left",
    ) -> None:
        """One line of text whose middle is at that height. It is shown as it is written: ``$`` is a dollar."""
        weight = "bold" if bold else "normal"
        where: dict[str, Any] = {"ha": align, "va": "center_baseline", "family": FONT, "weight": weight}
        self._axes.text(*at, text, color=colour, fontsize=size, parse_math=False, clip_on=False, **where)

    def picture(self, alt: str) -> Picture:
        """The finished picture; ``alt`` says in words what is on it."""
        return Picture(self.figure, self.size, alt, self.adaptive)

    def _add(self, artist: Any) -> None:
        artist.set_clip_on(False)
        self._axes.add_artist(artist)


class Picture:
    """A drawing that shows itself in a notebook: as SVG that follows the page's theme, elsewhere as a PNG.

    ``figure`` is the matplotlib figure, ``alt`` the same in words.
    """

    def __init__(self, figure: Figure, size: tuple[float, float], alt: str, adaptive: bool = True) -> None:
        self.figure = figure
        self.size = size
        self.alt = alt
        self.adaptive = adaptive

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What IPython asks for: every form at once, and the page takes the best that it can show."""
        forms = {"text/html": self.html(), "image/png": self.png(), "text/plain": self.alt}
        about = {"image/png": {"alt": self.alt, "width": round(self.size[0]), "height": round(self.size[1])}}
        return forms, about

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file; its suffix says as what: .svg, .png or .pdf."""
        file = Path(path)
        if file.suffix == ".svg":
            file.write_text(self.svg(), encoding="utf-8")
        elif file.suffix == ".png":
            file.write_bytes(self.png())
        elif file.suffix == ".pdf":
            file.write_bytes(self._render("pdf"))
        else:
            raise CourseError(
                f"a picture cannot be written as {file.suffix or file.name!r}", next="use .svg, .png or .pdf"
            )
        return file

    def png(self) -> bytes:
        """The picture as a PNG, in the colours that it was drawn in."""
        return self._render("png")

    def svg(self) -> str:
        """The picture as an SVG that stands alone, in the colours that it was drawn in."""
        return self._svg(background=self.figure.get_facecolor())

    def html(self) -> str:
        """The picture as a part of a page, whose theme its colours follow if no theme was asked for."""
        label = html.escape(self.alt, quote=True)
        style, svg = "", self.svg()
        if self.adaptive:
            style, svg = f"<style>{themes.variables()}</style>", themes.adaptive(self._svg())
        return f'<div class="course-picture" role="img" aria-label="{label}">{style}{svg}</div>'

    def _svg(self, background: Any = None) -> str:
        from matplotlib.colors import to_hex

        text = self._render("svg").decode()
        for pattern in LEAKS:
            text = pattern.sub("", text)
        width, height = map(round, self.size)
        look = LOOK + (f";background:{to_hex(background)}" if background else "")
        start = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        )
        text = re.sub(r"<svg[^>]*>", f'{start} style="{look}">', text, count=1)
        return text.replace(f"'{FONT}'", STACK)

    def _render(self, kind: str) -> bytes:
        from matplotlib import rc_context

        file = io.BytesIO()
        extra: dict[str, Any] = {"metadata": {"Date": None}} if kind == "svg" else {}
        with rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph")  # a letter that the font lacks is drawn as a box
            self.figure.savefig(file, format=kind, dpi=72 if kind == "svg" else 72 * SHARPNESS, **extra)
        return file.getvalue()


def choose(theme: Theme | str | None) -> Theme:
    """The theme of that name; light if none is named, and the page's own where a page can say which that is."""
    if isinstance(theme, Theme):
        return theme
    if theme is not None and theme not in THEMES:
        raise CourseError(f"there is no theme {theme!r}", next=f"use one of {', '.join(THEMES)}, or none")
    return THEMES[theme] if theme else LIGHT
