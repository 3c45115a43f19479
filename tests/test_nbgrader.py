"""The whole way of an assignment: generated, released, fetched, submitted, collected, graded, given back, exported."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeFetchAssignment,
    ExchangeReleaseFeedback,
    ExchangeSubmit,
)
from nbgrader.plugins import CsvExportPlugin
from nbgrader.validator import Validator
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course.labs.learner import Values
from course.show.sheetfile import SheetFile
from course.topology.compose import read_compose
from graders.lessons import user_defined_networks
from tests.answers import LESSONS, NOTEBOOKS, cells, tasks

# nbgrader 0.9.6 autograde makes SQLAlchemy warn of its own sessions; the scores are asserted here all the same
pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]
REPOSITORY = NOTEBOOKS.parent


class Classroom:
    """A teacher's course folder and the exchange it shares with its learners, all under one temporary folder."""

    def __init__(self, root: Path) -> None:
        shutil.copytree(NOTEBOOKS, root / "notebooks")
        shutil.copy(REPOSITORY / "nbgrader_config.py", root)
        self.root = root
        self.config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
        self.config.CourseDirectory.root = str(root)
        self.config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
        self.config.Exchange.root = str(root / "exchange")
        self.config.Exchange.cache = str(root / "cache")
        (root / "exchange").mkdir(mode=0o777)
        (root / "exchange").chmod(0o777)

    def api(self) -> NbGraderAPI:
        """The teacher's nbgrader."""
        directory = CourseDirectory(config=self.config)
        return NbGraderAPI(directory, Authenticator(config=self.config), config=self.config)

    def act(self, exchange: type, assignment: str, student: str = "*", **options: Any) -> None:
        """One step through the exchange, as a teacher or as one student."""
        config = Config(self.config)
        directory = CourseDirectory(config=config, assignment_id=assignment, student_id=student)
        exchange(coursedir=directory, authenticator=Authenticator(config=config), config=config, **options).start()


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    room = Classroom(tmp_path_factory.mktemp("classroom"))
    api = room.api()
    for lesson in LESSONS:
        for step in (api.generate_assignment, api.release_assignment):
            result = step(lesson)
            assert result["success"], result
    return room


def fill_in(notebook: Path, solved: set[str], lesson: str) -> None:
    """Write the model solutions of the ``solved`` tasks into a released lab notebook, as a learner would."""
    book = nbformat.read(notebook, 4)
    for cell in book.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name.removesuffix("-answer") in solved and name.endswith("-answer"):
            cell.source = cells(lesson, name.removesuffix("-answer"))[1]
    nbformat.write(book, notebook)


def learners(lesson: str) -> dict[str, set[str]]:
    """Which tasks each of the three learners solves."""
    every = list(tasks(lesson))
    return {"perfect": set(every), "partial": set(every[::2]), "untouched": set()}


def test_a_release_holds_no_solution_and_no_hidden_test(classroom: Classroom) -> None:
    for lesson in LESSONS:
        released = nbformat.read(classroom.root / "build" / "release" / lesson / "lab.ipynb", 4)
        text = "\n".join(cell.source for cell in released.cells)
        assert "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text
        solutions = [cells(lesson, task)[1].strip().splitlines()[1] for task in tasks(lesson)]
        assert [line for line in solutions if line in text] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_three_learners_get_the_scores_they_earned(classroom: Classroom, lesson: str, monkeypatch: Any) -> None:
    api = classroom.api()
    for student, solved in learners(lesson).items():
        home = classroom.root / "home" / student
        home.mkdir(parents=True, exist_ok=True)
        classroom.act(ExchangeFetchAssignment, lesson, student, assignment_dir=str(home))
        fill_in(home / lesson / "lab.ipynb", solved, lesson)
        classroom.act(ExchangeSubmit, lesson, student, assignment_dir=str(home))
    classroom.act(ExchangeCollect, lesson)

    points = tasks(lesson)
    for student, solved in learners(lesson).items():
        result = api.autograde(lesson, student)
        assert result["success"], result["log"]
        with api.gradebook as gradebook:
            notebook = gradebook.find_submission_notebook("lab", lesson, student)
            earned = {grade.name: grade.score for grade in notebook.grades}
        assert earned == {task: points[task] if task in solved else 0 for task in points}, student


@pytest.mark.parametrize("lesson", LESSONS)
def test_feedback_goes_back_and_scores_go_out(classroom: Classroom, lesson: str) -> None:
    api = classroom.api()
    assert api.generate_feedback(lesson)["success"]
    classroom.act(ExchangeReleaseFeedback, lesson)
    feedback = classroom.root / "build" / "feedback" / "untouched" / lesson / "lab.html"
    assert "CheckFailed" in feedback.read_text()

    table = classroom.root / f"{lesson}.csv"
    with api.gradebook as gradebook:
        CsvExportPlugin(to=str(table), assignment=[lesson]).export(gradebook)
    scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(table.read_text().splitlines())}
    points = tasks(lesson)
    assert scores == {who: sum(points[task] for task in solved) for who, solved in learners(lesson).items()}


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_graded_cell_passes_unearned(classroom: Classroom, lesson: str) -> None:
    released = classroom.root / "build" / "release" / lesson / "lab.ipynb"
    found = Validator(config=classroom.config, invert=True).validate(str(released))
    assert "passed" not in found, found["passed"]


def test_a_plan_beside_the_notebook_is_submitted_graded_and_shown(classroom: Classroom, monkeypatch: Any) -> None:
    lesson, student = "04_user_defined_networks", "drawer"
    home = classroom.root / "home" / student
    home.mkdir(parents=True)
    classroom.act(ExchangeFetchAssignment, lesson, student, assignment_dir=str(home))
    plan = draw_plan(home / lesson, student, monkeypatch)
    classroom.act(ExchangeSubmit, lesson, student, assignment_dir=str(home))
    classroom.act(ExchangeCollect, lesson)
    teachers_own = classroom.root / "notebooks" / lesson / "shop.yml"
    teachers_own.write_text("services: {}\n")

    api = classroom.api()
    result = api.autograde(lesson, student)
    assert result["success"], result["log"]
    with api.gradebook as gradebook:
        notebook = gradebook.find_submission_notebook("lab", lesson, student)
        assert {grade.name: grade.score for grade in notebook.grades if grade.score} == {"drawn_shop": 3}
    assert (home / lesson / "shop.yml").read_text() == plan
    assert (classroom.root / "build" / "autograded" / student / lesson / "shop.yml").read_text() == plan
    assert api.generate_feedback(lesson)["success"]
    feedback = (classroom.root / "build" / "feedback" / student / lesson / "lab.html").read_text()
    assert [alt for alt in re.findall('alt="([^"]*)"', feedback) if "window is planned, on street" in alt]


def draw_plan(folder: Path, student: str, monkeypatch: Any) -> str:
    """The model solution as the builder leaves it, with places on the sheet; the notebook stays as it was released."""
    lab: Any = SimpleNamespace(values=Values(student, "04_user_defined_networks"))
    file = folder / "shop.yml"
    monkeypatch.chdir(folder)
    exec(cells("04_user_defined_networks", "drawn_shop")[1], {"mine": user_defined_networks.values(lab)})
    sheet = SheetFile(file)
    sheet.write(read_compose(file, name="shop").topology, {"container host1/window": [120.0, 80.0]})
    (folder / "shop.before.yml").unlink()
    return file.read_text()
