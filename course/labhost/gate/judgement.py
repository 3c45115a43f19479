"""The verdict on one request to the engine: a pure function of what was sent and what the engine says about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from course.labhost.gate import wishes
from course.labhost.gate.guards import TAKES_OVER, Refusal, Table, anything, mount_type, obey, quoted, refuse
from course.labhost.gate.strictjson import Unreadable, fields, read

Inspect = Callable[[str], Any]
"""What the engine answers to GET of a path, as data; None if it knows no such thing. Raises OSError."""

OLDEST_API = (1, 24)  # before it, a start could carry a host configuration
READABLE = (
    "_ping|version|info|events|system|containers|exec|images|distribution|networks|volumes|swarm|nodes|services|tasks|"
    "secrets|configs|plugins"
)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")  # the engine would read them as part of the query


@dataclass(frozen=True)
class Request:
    """One request. ``path`` is decoded and without the API's version; ``name`` is the object that the path names."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    inspect: Inspect
    name: str = ""


Action = Callable[[Request], None]


def judge(method: str, uri: str, headers: Mapping[str, str], body: bytes, inspect: Inspect) -> str:
    """The sentence with which a request is refused; empty if it is allowed. Never raises.

    ``uri`` is the path and query as sent. ``body`` is what the engine showed of the body: JSON bodies only, and only
    up to 4 MiB; other bodies arrive here empty. ``inspect`` is asked only about what is about to start.
    """
    try:
        path, query = _location(uri)
        _hold(Request(method, path, query, headers, body, inspect))
    except Refusal as refusal:
        return str(refusal)
    except Unreadable as reason:
        return f"This lab host refuses a request that it cannot read: {reason}."
    except Exception as error:  # whatever happened: what was not judged is not allowed
        return f"This lab host refuses a request that it could not judge: {type(error).__name__}, {quoted(str(error))}."
    return ""


def _hold(request: Request) -> None:
    kind = next((value for name, value in request.headers.items() if name.lower() == "content-type"), "")
    if kind.split(";")[0].strip().lower() in FORMS:
        refuse("a request sent as a form", "the policy is not shown what a form says")
    for methods, pattern, action in ROUTES:
        if request.method in methods and (match := pattern.fullmatch(request.path)):
            action(replace(request, name=match.groupdict().get("name") or ""))
            return
    refuse(f"{quoted(request.method)} {quoted(request.path)}", "the course does not need it")


# --- where it goes ---------------------------------------------------------------------------------------------------


def _location(uri: str) -> tuple[str, list[tuple[str, str]]]:
    """Path without version, and query. Raises Unreadable or Refusal for a path that has several readings."""
    raw, _, rest = uri.partition("?")
    if not re.fullmatch(r"/([!$&-.0-:=@-Z_a-z~/]|%[0-9a-fA-F]{2})+", raw):
        raise Unreadable("its path has characters that a path does not have")
    path = unquote(raw, errors="strict")
    if not path.isprintable() or any(part in ("", ".", "..") for part in path[1:].split("/")):
        raise Unreadable("its path has more than one reading")
    if version := re.fullmatch(r"/v([0-9]+)\.([0-9]+)(/.*)", path):
        if (int(version[1]), int(version[2])) < OLDEST_API:
            refuse(f"version {version[1]}.{version[2]} of the API", "it is older than what the policy knows")
        path = version[3]
    return path, parse_qsl(rest, keep_blank_values=True)


# --- what each kind of request must satisfy --------------------------------------------------------------------------


def free(request: Request) -> None:
    """Harmless whatever it says."""


def says(table: Table, where: str) -> Action:
    """The body must be readable and obey the table."""

    def action(request: Request) -> None:
        if not request.body.strip():
            raise Unreadable("it needs a body of type application/json")
        obey(read(request.body), table, where)

    return action


def may_say(table: Table, where: str) -> Action:
    """Like `says`, but there may be no body: the engine takes nothing from one that the policy is not shown."""
    return lambda request: says(table, where)(request) if request.body else None


