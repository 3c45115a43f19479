"""What runs in a container, and what a command says that is run there."""

from __future__ import annotations

import contextlib
import re
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from graders.checking import Checking
from graders.facts import Container
from graders.scene import Scene
from graders.verdict import PASS, Verdict, error, fail, require

if TYPE_CHECKING:
    from docker.api.client import APIClient

LONGEST_NAME = 15  # letters of a program's name that the kernel keeps
MOST_OUTPUT = 65536
STOPPED = (124, 137, 143)  # what timeout(1) ends with, GNU's and busybox's
_OUT, _ERR = 1, 2  # the engine's numbers
NO_TOOLS = "OCI runtime exec failed"  # the engine's words for a program that is not in the image


class AboutPrograms(Checking):
    """What runs in a container.

    A container can lie about these: its programs choose their names, and a command is run with its own tools. Where
    it matters, say what the network does instead.
    """

    def runs(self, container: str, program: str) -> Self:
        """A program of this name runs in the container, by the kernel's list of processes.

        >>> expect(lab).runs("web", "nginx")
        """

        def look(scene: Scene) -> Verdict:
            found = scene.need_running(container)
            return runs(programs(scene, found), program, container, scene.command(found.host))

        return self.that(look)

    def does_not_run(self, container: str, program: str) -> Self:
        """The container runs, and no program of this name runs in it.

        >>> expect(lab).does_not_run("web", "sshd")
        """
        return self.that(lambda s: does_not_run(programs(s, s.need_running(container)), program, container))

    def command(
        self, container: str, command: str, output: str | None = None, matches: str = "", exit_code: int = 0
    ) -> Self:
        """The shell command, run in the container, ends in time with this exit code; it is run again until it does.

        Its whole output is ``output`` if that is given, without spaces at both ends; ``matches`` is a regular
        expression for some part of it. The image needs ``sh`` and ``timeout``.

        >>> expect(lab).command("client", "ip route show default", matches=r"via 10\\.150\\.1\\.254")
        """
        wanted = Said(exit_code, output, matches)

        def look(scene: Scene) -> Verdict:
            found = scene.need_running(container)
            said = run(scene.lab.hosts[found.host].client.api, found.name, command, max(self.within, 1.0))
            return answered(said, wanted, found, command, scene.command(found.host))

        return self.that(look)


def programs(scene: Scene, container: Container) -> list[str]:
    """The names of the programs that run in the container."""
    table = scene.lab.hosts[container.host].client.api.top(container.name, "-eo pid,comm")
    return sorted({row[1] for row in table["Processes"]})


def runs(found: Sequence[str], program: str, container: str, run: str = "!") -> Verdict:
    """The program is among those found. Not settled: it may still be starting. Pure."""
    if program[:LONGEST_NAME] in found:
        return PASS
    headline, next = f"{program} does not run in {container}", f"{run}docker logs {container}"
    return fail(headline, f"a program called {program}", _words(found), "", next, settled=False)


def does_not_run(found: Sequence[str], program: str, container: str) -> Verdict:
    """The program is not among those found, of which there must be some. Pure."""
    if not found:
        return error(f"the programs of {container} cannot be listed", "a running container has one at least")
    if program[:LONGEST_NAME] not in found:
        return PASS
    headline, expected = f"{program} runs in {container}", f"no program called {program}"
    return fail(headline, expected, _words(found), settled=False)


def _words(found: Sequence[str]) -> str:
    return f"its programs: {', '.join(found)}"


@dataclass(frozen=True)
class Said:
    """How a command ended, or is to end: ``output`` None is any. ``matches`` is what a part of it must look like."""

    exit_code: int
    output: str | None = None
    matches: str = ""
    stopped: bool = False


def run(api: APIClient, container: str, command: str, seconds: float) -> Said:
    """The shell command's end, after so many seconds at most. Raises TimeoutError if the container keeps silent."""
    made = api.exec_create(container, ["timeout", f"{seconds:.3f}", "sh", "-c", command])
    started = time.monotonic()
    output = _text(_received(api.exec_start(made["Id"], socket=True), started + seconds + 2))
    code = api.exec_inspect(made["Id"])["ExitCode"]
    return Said(code, output, stopped=code in STOPPED and time.monotonic() - started >= seconds)


def answered(said: Said, wanted: Said, container: Container, command: str, run: str = "!") -> Verdict:
    """Whether the command ended as it was wanted to. Pure."""
    output, name = said.output or "", container.name
    next = f"{run}docker exec {name} sh -c '{command}'"
    if said.exit_code in (126, 127) and output.startswith(NO_TOOLS):
        return error(f"no command can be run in {name}", output, "its image has no sh or no timeout", settled=True)
    if said.stopped:
        return fail(f'"{command}" does not end in {name}', "an end of it", "it was stopped", "", next)
    begun = (output.splitlines() or ["it said nothing"])[0][:70]
    if said.exit_code != wanted.exit_code:
        headline = f'"{command}" ends with exit code {said.exit_code} in {name}'
        return fail(headline, f"exit code {wanted.exit_code}", begun, "", next, settled=False)
    if wanted.output is not None and output != wanted.output.strip():
        return fail(f'"{command}" says something else in {name}', wanted.output, output, "", next, settled=False)
    holds = re.search(wanted.matches, output) is not None
    headline, expected = f'"{command}" says something else in {name}', f"something like {wanted.matches}"
    return require(holds, headline, expected, output or begun, "", next)


def _received(connection: Any, deadline: float) -> bytes:
    """All that comes until the other end closes; docker-py itself would wait for ever."""
    parts: list[bytes] = []
    with contextlib.closing(connection._response):  # whose connection this is
        while sum(map(len, parts)) < MOST_OUTPUT:
            connection._sock.settimeout(max(0.01, deadline - time.monotonic()))
            if not (part := connection._sock.recv(MOST_OUTPUT)):
                break
            parts.append(part)
    return b"".join(parts)


def _text(framed: bytes) -> str:
    """The output, or what was said on the other channel if there is none.

    The engine puts eight bytes before each piece: the channel's number first, and the length in the last four.
    """
    said, rest = {_OUT: b"", _ERR: b""}, framed
    while len(rest) >= 8:
        channel, size = struct.unpack(">BxxxL", rest[:8])
        said[channel] += rest[8 : 8 + size]
        rest = rest[8 + size :]
    return (said[_OUT] or said[_ERR]).decode(errors="replace").replace("\r\n", "\n").strip()
