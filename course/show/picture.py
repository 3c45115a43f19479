"""A finished drawing, and the forms in which it shows itself.

In a page it is an ``<img>`` with a PNG, over which a style sheet lays the same drawing as SVG: sharp at any size, and
light or dark as the page is. Where style sheets are taken away (a notebook that is not trusted, sanitized feedback) the
PNG is what remains. Text stays text in neither: inline SVG, tried first, left a soup of words there.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from course.errors import CourseError
from course.show.canvas import Canvas
from course.show.theme import DARK, DARK_PAGES, FONT, LIGHT, THEMES, Theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARPNESS = 2  # pixels of a PNG for one of ours: sharp on screens of high resolution
COLOURS = 64  # of a PNG: a drawing has few, and the file is a third of the size
STACK = f"'{FONT}', Verdana, sans-serif"  # Verdana is as wide, where the former is not installed


class Picture:
    """A drawing that shows itself in a notebook.

    ``alt`` says in words what is on it. ``theme`` is "light" or "dark"; None follows the page that shows it, and is
    light where no page can say. ``paint`` draws it in a theme.
    """

    def __init__(self, alt: str, paint: Callable[[Theme], Canvas], theme: str | None = None) -> None:
        if theme is not None and theme not in THEMES:
            raise CourseError(f"there is no theme {theme!r}", next=f"use one of {', '.join(THEMES)}, or none")
        self.alt = alt
        self.theme = theme
        self._paint = paint
        self._canvas = paint(THEMES[theme or "light"])

    def __repr__(self) -> str:
        return self.alt

    @property
    def figure(self) -> Figure:
        """The matplotlib figure."""
        return self._canvas.figure

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._canvas.size

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What IPython asks for: every form at once, and the page takes the best that it can show."""
        png = self.png()
        forms = {"text/html": self._html(png), "image/png": base64.b64encode(png).decode(), "text/plain": self.alt}
        about = {"image/png": {"alt": self.alt, "width": self.size[0], "height": self.size[1]}}
        return forms, about

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file; its suffix says as what: .svg, .png or .pdf."""
        file = Path(path)
        forms: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.svg().encode(),
            ".png": self.png,
            ".pdf": lambda: _render(self._canvas, "pdf"),
        }
        if file.suffix not in forms:
            raise CourseError(f"a picture cannot be written as {file.name!r}", next=f"end it in {', '.join(forms)}")
        file.write_bytes(forms[file.suffix]())
        return file

    def png(self) -> bytes:
        """The picture as a PNG."""
        from PIL import Image

        file = io.BytesIO()
        picture = Image.open(io.BytesIO(_render(self._canvas, "png"))).convert("RGB")
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG")
        return file.getvalue()

    def svg(self) -> str:
        """The picture as an SVG that stands alone."""
        return _svg(self._canvas)

    def html(self) -> str:
        """The picture as a part of a page."""
        return self._html(self.png())

    def _html(self, png: bytes) -> str:
        name = f"course-{hashlib.sha256(png).hexdigest()[:12]}"
        width, height = self.size
        source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        limits = 'style="max-width:100%;height:auto;display:block"'
        alt = html.escape(self.alt, quote=True)
        image = f'<img src="{source}" width="{width}" height="{height}" alt="{alt}" {limits}>'
        box = f'<div class="course-picture {name}" style="display:inline-block;max-width:100%">{image}</div>'
        return f"<style>{self._style(name)}</style>{box}"

    def _style(self, name: str) -> str:
        """On paper browsers leave out backgrounds, so there the PNG is shown."""
        light = self._canvas if self.theme else self._paint(LIGHT)
        rules = [
            f".{name}{{background:url({_url(light)}) 0 0/100% 100% no-repeat}}",
            f".{name} img{{opacity:0}}",
            f"@media print{{.{name}{{background:none!important}}.{name} img{{opacity:1}}}}",
        ]
        if self.theme is None:
            pages = ",".join(f"{page} .{name}" for page in DARK_PAGES)
            rules.append(f"{pages}{{background-image:url({_url(self._paint(DARK))})}}")
        return "".join(rules)


def _url(canvas: Canvas) -> str:
    return f'"data:image/svg+xml,{quote(_svg(canvas), safe=" =:/;,.-")}"'


def _svg(canvas: Canvas) -> str:
    """Without what a drawing program would want to know, and with fonts to fall back on."""
    text = _render(canvas, "svg").decode()
    text = re.sub(r"^.*?(?=<svg)|<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.S)
    width, height = canvas.size
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    text = re.sub(r"<svg[^>]*>", start, text, count=1)
    text = re.sub(r' id="[^"]*"|(?<=\n) +', "", text)
    return text.replace(f"'{FONT}'", STACK)


def _render(canvas: Canvas, kind: str) -> bytes:
    from matplotlib import rc_context

    file = io.BytesIO()
    dpi = 72 if kind == "svg" else 72 * SHARPNESS
    with rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a letter that the font lacks is drawn as a box
        canvas.figure.savefig(file, format=kind, dpi=dpi, metadata={"Date": None} if kind == "svg" else None)
    return file.getvalue()
