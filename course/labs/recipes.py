"""How each image is made, as data: its Dockerfile, the files it takes, the images it stands on, and its name."""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

COURSE = Path(__file__).parents[1]
FOLDER = COURSE / "labhost" / "images"
SUITE = "trixie"  # the Debian release that every image is made from


@dataclass(frozen=True)
class Recipe:
    """One image: the images it stands on or copies from, and its build context, as path to content."""

    name: str
    parents: tuple[Recipe, ...]
    files: dict[str, bytes]

    @cached_property
    def digest(self) -> str:
        """12 hex digits that change whenever a file of this image, or of one it stands on, does."""
        hasher = hashlib.sha256("".join([SUITE, *(parent.digest for parent in self.parents)]).encode())
        for path, content in sorted(self.files.items()):
            hasher.update(f"{path} {len(content)} ".encode() + content)
        return hasher.hexdigest()[:12]

    @property
    def tag(self) -> str:
        """The image's full name on the outer engine."""
        return f"course/{self.name}:{self.digest}"

    @property
    def arguments(self) -> dict[str, str]:
        """The Dockerfile's build arguments: the parents' full names, as in ``TOOLBOX=course/toolbox:…``."""
        return {parent.name.upper(): parent.tag for parent in self.parents}

    def context(self) -> io.BytesIO:
        """The build context as a tar; the same files give the same bytes, so that the engine's cache holds."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for path, content in sorted(self.files.items()):
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(content), 0o755 if content.startswith(b"#!") else 0o644
                tar.addfile(entry, io.BytesIO(content))
        buffer.seek(0)
        return buffer


def recipes() -> dict[str, Recipe]:
    """Every recipe by its name, those that others stand on first, with the files as they are now."""
    base = Recipe("base", (), {})
    machine = _recipe("machine", base)
    labhost = Recipe("labhost", (machine,), _own("labhost") | _programs())
    toolbox = _recipe("toolbox", base)
    web = _recipe("web", base, toolbox)
    postgres = _recipe("postgres", base)
    return {recipe.name: recipe for recipe in (base, machine, labhost, toolbox, web, postgres)}


def _recipe(name: str, *parents: Recipe) -> Recipe:
    return Recipe(name, parents, _own(name) | {"slim": (FOLDER / "slim").read_bytes()})


def _own(name: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (FOLDER / name).iterdir() if path.is_file()}


def _programs() -> dict[str, bytes]:
    """What of the course runs inside a lab host."""
    home = COURSE / "labhost"
    scripts = (path for path in home.iterdir() if path.is_file() and path.suffix != ".py")
    sources = [COURSE / "__init__.py", COURSE / "errors.py", *scripts, *home.rglob("*.py")]
    return {f"course/{source.relative_to(COURSE).as_posix()}": source.read_bytes() for source in sources}
