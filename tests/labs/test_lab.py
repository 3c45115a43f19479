"""Opening, finding, resetting and closing labs on a real engine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from course.errors import LabError
from course.labs import census, engine, images, provision
from course.labs.lab import Lab, open_lab
from course.labs.lessons import lesson
from course.labs.paths import lab_id, run_folder

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def pair() -> Iterator[Lab]:
    """The lab of lesson 02: two lab hosts and a laptop."""
    with open_lab("02_default_bridge/test-lab", fresh=True, learner="tester") as lab:
        yield lab


def test_a_lab_has_the_machines_of_its_lesson(pair: Lab) -> None:
    assert list(pair.all) == ["host1", "host2", "laptop"]
    assert list(pair.hosts) == ["host1", "host2"]
    assert pair.laptop is pair.machines["laptop"]
    assert "host2" in repr(pair) and pair.host2.address in repr(pair)


def test_an_unknown_machine_is_named_with_those_there_are(pair: Lab) -> None:
    with pytest.raises(AttributeError, match="no 'host9'; its machines are host1, host2, laptop"):
        _ = pair.host9


def test_an_unknown_lesson_lists_the_known_ones() -> None:
    with pytest.raises(LabError, match="there is no lesson '99_nowhere'") as failure:
        open_lab("99_nowhere")
    assert "01_isolation" in failure.value.next


def test_a_plain_machine_says_that_it_has_no_engine(pair: Lab) -> None:
    with pytest.raises(LabError, match="laptop is a plain machine"):
        _ = pair.laptop.client


def test_images_are_already_inside(pair: Lab) -> None:
    tags = {tag for image in pair.client.images.list() for tag in image.tags}
    assert tags >= {"toolbox:latest", "web:latest", "postgres:latest"}


def test_an_image_can_be_removed_and_built_upon_inside(pair: Lab) -> None:
    pair.host2.client.images.remove("postgres")
    container = pair.host2.client.containers.run("toolbox", ["sh", "-c", "echo more > /more"], detach=True)
    container.wait()
    container.commit("toolbox", "more")
    assert pair.host2.client.containers.run("toolbox:more", ["cat", "/more"], remove=True) == b"more\n"
    assert "postgres:latest" in {tag for image in pair.host1.client.images.list() for tag in image.tags}


def test_a_memory_limit_holds_inside(pair: Lab) -> None:
    output = pair.client.containers.run("toolbox", ["echo", "limited"], mem_limit="64m", remove=True)
    assert output == b"limited\n"


def test_exec_and_health_checks_enter_a_container_of_another_user(pair: Lab) -> None:
    database = pair.client.containers.run("postgres", detach=True, environment={"POSTGRES_PASSWORD": "secret"})
    deadline = time.monotonic() + 60
    while database.attrs["State"].get("Health", {}).get("Status") != "healthy":
        assert time.monotonic() < deadline, database.attrs["State"]
        time.sleep(0.2)
        database.reload()
    assert database.exec_run(["psql", "-U", "postgres", "-Atc", "select 6 * 7"]).output == b"42\n"


def test_machines_know_each_other_by_name_and_nobody_else(pair: Lab) -> None:
    assert pair.laptop.ping("host1").address == pair.host1.address
    assert pair.host1.ping("host2").ok
    assert pair.host1.ping("nobody").outcome == "no-name"


def test_a_container_reaches_the_lan_and_knows_its_names(pair: Lab) -> None:
    pair.client.containers.run("toolbox", detach=True, name="inside")
    answer = pair.host1.ping("laptop", source="inside")
    assert answer.ok and answer.address == pair.laptop.address


def test_nothing_outside_the_lan_can_be_reached(pair: Lab) -> None:
    assert pair.host1.ping(pair.laptop.address).ok
    assert pair.host1.ping("192.0.2.1").outcome == "no-route"


def test_a_published_port_answers_at_the_labs_url(pair: Lab) -> None:
    import urllib.request

    pair.client.containers.run("web", detach=True, ports={"80/tcp": 8080}, name="site")
    assert pair.laptop.get("http://host1:8080", timeout=5).status == 200
    with urllib.request.urlopen(pair.url(8080), timeout=5) as page:
        assert page.status == 200


def test_docker_in_a_cell_talks_to_the_lab_host_in_use(pair: Lab) -> None:
    for name in ("host2", "host1"):
        pair.use(name)
        said = subprocess.run(["docker", "info", "-f", "{{.Name}}"], capture_output=True, text=True, check=True)
        assert said.stdout.strip() == name


def test_docker_in_a_terminal_follows_the_lab_opened_last(pair: Lab) -> None:
    pair.use()
    link = run_folder(pair.id).parent / "current" / "docker.sock"
    said = docker.DockerClient(base_url=f"unix://{link}")
    assert said.info()["Name"] == "host1"
    said.close()


def test_sockets_are_closed_to_other_users(pair: Lab) -> None:
    socket = pair.host1.sockets / "docker.sock"
    assert socket.stat().st_mode & 0o007 == 0
    look = ["/bin/ls", str(socket)]
    assert subprocess.run(look, capture_output=True, check=False).returncode == 0
    stranger = subprocess.run(look, user=65534, group=65534, extra_groups=[], capture_output=True, check=False)
    assert b"Permission denied" in stranger.stderr


def test_no_tcp_port_leads_to_an_engine(pair: Lab) -> None:
    listeners = pair.host1.state("host").views["host"].listeners
    outside = [x for x in listeners if x.protocol == "tcp" and x.process in ("dockerd", "python3", "containerd")]
    assert [x for x in outside if not x.address.startswith("127.")] == []


def test_opening_twice_in_one_kernel_gives_one_lab(pair: Lab) -> None:
    assert open_lab("02_default_bridge/test-lab", learner="tester") is pair


OTHER_KERNEL = """
from course.labs.lab import open_lab
lab = open_lab("{name}", learner="tester")
print(lab.client.info()["ID"])
lab.close()
"""


def other_kernel(name: str) -> subprocess.Popen[str]:
    """Another process that opens a lab, says its engine's ID, and closes it."""
    script = OTHER_KERNEL.replace("{name}", name)
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def test_another_kernel_finds_the_same_machines_and_leaves_them_when_it_closes(pair: Lab) -> None:
    said, _ = other_kernel("02_default_bridge/test-lab").communicate(timeout=120)
    assert said.strip() == pair.client.info()["ID"], "closing must leave the machines to the notebook that uses them"


