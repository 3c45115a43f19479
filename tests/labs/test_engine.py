"""The outer engine found, or the reason said why it was not."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from docker.context.config import get_context_id
from docker.models.containers import ExecResult

from course.errors import EngineError
from course.labs import build, engine
from course.labs.recipes import recipes

# docker-py leaves the socket of a failed connection to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
SCRIPT = Path(__file__).parents[2] / ".ci" / "engine"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: the path of a socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="ce") as name:
        yield Path(name)


def refusal(monkeypatch: pytest.MonkeyPatch, host: str) -> EngineError:
    monkeypatch.delenv("COURSE_OUTER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(EngineError) as caught:
        engine.connect()
    return caught.value


@contextmanager
def stand_in(socket: Path, version: str, api: str) -> Iterator[None]:
    """An engine that knows nothing but its own version."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"Version": version, "ApiVersion": api}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    with socketserver.ThreadingUnixStreamServer(str(socket), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_no_engine_says_where_none_was_found_and_how_to_get_one(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    error = refusal(monkeypatch, f"unix://{folder}/none.sock")
    assert error.what == f"no Docker Engine answers at unix://{folder}/none.sock"
    assert "make learn" in error.next


def test_a_socket_that_nobody_serves_any_more_is_no_engine(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    with socketserver.UnixStreamServer(str(folder / "left.sock"), BaseHTTPRequestHandler):
        pass
    assert "no Docker Engine answers" in refusal(monkeypatch, f"unix://{folder}/left.sock").what


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_socket_closed_to_us_names_the_group_that_opens_it(folder: Path) -> None:
    folder.chmod(0o755)
    program = (
        "import os, course.labs.engine as e, course.errors, docker, requests\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: e.connect()\n"
        "except course.errors.EngineError as error: print(error)"
    )
    with stand_in(folder / "closed.sock", "26.1.5", "1.45"):
        (folder / "closed.sock").chmod(0o000)
        environment = os.environ | {"DOCKER_HOST": f"unix://{folder}/closed.sock", "HOME": str(folder)}
        environment.pop("COURSE_OUTER_HOST", None)
        told = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
        )
    assert "no permission to use the Docker Engine" in told.stdout, told.stderr
    assert 'usermod -aG docker "$USER"' in told.stdout


def test_an_engine_older_than_20_10_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    with stand_in(folder / "old.sock", "19.03.15", "1.40"):
        error = refusal(monkeypatch, f"unix://{folder}/old.sock")
    assert error.what == "Docker Engine 19.03.15 is too old"
    assert "20.10" in error.because


