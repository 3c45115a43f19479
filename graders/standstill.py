"""Why a container does not run, as a label of `course.faults.causes`. Pure."""

from __future__ import annotations

from graders.facts import Container

ENDED_BY_OTHERS = (0, 137, 143)  # exit codes of a program that ended well, or was killed (128 + SIGKILL, SIGTERM)
SAID = {"port is already allocated": "port-taken", "no available IPv4 addresses": "pool-full"}
BECAUSE = {
    "stopped": "it was stopped: its program did not end by an error of its own",
    "crashes": "its program ends with an error, and its log may say which",
    "paused": "its programs are frozen until it is unpaused",
}


def cause(container: Container) -> str:
    """Empty if it runs, or was never started."""
    if container.error:
        return next((label for words, label in SAID.items() if words in container.error), "")
    if container.status in ("exited", "restarting"):
        return "stopped" if container.exit_code in ENDED_BY_OTHERS else "crashes"
    return "paused" if container.status == "paused" else ""
