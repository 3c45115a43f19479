"""Cell magics: a cell that runs on a machine of the lab, or in a container.

``%%on host1``   each line is one command on that machine
``%%in web``     the cell is a shell script in that container

``{name}`` in such a cell is replaced by the value of that Python variable, as in ``!`` lines.
"""

from __future__ import annotations

import re
import secrets
import shlex
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

from course.errors import CourseError, LabError
from course.show.refusals import shown_plainly
from course.show.templates import keep_templates

if TYPE_CHECKING:
    from docker.models.containers import Container
    from IPython.core.interactiveshell import InteractiveShell

    from course.labs.host import Host
    from course.labs.lab import Lab

VALUE = re.compile(r"(?<![$%\\])\{([A-Za-z_]\w*(?:\.\w+)*)\}")  # not ${x} of the shell, nor %{x} of curl
SHELL_WORDS = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>&1"}
MARK = "COURSE_CELL"  # in the environment of all that a cell started, so that an interrupted one can be ended
END_MARKED = 'for p in /proc/[0-9]*; do grep -q "$0" "$p/environ" 2>/dev/null && kill "${p#/proc/}"; done'
SHELL_NEEDED = re.compile(r"[^\w ./:@%+,-]|^\s*$|^\s*(cd|exit|set|export|type|ulimit|umask|read|wait|\.)\b")
MISSING = (126, 127)  # exit codes for a program that is not there, or cannot be run

_current: list[Lab] = []  # the lab opened last


def register(lab: Lab | None = None) -> None:
    """Let cells of this notebook use the magics on ``lab``, and show matrices and topologies as pictures.

    ``{{…}}`` in a ``!`` line reaches the shell as typed, and what an engine refuses is shown without a stack trace.
    Outside IPython nothing happens. Registering again only changes the lab.
    """
    if lab is not None:
        _current[:] = [lab]
    if shell := _shell():
        load_ipython_extension(shell)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext course.show.magics`` calls."""
    magics: dict[str, Any] = {"on": on, "in": in_container}
    for name, magic in magics.items():
        shell.register_magic_function(magic, "cell", name)
    _show_as_pictures(shell)
    keep_templates(shell)
    shown_plainly(shell)


def on(line: str, cell: str) -> None:
    """``%%on host1``: run each line of the cell as one command on that machine, and print what it says."""
    host = _machine(line.strip())
    for command in commands(fill(cell, _names())):
        print(f"{host.name}$ {command}")
        print(_answer(host, command), end="", flush=True)


def in_container(line: str, cell: str) -> None:
    """``%%in web``: run the cell as a shell script in that container, and print what it says as it says it."""
    host, container = _container(line.strip())
    argv = words(fill(cell, _names()).strip())
    print(f"{host}$ docker exec {container.name} {' '.join(map(quoted, argv))}", flush=True)
    code, heard = _exec(container, argv)
    missing = code in MISSING and "OCI runtime exec failed" in heard
    toolbox = f"docker run --rm --network container:{container.name} toolbox {shlex.join(argv)}"
    if code:
        print(f"(exit code {code}{'; try a toolbox in its place: ' + toolbox if missing else ''})")


def words(script: str) -> list[str]:
    """What the engine is asked to run: the command itself if it is a simple one, else a shell with the script."""
    return ["sh", "-c", script] if SHELL_NEEDED.search(script) else script.split()


def quoted(word: str) -> str:
    """A word as one types it in a shell, with the quotes that are easier to read."""
    plain = "'" in word and not re.search(r'["$`\\!]', word)
    return f'"{word}"' if plain else shlex.quote(word)


def commands(cell: str) -> list[str]:
    """The commands in a cell: one a line, without empty lines and comments; a line that ends in ``\\`` goes on."""
    lines = (line.strip() for line in cell.replace("\\\n", " ").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def fill(text: str, names: Mapping[str, Any]) -> str:
    """The text with ``{name}`` and ``{name.field}`` replaced; what is no known name stays as it is."""

    def value(match: re.Match[str]) -> str:
        first, *fields = match[1].split(".")
        try:
            return str(reduce(getattr, fields, names[first]))
        except (KeyError, AttributeError):
            return match[0]

    return VALUE.sub(value, text)


# --- on a machine ---------------------------------------------------------------------------------------------------


def _answer(host: Host, command: str) -> str:
    """What to print: the command's output, or why it did not run."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        return f"this line cannot be read: {str(error).lower()}\n"
    if joined := SHELL_WORDS.intersection(words):
        return f"no shell reads this line, so {joined.pop()!r} means nothing here: write one command a line\n"
    try:
        run = host.run(words)
    except LabError:
        raise
    except CourseError as refusal:
        return f"{refusal}\n"
    said = "".join(part if part.endswith("\n") else f"{part}\n" for part in (run.stdout, run.stderr) if part)
    return said + (f"(exit code {run.exit})\n" if run.exit else "")


