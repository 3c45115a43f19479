"""Guards for the fields of a request to the engine, and how they are put together. Pure: no files, no sockets.

A *guard* looks at the value of one field and raises Refusal, with a sentence for the learner, or lets it pass.
A *table* gives each field of a structure its guard, by lower-case name. It is an allow-list: a field that stands in no
table must be empty. The tables are in `wishes`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from course.labhost.gate.strictjson import Unreadable, fields, mapping, texts

Guard = Callable[[Any], None]
Table = Mapping[str, Guard]

TAKES_OVER = "it would take over the lab host"
UNMASKED = "parts of /proc change the lab host itself"
DOCKERS_DEFAULT = (
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW "
    "SETFCAP SETGID SETPCAP SETUID SYS_CHROOT"
)
GRANTED = {*DOCKERS_DEFAULT.split(), "NET_ADMIN"}
LOG_OPTIONS = {"max-size", "max-file", "compress", "labels", "labels-regex", "env", "env-regex", "tag", "mode"}
VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
DRIVER_NAME = re.compile(r"[a-zA-Z0-9]+([./:_-][a-zA-Z0-9]+)*")  # never "..": the engine looks drivers up as files
SYSCTL = re.compile(r"net(\.[a-zA-Z0-9_-]+)+")


class Refusal(Exception):
    """A wish that is not granted; its text is the sentence that the learner reads."""


def refuse(what: str, because: str, instead: str = "") -> NoReturn:
    """Raise Refusal with one sentence for what and why, and perhaps one for what to do instead."""
    raise Refusal(f"This lab host refuses {what}: {because}." + (f" {instead}." if instead else ""))


def quoted(value: Any) -> str:
    """A value of the learner's, short and fit for a terminal."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= 60 else text[:57] + "..."


def obey(structure: Any, table: Table, where: str) -> None:
    """Hold every field of a structure against its table. Raises Refusal, or Unreadable if it has no single meaning."""
    for name, value in fields(structure, where).items():
        if name in table:
            table[name](value)
        elif value:
            refuse(
                f"the field {quoted(name)} in {where}",
                "the course does not need it, and it is not known to be harmless",
            )


# --- guards for one field ---------------------------------------------------------------------------------------------


def anything(value: Any) -> None:
    """Harmless whatever it says."""


def never(what: str, because: str = TAKES_OVER, instead: str = "") -> Guard:
    """Only empty: false, zero, an empty text or list, or null."""

    def guard(value: Any) -> None:
        if value:
            refuse(what, because, instead)

    return guard


def only(what: str, because: str, *granted: str, like: str = "") -> Guard:
    """Empty, one of the granted words, or a word that begins with ``like``."""

    def guard(value: Any) -> None:
        if value and value not in granted and not (like and str(value).startswith(like)):
            others = ", ".join(filter(None, [*granted, like and f"{like}NAME"]))
            refuse(f"{what} {quoted(value)}", because, f"Allowed: {others}" if others else "")

    return guard


def within(table: Table, where: str) -> Guard:
    """A structure with a table of its own."""
    return lambda value: obey(value, table, where)


def each(guard: Guard, where: str) -> Guard:
    """A list, every item by the same guard."""

    def all_items(value: Any) -> None:
        if value is not None and not isinstance(value, list):
            raise Unreadable(f"{where} is not a list")
        for item in value or []:
            guard(item)

    return all_items


def harmless(names: str) -> Table:
    """A table that lets the named fields say what they like."""
    return dict.fromkeys(names.split(), anything)


def capabilities(value: Any) -> None:
    """Docker's default set, NET_ADMIN and NET_RAW; spelled with or without CAP_, in any case, as the engine allows."""
    for name in texts(value, "CapAdd"):
        if name.upper().removeprefix("CAP_") not in GRANTED:
            refuse(
                f"--cap-add {quoted(name)}",
                TAKES_OVER,
                "NET_ADMIN is allowed: try --cap-add NET_ADMIN. So are NET_RAW and Docker's defaults",
            )