def test_an_engine_of_20_10_is_not_too_old(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    with stand_in(folder / "just.sock", "20.10.0", "1.41"):
        monkeypatch.setenv("COURSE_OUTER_HOST", f"unix://{folder}/just.sock")
        assert engine.connect().api.api_version == "1.41"


def test_an_engine_that_takes_the_call_and_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(engine, "ANSWERS_WITHIN", 1.0)
    with socketserver.UnixStreamServer(str(folder / "mute.sock"), BaseHTTPRequestHandler):  # listens, never accepts
        error = refusal(monkeypatch, f"unix://{folder}/mute.sock")
    assert "does not answer" in error.what and "1 s" in error.because


def test_a_name_that_is_no_engine_at_all_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    error = refusal(monkeypatch, "tcp://no-such-machine.invalid:2375")
    assert "tcp://no-such-machine.invalid:2375" in error.what and error.because


def test_the_host_of_a_lesson_is_not_taken_for_the_outer_engine() -> None:
    lesson = {"DOCKER_HOST": "unix:///lesson.sock", "PATH": "/bin"}
    assert engine.outer_environment(lesson) == lesson
    assert engine.outer_environment(lesson | {"COURSE_OUTER_HOST": "tcp://mine"})["DOCKER_HOST"] == "tcp://mine"
    assert "DOCKER_HOST" not in engine.outer_environment(lesson | {"COURSE_OUTER_HOST": ""})


def test_a_docker_context_of_the_user_is_followed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    name = "elsewhere"
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": f"unix://{folder}/context.sock"}}}
    place = folder / "contexts" / "meta" / get_context_id(name)
    place.mkdir(parents=True)
    (place / "meta.json").write_text(json.dumps(meta))
    (folder / "config.json").write_text("{}")
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    monkeypatch.setenv("DOCKER_CONTEXT", name)
    for variable in ("DOCKER_HOST", "COURSE_OUTER_HOST"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(EngineError, match=r"context\.sock"):
        engine.connect()


@pytest.mark.engine
def test_a_refusal_of_the_engine_is_said_in_its_own_words() -> None:
    with pytest.raises(EngineError, match="it cannot be named") as caught, engine.spoken("it cannot be named"):
        engine.connect().api.tag("course/no-such-image", "course/other")
    assert "no-such-image" in caught.value.because.lower()


# --- the script that finds or installs an engine ---------------------------------------------------


def script(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key not in ("DOCKER_HOST", "COURSE_OUTER_HOST")}
    return subprocess.run([SCRIPT, *options], env=clean | environment, capture_output=True, text=True, check=False)


@pytest.mark.engine
def test_the_script_sees_that_an_engine_answers_and_does_nothing_more() -> None:
    told = script()
    assert told.returncode == 0
    (line,) = told.stdout.splitlines()
    assert line.endswith("answers")


@pytest.mark.engine
def test_the_script_looks_past_the_lab_host_of_a_lesson() -> None:
    assert script("--check", DOCKER_HOST="unix:///lesson.sock", COURSE_OUTER_HOST="").returncode == 0


@pytest.mark.engine
def test_the_script_leaves_an_engine_of_the_users_own_choice_to_the_user() -> None:
    told = script(DOCKER_HOST="unix:///none.sock")
    assert told.returncode == 1
    assert "DOCKER_HOST=unix:///none.sock does not answer" in told.stderr and "unset DOCKER_HOST" in told.stderr


def test_the_script_explains_an_unknown_option() -> None:
    told = script("--faster")
    assert told.returncode == 1 and "--check | --with-base" in told.stderr


@pytest.mark.engine
def test_a_fresh_debian_gets_an_engine_and_other_users_are_told_what_to_do() -> None:
    with fresh_debian() as run:
        told = run("runuser -u ann -- /ci/engine")
        assert told.exit_code == 1 and b"sudo apt-get install docker.io" in told.output
        installed = run("/ci/engine")
        assert installed.exit_code == 0 and b"Docker Engine 26" in installed.output, installed.output
        closed = run("runuser -u ann -- /ci/engine")
        assert closed.exit_code == 1 and b"usermod -aG docker" in closed.output
        run('pid=$(cat /run/course-engine/pid); kill $pid; timeout 20 sh -c "while [ -e /proc/$pid/exe ]; do :; done"')
        run("mount -t tmpfs -o ro none /var/lib/docker")
        told = run("/ci/engine")
        assert told.exit_code == 1 and b"its disk is read-only" in told.output, told.output


@pytest.mark.engine
def test_a_system_that_is_no_debian_is_told_what_to_install() -> None:
    with fresh_debian() as run:
        run("echo ID=other >/etc/os-release")
        told = run("/ci/engine")
        assert told.exit_code == 1 and b"install Docker Engine 20.10 or newer" in told.output


@contextmanager
def fresh_debian() -> Iterator[Callable[[str], ExecResult]]:
    """A Debian with nothing on it, that may run an engine; takes shell commands as root."""
    api = engine.connect().api
    base = recipes()["base"]
    if not api.images(base.tag):
        build.build([base], lambda image, line: None)
    config = api.create_host_config(
        cap_add=["SYS_ADMIN", "NET_ADMIN"],
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        binds={str(SCRIPT.parent): {"bind": "/ci", "mode": "ro"}},
    )
    config["MaskedPaths"] = config["ReadonlyPaths"] = []
    made = api.create_container(
        base.tag,
        ["sleep", "600"],
        host_config=config,
        volumes=["/var/lib/docker"],
        labels={"course.lab": "test"},
    )
    container = engine.connect().containers.get(made["Id"])
    container.start()
    try:
        container.exec_run(
            ["sh", "-c", "useradd ann; for c in /sys/fs/cgroup/*/; do mount -o remount,rw,bind $c; done"]
        )
        yield lambda command: container.exec_run(["sh", "-c", command])
    finally:
        container.remove(force=True, v=True)
