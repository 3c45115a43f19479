"""A lab opened from a notebook: with its cell magics, and with a word about what takes long."""

from __future__ import annotations

from course.labs import images
from course.labs import lab as labs
from course.labs.lab import Lab
from course.show import magics


def open_lab(name: str, fresh: bool = False, learner: str = "") -> Lab:
    """As `course.labs.lab.open_lab`, and ``%%on host1`` and ``%%in CONTAINER`` then mean the machines of this lab."""
    images.ensure(_tell)
    lab = labs.open_lab(name, fresh, learner)
    magics.register(lab)
    return lab


_told: list[str] = []


def _tell(image: str, line: str) -> None:
    """Print one line for each image that has to be built; usually there is none."""
    if image not in _told:
        _told.append(image)
        print(f"{image}: {line}", flush=True)