def _machine(name: str) -> Host:
    lab = _lab()
    machines = lab.all
    if not machines:
        raise lab.closed()
    if name not in machines:
        raise CourseError(
            f"this lab has no machine {name!r}" if name else "on which machine shall this cell run?",
            next=f"write %%on {' or %%on '.join(machines)}",
        )
    return machines[name]


# --- in a container -------------------------------------------------------------------------------------------------


def _container(name: str) -> tuple[str, Container]:
    """The lab host and the running container of that name; ``host2/name`` where two lab hosts have one."""
    lab = _lab()
    if not lab.all:
        raise lab.closed()
    found = dict(_containers(lab))
    ours = [where for where in found if name in (where, where.partition("/")[2])]
    if not ours:
        raise CourseError(
            f"there is no container {name!r}" if name else "in which container shall this cell run?",
            next=f"there is {', '.join(sorted(found))}" if found else "start one first",
        )
    if len(ours) > 1:
        what = f"{len(ours)} lab hosts have a container {name!r}"
        raise CourseError(what, next=f"write %%in {' or %%in '.join(sorted(ours))}")
    state = found[ours[0]].status
    if state != "running":
        again = "unpause" if state == "paused" else "start"
        raise CourseError(f"{name} is {state}, so nothing can run in it", next=f"!docker {again} {found[ours[0]].name}")
    return ours[0].partition("/")[0], found[ours[0]]


def _containers(lab: Lab) -> Iterator[tuple[str, Container]]:
    for host in lab.hosts.values():
        for container in host.client.containers.list(all=True, ignore_removed=True):
            yield f"{host.name}/{container.name}", container


def _exec(container: Container, argv: list[str]) -> tuple[int, str]:
    """Run a command and print its output while it comes; the exit code, and the last of what was said."""
    assert container.client
    api, mark = container.client.api, secrets.token_hex(8)
    job = api.exec_create(container.id, argv, environment={MARK: mark})["Id"]
    decode, heard = getincrementaldecoder("utf-8")("replace"), ""
    try:
        for part in api.exec_start(job, stream=True):
            text = decode.decode(part)
            heard = (heard + text)[-1000:]
            sys.stdout.write(text)
            sys.stdout.flush()
    except KeyboardInterrupt:
        container.exec_run(["sh", "-c", END_MARKED, f"{MARK}={mark}"])
        print("\n(interrupted, and ended)")
        return 0, heard
    if heard and not heard.endswith("\n"):
        print()
    return int(api.exec_inspect(job)["ExitCode"] or 0), heard


# --- the notebook ---------------------------------------------------------------------------------------------------


def _lab() -> Lab:
    if not _current:
        raise CourseError("no lab is open in this notebook", next='open one: lab = open_lab("02_default_bridge")')
    return _current[0]


def _shell() -> InteractiveShell | None:
    if "IPython" not in sys.modules:  # nobody can be in a notebook then
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _names() -> dict[str, Any]:
    shell = _shell()
    return dict(shell.user_ns) if shell else {}


def _show_as_pictures(shell: InteractiveShell) -> None:
    """Data knows nothing of pictures, as it lives below; so the notebook is told what to show in its place."""
    from course.observe.matrix import Matrix
    from course.show.draw import draw
    from course.show.grid import grid
    from course.topology.model import Topology

    def matrix_as(thing: Matrix, include: Any = None, exclude: Any = None) -> Any:
        forms, about = grid(thing)._repr_mimebundle_()
        return forms | {"text/plain": str(thing)}, about

    def topology_as(thing: Topology, include: Any = None, exclude: Any = None) -> Any:
        return draw(thing)._repr_mimebundle_()

    if shell.display_formatter:
        formatter: Any = shell.display_formatter.mimebundle_formatter
        formatter.for_type(Matrix, matrix_as)
        formatter.for_type(Topology, topology_as)
