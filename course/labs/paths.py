"""Where the sockets of a lab lie, and the name its objects share."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from course.errors import LabError


def lab_id(learner: str, name: str) -> str:
    """The name that all objects of one learner's lab share: readable, and unique on the outer engine."""
    key = f"{os.getuid()}/{learner}/{name}"
    return f"{name.replace('/', '-')}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def run_root() -> Path:
    """The folder of all this user's sockets: short (a socket's path has at most 107 bytes) and open to nobody else."""
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if not os.access(base, os.W_OK):
        base = Path(tempfile.gettempdir())
    root = base / f"course-{os.getuid()}"
    root.mkdir(mode=0o700, exist_ok=True)
    if root.stat().st_uid != os.getuid() or root.stat().st_mode & 0o077:
        raise LabError(
            f"{root} is not private to {getpass.getuser()}",
            because="another user of this machine made it, or its mode was changed",
            next=f"remove it, or set XDG_RUNTIME_DIR to a folder of your own; then: chmod 700 {root}",
        )
    return root


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Only one process of this user makes, finds or removes labs at a time; others wait for their turn."""
    root = os.open(run_root(), os.O_RDONLY)
    try:
        fcntl.flock(root, fcntl.LOCK_EX)
        yield
    finally:
        os.close(root)


def run_folder(lab: str) -> Path:
    """Where the sockets of one lab lie."""
    return run_root() / lab.rsplit("-", 1)[-1]