def security_options(value: Any) -> None:
    """no-new-privileges takes rights away; every other option gives some."""
    for option in texts(value, "SecurityOpt"):
        if not re.fullmatch("no-new-privileges([:=](true|false))?", option):
            refuse(f"--security-opt {quoted(option)}", "it would loosen the walls between containers and the lab host")


def sysctls(value: Any) -> None:
    """Settings of the container's own network namespace; runc refuses them for a container on the host's network."""
    for name in mapping(value, "Sysctls"):
        if not SYSCTL.fullmatch(name):
            refuse(f"--sysctl {quoted(name)}", "it is not a setting of the container's own network", "Allowed: net.*")


def target(value: Any) -> None:
    """Where a volume or tmpfs is mounted: nowhere that the engine needs for shutting the container in.

    A volume at /dev would put the container in charge of the /dev/null that runc lays over dangerous files of /proc.
    """
    if not isinstance(value, str) or "{{" in value:
        raise Unreadable("the path of a mount is not plain text")
    if ":" in value:
        refuse(f"the volume {quoted(value)}", "the name of a volume has two letters or more")
    clean = posixpath.normpath("/" + value.lstrip("/"))
    if clean.split("/")[1] in ("", "proc", "sys", "dev") and clean != "/dev/shm":
        refuse(f"a mount at {quoted(clean)}", "the walls round a container hang on what is there")


def file_name(value: Any) -> None:
    """Where a secret or a config appears in the container."""
    target(posixpath.join("/run/secrets", value) if isinstance(value, str) else value)


def volume_name(value: Any) -> None:
    """A named volume; anything with a slash is a path of the lab host to the engine."""
    if value and not (isinstance(value, str) and VOLUME_NAME.fullmatch(value)):
        refuse(
            f"the bind mount of {quoted(value)}",
            "it would open the lab host's own files to a container",
            "Use a named volume, as in -v data:/data, or docker cp",
        )


_volume_mode = only("the volume mode", "it reaches beyond the container", "ro", "rw", "nocopy")


def binds(value: Any) -> None:
    """``HostConfig.Binds``, what -v sends: ``name:/path[:mode]``, or ``/path`` alone for an anonymous volume."""
    for bind in texts(value, "Binds"):
        source, *rest = bind.split(":")
        if not rest:
            target(source)
            continue
        volume_name(source or "/")
        target(rest[0])
        for mode in ",".join(rest[1:]).split(","):
            _volume_mode(mode)


def targets(value: Any) -> None:
    """A map whose keys are mount points: anonymous volumes, tmpfs."""
    for path in mapping(value, "the list of mount points"):
        target(path)


def volume_driver_options(value: Any) -> None:
    """Any option turns a local volume into a mount of something else."""
    if value:
        refuse(
            "volume driver options",
            "they can mount the lab host's own files and devices",
            "Create the volume without options",
        )


def mount_type(value: Any) -> None:
    """volume and tmpfs, not bind, image, cluster or npipe."""
    only("a mount of type", "it can reach beyond the container", "volume", "tmpfs")(value or "without a type")


def driver(value: Any) -> None:
    """A network's driver: built in, or found by its name beside the engine's socket."""
    if value and not (isinstance(value, str) and DRIVER_NAME.fullmatch(value)):
        refuse(f"the driver {quoted(value)}", "a driver has a name, not a path")


def log_options(value: Any) -> None:
    """Options of the json-file and local drivers, which write to the container's own log."""
    for name in mapping(value, "LogConfig.Config"):
        if name not in LOG_OPTIONS:
            refuse(f"the log option {quoted(name)}", "it is not known to be harmless")


def defaults_only(value: Any) -> None:
    """Masked and read-only paths: even an empty list is a wish, only null leaves the engine's own."""
    if value is not None:
        refuse("a choice of masked or read-only paths", UNMASKED)


def must_hold(path: str) -> Guard:
    """The engine's own list of masked or read-only paths, recognised by one of them."""

    def guard(value: Any) -> None:
        if path not in texts(value, "a list of paths"):
            defaults_only([])

    return guard
