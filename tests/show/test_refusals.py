"""What a Docker Engine refuses, as a cell shows it."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import APIError, NotFound
from IPython.core.interactiveshell import InteractiveShell

from course.labs.lab import Lab
from course.show import magics
from course.show.refusals import plain, shown_plainly

ID = "ab" * 32


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (
            APIError("409", explanation=f'Conflict. The container name "/web" is already in use by container "{ID}".'),
            [
                f'APIError: Conflict. The container name "/web" is already in use by container "{ID[:12]}".',
                "  next      !docker rm -f web",
                "            removes the one that has the name; then run this cell again, once",
            ],
        ),
        (
            NotFound("404", explanation="No such container: wbe"),
            [
                "NotFound: No such container: wbe",
                "  next      !docker ps -a",
                "            lists the containers there are",
            ],
        ),
        (APIError("500 Server Error", explanation="something else"), ["APIError: something else"]),
        (APIError("500 Server Error"), ["APIError: 500 Server Error"]),
    ],
)
def test_a_refusal_is_what_the_engine_said_and_a_next_step(error: APIError, lines: list[str]) -> None:
    assert plain(error).splitlines() == lines


def test_other_exceptions_are_shown_as_ever(capsys: pytest.CaptureFixture[str]) -> None:
    shell: Any = InteractiveShell.instance(colors="nocolor")
    shown_plainly(shell)
    shell.run_cell("def fail():\n    return {}['web']\nfail()")
    shown = capsys.readouterr().out
    assert "Traceback" in shown and "KeyError: 'web'" in shown and "return {}['web']" in shown


@pytest.mark.engine
@pytest.mark.parametrize(
    ("cell", "said", "step"),
    [
        ('run("web", name="one", detach=True)', 'name "/one" is already in use', "!docker rm -f one"),
        (
            'run("web", name="two", detach=True, ports={"80/tcp": 8080})',
            "port is already allocated",
            "!docker rm -f two",
        ),
        ('lab.client.containers.get("wbe")', "No such container: wbe", "!docker ps -a"),
        ('run("nosuchimage")', "no such host", "!docker images"),
        ('lab.client.networks.get("nowhere")', "network nowhere not found", "!docker network ls"),
        ('lab.client.networks.create("front", check_duplicate=True)', "already exists", "!docker network rm front"),
        ('lab.client.networks.get("front").remove()', "has active endpoints", "!docker network inspect front"),
    ],
)
def test_a_cell_shows_few_lines_and_no_stack_trace(
    cell: str, said: str, step: str, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    shell: Any = InteractiveShell.instance(colors="nocolor")
    magics.register(lab)
    shell.push({"lab": lab, "run": lab.client.containers.run})
    shell.run_cell('lab.client.networks.create("front")').raise_error()
    shell.run_cell('run("web", name="one", network="front", ports={"80/tcp": 8080}, detach=True)').raise_error()
    capsys.readouterr()
    result = shell.run_cell(cell)
    shown = capsys.readouterr().out
    assert isinstance(result.error_in_exec, APIError)
    assert said in shown and step in shown and "Traceback" not in shown
    assert len(shown.strip().splitlines()) <= 3
