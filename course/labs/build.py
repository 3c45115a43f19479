"""Images built on the outer engine: what is missing, two at a time, told line by line, stopped when the user asks."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from functools import partial

from course.errors import CourseError, ImageError
from course.labs import base, engine
from course.labs.recipes import Recipe

Progress = Callable[[str, str], None]

OFFLINE = ("Temporary failure resolving", "Could not connect", "Failed to fetch")
LABELS = {"course.lab": "images", "course.role": "image"}


def build(wanted: list[Recipe], progress: Progress) -> None:
    """Build ``wanted``, given in an order in which each comes after those it stands on.

    ``progress(image, line)`` is called on this thread. Raises ImageError with the build's last words, or EngineError.
    """
    first = [recipe for recipe in wanted if not recipe.parents]
    machines = [recipe for recipe in wanted if recipe.name in ("machine", "labhost")]
    nodes = [recipe for recipe in wanted if recipe not in first + machines]
    together([first], progress)
    together([machines, nodes], progress)


def together(rows: list[list[Recipe]], progress: Progress) -> None:
    """Build each row in its order and all rows at once; the first failure, or an interrupt, stops every row."""
    events: queue.Queue[tuple[str, str] | BaseException | None] = queue.Queue()
    stop = threading.Event()
    for row in rows:
        threading.Thread(target=_row, args=(row, events, stop), daemon=True).start()
    try:
        waiting = len(rows)
        while waiting:
            event = events.get()
            if isinstance(event, BaseException):
                raise event
            if event is None:
                waiting -= 1
            else:
                progress(*event)
    finally:
        stop.set()


def _row(row: list[Recipe], events: queue.Queue[tuple[str, str] | BaseException | None], stop: threading.Event) -> None:
    def say(name: str, line: str) -> None:
        if stop.is_set():
            raise CancelledError  # the engine drops a build whose client goes away, and names it only at its end
        events.put((name, line))

    try:
        for recipe in row:
            _make(recipe, partial(say, recipe.name))
        events.put(None)
    except CancelledError:
        pass
    except BaseException as error:  # raised again by the thread that waits
        events.put(error)


def _make(recipe: Recipe, say: base.Say) -> None:
    client = engine.connect()
    labels = LABELS | {"course.recipe": recipe.digest}
    if not recipe.parents:
        base.make(client, recipe.tag, labels, say)
        return
    with engine.spoken(f"the image {recipe.name} cannot be built"):
        events = client.api.build(
            fileobj=recipe.context(),
            custom_context=True,
            tag=recipe.tag,
            buildargs=recipe.arguments,
            labels=labels,
            rm=True,
            forcerm=True,
            decode=True,
        )
        follow(recipe.name, events, say)
        client.images.get(recipe.tag)  # an engine that dies in the middle ends its story without an error


def follow(name: str, events: Iterable[dict[str, str]], say: base.Say) -> None:
    """Pass on what a build says; raises ImageError or EngineError if it failed."""
    lines: list[str] = []
    for event in events:
        for line in _lines(event):
            lines = [*lines[-5:], line]
            say(line)
        if "error" in event:
            raise failure(name, event["error"], lines)


def _lines(event: dict[str, str]) -> Iterator[str]:
    yield from (line for line in event.get("stream", "").splitlines() if line.strip())


def failure(name: str, error: str, lines: list[str]) -> CourseError:
    """What a failed build means to the user, from the engine's error and the last lines that the build printed."""
    told = "\n".join([*lines, error])
    if engine.is_full(told):
        return engine.no_space(f"the image {name} needs more")
    if any(words in told for words in OFFLINE):
        return ImageError(
            f"the image {name} cannot be built without Debian's package mirror",
            because=lines[-1],
            next="connect to the internet and run this again, or take the images from a file: course images load FILE",
        )
    return ImageError(f"the image {name} cannot be built", because=told)
