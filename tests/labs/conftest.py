"""The images that all tests of labs stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course.labs import engine, images
from course.labs.images import Images
from course.labs.recipes import recipes


@pytest.fixture(scope="module")
def built() -> Iterator[Images]:
    """The images of the recipes as they are now, even if somebody edits the course while the tests run."""
    made = recipes()
    images.drop_stages(engine.connect())  # what an earlier run of these tests, broken off, may have left
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "recipes", lambda: made)
        yield images.ensure()
