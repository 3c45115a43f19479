"""Colours that can be told apart and read, and names that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.show.theme import DARK, LIGHT, Theme, contrast, short, width

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
# The backgrounds that JupyterLab gives notebooks in its light and its dark theme.
PAGES = {LIGHT.paper: "#ffffff", DARK.paper: "#111111"}


@BOTH
def test_text_has_a_contrast_of_4_5_on_what_it_stands_on(theme: Theme) -> None:
    pairs = [(theme.ink, theme.paper), (theme.muted, theme.paper), (theme.on_running, theme.running)]
    pairs.append((theme.on_paused, theme.paused))
    assert all(contrast(*pair) >= 4.5 for pair in pairs)


@BOTH
def test_lines_have_a_contrast_of_3_on_the_page(theme: Theme) -> None:
    page = PAGES[theme.paper]
    assert all(contrast(line, page) >= 3 for line in (*theme.lines, theme.bad, theme.running, theme.muted))


@BOTH
def test_no_two_networks_side_by_side_have_the_same_colour(theme: Theme) -> None:
    assert len(set(theme.lines)) == len(theme.lines)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(st.text(), st.integers(3, 40))
def test_a_short_name_keeps_both_its_ends(text: str, most: int) -> None:
    cut = short(text, most)
    assert len(cut) <= max(most, 0)
    assert cut == text or (text.startswith(cut.split("…")[0]) and len(text) > most)


def test_bold_and_longer_text_is_wider() -> None:
    assert width("web") < width("web", bold=True) < width("web-server", bold=True)


def test_letters_that_the_font_lacks_have_a_width_too() -> None:
    assert width("網路") > 0
