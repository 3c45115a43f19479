"""What a learner writes as source and target of a trace, and what is meant by it."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course.errors import CourseError, LabError
from course.labhost.records import Answer, Kind

if TYPE_CHECKING:
    from course.labs.lab import Lab

FORMS = "db:5432 (TCP), db (ping), udp://clock:9000, dns:db (name lookup), http://web/"


@dataclass(frozen=True)
class Aim:
    """A target read: what to ask, of whom. ``address`` is a name or an address; for http it is the whole URL."""

    kind: Kind
    address: str
    port: int = 0

    @property
    def transport(self) -> str:
        """tcp, udp or icmp."""
        return {"http": "tcp", "dns": "udp"}.get(self.kind, self.kind)


@dataclass(frozen=True)
class Asked:
    """What was asked, as the learner wrote it and as it was meant, where the asker is, and what was answered."""

    source: str
    target: str
    aim: Aim
    machine: str
    view: str
    mark: int
    answer: Answer


def aim(target: str) -> Aim:
    """Read a target; raises CourseError that shows the forms there are."""
    try:
        return _aim(target.strip())
    except ValueError as error:
        raise CourseError(
            f"{target!r} is no target for a packet", because=str(error), next=f"write one of: {FORMS}"
        ) from error


def _aim(target: str) -> Aim:
    if target.startswith("dns:"):
        return Aim("dns", _name(target[4:].strip("/")), 53)
    if target.startswith("http://"):
        url = urllib.parse.urlsplit(target)
        _name(url.hostname or "")
        return Aim("http", target, url.port or 80)
    scheme, _, rest = target.rpartition("://")
    if scheme not in ("", "udp", "tcp"):
        raise ValueError(f"{scheme} is not a way to ask that a trace knows")
    if not scheme and rest.count(":") > 1 and not rest.startswith("["):  # a bare IPv6 address
        return Aim("icmp", _name(rest))
    url = urllib.parse.urlsplit(f"//{rest}")
    if url.path or url.query:
        raise ValueError("it has a path, and only http:// has one")
    if url.port is None:
        if scheme or rest.endswith(":"):
            raise ValueError("it names no port")
        return Aim("icmp", _name(url.hostname or ""))
    if url.port == 0:
        raise ValueError("ports go from 1 to 65535")
    return Aim("udp" if scheme == "udp" else "tcp", _name(url.hostname or ""), url.port)


def _name(text: str) -> str:
    if not text or not text.isprintable() or any(sign in text for sign in " /@"):
        raise ValueError("it names nobody" if not text else f"{text!r} is neither a name nor an address")
    return text


def place(lab: Lab, source: str) -> tuple[str, str]:
    """Machine and view of a source: ``web``, ``host1``, ``laptop``, ``host2/web``, ``netns:red``.

    Raises LabError if there is none, or more than one.
    """
    if not lab.all:
        raise lab.closed()
    if source in lab.all:
        return source, "host"
    machine, _, view = source.partition("/")
    if view and machine in lab.all:
        return machine, view
    found = [machine for machine in lab.all if _there(lab, machine, source)]
    if len(found) > 1:
        raise LabError(f"{' and '.join(found)} both have a {source!r}", next=f'say which: "{found[0]}/{source}"')
    if found:
        return found[0], source
    raise LabError(f"no running container and no machine is called {source!r}", next=f"there is {_known(lab)}")


def _there(lab: Lab, machine: str, view: str) -> bool:
    """Whether a machine has a view of that name. Its engine is not asked whether the container runs: the agent says."""
    host = lab.all[machine]
    if view.startswith("netns:"):
        rows = host.run("ip netns list").stdout.splitlines()
        return view.removeprefix("netns:") in [row.split()[0] for row in rows if row]
    if not host.has_engine:
        return False
    from docker.errors import DockerException

    try:
        return any(
            c.name == view for c in host.client.containers.list(all=True, filters={"name": view}, ignore_removed=True)
        )
    except DockerException:
        return False


def _known(lab: Lab) -> str:
    from course.observe.live import read
    from course.observe.places import places

    return ", ".join(places(read(lab)))
