"""Cell magics: a cell that runs on a machine of the lab, or in a container.

``%%on host1``   each line is one command on that machine, in its own network namespace
``%%in web``     the cell is a shell script in that container

With several names, ``%%in web db``, the cell runs in all of them at the same time, and what they say is shown side by
side. ``{name}`` in such a cell is replaced by the value of that Python variable, as in ``!`` lines.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from course.errors import CourseError
from course.labs.lab import current
from course.show.cells import commands, fill, words
from course.show.columns import Column, Columns
from course.show.refusals import shown_plainly
from course.show.running import InContainer, Job, Kind, OnMachine
from course.show.templates import keep_templates

if TYPE_CHECKING:
    from docker.models.containers import Container
    from IPython.core.interactiveshell import InteractiveShell

    from course.labs.host import Host
    from course.labs.lab import Lab

# What is shown as a picture, with its table as text beside it.
DRAWN = [
    ("course.observe.matrix", "Matrix"),
    ("course.observe.journey", "Journey"),
    ("course.observe.capture", "Capture"),
]
# What is shown as a widget, with its Markdown for pages where nobody can click.
CLICKED = [
    ("course.show.quiz", "Question"),
    ("course.show.hinting", "Hints"),
    ("course.labs.progress", "Progress"),
]


def register(lab: Lab | None = None) -> None:
    """Let cells of this notebook use the magics, on ``lab`` if it is given; and show data as pictures.

    ``{{…}}`` in a ``!`` line reaches the shell as typed, and what an engine refuses is shown without a stack trace.
    Outside IPython nothing happens. Registering again only changes the lab.
    """
    if lab is not None:
        lab.use()
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
    """``%%on host1``: run each line of the cell as one command on that machine, and show what it says."""
    lines = commands(fill(cell, _names()))
    _run([OnMachine(_machine(name), lines) for name in _asked(line)])


def in_container(line: str, cell: str) -> None:
    """``%%in web``: run the cell as a shell script in that container, and show what it says as it says it."""
    argv = words(fill(cell, _names()).strip())
    _run([InContainer(*_container(name), argv) for name in _asked(line)])


def _asked(line: str) -> list[str]:
    """The names in a magic's line, each once; an empty one if there is none."""
    return list(dict.fromkeys(line.split())) or [""]


# --- running --------------------------------------------------------------------------------------------------------


def _run(jobs: Sequence[Job]) -> None:
    """One job tells what it says while it runs; several run at once, and their words are shown side by side."""
    if len(jobs) > 1:
        return _together(jobs)
    said = _Printer()
    try:
        jobs[0].run(said.hear)
    except KeyboardInterrupt:
        jobs[0].end()
        said.hear("note", "(interrupted, and ended)")
    return said.close()


def _together(jobs: Sequence[Job]) -> None:
    from IPython.display import display

    columns = [Column() for _ in jobs]
    with ThreadPoolExecutor(len(jobs)) as pool:
        running = [pool.submit(job.run, column.hear) for job, column in zip(jobs, columns, strict=True)]
        try:
            wait(running)
        except KeyboardInterrupt:
            for job, column, future in zip(jobs, columns, running, strict=True):
                if not future.done():
                    job.end()
                    column.hear("note", "(interrupted, and ended)")
    display(Columns(columns))
    for future in running:
        future.result()


class _Printer:
    """Prints what a job says: errors to stderr, everything else to stdout, where what we add begins a new line."""

    def __init__(self) -> None:
        self.fresh = True  # whether stdout is at the beginning of a line

    def hear(self, kind: Kind, text: str) -> None:
        """Print it at once."""
        if kind == "err":
            sys.stdout.flush()
            sys.stderr.write(text)
            sys.stderr.flush()
        elif text:
            if kind != "out":
                self.close()
                text = text.rstrip("\n") + "\n"
            sys.stdout.write(text)
            sys.stdout.flush()
            self.fresh = text.endswith("\n")

    def close(self) -> None:
        """End the last line."""
        if not self.fresh:
            print(flush=True)
            self.fresh = True


# --- places ---------------------------------------------------------------------------------------------------------


def _lab() -> Lab:
    """The lab that the notebook turned to last. Raises LabError if there is none, or if it is closed."""
    lab = current()
    if not lab.all:
        raise lab.closed()
    return lab


def _machine(name: str) -> Host:
    machines = _lab().all
    if name not in machines:
        raise CourseError(
            f"this lab has no machine {name!r}" if name else "on which machine shall this cell run?",
            next=f"write %%on {' or %%on '.join(machines)}",
        )
    return machines[name]


def _container(name: str) -> tuple[str, Container]:
    """The lab host and the running container of that name; ``host2/name`` where two lab hosts have one."""
    found = dict(_containers(_lab()))
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


# --- the notebook ---------------------------------------------------------------------------------------------------


def _shell() -> InteractiveShell | None:
    if "IPython" not in sys.modules:  # nobody can be in a notebook then
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _names() -> dict[str, Any]:
    shell = _shell()
    return dict(shell.user_ns) if shell else {}


def _show_as_pictures(shell: InteractiveShell) -> None:
    """Data knows nothing of pictures, as it lives below; so the notebook is told what to show with it.

    Where pictures cannot be shown, and to who asks for text, it stays what it is; a topology is told in words.
    """
    if not shell.display_formatter:
        return
    formatter: Any = shell.display_formatter.mimebundle_formatter
    for module, name in DRAWN:
        formatter.for_type_by_name(module, name, _drawn)
    formatter.for_type_by_name("course.topology.model", "Topology", _told)
    for module, name in CLICKED:
        formatter.for_type_by_name(module, name, _clicked)


def _drawn(thing: Any, include: Any = None, exclude: Any = None) -> Any:
    forms, about = _told(thing)
    return forms | {"text/plain": str(thing)}, about


def _told(thing: Any, include: Any = None, exclude: Any = None) -> Any:
    from course.show.draw import draw

    return draw(thing)._repr_mimebundle_()


def _clicked(thing: Any, include: Any = None, exclude: Any = None) -> Any:
    from course.show.questioning import as_widget

    bundle: Any = as_widget(thing)._repr_mimebundle_()
    forms, about = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
    return {**forms, "text/markdown": thing._repr_markdown_(), "text/plain": repr(thing)}, about
