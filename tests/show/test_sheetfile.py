"""The builder's file: what was typed into it is never lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from course.errors import CourseError, TopologyError
from course.show.sheetfile import SheetFile
from course.topology.model import Container, Machine, Topology

NOTHING = Topology("shop", (Machine("host1"),))
WEB = replace(NOTHING, containers=(Container("web", "host1", "web", shares="none"),))
TYPED = "# by hand\nname: shop\nservices:\n  web: {image: web, container_name: web, network_mode: none}\n"
PLACES = {"container host1/web": [120.0, 80.0]}


def test_without_a_file_the_sheet_is_what_one_begins_with(tmp_path: Path) -> None:
    assert SheetFile(tmp_path / "shop.yml").read(NOTHING) == (NOTHING, {}, "")


def test_what_is_written_is_read_again_with_its_places(tmp_path: Path) -> None:
    file = SheetFile(tmp_path / "shop.yml")
    assert file.write(WEB, PLACES) == ""
    topology, places, note = SheetFile(tmp_path / "shop.yml").read(NOTHING)
    assert [container.name for container in topology.containers] == ["web"]
    assert (places, note) == (PLACES, "")


def test_a_typed_file_is_kept_beside_the_first_drawing(tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    path.write_text(TYPED)
    file = SheetFile(path)
    file.read(NOTHING)
    assert "shop.before.yml" in file.write(WEB, PLACES)
    assert (tmp_path / "shop.before.yml").read_text() == TYPED
    assert file.write(NOTHING, {}) == "", "the second version is its own"


def test_a_file_that_somebody_else_changed_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    file = SheetFile(path)
    file.write(WEB, PLACES)
    path.write_text(TYPED)
    assert "kept as shop.before.yml" in file.write(NOTHING, {})
    assert (tmp_path / "shop.before.yml").read_text() == TYPED


def test_what_cannot_be_drawn_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    path.write_text(TYPED + "    \nsecrets: {}\nvolumes: {data: {}}\n")
    assert "says more than can be drawn" in SheetFile(path).read(NOTHING)[2]


@pytest.mark.parametrize("text", ["services: [", "just words", "services: {web: {image: web, networks: [gone]}}"])
def test_a_file_that_is_no_topology_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shop.yml"
    path.write_text(text)
    with pytest.raises(TopologyError):
        SheetFile(path).read(NOTHING)


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be written"):
        SheetFile(tmp_path / "gone" / "shop.yml").write(WEB, {})


def test_a_typed_file_stays_as_it_is_until_something_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    path.write_text(TYPED)
    file = SheetFile(path)
    topology = file.read(NOTHING)[0]
    file.save(topology, {})
    assert path.read_text() == TYPED
    file.save(topology, PLACES)
    drawn = path.read_text()
    assert drawn != TYPED
    file.save(topology, {})
    assert path.read_text() not in (TYPED, drawn), "the way back is written, too"
