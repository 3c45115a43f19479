"""What a reader is told: on the way, and at the end."""

from __future__ import annotations

import pytest

from course.topology.applying import telling
from course.topology.applying.report import News, Report, State
from course.topology.applying.telling import Line
from course.topology.difference import Thing

WEB, DB, NET = (Thing("container", "host1", "web"), Thing("container", "host1", "db"), Thing("network", "host1", "net"))


def news(thing: Thing, state: State, sentence: str = "") -> News:
    return News(thing, state, sentence)


def test_a_report_counts_and_names_what_went_wrong() -> None:
    failure = "host1 has no image nginx\n  next      !docker images"
    report = Report(
        "shop", (news(NET, "done"), news(WEB, "failed", failure), news(DB, "not tried", "it needs web")), 2.04
    )
    assert not report
    assert repr(report).splitlines() == [
        "shop: 1 done, 1 failed, 1 not tried in 2.0 s",
        "  failed     container web  host1 has no image nginx",
        "                              next      !docker images",
        "  not tried  container db   it needs web",
    ]
    assert repr(Report("shop")) == "shop: nothing to do" and Report("shop")


def test_objects_of_several_machines_are_told_apart() -> None:
    other = Thing("container", "host2", "web")
    report = Report("shop", (news(WEB, "failed", "no"), news(other, "failed", "no")))
    assert "container web (host1)" in repr(report) and "container web (host2)" in repr(report)


def test_one_line_is_written_over_until_all_has_ended(capsys: pytest.CaptureFixture[str]) -> None:
    line = Line("shop")
    for thing in (WEB, DB):
        line(news(thing, "waiting"))
    line(news(WEB, "working"))
    assert line.text == "shop: 0 of 2 · working on web"
    line(news(WEB, "failed"))
    line(news(DB, "done"))
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and said.endswith("\n")
    assert said.split("\r")[-1].strip() == "shop: 2 of 2, 1 failed"
    assert all(len(part) <= telling.WIDTH + 1 for part in said.split("\r"))


def test_a_long_line_is_cut_to_the_terminal() -> None:
    line = Line("shop")
    for n in range(30):
        line._states[Thing("container", "host1", f"node{n}")] = "working"
    assert len(line.text) == telling.WIDTH and line.text.endswith("…")


def test_where_nobody_looks_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    telling.usual("shop")(news(WEB, "waiting"))
    assert capsys.readouterr().out == ""


def test_in_a_terminal_and_in_a_notebook_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert isinstance(telling.usual("shop"), Line)
    monkeypatch.undo()
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: SimpleNamespace(kernel=object()))
    assert isinstance(telling.usual("shop"), Line)
