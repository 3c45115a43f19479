"""Cells that run on a machine or in a container."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from course.errors import CourseError
from course.labs.lab import Lab
from course.show import magics
from course.show.magics import commands, fill, quoted, words


def test_a_cell_holds_one_command_a_line() -> None:
    assert commands("\nip addr\n  # a comment\n\nip route \\\n  show\n") == ["ip addr", "ip route    show"]


def test_names_in_braces_are_filled_in_and_what_a_shell_means_stays() -> None:
    names = {"address": "10.0.0.2", "mine": SimpleNamespace(port=8080), "http_code": "wrong"}
    text = "curl -w '%{http_code}' http://{address}:{mine.port} {mine.gone} ${address} {nobody} {a,b} \\{address}"
    filled = "curl -w '%{http_code}' http://10.0.0.2:8080 {mine.gone} ${address} {nobody} {a,b} \\{address}"
    assert fill(text, names) == filled


@pytest.mark.parametrize(
    ("script", "argv"),
    [
        ("ip -br addr", ["ip", "-br", "addr"]),
        ("curl -sS http://web:80/", ["curl", "-sS", "http://web:80/"]),
        ("echo hi | cat", ["sh", "-c", "echo hi | cat"]),
        ("echo $HOSTNAME", ["sh", "-c", "echo $HOSTNAME"]),
        ("one\ntwo", ["sh", "-c", "one\ntwo"]),
        ("cd /tmp", ["sh", "-c", "cd /tmp"]),
        ("", ["sh", "-c", ""]),
    ],
)
def test_a_simple_command_needs_no_shell(script: str, argv: list[str]) -> None:
    assert words(script) == argv


def test_words_are_quoted_as_people_do() -> None:
    assert [quoted(word) for word in ("web", "it's", "a b")] == ["web", '"it\'s"', "'a b'"]
    assert quoted("it's $HOME") == "'it'\"'\"'s $HOME'"


@pytest.fixture
def opened(lab: Lab) -> Iterator[Lab]:
    """A lab with a toolbox that runs and one that does not, known to the magics."""
    lab.client.containers.run("toolbox", name="client", detach=True)
    lab.client.containers.run("toolbox", name="old", detach=True).stop(timeout=0)
    magics.register(lab)
    yield lab
    magics._current.clear()


Output = Callable[[], str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Output:
    """All that was printed so far; nothing may go to stderr."""

    def read() -> str:
        output = capsys.readouterr()
        assert output.err == ""
        return output.out

    return read


@pytest.mark.engine
@pytest.mark.usefixtures("opened")
def test_each_line_runs_on_the_machine_and_shows_what_it_said(said: Output) -> None:
    magics.on("laptop", "ip -br addr show lo\n\n# nothing\nping -c1 -W1 10.213.255.254")
    lines = said().splitlines()
    assert lines[0] == "laptop$ ip -br addr show lo" and "127.0.0.1/8" in lines[1]
    assert lines[2].startswith("laptop$ ping") and lines[-1].startswith("(exit code ")


@pytest.mark.engine
@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ls -l", "'ls' is not among the tools of this machine"),
        ("ip addr | cat", "no shell reads this line, so '|' means nothing here"),
        ("ip 'addr", "this line cannot be read: no closing quotation"),
    ],
)
def test_a_line_that_cannot_run_says_why_and_the_others_still_run(said: Output, command: str, answer: str) -> None:
    magics.on("host1", f"{command}\nip -br link show lo")
    output = said()
    assert answer in output and "LOOPBACK" in output


@pytest.mark.engine
@pytest.mark.usefixtures("opened")
def test_a_cell_runs_in_a_container_and_shows_the_command_that_does_the_same(said: Output) -> None:
    magics.in_container("client", "ip -br addr show lo\n")
    assert said().startswith("host1$ docker exec client ip -br addr show lo\nlo ")
    magics.in_container("client", "for n in 1 2; do echo $n; done\nexit 3")
    assert said() == "host1$ docker exec client sh -c 'for n in 1 2; do echo $n; done\nexit 3'\n1\n2\n(exit code 3)\n"


@pytest.mark.engine
@pytest.mark.usefixtures("opened")
def test_a_program_that_the_image_lacks_is_told_with_a_way_round(said: Output) -> None:
    magics.in_container("client", "nosuchprogram -x")
    toolbox = "docker run --rm --network container:client toolbox nosuchprogram -x"
    assert said().endswith(f"; try a toolbox in its place: {toolbox})\n")


@pytest.mark.engine
def test_an_interrupted_cell_ends_what_it_started(opened: Lab, said: Output) -> None:
    main = threading.get_ident()
    threading.Timer(1.0, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
    magics.in_container("client", "sleep 1234 & sleep 1234")
    assert "(interrupted, and ended)" in said()
    processes = opened.client.containers.get("client").top()["Processes"]
    assert not [row for row in processes if "1234" in row[-1]]


@pytest.mark.engine
@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    ("magic", "name", "says", "cure"),
    [
        (magics.on, "host9", "this lab has no machine 'host9'", "%%on host1 or %%on laptop"),
        (magics.on, "", "on which machine", "%%on host1"),
        (magics.in_container, "nobody", "there is no container 'nobody'", "host1/client, host1/old"),
        (magics.in_container, "", "in which container", "host1/client"),
        (magics.in_container, "old", "old is exited, so nothing can run in it", "!docker start old"),
    ],
)
def test_a_place_that_is_not_there_is_told_with_those_that_are(
    magic: Callable[[str, str], None], name: str, says: str, cure: str
) -> None:
    with pytest.raises(CourseError, match=says) as caught:
        magic(name, "ip addr")
    assert cure in caught.value.next


@pytest.mark.engine
def test_a_name_on_two_hosts_is_asked_with_its_host(lab_of: Callable[[str], Lab], said: Output) -> None:
    two = lab_of("02_default_bridge")
    for host in two.hosts.values():
        host.admin("reset")
        host.client.containers.run("toolbox", name="twin", detach=True)
    magics.register(two)
    with pytest.raises(CourseError, match="2 lab hosts have a container 'twin'") as caught:
        magics.in_container("twin", "true")
    assert caught.value.next == "write %%in host1/twin or %%in host2/twin"
    magics.in_container("host2/twin", "true")
    assert said() == "host2$ docker exec twin true\n"
    magics._current.clear()


def test_without_a_lab_the_magics_say_so() -> None:
    with pytest.raises(CourseError, match="no lab is open") as caught:
        magics.on("host1", "ip addr")
    assert "open_lab" in caught.value.next


def test_a_notebook_shows_matrices_and_topologies_as_pictures() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    from course.labhost.records import Answer
    from course.observe.layer import Layer, Question
    from course.observe.matrix import Matrix
    from tests.show.topologies import crowd

    shell = InteractiveShell.instance(colors="nocolor")
    magics.load_ipython_extension(shell)
    assert {"on", "in"} <= set(shell.magics_manager.magics["cell"])
    assert shell.display_formatter
    matrix = Matrix(("aa", "bb"), (Layer(Question("icmp"), {("aa", "bb"): Answer("reply")}),))
    for thing, text in ((matrix, str(matrix)), (crowd(1), "lab host host1")):
        forms = shell.display_formatter.format(thing)[0]
        assert "<img" in forms["text/html"] and forms["text/plain"].startswith(text)
