from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course import cli
from course.labs import release
from course.labs.lab import open_lab
from course.labs.paths import run_root

COMMANDS = ("start", "doctor", "images", "images build", "images save", "images load", "labs", "clean", "release")


def course(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "course", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=300, env=os.environ | environment, check=False
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    told = course(*command.split(), "--help")
    assert told.returncode == 0
    assert f"usage: course {command}" in told.stdout


@pytest.mark.parametrize("words", ["", "nonsense", "start a b", "images", "images save", "start --port x"])
def test_wrong_usage_is_exit_code_2(words: str) -> None:
    told = course(*words.split())
    assert (told.returncode, told.stdout) == (2, "")
    assert "usage: course" in told.stderr


def test_help_answers_at_once() -> None:
    def seconds() -> float:
        start = time.perf_counter()
        course("--help")
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.2


@pytest.mark.parametrize("words", ["labs", "clean --labs", "images build", "images check", "images list"])
def test_without_an_engine_a_command_says_so_and_is_exit_code_1(words: str) -> None:
    told = course(*words.split(), DOCKER_HOST="unix:///nowhere/docker.sock", COURSE_OUTER_HOST="unix:///nowhere")
    assert told.returncode == 1
    assert "no Docker Engine answers" in told.stderr
    assert "Traceback" not in told.stderr


def test_start_in_the_course_itself_is_refused() -> None:
    told = course("start", str(release.REPOSITORY))
    assert told.returncode == 1
    assert "holds the course itself" in told.stderr


def test_an_interrupt_is_exit_code_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_labs", interrupted)
    assert cli.main(["labs"]) == 130
    assert "run it again" in capsys.readouterr().err


def test_jupyterlab_keeps_the_users_engine_for_kernels_and_gives_terminals_the_lab(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COURSE_OUTER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_HOST", "unix:///my/own.sock")
    _, environment = cli.jupyter(8888, browser=False)
    assert environment["COURSE_OUTER_HOST"] == "unix:///my/own.sock"
    assert environment["DOCKER_HOST"] == f"unix://{run_root()}/current/docker.sock"


def test_jupyterlab_started_from_a_terminal_of_jupyterlab_finds_the_same_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COURSE_OUTER_HOST", "")
    monkeypatch.setenv("DOCKER_HOST", "unix:///a/lab.sock")
    _, environment = cli.jupyter(8888, browser=False)
    assert environment["COURSE_OUTER_HOST"] == ""


def test_every_lesson_is_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="there is no lesson '99_nothing'"):
        release.generate("99_nothing")
    for lesson in release.lessons():
        assert Path(release.REPOSITORY, release.generate(lesson), "lab.ipynb").exists()


@pytest.mark.engine
def test_labs_lists_what_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with open_lab("01_isolation/test-cli", fresh=True, learner="tester"):
        assert cli.main(["labs"]) == 0
        assert "01_isolation/test-cli" in capsys.readouterr().out


@pytest.mark.engine
def test_images_are_listed_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["images", "build"]) == 0
    assert cli.main(["images", "check"]) == 0
    assert cli.main(["images", "list"]) == 0
    assert "course/labhost:" in capsys.readouterr().out


@pytest.mark.engine
def test_a_file_that_is_no_images_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("nothing")
    assert cli.main(["images", "load", str(tmp_path / "file")]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err