def asks(table: Table, where: str) -> Action:
    """Every word of the query must obey the table; a word said twice must obey it twice."""

    def action(request: Request) -> None:
        for name, value in request.query:
            if name not in table and value:
                refuse(f"the word {quoted(name)} in {where}", "the course does not need it")
            table.get(name, anything)(value)

    return action


def start(request: Request) -> None:
    """What is started is judged as the engine understood it; the request itself may say next to nothing."""
    if request.body.strip():
        refuse("a start with settings", "settings belong to the creation of a container")
    asks(wishes.START, "a start")(request)
    container(request.inspect(f"/containers/{quote(request.name)}/json"), request.inspect)


def start_exec(request: Request) -> None:
    """An exec as the engine understood it."""
    says(wishes.EXEC, "an exec")(request)
    known = request.inspect(f"/exec/{quote(request.name)}/json")
    wishes.EXEC["privileged"](fields(fields(known, "exec").get("processconfig"), "exec").get("privileged"))


def container(known: Any, inspect: Inspect) -> None:
    """A container as inspected; None if there is none, which the engine will say better."""
    if known is None:
        return
    obey(known["HostConfig"], wishes.INSPECTED, "the container")
    for mount in known["Mounts"]:
        mount_type(mount["Type"])
        if mount["Type"] == "volume":
            obey(inspect(f"/volumes/{quote(mount['Name'])}"), wishes.INSPECTED_VOLUME, "the volume")


def plugins(request: Request) -> None:
    """Plugins of the engine run with every right."""
    refuse("plugins", TAKES_OVER, "A network driver that listens on a unix socket needs no installation")


def _routes() -> list[tuple[list[str], re.Pattern[str], Action]]:
    name, any_name = "(?P<name>[^/]+)", "(?P<name>.+)"
    table: list[tuple[str, str, Action]] = [
        ("GET HEAD", f"/({READABLE})(/.*)?", free),
        # docker cp writes within the container's own tree since 19.03: the engine enters it before it opens the path
        ("PUT", f"/containers/{name}/archive", free),
        ("DELETE", f"/(containers|networks|volumes|services|secrets|configs|nodes)/{name}", free),
        ("DELETE", f"/images/{any_name}", free),
        ("POST", "/containers/create", says(wishes.CONTAINER, "the container")),
        ("POST", f"/containers/{name}/(start|restart|unpause)", start),
        ("POST", f"/containers/{name}/(stop|kill|pause|wait|resize|attach|rename)", free),
        ("POST", f"/containers/{name}/update", says(wishes.RESOURCES, "the update")),
        ("POST", f"/containers/{name}/exec", says(wishes.EXEC, "an exec")),
        ("POST", f"/exec/{name}/start", start_exec),
        ("POST", f"/exec/{name}/resize", free),
        ("POST", "/commit", may_say(wishes.CONTAINER, "the image")),
        ("POST", "/build", asks(wishes.BUILD, "a build")),
        # BuildKit speaks past the policy; its own defaults refuse what is privileged (see the engine's settings)
        ("POST", "/(session|grpc|build/prune|build/cancel)", free),
        ("POST", "/images/(create|load|prune)", free),
        ("POST", f"/images/{any_name}/(tag|push)", free),
        ("POST", "/networks/create", says(wishes.NETWORK, "the network")),
        ("POST", f"/networks/{name}/(connect|disconnect)", says(wishes.CONNECTION, "the connection")),
        ("POST", "/volumes/create", says(wishes.VOLUME, "the volume")),
        ("POST", "/(containers|networks|volumes)/prune", free),
        ("POST", "/swarm/(init|join|unlock)", says(wishes.SWARM, "the swarm")),
        ("POST", "/swarm/update", says(wishes.SWARM_SPEC, "the swarm")),
        ("POST", "/swarm/leave", free),
        ("POST", f"/services/(create|{name}/update)", says(wishes.SERVICE, "the service")),
        ("POST", f"/(secrets|configs)/(create|{name}/update)", says(wishes.SECRET, "the secret")),
        ("POST", f"/nodes/{name}/update", says(wishes.NODE, "the node")),
        ("POST PUT DELETE", "/plugins(/.*)?", plugins),
    ]
    return [(methods.split(), re.compile(pattern), action) for methods, pattern, action in table]


ROUTES = _routes()
