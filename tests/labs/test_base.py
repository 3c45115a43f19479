"""The base image: from a registry where one answers at once, otherwise from Debian's packages."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from course.errors import ImageError
from course.labs import base, build, engine
from course.labs.recipes import recipes


def test_a_registry_that_does_not_answer_is_not_waited_for() -> None:
    silence = threading.Event()
    started = time.monotonic()
    assert not base.within(0.1, silence.wait)
    assert time.monotonic() - started < 5
    silence.set()
    assert base.within(5, silence.wait)


def test_without_registry_and_mmdebstrap_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImageError, match="no base image to build from") as caught:
        base.need_mmdebstrap(lambda line: None)
    assert "apt-get install mmdebstrap" in caught.value.next and "course images load" in caught.value.next


@pytest.mark.engine
def test_a_published_image_that_is_there_is_taken_and_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    client = engine.connect()
    recipe = recipes()["base"]
    if not client.api.images(recipe.tag):
        build.build([recipe], lambda image, line: None)
    monkeypatch.setattr(base, "PUBLISHED", "course/published:test")
    client.images.get(recipe.tag).tag("course/published:test")
    try:
        base.make(client, "course/base:test", build.LABELS | {"course.recipe": "test"}, lambda line: None)
        assert client.images.get("course/base:test").labels["course.recipe"] == "test"
    finally:
        for name in ("course/base:test", "course/published:test"):
            client.images.remove(name)


@pytest.mark.engine
def test_a_published_image_that_no_registry_gives_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PUBLISHED", "127.0.0.1:9/none:test")  # nothing listens on the port "discard"
    started = time.monotonic()
    assert not base.pull(engine.connect(), lambda line: None)
    assert time.monotonic() - started < base.REGISTRY_ANSWERS_WITHIN + 5
