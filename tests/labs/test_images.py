"""Images: built when their recipe changed, whole or not at all, small, and carried from one engine to another."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest

from course import cli
from course.errors import CourseError, EngineError, ImageError
from course.labs import build, bundle, engine, images, seed
from course.labs.images import Images
from course.labs.recipes import FOLDER, Recipe, recipes
from tests.waiting import until

MB = 1e6
TARGETS = {"labhost": 350 * MB, "toolbox": 60 * MB, "web": 60 * MB, "postgres": 100 * MB}
NOWHERE = docker.DockerClient(base_url="unix:///no-engine-is-touched.sock", version="1.41")


@pytest.fixture
def base(built: Images) -> Iterator[Recipe]:
    """The base image, which an engine that got its images from a file lacks; no stage of a test's build is left."""
    recipe = recipes()["base"]
    client = engine.connect()
    if not client.api.images(recipe.tag):
        build.build([recipe], lambda image, line: None)
    yield recipe
    images.drop_stages(client)


@pytest.fixture(scope="module")
def file(built: Images, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All images in one file, as a teacher would bring them to a classroom."""
    path = tmp_path_factory.mktemp("stick") / "images.tar.gz"
    images.save(path)
    return path


# --- recipes ------------------------------------------------------------------------------------------


def test_an_image_is_named_anew_when_a_file_of_it_or_of_its_parent_changes() -> None:
    base = Recipe("base", (), {})
    parent, other = (Recipe("toolbox", (base,), {"Dockerfile": text}) for text in (b"FROM a", b"FROM b"))
    child, stepchild = (Recipe("web", (above,), {"serve": b"x"}) for above in (parent, other))
    assert parent.digest != other.digest
    assert child.digest != stepchild.digest != Recipe("web", (other,), {"serve": b"y"}).digest
    assert child.digest == Recipe("web", (parent,), {"serve": b"x"}).digest


def test_the_same_files_give_the_same_context_and_scripts_may_be_run() -> None:
    recipe = recipes()["web"]
    assert recipe.context().getvalue() == recipe.context().getvalue()
    with tarfile.open(fileobj=recipe.context()) as tar:
        modes = {entry.name: entry.mode for entry in tar}
    assert modes["serve"] == modes["slim"] == 0o755
    assert modes["Dockerfile"] == 0o644


@pytest.mark.parametrize("name", ["machine", "labhost", "toolbox", "web", "postgres"])
def test_a_dockerfile_asks_for_exactly_the_images_that_its_recipe_gives(name: str) -> None:
    asked = set(re.findall(r"^ARG (\w+)$", (FOLDER / name / "Dockerfile").read_text(), re.MULTILINE))
    assert asked == set(recipes()[name].arguments)


def test_every_recipe_stands_on_earlier_ones_only() -> None:
    seen: list[str] = []
    for recipe in recipes().values():
        assert {parent.name for parent in recipe.parents} <= set(seen)
        seen.append(recipe.name)


def test_a_lab_host_carries_all_programs_that_run_inside() -> None:
    inside = {f"course/labhost/{path.relative_to(FOLDER.parent)}" for path in FOLDER.parent.rglob("*.py")}
    assert inside | {"course/labhost/entrypoint", "course/errors.py"} <= set(recipes()["labhost"].files)


# --- what went wrong, in words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "lines", "kind", "what"),
    [
        ("write /var/x: no space left on device", [], EngineError, "no space left"),
        ("returned 100", ["E: You don't have enough free space", "No space left on device"], EngineError, "no space"),
        ("returned 100", ["Err: Temporary failure resolving 'deb'"], ImageError, "without Debian's package mirror"),
        ("returned 1", ["make: *** broken"], ImageError, "web cannot be built"),
    ],
)
def test_a_failed_build_is_explained(error: str, lines: list[str], kind: type[CourseError], what: str) -> None:
    failure = build.failure("web", error, lines)
    assert isinstance(failure, kind)
    assert what in failure.what and failure.because


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b"", "not a file that `course images save` wrote"),
        (b"PK\x03\x04 a holiday film", "not a file that `course images save` wrote"),
        (gzip.compress(b"no tar at all, but long enough to look at " * 99), "not a file that"),
    ],
)
def test_a_foreign_file_is_told_from_one_of_ours(tmp_path: Path, content: bytes, because: str) -> None:
    (tmp_path / "stick").write_bytes(content)
    with pytest.raises(ImageError, match="holds no usable images") as caught:
        bundle.read(NOWHERE, ["course/web:1"], tmp_path / "stick")
    assert because in caught.value.because


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"stick cannot be read"):
        bundle.read(NOWHERE, [], tmp_path / "stick")


# --- on the engine ------------------------------------------------------------------------------------


@pytest.mark.engine
def test_images_that_are_there_are_not_built_again(built: Images) -> None:
    told: list[str] = []
    assert images.ensure(lambda image, line: told.append(line)) == built
    assert not told


@pytest.mark.engine
def test_every_image_keeps_its_size(built: Images) -> None:
    sizes = {record.name: record.size for record in images.records() if record.current}
    assert {name: size for name, size in sizes.items() if size > TARGETS.get(name, size)} == {}
    assert set(TARGETS) <= set(sizes)


@pytest.mark.engine
def test_nothing_is_left_of_a_build_but_labelled_images(built: Images) -> None:
    api = engine.connect().api
    until(lambda: not api.images(filters={"dangling": True, "label": "course.lab=images"}), within=60)
    for name in (built.labhost, built.toolbox, built.web, built.postgres):
        assert engine.connect().images.get(name).labels["course.lab"] == "images"


@pytest.mark.engine
def test_an_interrupted_build_leaves_no_name_and_no_container_and_can_be_repeated(base: Recipe) -> None:
    client = engine.connect()
    slow = _recipe(base, "RUN echo working; sleep 5; touch /done")

    def interrupt(image: str, line: str) -> None:
        if "working" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.together([[slow]], interrupt)
    assert not client.api.images(slow.tag)
    until(lambda: not client.api.containers(all=True, filters={"label": "course.stage=test"}), within=20)
    try:
        build.together([[slow]], lambda image, line: None)
        assert client.api.images(slow.tag)
    finally:
        client.images.remove(slow.tag)


@pytest.mark.engine
def test_a_build_that_fails_stops_the_other_and_tells_its_last_words(base: Recipe) -> None:
    broken = _recipe(base, "RUN echo the pipes are blocked; false")
    slow = _recipe(base, "RUN echo working; sleep 30")
    started = time.monotonic()
    with pytest.raises(ImageError) as caught:
        build.together([[broken], [slow]], lambda image, line: None)
    assert "the pipes are blocked" in caught.value.because
    assert time.monotonic() - started < 25
    assert not engine.connect().api.images(broken.tag)


@pytest.mark.engine
def test_a_seed_that_was_not_finished_is_never_used(built: Images) -> None:
    client = engine.connect()
    stem = "course-seed-test"
    client.volumes.create(f"{stem}-1", labels=seed.LABELS)
    try:
        assert seed.find(client, stem) is None
        client.volumes.create(f"{stem}-1-ready", labels=seed.LABELS)
        assert seed.find(client, stem) == f"{stem}-1"
    finally:
        removed = seed.remove(client, [name for name in seed.names(client) if name.startswith(stem)])
    assert removed == [f"{stem}-1-ready", f"{stem}-1"]


@pytest.mark.engine
def test_a_seed_that_cannot_be_made_leaves_no_volume(built: Images) -> None:
    client = engine.connect()
    with pytest.raises(ImageError, match="seed of images") as caught:
        seed.make(client, "course-seed-broken", built.labhost, {"": built.toolbox})
    assert caught.value.because
    assert not [name for name in seed.names(client) if name.startswith("course-seed-broken")]


# --- one file for a classroom -------------------------------------------------------------------------


@pytest.mark.engine
def test_a_file_cut_short_or_damaged_is_found_out_before_the_engine_is_touched(
    built: Images, file: Path, tmp_path: Path
) -> None:
    whole = file.read_bytes()
    spoiled = bytearray(whole)
    spoiled[len(whole) // 2] ^= 0xFF
    for content in (whole[: len(whole) * 2 // 3], whole[:-3], bytes(spoiled)):
        (tmp_path / "copy").write_bytes(content)
        with pytest.raises(ImageError, match="copy holds no usable images"):
            bundle.read(NOWHERE, [], tmp_path / "copy")
    assert set(bundle.names(file)) == {built.labhost, built.toolbox, built.web, built.postgres}


@pytest.mark.engine
def test_a_file_of_another_version_of_the_course_is_refused(file: Path) -> None:
    with pytest.raises(ImageError, match="another version of this course") as caught:
        bundle.read(NOWHERE, ["course/web:000000000000"], file)
    assert "course/web:000000000000" in caught.value.because


@pytest.mark.engine
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_saving_to_a_full_disk_says_so_and_keeps_what_was_there(built: Images, tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", tmp_path], check=True)
    try:
        (tmp_path / "images").write_text("an older file")
        with pytest.raises(ImageError, match="cannot be saved") as caught:
            images.save(tmp_path / "images")
        assert "No space left" in caught.value.because
        assert [path.name for path in tmp_path.iterdir()] == ["images"]
        assert (tmp_path / "images").read_text() == "an older file"
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.engine
def test_saving_into_a_folder_that_is_not_there_says_so(built: Images, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be saved"):
        images.save(tmp_path / "none" / "images")


@pytest.mark.engine
def test_a_new_engine_takes_all_images_from_the_file_and_builds_nothing(
    built: Images, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_engine(built) as host:
        monkeypatch.setenv("COURSE_OUTER_HOST", host)
        told: list[str] = []
        loaded = images.load(file, lambda image, line: told.append(image))
        assert (loaded.labhost, loaded.web) == (built.labhost, built.web)
        assert set(told) <= {"seed", "images"}  # the latter if it had to wait for another process
        assert images.ensure() == loaded
        retires_what_is_old(loaded, capsys)
        removed = images.remove()
        assert f"volume {loaded.seed}" in removed and f"image {loaded.web}" in removed
        assert images.records() == []


def retires_what_is_old(loaded: Images, capsys: pytest.CaptureFixture[str]) -> None:
    """Images of an older version go when the command is given; those of this version, and one in use, stay."""
    client = engine.connect()
    client.images.get(loaded.web).tag("course/web", "000000000000")
    sketch = client.containers.create(loaded.toolbox)
    sketch.commit("course/toolbox", "000000000000")
    sketch.remove()
    used = client.containers.create("course/toolbox:000000000000", labels={"course.lab": "test"})
    assert [record.tag for record in images.records() if not record.current] == [
        "course/toolbox:000000000000", "course/web:000000000000",
    ]  # fmt: skip
    assert cli.main(["images", "retire"]) == 0
    assert capsys.readouterr().out == "removed image course/web:000000000000\n"
    used.remove()
    assert cli.main(["images", "retire"]) == 0
    assert capsys.readouterr().out == "removed image course/toolbox:000000000000\n"
    assert cli.main(["images", "retire"]) == 0
    assert capsys.readouterr().out == "there are no images of older versions\n"
    assert images.find(client, recipes()) == loaded


@pytest.mark.engine
def test_an_engine_without_space_says_so(built: Images, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_engine(built, size="200m") as host:
        monkeypatch.setenv("COURSE_OUTER_HOST", host)
        with pytest.raises(EngineError, match="no space left"):
            images.load(file)
        assert images.records() == []


@pytest.mark.engine
def test_an_engine_that_dies_while_it_builds_is_missed(
    built: Images, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dockerfile = f"FROM {built.labhost}\nRUN echo working; sleep 30".encode()
    nothing = Recipe("nothing", (), {})
    with new_engine(built) as host:
        outer = engine.connect()
        monkeypatch.setenv("COURSE_OUTER_HOST", host)
        bundle.read(engine.connect(), [], file)

        def kill(image: str, line: str) -> None:
            if "working" in line:
                outer.containers.get(Path(host).parent.name).kill()

        with pytest.raises(EngineError, match="test cannot be built"):
            build.together([[Recipe("test", (nothing,), {"Dockerfile": dockerfile})]], kill)


@contextmanager
def new_engine(built: Images, size: str = "") -> Iterator[str]:
    """An engine with nothing in it, and with a disk of ``size`` in memory if that is given; yields its DOCKER_HOST."""
    api = engine.connect().api
    with tempfile.TemporaryDirectory(prefix="ce") as folder:
        config = api.create_host_config(
            cap_add=["SYS_ADMIN", "NET_ADMIN"],
            security_opt=["seccomp=unconfined", "apparmor=unconfined"],
            binds={folder: {"bind": "/run/outside"}},
            tmpfs={"/var/lib/docker": f"size={size}"} if size else None,
        )
        config["MaskedPaths"] = config["ReadonlyPaths"] = []
        made = api.create_container(
            built.labhost,
            entrypoint=["tini", "-g", "--", "bash", "-c"],
            command=[
                "for group in /sys/fs/cgroup/*/; do mount -o remount,rw,bind $group; done\n"
                "exec dockerd --bridge none --iptables=false -H unix:///run/outside/docker.sock --group $GROUP"
            ],
            environment={"GROUP": str(os.getgid())},
            host_config=config,
            volumes=None if size else ["/var/lib/docker"],
            labels={"course.lab": "test"},
            name=Path(folder).name,
        )
        container = engine.connect().containers.get(made["Id"])
        try:
            container.start()
            until(lambda: container.exec_run(["test", "-S", "/run/outside/docker.sock"]).exit_code == 0, within=20)
            yield f"unix://{folder}/docker.sock"
        finally:
            container.remove(force=True, v=True)


def _recipe(base: Recipe, step: str) -> Recipe:
    """An image that is built in a moment, but for the one step."""
    dockerfile = f"ARG BASE\nFROM ${{BASE}}\nLABEL course.stage=test\n{step}"
    return Recipe("test", (base,), {"Dockerfile": dockerfile.encode()})
