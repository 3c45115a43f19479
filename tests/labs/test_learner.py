from __future__ import annotations

import getpass
import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.labs.learner import PORTS, SUBNETS, Values, grading, who

NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
KEYS = ("front", "back", "data", "site", "admin", "blog")


@pytest.fixture(autouse=True)
def no_learner_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_LEARNER", raising=False)


def test_a_learner_is_whom_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LEARNER", "ada")
    assert who(tmp_path) == "ada"


def test_a_learner_is_whom_the_workspace_above_names(tmp_path: Path) -> None:
    (tmp_path / ".course").mkdir()
    (tmp_path / ".course" / "learner").write_text("ada\n")
    (tmp_path / "02_default_bridge").mkdir()
    assert who(tmp_path / "02_default_bridge") == "ada"


def test_a_learner_is_else_the_user_of_the_machine(tmp_path: Path) -> None:
    assert who(tmp_path) == getpass.getuser()


def test_a_graded_submission_belongs_to_its_student_whoever_grades_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_LEARNER", "teacher")
    folder = tmp_path / "build" / "autograded" / "ada" / "02_default_bridge"
    assert who(folder) == "ada"


def test_nbgrader_says_that_it_grades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert grading()
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert not grading()


def test_the_working_directory_is_asked_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "autograded" / "ada" / "02_default_bridge"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert who() == "ada"


@given(NAMES, NAMES)
def test_values_are_distinct_in_range_and_the_same_in_any_order(learner: str, lesson: str) -> None:
    forth, back = Values(learner, lesson), Values(learner, lesson)
    subnets = {key: forth.subnet(key) for key in KEYS}
    ports = {key: forth.port(key) for key in KEYS}
    assert {key: back.subnet(key) for key in reversed(KEYS)} == subnets
    assert {key: back.port(key) for key in reversed(KEYS)} == ports
    assert len(set(subnets.values())) == len(set(ports.values())) == len(KEYS)
    assert set(subnets.values()) <= set(SUBNETS)
    assert set(ports.values()) <= set(PORTS)


@given(NAMES, st.integers(24, 30))
def test_an_address_is_a_host_of_its_subnet_and_not_the_gateway(learner: str, length: int) -> None:
    subnet = ipaddress.IPv4Network(("10.100.0.0", length))
    address = Values(learner, "lesson").address("db", subnet)
    assert ipaddress.IPv4Address(address) in list(subnet.hosts())[1:]


def test_addresses_of_different_keys_differ() -> None:
    values = Values("ada", "lesson")
    addresses = [values.address(key, values.subnet("net")) for key in ("db", "web", "cache")]
    assert len(set(addresses)) == 3


def test_a_subnet_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        Values("ada", "lesson").address("db", ipaddress.IPv4Network("10.1.2.0/31"))


def test_learners_get_different_values() -> None:
    subnets = {Values(f"learner{n}", "04_user_defined_networks").subnet("front") for n in range(30)}
    assert len(subnets) >= 28


def test_values_never_change_between_releases_of_the_course() -> None:
    values = Values("ada", "04_user_defined_networks")
    found = (str(values.subnet("front")), values.port("site"), values.choice("name", ["red", "green", "blue"]))
    assert found == ("10.154.249.0/24", 8472, "green")


def test_keys_that_would_share_a_place_are_refused_for_everyone() -> None:
    values = Values("ada", "lesson")
    with pytest.raises(ValueError, match="rename one of them"):
        print([values.port(f"key{number}") for number in range(200)])


def test_values_show_what_they_gave() -> None:
    values = Values("ada", "lesson")
    port = values.port("site")
    assert repr(values).splitlines() == ["Values of ada in lesson", f"  port     site         {port}"]
