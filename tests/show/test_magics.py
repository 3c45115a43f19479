"""Cells that run on a machine or in a container."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course.errors import CourseError
from course.labhost.records import Answer
from course.labs import census, engine
from course.labs.lab import Lab
from course.observe.layer import Layer, Question
from course.observe.matrix import Matrix
from course.show import magics
from tests.show.journeys import ping
from tests.show.packets import Seen
from tests.show.topologies import crowd


@pytest.fixture
def opened(lab: Lab) -> Lab:
    """A lab with a toolbox that runs and one that does not, known to the magics."""
    lab.client.containers.run("toolbox", name="client", detach=True)
    lab.client.containers.run("toolbox", name="old", detach=True).stop(timeout=0)
    magics.register(lab)
    return lab


Output = Callable[[], str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Output:
    """All that was printed so far; nothing may go to stderr."""

    def read() -> str:
        output = capsys.readouterr()
        assert output.err == ""
        return output.out

    return read


def interrupted(after: Callable[[], bool], run: Callable[[], None]) -> None:
    """Run something, and press the stop button as soon as a condition holds."""
    main = threading.get_ident()

    def press() -> None:
        deadline = time.monotonic() + 30
        while not after() and time.monotonic() < deadline:
            time.sleep(0.05)
        signal.pthread_kill(main, signal.SIGINT)

    finger = threading.Thread(target=press)
    finger.start()
    try:
        run()
    finally:
        finger.join()


def runs(lab: Lab, container: str, words: str) -> bool:
    """Whether a process in that container has these words in its command line."""
    processes = lab.client.containers.get(container).top()["Processes"]
    return any(words in row[-1] for row in processes)


@pytest.mark.engine
def test_each_line_runs_on_the_machine_and_shows_what_it_said(opened: Lab, said: Output) -> None:
    nobody = opened.laptop.address.rpartition(".")[0] + ".250"
    magics.on("laptop", f"ip -br addr show lo\n\n# nothing\nping -c1 -W1 {nobody}")
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
@pytest.mark.usefixtures("opened")
def test_what_a_cell_says_on_stderr_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    magics.in_container("client", "echo fine; echo wrong >&2; printf end; exit 1")
    output = capsys.readouterr()
    assert output.out.splitlines()[1:] == ["fine", "end", "(exit code 1)"]
    assert output.err == "wrong\n"
    magics.on("laptop", "ip link show nosuch")
    output = capsys.readouterr()
    assert output.out == "laptop$ ip link show nosuch\n(exit code 1)\n"
    assert output.err == 'Device "nosuch" does not exist.\n'


@pytest.mark.engine
def test_an_interrupted_cell_ends_what_it_started(opened: Lab, said: Output) -> None:
    interrupted(
        lambda: runs(opened, "client", "1234"), lambda: magics.in_container("client", "sleep 1234 & sleep 1234")
    )
    assert "(interrupted, and ended)" in said()
    assert not runs(opened, "client", "1234")


@pytest.mark.engine
def test_an_interrupted_command_on_a_machine_ends_too(opened: Lab, said: Output) -> None:
    machines = {c.labels["course.host"]: c for c in census.containers(engine.connect(), opened.id)}

    def pings() -> bool:
        return any("ping -c" in row[-1] for row in machines["host1"].top()["Processes"])

    nobody = opened.laptop.address.rpartition(".")[0] + ".250"
    interrupted(pings, lambda: magics.on("host1", f"ping -c 10 {nobody}\nip -br link"))
    assert said() == f"host1$ ping -c 10 {nobody}\n(interrupted, and ended)\n"
    deadline = time.monotonic() + 8  # left alone, it would go on for ten seconds or more
    while pings() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not pings()


@pytest.mark.engine
def test_a_cell_runs_in_two_containers_at_once_and_is_shown_side_by_side(opened: Lab, said: Output) -> None:
    opened.client.containers.get("old").start()
    plugs = [opened.client.containers.get(name).attrs["NetworkSettings"]["Networks"] for name in ("client", "old")]
    client, old = (plug["bridge"]["IPAddress"] for plug in plugs)
    # each waits until it hears the other: one after the other, neither would be heard
    meet = f"for n in $(seq 99); do nc -z {client} 7 && nc -z {old} 7 && break; sleep 0.1; done 2>/dev/null"
    script = f"nc -lk 7 >/dev/null 2>&1 & {meet}; [ $n != 99 ] || exit 9; ip -br -4 addr show eth0; echo end >&2"
    magics.in_container("client  old client", script)
    lines = said().splitlines()
    assert lines[0].startswith("host1$ docker exec client sh -c ") and " │ host1$ docker exec old sh -c" in lines[0]
    assert any(f"{client}/" in line.split(" │ ")[0] and f"{old}/" in line.split(" │ ")[-1] for line in lines)
    assert [sum("  end" in line.split(" │")[side] for line in lines) for side in (0, -1)] == [1, 1]


@pytest.mark.engine
def test_commands_run_on_two_machines_each_in_its_own_network(opened: Lab, said: Output) -> None:
    magics.on("host1 laptop", "ip -br link show docker0")
    text = said()
    assert "host1$ ip -br link show docker0" in text and "│ laptop$ ip -br link show docker0" in text
    assert 'Device "docker0" does not exist.' in text and "(exit code 1)" in text and "UP" in text


@pytest.mark.engine
def test_an_interruption_ends_both_sides_and_shows_what_was_said(opened: Lab, said: Output) -> None:
    opened.client.containers.get("old").start()
    interrupted(
        lambda: runs(opened, "client", "1234") and runs(opened, "old", "1234"),
        lambda: magics.in_container("client old", "echo begun; sleep 1234"),
    )
    text = said()
    assert text.count("begun") >= 2 and text.count("(interrupted, and ended)") == 2
    assert not runs(opened, "client", "1234") and not runs(opened, "old", "1234")


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


def test_without_a_lab_the_magics_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.labs.lab._used", [])
    with pytest.raises(CourseError, match="no lab is open") as caught:
        magics.on("host1", "ip addr")
    assert "open_lab" in caught.value.next


def test_a_notebook_shows_data_as_pictures_with_its_text() -> None:
    shell = InteractiveShell.instance(colors="nocolor")
    magics.load_ipython_extension(shell)
    assert {"on", "in"} <= set(shell.magics_manager.magics["cell"])
    assert shell.display_formatter
    matrix = Matrix(("aa", "bb"), (Layer(Question("icmp"), {("aa", "bb"): Answer("reply")}),))
    journey = ping()
    for thing, text in ((matrix, str(matrix)), (journey, str(journey)), (crowd(1), "lab host host1")):
        forms = shell.display_formatter.format(thing)[0]
        assert "<img" in forms["text/html"] and forms["text/plain"].startswith(text)


def test_a_notebook_shows_a_capture_as_a_picture_wherever_its_class_is_from(monkeypatch: pytest.MonkeyPatch) -> None:
    class Capture:
        title, once = "1 packet at web", (Seen(0, "client", "web", "SYN"),)

    monkeypatch.setattr(Capture, "__module__", "course.observe.capture")
    shell = InteractiveShell.instance(colors="nocolor")
    magics.load_ipython_extension(shell)
    assert shell.display_formatter
    forms, about = shell.display_formatter.format(Capture())
    assert "<img" in forms["text/html"] and about["image/png"]["alt"].startswith(
        "1 packet at web; each packet is drawn once: 1"
    )
