"""Quizzes, hints and progress as widgets. Where no one can click, their Markdown is what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from course.show.modules import module
from course.show.rich import rich

if TYPE_CHECKING:
    from course.labs.progress import Progress
    from course.show.hinting import Hints
    from course.show.quiz import Question


class QuizWidget(anywidget.AnyWidget):
    """One question. ``feedback`` is what was said to the last answer: ``{"letter", "right", "text"}``."""

    _esm = module("quiz")
    question = traitlets.Dict().tag(sync=True)
    feedback = traitlets.Dict().tag(sync=True)

    def __init__(self, question: Question) -> None:
        options = [{"letter": letter, "text": rich(option.text)} for letter, option in question.options.items()]
        told = {"number": question.number, "text": rich(question.question), "options": options}
        super().__init__(question=told)
        self._asked = question
        self.on_msg(lambda widget, message, buffers: self.answer(str(message.get("answer", ""))))

    def answer(self, letter: str) -> None:
        """What someone who chose this letter is told; an unknown letter is told nothing."""
        from course.show.quiz import feedback

        if letter in self._asked.options:
            said = feedback(self._asked, letter)
            self.feedback = {"letter": letter, "right": bool(said.right), "text": rich(said.text)}


class HintsWidget(anywidget.AnyWidget):
    """Hints that are shown one after the other; ``shown`` says how many."""

    _esm = module("hints")
    hints: traitlets.List[Any] = traitlets.List().tag(sync=True)
    shown = traitlets.Int().tag(sync=True)

    def __init__(self, hints: Hints) -> None:
        super().__init__(hints=[rich(text) for text in hints.texts], shown=0)


class ProgressWidget(anywidget.AnyWidget):
    """Where a learner stands."""

    _esm = module("progress")
    standing = traitlets.Dict().tag(sync=True)

    def __init__(self, progress: Progress) -> None:
        super().__init__(standing=standing(progress))


def standing(progress: Progress) -> dict[str, Any]:
    """The progress as the widget shows it."""
    return {
        "learner": progress.learner,
        "notes": list(progress.notes),
        "lessons": [
            {
                "number": at.lesson.name.partition("_")[0],
                "title": at.lesson.title,
                "question": at.lesson.question,
                "minutes": at.lesson.minutes,
                "link": f"{at.lesson.name}/lesson.ipynb",
                "passed": at.passed,
                "tasks": at.tasks,
                "state": at.state,
            }
            for at in progress.standings
        ],
    }


def as_widget(thing: Question | Hints | Progress) -> anywidget.AnyWidget:
    """The widget that shows this."""
    from course.labs.progress import Progress
    from course.show.quiz import Question

    if isinstance(thing, Question):
        return QuizWidget(thing)
    return ProgressWidget(thing) if isinstance(thing, Progress) else HintsWidget(thing)
