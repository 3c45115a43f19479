"""Questions, and what is said to each answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError
from course.labs.lessons import LESSONS
from course.show import quiz
from course.show.quiz import QUIZZES, Question, answer, ask, load

FILES = sorted(QUIZZES.glob("*.yml"))
QUESTIONS = [question for file in FILES for question in load(file)]
ONE = """
- question: What does `-p 8080:80` do?
  right: b
  options:
    a: {text: It opens a door., feedback: No door was shut.}
    b: {text: It sends packets on., feedback: One rule does it.}
"""


@pytest.fixture
def numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiz of one question for a lesson 77."""
    (tmp_path / "77_ports.yml").write_text(ONE)
    monkeypatch.setattr(quiz, "QUIZZES", tmp_path)


@pytest.mark.usefixtures("numbered")
def test_a_question_shows_its_options_and_not_which_is_right() -> None:
    text = ask("77.1")._repr_markdown_()
    assert "**Question 77.1.** What does `-p 8080:80` do?" in text and "- **a** — It opens a door." in text
    assert "One rule" not in text and "One rule" not in repr(ask("77.1"))


@pytest.mark.usefixtures("numbered")
def test_every_answer_is_answered_in_its_own_words() -> None:
    assert str(answer("77.1", "a")) == "× No. No door was shut."
    assert answer("77.1", " B ")._repr_markdown_() == "**✓ Right.** One rule does it."
    assert answer("77.1", "b").right is True


@pytest.mark.usefixtures("numbered")
def test_no_answer_is_asked_for_and_fails_no_notebook() -> None:
    feedback = answer("77.1", "")
    assert feedback.right is None and "type one of a, b" in str(feedback)


@pytest.mark.usefixtures("numbered")
@pytest.mark.parametrize(
    ("number", "letter", "says", "cure"),
    [
        ("77.1", "e", "has no option 'e'", "choose one of a, b"),
        ("77.2", "a", "no question '77.2'", "choose one of 77.1"),
        ("77.0", "a", "no question '77.0'", "77.1"),
        ("77", "a", "no question '77'", "77.1"),
        ("99.1", "a", "no question '99.1'", "lessons 77"),
    ],
)
def test_a_question_or_letter_that_is_not_there_is_told(number: str, letter: str, says: str, cure: str) -> None:
    with pytest.raises(CourseError, match=says) as caught:
        answer(number, letter)
    assert cure in caught.value.next


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- [", "cannot be read"),
        ("just text", "is not a list of questions"),
        ("[]", "is not a list of questions"),
        ("- question: Why?", r"question 88.1 must have exactly: question, right, options"),
        (ONE.replace("right: b", "right: c"), "right answer of question 88.1 is 'c'"),
        (ONE.replace(", feedback: No door was shut.", ""), "option 88.1 a must have exactly: text, feedback"),
        (ONE.replace("It opens a door.", "12"), "the text of option 88.1 a must be a text"),
        ("- {question: Why so, right: a, options: {a: {text: So., feedback: No.}}}", "needs two options or more"),
    ],
)
def test_a_quiz_with_a_mistake_says_where_it_is(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "88_broken.yml"
    file.write_text(text)
    with pytest.raises(CourseError, match=says):
        load(file)


@given(st.text())
def test_any_text_is_a_quiz_or_one_clear_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("quiz") / "88_any.yml"
    file.write_text(text, encoding="utf-8")
    try:
        loaded: tuple[Question, ...] = load(file)
    except CourseError:
        loaded = ()
    assert all(question.options for question in loaded)


def test_every_lesson_has_a_quiz_and_every_quiz_a_lesson() -> None:
    assert [file.stem for file in FILES] == sorted(LESSONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.number for question in QUESTIONS])
def test_a_question_of_the_course_has_three_options_with_feedback_of_their_own(question: Question) -> None:
    feedback = [option.feedback for option in question.options.values()]
    assert len(feedback) >= 3 and len(set(feedback)) == len(feedback)
    assert list(question.options) == sorted(question.options)


def test_the_right_answer_is_not_always_the_same_letter() -> None:
    assert len({question.right for question in QUESTIONS}) > 1
