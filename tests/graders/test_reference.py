"""The reference page: every assertion, an example that can be run, and a comparison that names what there is."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from graders import comparison, reference

NAMES = reference.assertions()


def test_every_public_method_is_an_assertion_of_the_page() -> None:
    from graders.assertions import Expectation

    public = {name for name in dir(Expectation) if not name.startswith("_") and callable(getattr(Expectation, name))}
    assert public - {"that"} == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_every_assertion_has_a_sentence_and_an_example_that_says_it(name: str) -> None:
    said = re.search(rf"^### {name}\n\n`{name}\(.*\)`\n\n\S.*[.…]", reference.page(), re.MULTILINE)
    assert said is not None
    called = [node.func.attr for node in ast.walk(ast.parse(reference.example(name))) if _is_call(node)]  # type: ignore[attr-defined]
    assert called == [name]


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def test_the_page_is_written_where_it_is_told(tmp_path: Path) -> None:
    file = reference.write(tmp_path / "docs")
    assert file.read_text() == reference.page()
    assert "``" not in re.sub(r"^```.*$", "", file.read_text(), flags=re.MULTILINE)


def test_all_links_of_the_page_lead_somewhere() -> None:
    page = reference.page()
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in page.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings


def test_failures_are_kept_by_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "FAILURES", tmp_path / "docs" / "failures.json")
    assert reference.failures() == {}
    reference.keep_failure('exists("wbe")', "wbe does not exist")
    reference.keep_failure('running("web")', "web is not running\n  observed  it is paused")
    assert json.loads(reference.FAILURES.read_text()).keys() == {'exists("wbe")', 'running("web")'}
    shown = '>>> expect(lab).running("web")\nCheckFailed: web is not running\n  observed  it is paused\n```'
    assert shown in reference.page()


def test_all_27_checks_of_kathara_lab_checker_are_compared() -> None:
    assert len({row.check for row in comparison.ROWS}) == len(comparison.ROWS) == 27
    assert {name for row in comparison.ROWS for name in row.sentences} <= set(NAMES)
    assert all(row.sentences or row.difference for row in comparison.ROWS)
    assert all(row.difference for row in comparison.ROWS if row.said != comparison.YES)
