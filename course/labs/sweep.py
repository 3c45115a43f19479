"""Labs that nobody uses any more, and how they go."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from course.errors import CourseError, LabError
from course.labs import census, engine
from course.labs.census import LabRecord
from course.labs.host import Host
from course.labs.paths import run_root
from course.labs.provision import GRACE, READY_WITHIN, remove

if TYPE_CHECKING:
    from docker.models.networks import Network


def sweep(grace: float = GRACE) -> list[str]:
    """Remove this user's labs that no kernel has held for ``grace`` seconds, and leftovers of labs that ended.

    Returns what was removed, by kind and name.
    """
    unused = [record.id for record in census.labs() if (idle := _idle(record)) is not None and idle >= grace]
    removed = [name for lab in unused for name in _try_to_remove(lab)]
    return removed + _leftovers(0 if grace == 0 else READY_WITHIN)


def clean() -> list[str]:
    """Remove every lab of this user, held or not, and every leftover. Returns what was removed, by kind and name."""
    removed = [name for record in census.labs() for name in remove(record.id)]
    return removed + _leftovers(0)


def _try_to_remove(lab: str) -> list[str]:
    """A lab that will not go must not keep others from being opened; `course clean --labs` says what is wrong."""
    try:
        return remove(lab)
    except LabError:
        return []


def _leftovers(older_than: float) -> list[str]:
    """LANs and socket folders without machines. Young ones may belong to a lab that another kernel is starting now."""
    removed: list[str] = []
    alive = {record.id: record.folder for record in census.labs()}
    for network in census.lans(engine.connect()):
        if network.attrs["Labels"]["course.lab"] not in alive and _age(network) >= older_than:
            removed += _try_to_remove(network.attrs["Labels"]["course.lab"])
    for folder in run_root().iterdir():
        if folder not in alive.values() and time.time() - folder.lstat().st_mtime >= older_than:
            _delete(folder)
            removed.append(f"folder {folder}")
    return removed


def _delete(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _idle(record: LabRecord) -> float | None:
    """Seconds since the last lease on any machine of the lab ended, or None while somebody holds one.

    A machine that does not answer counts from its birth.
    """
    ages = []
    for name in record.hosts:
        try:
            health = Host(name, "", record.folder / name, False).health()
        except CourseError:
            ages.append(time.time() - record.created)
            continue
        if health["leases"]:
            return None
        ages.append(float(health["idle_s"]))
    return min(ages)


def _age(network: Network) -> float:
    return time.time() - census.timestamp(network.attrs["Created"])
