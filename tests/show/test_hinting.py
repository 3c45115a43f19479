"""Hints: each belongs to a task, and a task that has none is told so."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from course.errors import CourseError
from course.show.hinting import FOLDER, hints
from tests.answers import tasks


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yml")), ids=lambda file: file.stem)
def test_every_hint_belongs_to_a_task_and_comes_in_three_levels(file: Path) -> None:
    given = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert given.keys() <= tasks(file.stem).keys()
    assert {name: len(texts) for name, texts in given.items()} == dict.fromkeys(given, 3)


def test_hints_are_shown_one_under_the_other_the_gentlest_first() -> None:
    told = hints("04.drawn_shop")._repr_markdown_()
    assert told.count("<details>") == 3
    assert told.index("Two networks") < told.index("container_name") < told.index("ipv4_address")


@pytest.mark.parametrize("task", ["04.nothing", "99.drawn_shop", "drawn_shop", ""])
def test_a_task_without_hints_is_a_clear_error(task: str) -> None:
    with pytest.raises(CourseError, match="there are no hints for"):
        hints(task)