def test_kernels_that_open_a_lab_at_the_same_time_do_not_disturb_each_other() -> None:
    both = [other_kernel("01_isolation/test-both") for _ in range(2)]
    said = [kernel.communicate(timeout=120)[0].strip() for kernel in both]
    assert all(said) and [kernel.returncode for kernel in both] == [0, 0]
    assert census.containers(engine.connect(), lab_id("tester", "01_isolation/test-both")) == []


def test_a_reset_gives_fresh_machines() -> None:
    with open_lab("01_isolation/test-lab", fresh=True, learner="tester") as lab:
        lab.client.networks.create("gone")
        before = lab.client.info()["ID"]
        lab.reset()
        assert lab.client.info()["ID"] != before
        assert not lab.client.networks.list(names=["gone"])


def test_a_closed_lab_leaves_nothing_and_says_how_to_open_it_again() -> None:
    lab = open_lab("01_isolation/test-closed", fresh=True, learner="tester")
    folder = run_folder(lab.id)
    lab.close()
    lab.close()
    assert not folder.exists()
    assert census.containers(engine.connect(), lab.id) == []
    assert "closed" in repr(lab)
    with pytest.raises(LabError, match="this lab is closed"):
        _ = lab.client


def test_docker_does_not_fall_back_on_the_learners_own_engine_when_a_lab_is_closed() -> None:
    open_lab("01_isolation/test-closed", fresh=True, learner="tester").close()
    said = subprocess.run(["docker", "ps"], capture_output=True, text=True, check=False)
    assert said.returncode != 0 and os.environ["DOCKER_HOST"] in said.stderr


def test_a_lab_host_killed_in_mid_lesson_is_said_and_reset_cures_it() -> None:
    with open_lab("01_isolation/test-killed", fresh=True, learner="tester") as lab:
        census.containers(engine.connect(), lab.id)[0].kill()
        with pytest.raises(LabError, match="host1 does not answer") as failure:
            lab.host1.state()
        assert "lab.reset()" in failure.value.next
        lab.reset()
        assert lab.host1.state().views["host"]


def test_a_machine_without_a_kernel_ends_by_itself_and_takes_its_volume_along() -> None:
    lab = lab_id("tester", "01_isolation/test-lease")
    provision.remove(lab)
    hosts = provision.start(lab, lesson("01_isolation"), images.ensure(), "tester", "01_isolation/test-lease", grace=1)
    outer = engine.connect()
    container = census.containers(outer, lab)[0]
    volumes = [mount["Name"] for mount in container.attrs["Mounts"] if mount["Type"] == "volume" and mount["RW"]]
    hosts["host1"].let_go()
    container.wait(condition="removed", timeout=60)
    assert {volume.name for volume in outer.volumes.list()}.isdisjoint(volumes)
    provision.remove(lab)


def test_a_lab_with_a_paused_container_inside_can_be_removed() -> None:
    lab = open_lab("01_isolation/test-paused", fresh=True, learner="tester")
    lab.client.containers.run("toolbox", detach=True).pause()
    lab.close()
    assert census.containers(engine.connect(), lab.id) == []


def test_a_lab_host_that_cannot_start_says_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.labs.lan.INNER_POOLS", (("172.30.0.1/16", "172.31.0.0/28"),))
    with pytest.raises(LabError, match="host1 did not start") as failure:
        open_lab("01_isolation/test-broken", fresh=True, learner="tester")
    assert "pool" in failure.value.because
    assert census.containers(engine.connect(), lab_id("tester", "01_isolation/test-broken")) == []


def test_grading_leaves_the_learners_own_machines_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_lab("01_isolation/test-own", fresh=True, learner="tester") as own:
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
        with open_lab("01_isolation/test-own", learner="tester") as graded:
            assert graded.id != own.id and graded.values.subnet("x") == own.values.subnet("x")
            assert open_lab("01_isolation/test-own", learner="tester") is graded, "what was done so far is kept"
        assert own.client.ping()
