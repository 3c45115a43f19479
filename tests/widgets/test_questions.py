"""Quiz, hints and progress in a bare page."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from course.labs.lessons import LESSONS
from course.labs.progress import Progress, Standing
from course.show.questioning import standing
from course.show.quiz import ask, feedback
from course.show.rich import rich
from tests.widgets.page import show

pytestmark = pytest.mark.browser
QUESTION = ask("02.1")
TOLD = {
    "question": {
        "number": "02.1",
        "text": rich(QUESTION.question),
        "options": [{"letter": letter, "text": rich(option.text)} for letter, option in QUESTION.options.items()],
    },
    "feedback": {},
}
HINTS = {"hints": [rich("Look at `ip route`."), rich("It is the *gateway*.")], "shown": 0}
LESSON = next(iter(LESSONS.values()))
STANDING = {"standing": standing(Progress("ada", (Standing(LESSON, 2, 5, 4),), ("A note.",)))}


def said(letter: str) -> dict[str, object]:
    told = feedback(QUESTION, letter)
    return {"letter": letter, "right": told.right, "text": rich(told.text)}


def test_an_answer_is_given_and_judged(page: Page) -> None:
    show(page, "quiz", TOLD)
    expect(page.get_by_role("button", name="Answer")).to_be_disabled()
    page.get_by_role("radio").nth(0).check()
    page.get_by_role("button", name="Answer").click()
    assert page.evaluate("window.model.told") == [{"answer": "a"}]
    page.evaluate("told => window.model.set('feedback', told)", said("a"))
    expect(page.get_by_role("status")).to_contain_text("× No.")
    expect(page.locator('[data-letter="a"]')).to_have_class(re.compile("wrong"))
    page.evaluate("told => window.model.set('feedback', told)", said("c"))
    expect(page.get_by_role("status")).to_contain_text("✓ Right.")
    expect(page.locator(".option.wrong")).to_have_count(0)


def test_code_in_a_question_is_shown_as_code(page: Page) -> None:
    show(page, "quiz", TOLD)
    expect(page.locator("legend code").first).to_have_text("web")


def test_hints_are_shown_one_at_a_time(page: Page) -> None:
    show(page, "hints", HINTS)
    assert page.locator("li").count() == 0
    page.get_by_role("button", name="Show a hint (2 there are)").click()
    expect(page.locator("li")).to_have_text(["Look at ip route."])
    page.get_by_role("button", name="Show hint 2 of 2").click()
    expect(page.locator("li em")).to_have_text("gateway")
    expect(page.get_by_role("button")).to_have_count(0)


def test_progress_is_a_bar_a_shape_and_a_word(page: Page) -> None:
    show(page, "progress", STANDING)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "2")
    expect(page.locator("table")).to_contain_text("2 of 5")
    expect(page.locator("table")).to_contain_text("◐ begun")
    expect(page.get_by_role("link")).to_have_attribute("href", f"{LESSON.name}/lesson.ipynb")
    expect(page.locator(".note")).to_have_text("A note.")


def test_numbers_of_the_progress_stay_on_one_line_in_a_narrow_page(page: Page) -> None:
    page.set_viewport_size({"width": 480, "height": 780})
    show(page, "progress", STANDING)
    lines = page.locator("tbody td").evaluate_all("""all => all.map(el => {
      const range = document.createRange();
      range.selectNodeContents(el.lastChild);
      return range.getClientRects().length;
    })""")
    assert lines == [1, 1, 1]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("name", "told"),
    [("quiz", TOLD | {"feedback": said("a")}), ("hints", HINTS | {"shown": 1}), ("progress", STANDING)],
    ids=["quiz", "hints", "progress"],
)
def test_axe_finds_nothing_to_complain_of(page: Page, name: str, told: dict[str, object], dark: bool) -> None:
    show(page, name, told, dark)
    found = Axe().run(page, context=".course-widget").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", [["text", "plain"]]),
        ("`a` and *b*", [["code", "a"], ["text", " and "], ["em", "b"]]),
        ("**so** 2 * 3 * 4", [["strong", "so"], ["text", " 2 * 3 * 4"]]),
        ("", []),
    ],
)
def test_text_is_taken_apart_without_loss(text: str, parts: list[list[str]]) -> None:
    assert rich(text) == parts
