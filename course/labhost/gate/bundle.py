"""The last look at a container before runc starts it, whoever asked for it.

The policy judges what is asked over the engine's API. Tasks of a Swarm reach an engine from its manager, unasked, and
whoever holds a join token can be a manager. So what runc is told to run is judged as well, by the specification that
the engine wrote (``config.json`` of https://github.com/opencontainers/runtime-spec). Called by the script ``runc`` that
stands before the real one: ``python3 -m course.labhost.gate.bundle`` with runc's own arguments; exits 1 if it refuses.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.labhost.gate.guards import GRANTED, TAKES_OVER, UNMASKED, Refusal, quoted, refuse

STORE = Path("/var/lib/docker")
OWN_FILE = re.compile(rf"{STORE}/containers/[0-9a-f]{{64}}(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+")
VOLUME = re.compile(rf"{STORE}/volumes/(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]+)/_data")
INIT = re.compile("/usr/(bin|sbin|libexec/docker)/docker-init")
VIRTUAL = {"proc", "tmpfs", "devpts", "sysfs", "mqueue", "cgroup", "cgroup2"}
PRIVATE = {"mount", "pid", "ipc", "uts"}


def judge(spec: dict[str, Any], has_options: Callable[[str], bool]) -> str:
    """The sentence with which a container is refused; empty if it may start.

    ``has_options`` says whether the volume of that name was made with driver options.
    """
    try:
        _capabilities(spec["process"].get("capabilities") or {})
        _walls(spec["linux"])
        for mount in spec.get("mounts") or []:
            _mount(mount, has_options)
    except Refusal as refusal:
        return str(refusal)
    except (KeyError, TypeError, AttributeError) as error:
        return f"This lab host refuses a container that it could not judge: {error!r}."
    return ""


def _capabilities(sets: dict[str, list[str]]) -> None:
    if more := {name for names in sets.values() for name in names or []} - {f"CAP_{name}" for name in GRANTED}:
        refuse(f"the capability {quoted(min(more))}", TAKES_OVER)


def _walls(linux: dict[str, Any]) -> None:
    if shared := PRIVATE - {namespace["type"] for namespace in linux["namespaces"]}:
        refuse(f"a container without a {min(shared)} namespace of its own", TAKES_OVER)
    if "/proc/kcore" not in linux.get("maskedPaths", []) or "/proc/sys" not in linux.get("readonlyPaths", []):
        refuse("a choice of masked or read-only paths", UNMASKED)
    if not linux.get("seccomp"):
        refuse("a container without a seccomp profile", TAKES_OVER)
    if linux.get("devices"):
        refuse("devices of the lab host", TAKES_OVER)


def _mount(mount: dict[str, Any], has_options: Callable[[str], bool]) -> None:
    binds = mount["type"] == "bind" or {"bind", "rbind"} & set(mount.get("options") or [])
    if not binds and mount["type"] in VIRTUAL:
        return
    source = mount["source"] if binds else f"a file system of type {mount['type']}"
    volume = VOLUME.fullmatch(source)
    if not ((volume and not has_options(volume["name"])) or OWN_FILE.fullmatch(source) or INIT.fullmatch(source)):
        refuse(f"the bind mount of {quoted(source)}", "it would open the lab host's own files to a container")


def _has_options(volume: str) -> bool:
    options = STORE / "volumes" / volume / "opts.json"
    return options.exists() and json.loads(options.read_text()) not in (None, {})


def main(argv: list[str]) -> int:
    """Judge the bundle that runc's arguments name. The sentence goes where the engine looks for runc's own errors."""
    bundle, log = (_option(argv, name) for name in ("--bundle", "--log"))
    sentence = judge(json.loads(Path(bundle, "config.json").read_text()), _has_options)
    if sentence and log:
        entry = {"level": "error", "msg": sentence, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        Path(log).write_text(json.dumps(entry) + "\n")
    print(sentence, file=sys.stderr)
    return 1 if sentence else 0


def _option(argv: list[str], name: str) -> str:
    return argv[argv.index(name) + 1] if name in argv else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
