"""Values that are written in a way of their own: command lines, health checks, and times such as ``1m30s``."""

from __future__ import annotations

import re
import shlex
from typing import Any

from course.topology.compose.item import Item
from course.topology.container import NO_HEALTHCHECK, Healthcheck

SECOND = 1_000_000_000
UNITS = {"h": 3600 * SECOND, "m": 60 * SECOND, "s": SECOND, "ms": SECOND // 1000, "us": SECOND // 10**6, "ns": 1}
DURATION = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:h|m|s|ms|us|µs|ns))+")
PART = re.compile(r"([0-9.]+)(h|ms|m|s|us|µs|ns)")
QUOTED = re.compile(r"""\\.|'[^']*'|"(\\.|[^"\\])*\"""")
TESTS = ("NONE", "CMD", "CMD-SHELL")
HEALTHCHECK = ("test", "interval", "timeout", "retries", "start_period", "disable")


# --- command lines ------------------------------------------------------------------------------------------------


def read_command(item: Item) -> tuple[str, ...]:
    """A command as a list of words, from such a list or from a line as one types it. Nothing means the image's."""
    if item.empty:
        return ()
    words = item.texts() if item.node.type == "list" else _line(item)
    if not words:
        item.note("an empty one cannot be said in a topology, so the image's stays")
        return ()
    return words


def write_command(words: tuple[str, ...]) -> str | list[str]:
    """The words as one line if that needs no quotes, else as a list."""
    return " ".join(words) if words and all(word == shlex.quote(word) for word in words) else list(words)


def _line(item: Item) -> tuple[str, ...]:
    text = item.text()
    if mark := re.search(r"[;&|<>]", QUOTED.sub("", text)):
        item.note(f"Compose has no shell and stops at {mark[0]}; say sh -c '…' if a shell shall read it")
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise item.wrong(f"{text!r} is not a command line", because=str(error).lower()) from None


# --- health checks ------------------------------------------------------------------------------------------------


def read_healthcheck(item: Item) -> Healthcheck | None:
    """The health check of a service; None is the image's own."""
    words = item.entries()
    item.others(HEALTHCHECK, {}, ("start_interval",))
    if "disable" in words and words["disable"].flag():
        return Healthcheck(NO_HEALTHCHECK)
    if "test" not in words:
        if words:
            item.note("without a test it only changes the times of the image's, which a topology cannot say")
        return None
    test = _test(words["test"])
    if test == NO_HEALTHCHECK:
        return Healthcheck(test)
    times: dict[str, Any] = {
        name: read_duration(words[name]) for name in ("interval", "timeout", "start_period") if _said(words, name)
    }
    if _said(words, "retries"):
        times["retries"] = words["retries"].whole()
    with item.here():
        return Healthcheck(test, **times)


def write_healthcheck(check: Healthcheck) -> dict[str, Any]:
    """A health check as Compose has it; times that are the usual ones are left out."""
    if check.off:
        return {"disable": True}
    usual = Healthcheck(check.test)
    written: dict[str, Any] = {"test": check.test[0] if check.words[0] == "CMD-SHELL" else check.words}
    for name in ("interval", "timeout", "start_period"):
        if getattr(check, name) != getattr(usual, name):
            written[name] = write_duration(getattr(check, name))
    return written | ({"retries": check.retries} if check.retries != usual.retries else {})


def _said(words: dict[str, Item], name: str) -> bool:
    return name in words and not words[name].empty


def _test(item: Item) -> tuple[str, ...]:
    if item.node.type != "list":
        return (item.text(),)
    kind, *words = item.texts() or ("",)
    if kind not in TESTS or (kind == "NONE") != (not words) or (kind == "CMD-SHELL" and len(words) != 1):
        raise item.wrong(
            "a test begins with CMD, CMD-SHELL or NONE", next='["CMD", "pg_isready", "-q"], or a plain text'
        )
    if kind == "NONE":
        return NO_HEALTHCHECK
    return tuple(words) if kind == "CMD-SHELL" or len(words) > 1 else ("CMD", *words)


# --- times --------------------------------------------------------------------------------------------------------


def read_duration(item: Item) -> float:
    """Seconds, from ``1m30s``, ``500ms`` and the like."""
    text = item.text()
    if not DURATION.fullmatch(text):
        raise item.wrong(f"{text!r} is not a time", next="write it with its unit: 30s, 1m30s, 500ms")
    parts = [round(float(number) * UNITS[unit.replace("µ", "u")]) for number, unit in PART.findall(text)]
    return sum(parts) / SECOND


def write_duration(seconds: float) -> str:
    """Seconds in the largest unit that says them exactly: ``30s``, ``5m``, ``1500ms``."""
    rest = round(seconds * SECOND)
    unit = next(name for name, size in UNITS.items() if rest % size == 0 and (rest >= 2 * size or size <= SECOND))
    return f"{rest // UNITS[unit]}{unit}"
