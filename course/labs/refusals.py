"""What a Docker Engine refuses, in words: what it said, what that means, and the next step for the usual mistakes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from course.errors import CourseError, LabError
from course.labs.engine import root_cause

if TYPE_CHECKING:
    from docker.errors import APIError

LONG_ID = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
# What the engine says -> what to do about it; names that the pattern finds are filled in.
NEXT = {
    r'The container name "/(?P<name>[^"]+)" is already in use': (
        "!docker rm -f {name}\nremoves the one that has the name; then run this cell again, once"
    ),
    r"on endpoint (?P<name>\S+) .*port is already allocated": (
        "!docker ps\nshows who has that port. {name} was made all the same: !docker rm -f {name} before you try again"
    ),
    r"port is already allocated": "!docker ps\nshows who has that port",
    r"No such container": "!docker ps -a\nlists the containers there are",
    r"No such image|pull access denied|failed to resolve|lookup .* no such host": (
        "!docker images\nlists the images there are; a lab host has no internet to fetch others from"
    ),
    r"network with name (?P<name>\S+) already exists": (
        "!docker network rm {name}\nremoves it; then run this cell again, once"
    ),
    r"network \S+ not found": "!docker network ls\nlists the networks there are",
    r"network (?P<name>\S+) .*has active endpoints": (
        "!docker network inspect {name}\nlists who is on it; disconnect or remove them first"
    ),
    r"Pool overlaps": "another network has that subnet: choose another, or remove that network",
}
# What the engine says -> what that means for the object that it was asked for.
MEANS = {
    r":(?P<port>\d+) failed: port is already allocated": "port {port} of the host is published by another container",
    r"listen \w+ \S*?:(?P<port>\d+): bind: address already in use": "port {port} of the host is taken by a program",
    r"Address already in use": "another on the network has its address",
    r"no available IPv[46] addresses on this network's address pools: (?P<name>\S+)": (
        "network {name} has no address left to give"
    ),
    r"could not find an available, non-overlapping": "the engine has no subnet left to choose: give the network one",
    r"Pool overlaps": "its subnet overlaps with another network's",
    r'exec: "(?P<name>[^"]+)": (executable file not found|stat .*no such file)': "its image has no program {name}",
    r"No such image: (?P<name>\S+)": "there is no image {name}",
    r'plugin "(?P<name>[^"]+)" not found': "there is no network driver {name}",
    r"not a swarm manager": "an overlay network needs a swarm, and this machine manages none",
    r"has active endpoints": "someone is still on it",
    r"authorization denied by plugin \S+: (?P<why>.+)": "{why}",
}


def said(error: APIError) -> str:
    """The engine's own words, long ids made short."""
    return LONG_ID.sub(r"\1", str(error.explanation or error).strip())


def refusal(error: APIError) -> CourseError:
    """One fact, and the next step if the mistake is a usual one."""
    return CourseError(said(error), next=_first(NEXT, said(error)))


def meaning(error: Exception, machine: str) -> CourseError:
    """Why something could not be done on ``machine``: what it means, what was said, and the next step.

    ``error`` is one of docker-py or requests; the latter mean that the engine itself does not answer.
    """
    from docker.errors import APIError

    if not isinstance(error, APIError):
        because, next = str(root_cause(error)), "lab.reset() starts fresh machines; what ran on the old ones is gone"
        return LabError(f"the engine of {machine} does not answer", because, next)
    words = said(error)
    means = _first(MEANS, words)
    return CourseError(means, words, _first(NEXT, words)) if means and means not in words else refusal(error)


def _first(table: dict[str, str], words: str) -> str:
    found = ((match, text) for pattern, text in table.items() if (match := re.search(pattern, words)))
    return next((text.format(**match.groupdict()) for match, text in found), "")
