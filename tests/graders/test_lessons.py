"""Every graded task against the untouched, the right and the named wrong answers, on real lab hosts."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from course.labs.lab import Lab
from course.show import magics
from graders.verdict import CheckError, CheckFailed
from tests.answers import LESSONS, Answer, answers, cells, tasks
from tests.cells import Notebook

pytestmark = pytest.mark.engine
ALL = [answer for lesson in LESSONS for answer in answers(lesson)]


@pytest.mark.parametrize("answer", ALL, ids=str)
def test_an_answer_gets_the_verdict_it_deserves(
    answer: Answer, lab_of: Callable[[str], Lab], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # answers may lie in files beside the notebook
    lab = lab_of(answer.lesson)
    verdict = mark(lab, answer)
    assert verdict == answer.headline


def mark(lab: Lab, answer: Answer) -> str | None:
    """The headline of the failure that the answer is given, or None if it passes. An error of the lab is raised."""
    check = importlib.import_module(f"graders.lessons.{LESSONS[answer.lesson]}")
    for host in lab.hosts.values():
        host.admin("reset")
    lab.use()
    notebook = Notebook({"lab": lab, "client": lab.client, "check": check, "mine": check.values(lab)})
    magics.register(lab)
    notebook.run(cells(answer.lesson, answer.task)[0])
    for cell in answer.cells:
        notebook.run(cell, may_fail=answer.headline is not None)
    try:
        getattr(check, answer.task)(lab)
    except CheckFailed as failure:
        return str(failure).splitlines()[0]
    except CheckError as error:
        raise AssertionError(f"the lab itself failed: {error}") from error
    return None


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_task_has_untouched_right_and_three_wrong_answers(lesson: str) -> None:
    given = {task: [a for a in answers(lesson) if a.task == task] for task in tasks(lesson)}
    for task, its in given.items():
        names = [answer.name for answer in its]
        wrong = [answer for answer in its if answer.headline and answer.name != "untouched"]
        assert "untouched" in names and "right" in names and len(wrong) >= 3, f"{task} has only {names}"
