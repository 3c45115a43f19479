"""Short quizzes: ``ask("02.1")`` shows a question, ``answer("02.1", "b")`` says what is right or wrong about b.

The questions of lesson 02 are in ``quizzes/02_default_bridge.yml``, a list of

.. code-block:: yaml

    - question: What does `-p 8080:80` do?
      right: b
      options:
        a: {text: It opens a door in the container., feedback: The container's ports were never shut. …}
        b: {text: It has packets for the host's port 8080 sent on., feedback: Yes. …}

``02.1`` is the first of them. Text is Markdown. Every option has feedback of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from course.errors import CourseError

QUIZZES = Path(__file__).with_name("quizzes")


@dataclass(frozen=True)
class Option:
    """A possible answer, and what to say to someone who gives it."""

    text: str
    feedback: str


@dataclass(frozen=True)
class Question:
    """A question with its options by letter; ``right`` is the letter of the right one."""

    number: str
    question: str
    options: Mapping[str, Option]
    right: str

    def __str__(self) -> str:
        rows = [f"   {letter}  {option.text}" for letter, option in self.options.items()]
        return "\n".join([f"Question {self.number}. {self.question}", *rows])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        rows = [f"- **{letter}** — {option.text}" for letter, option in self.options.items()]
        return "\n".join([f"**Question {self.number}.** {self.question}", "", *rows])


@dataclass(frozen=True)
class Feedback:
    """What is said to an answer; ``right`` is None while there is none."""

    right: bool | None
    text: str

    def __str__(self) -> str:
        return " ".join([*self._verdict(), self.text])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return " ".join([*(f"**{word}**" for word in self._verdict()), self.text])

    def _verdict(self) -> list[str]:
        return [] if self.right is None else ["✓ Right." if self.right else "× No."]


def ask(number: str) -> Question:
    """The question of that number, such as ``"02.1"``; CourseError if there is none."""
    lesson, _, place = number.partition(".")
    questions = load(_file(lesson, number))
    if not place.isascii() or not place.isdigit() or not 1 <= int(place) <= len(questions):
        known = ", ".join(question.number for question in questions)
        raise CourseError(f"there is no question {number!r}", next=f"choose one of {known}")
    return questions[int(place) - 1]


def answer(number: str, letter: str) -> Feedback:
    """What is right or wrong about an answer. An empty one is asked for again; an unknown letter is a CourseError."""
    question = ask(number)
    chosen = str(letter).strip().lower()
    letters = ", ".join(question.options)
    if not chosen:
        return Feedback(None, f"No answer yet: type one of {letters} between the quotes, and run the cell.")
    if chosen not in question.options:
        raise CourseError(f"question {number} has no option {letter!r}", next=f"choose one of {letters}")
    return feedback(question, chosen)


def feedback(question: Question, letter: str) -> Feedback:
    """What is said to someone who chose this option, which must be one of the question's."""
    return Feedback(letter == question.right, question.options[letter].feedback)


@lru_cache
def load(file: Path) -> tuple[Question, ...]:
    """All questions in a file, checked; CourseError says which one lacks what."""
    import yaml

    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CourseError(f"the quiz {file.name} cannot be read", because=str(error)) from error
    if not isinstance(data, list) or not data:
        raise CourseError(f"the quiz {file.name} is not a list of questions")
    return tuple(_question(item, f"{file.name.partition('_')[0]}.{place}") for place, item in enumerate(data, 1))


def _file(lesson: str, number: str) -> Path:
    found = {file.name.partition("_")[0]: file for file in sorted(QUIZZES.glob("*.yml"))}
    if lesson not in found:
        there = f"there are quizzes for the lessons {', '.join(found)}" if found else "there are no quizzes yet"
        raise CourseError(f"there is no question {number!r}", next=there)
    return found[lesson]


def _question(item: Any, number: str) -> Question:
    fields = _fields(item, ("question", "right", "options"), f"question {number}")
    if not isinstance(fields["options"], dict) or len(fields["options"]) < 2:
        raise CourseError(f"question {number} needs two options or more, each with a letter")
    options = {str(letter): _option(value, f"{number} {letter}") for letter, value in fields["options"].items()}
    right = str(fields["right"])
    if right not in options:
        raise CourseError(f"the right answer of question {number} is {right!r}, which is none of its options")
    return Question(number, _text(fields["question"], f"question {number}"), options, right)


def _option(item: Any, where: str) -> Option:
    fields = _fields(item, ("text", "feedback"), f"option {where}")
    return Option(*(_text(fields[name], f"the {name} of option {where}") for name in ("text", "feedback")))


def _fields(item: Any, names: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(item, dict) or set(item) != set(names):
        raise CourseError(f"{where} must have exactly: {', '.join(names)}")
    return item


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CourseError(f"{where} must be a text", next="put it between quotes if YAML reads it as something else")
    return value.strip()
