"""Cells that run in a container or on a machine: what is said there is told as it comes, each stream for itself."""

from __future__ import annotations

import secrets
import shlex
from codecs import getincrementaldecoder
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from course.errors import CourseError, LabError
from course.show.cells import quoted

if TYPE_CHECKING:
    from docker.models.containers import Container

    from course.labs.host import Host

SHELL_WORDS = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>&1"}
MARK = "COURSE_CELL"  # in the environment of all that a cell started, so that an interrupted one can be ended
END_MARKED = 'for p in /proc/[0-9]*; do grep -q "$0" "$p/environ" 2>/dev/null && kill "${p#/proc/}"; done'
MISSING = (126, 127)  # exit codes for a program that is not there, or cannot be run

Kind = Literal["prompt", "out", "err", "note"]  # what is run, what it said on its two streams, what we say of it
Hear = Callable[[Kind, str], None]


class Job(Protocol):
    """Something that runs somewhere: ``run`` returns when it is over, ``end`` ends it from another thread."""

    def run(self, hear: Hear) -> None:
        """Run it, and tell everything that it says."""

    def end(self) -> None:
        """End it, and what it started."""


@dataclass
class InContainer:
    """A command that runs in a container of the lab host ``host``, as ``docker exec`` runs it."""

    host: str
    container: Container
    argv: list[str]
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def name(self) -> str:
        """The container's name."""
        return str(self.container.name)

    def run(self, hear: Hear) -> None:
        """Raises docker's APIError if the container ends before the command begins."""
        assert self.container.client
        hear("prompt", f"{self.host}$ docker exec {self.name} {' '.join(map(quoted, self.argv))}")
        api = self.container.client.api
        job = api.exec_create(self.container.id, self.argv, environment={MARK: self.mark})["Id"]
        decode = {kind: getincrementaldecoder("utf-8")("replace") for kind in ("out", "err")}
        heard = ""
        for out, err in api.exec_start(job, stream=True, demux=True):
            for kind, part in (("out", out), ("err", err)):
                text = decode[kind].decode(part or b"")
                heard = (heard + text)[-1000:]
                if text:
                    hear("err" if kind == "err" else "out", text)
        if code := int(api.exec_inspect(job)["ExitCode"] or 0):
            hear("note", f"(exit code {code}{self._way_round(code, heard)})")

    def end(self) -> None:
        """End every process that has this cell's mark."""
        self.container.exec_run(["sh", "-c", END_MARKED, f"{MARK}={self.mark}"])

    def _way_round(self, code: int, heard: str) -> str:
        """What to do where the image lacks the program."""
        missing = code in MISSING and "OCI runtime exec failed" in heard
        toolbox = f"docker run --rm --network container:{self.name} toolbox {shlex.join(self.argv)}"
        return f"; try a toolbox in its place: {toolbox}" if missing else ""


@dataclass
class OnMachine:
    """Commands that run on a machine itself, one after the other, in its own network namespace."""

    host: Host
    commands: list[str]
    ended: bool = False

    @property
    def name(self) -> str:
        """The machine's name."""
        return self.host.name

    def run(self, hear: Hear) -> None:
        """A command that may not run here says why, and the others still run. Raises LabError if the lab is gone."""
        for command in self.commands:
            if self.ended:
                return
            hear("prompt", f"{self.name}$ {command}")
            self._run(command, hear)

    def end(self) -> None:
        """Run no further commands; the one that runs ends at its own limit, which is some seconds."""
        self.ended = True

    def _run(self, command: str, hear: Hear) -> None:
        try:
            words = shlex.split(command)
        except ValueError as error:
            return hear("note", f"this line cannot be read: {str(error).lower()}")
        if joined := SHELL_WORDS.intersection(words):
            return hear(
                "note", f"no shell reads this line, so {joined.pop()!r} means nothing here: write one command a line"
            )
        try:
            run = self.host.run(words)
        except LabError:
            raise
        except CourseError as refusal:
            return hear("note", str(refusal))
        hear("out", run.stdout)
        hear("err", run.stderr)
        return hear("note", f"(exit code {run.exit})" if run.exit else "")
