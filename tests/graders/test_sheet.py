"""A learner's values, as they are shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from course.labs.learner import Values
from graders.lessons.sheet import Sheet
from tests.answers import LESSONS


def test_values_show_what_to_type() -> None:
    @dataclass(frozen=True, repr=False)
    class Mine(Sheet):
        port: int
        shop: str

    assert repr(Mine(8080, "museum")) == "mine.port   8080\nmine.shop   museum"


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_lesson_shows_its_values_alike(lesson: str) -> None:
    check = importlib.import_module(f"graders.lessons.{LESSONS[lesson]}")
    mine = check.values(SimpleNamespace(values=Values("tester", lesson)))
    assert all(line.startswith("mine.") for line in repr(mine).splitlines())
