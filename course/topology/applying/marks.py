"""What tells ours from others': the labels that everything made from a topology wears. Pure.

Besides the name of its topology an object wears a hash of every setting that it was made with, so that a later plan
sees which of them changed, also those that the engine would not tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from course.topology.difference import Thing
from course.topology.model import Container, Network, Where

TOPOLOGY, SETTINGS = "course.topology", "course.settings"
# What is no setting of the object itself, or can be changed while it is there.
APART = {"name", "machine", "bridge", "state", "depends_on"}

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Facts:
    """What engines know and a topology does not say.

    ``labels`` are those of all networks and containers that wear ours. ``images`` maps what containers name as their
    image, by machine, to its id: empty if the machine has none of that name; ``made_of`` maps containers to the id of
    the image that they were made from. ``loose`` are attachments that lead to a network which is gone, ``orphans``
    containers in a namespace whose owner has got another one since. ``swarm`` and ``managers`` are the machines in a
    swarm, and those of them that may make networks for it; both are empty where no overlay network is concerned.
    ``homes`` are the networks on which containers were made: without it the engine neither starts nor connects one.
    """

    labels: Mapping[Thing, Labels] = field(default_factory=dict)
    images: Mapping[tuple[str, str], str] = field(default_factory=dict)
    made_of: Mapping[Where, str] = field(default_factory=dict)
    loose: frozenset[Thing] = frozenset()
    orphans: frozenset[Where] = frozenset()
    swarm: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    homes: Mapping[Where, str] = field(default_factory=dict)


def labels(topology: str, item: Network | Container) -> dict[str, str]:
    """What ``item`` wears when it is made for the topology of that name."""
    return {TOPOLOGY: topology, SETTINGS: json.dumps(hashes(item), separators=(",", ":"))}


def hashes(item: Network | Container) -> dict[str, str]:
    """A hash of each setting that does not have its usual value."""
    usual = type(item)("xx", "xx")
    settings = {one.name: _plain(getattr(item, one.name)) for one in fields(item) if one.name not in APART}
    if settings.get("shares") == "none":  # taken off all networks and off none, a namespace is the same
        settings["shares"] = ""
    return {name: _hash(value) for name, value in settings.items() if value != _plain(getattr(usual, name))}


def changed(worn: Labels, item: Network | Container) -> list[str]:
    """Names of the settings with which ``item`` would now be made otherwise than what wears these labels."""
    now, then = hashes(item), _read(worn.get(SETTINGS, ""))
    return [name for name in sorted({*now, *then}) if now.get(name) != then.get(name)]


def _read(text: str) -> dict[str, str]:
    """The hashes in a label; labels that we did not write hold none, so that all is changed."""
    try:
        found = json.loads(text)
    except ValueError:
        return {"label": text}
    return found if isinstance(found, dict) else {"label": text}


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value
