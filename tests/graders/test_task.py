"""Graded functions: what they print, return, raise and remember. Pure: these checks look at no lab."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from course.errors import LabError
from course.labs.learner import NOTES
from course.labs.lessons import Lesson, lesson
from graders.task import not_attempted, score, task
from graders.verdict import CheckError, CheckFailed, NotAttempted, fail


@dataclass
class Desk:
    """All that a graded function itself asks of a lab."""

    lesson: Lesson


LAB: Any = Desk(lesson("04_user_defined_networks"))


@task(points=2)
def backend_reaches_db(lab: object) -> None:
    """backend opens a TCP connection to db:5432, found by name.

    More about it, for whoever reads the code.
    """


@task(points=2)
def db_is_hidden(lab: object) -> None:
    """Nobody but backend reaches db."""
    fail("frontend reaches db:5432", "no way to db").enforce()


def stumbles(lab: object) -> None:
    """It stumbles."""
    raise KeyError("Networks")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's workspace, and this test inside it."""
    (tmp_path / NOTES).mkdir()
    (tmp_path / NOTES / "learner").write_text("tester")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def done(workspace: Path) -> dict[str, Any]:
    tasks: dict[str, Any] = json.loads((workspace / NOTES / "progress.json").read_text())["04_user_defined_networks"]
    return tasks


def test_a_pass_prints_one_line_and_returns_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert backend_reaches_db(LAB) is None
    out, err = capsys.readouterr()
    assert (out, err) == ("pass  backend opens a TCP connection to db:5432, found by name\n", "")


def test_a_fail_is_raised_and_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CheckFailed, match="frontend reaches db:5432"):
        db_is_hidden(LAB)
    assert tuple(capsys.readouterr()) == ("", "")


def test_a_task_keeps_its_name_points_and_sentence() -> None:
    assert (backend_reaches_db.__name__, backend_reaches_db.points) == ("backend_reaches_db", 2)
    assert repr(db_is_hidden) == "<task db_is_hidden, 2 points: Nobody but backend reaches db>"


@pytest.mark.parametrize(("earned", "returned"), [(0, 0), (1.5, 1.5), (2, None), (None, None), ("text", None)])
def test_points_earned_are_returned_unless_they_are_all(earned: object, returned: object) -> None:
    assert task(points=2)(lambda lab: earned)(LAB) == returned


@pytest.mark.parametrize("earned", [3, -1])
def test_points_that_cannot_be_are_an_error_of_the_check(earned: int) -> None:
    with pytest.raises(CheckError, match="2 points"):
        task(points=2)(lambda lab: earned)(LAB)


def test_an_accident_becomes_an_error_that_keeps_its_cause() -> None:
    with pytest.raises(CheckError, match="this check could not be made") as failure:
        task()(stumbles)(LAB)
    assert isinstance(failure.value.__cause__, KeyError)


def test_an_error_of_the_lab_keeps_its_own_words() -> None:
    def check(lab: object) -> None:
        raise LabError("host1 does not answer", "its lab host has ended", "lab.reset()")

    with pytest.raises(CheckError) as failure:
        task()(check)(LAB)
    assert str(failure.value).splitlines()[0] == "host1 does not answer"
    assert failure.value.verdict.next == "lab.reset()"


def test_a_score_adds_what_passed_and_says_what_did_not(capsys: pytest.CaptureFixture[str]) -> None:
    def hidden(lab: object) -> None:
        """Nobody but backend reaches db."""
        fail("frontend reaches db:5432", "no way to db").enforce()

    def reached(lab: object) -> None:
        """backend reaches db."""

    assert score(LAB, [(1, hidden), (2, reached)]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "fail  Nobody but backend reaches db (0 of 1)",
        "      frontend reaches db:5432",
        "        expected  no way to db",
        "pass  backend reaches db (2 of 2)",
    ]
    assert err == ""


def test_a_score_on_a_broken_lab_is_an_error_and_not_a_low_mark() -> None:
    with pytest.raises(CheckError):
        score(LAB, [(1, lambda lab: None), (1, stumbles)])


def test_work_that_was_not_begun_says_so() -> None:
    def check(lab: object) -> None:
        raise not_attempted("there is no container backend", "!docker run -d --name backend …")

    with pytest.raises(NotAttempted) as failure:
        task()(check)(LAB)
    assert str(failure.value).splitlines()[0] == "not attempted yet: there is no container backend"
    assert isinstance(failure.value, CheckFailed)


def test_progress_is_kept_in_the_workspace(workspace: Path) -> None:
    for check in (db_is_hidden, backend_reaches_db, db_is_hidden):
        with contextlib.suppress(CheckFailed):
            check(LAB)
    assert done(workspace)["db_is_hidden"] == {"attempts": 2, "passed": ""}
    assert done(workspace)["backend_reaches_db"]["passed"]


def test_partial_marks_are_not_yet_a_pass(workspace: Path) -> None:
    graded = task(points=2)(score_of_one)
    assert graded(LAB) == 1
    assert not done(workspace)["score_of_one"]["passed"]


def test_a_broken_lab_is_not_an_attempt(workspace: Path) -> None:
    with pytest.raises(CheckError):
        task()(stumbles)(LAB)
    assert not (workspace / NOTES / "progress.json").exists()


def score_of_one(lab: object) -> int:
    """One of two."""
    return 1
