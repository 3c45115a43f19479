"""The policy on a real engine: the whole table, real tools, and attacks."""

from __future__ import annotations

import time

import pytest

from course.labhost import wire
from course.labs import census, engine
from course.labs.host import Host
from course.labs.lab import Lab
from tests.labhost.wishlist import GRANTED, REFUSED, Wish, container

FORBIDDEN = 403


def ask(host: Host, wish: Wish) -> tuple[int, str]:
    """Send the wish as it is written, which no client library would; only a refusal's text is read."""
    connection = wire.UnixConnection(str(host.sockets / "docker.sock"), timeout=60)
    kind = {"Content-Type": "application/json"} if wish.body else {}
    try:
        connection.request(wish.method, wish.uri, wish.bytes or None, kind)
        answer = connection.getresponse()
        return answer.status, answer.read().decode() if answer.status == FORBIDDEN else ""
    finally:
        connection.close()


def inside(lab: Lab, script: str) -> tuple[int, str]:
    """A shell script on the lab host itself, where docker, Compose and buildx are: (exit code, what it said)."""
    members = census.containers(engine.connect(), lab.id)
    machine = next(member for member in members if member.labels["course.host"] == lab.host1.name)
    code, output = machine.exec_run(["sh", "-c", script], workdir="/tmp")
    assert code is not None and isinstance(output, bytes)
    return code, output.decode(errors="replace")


@pytest.mark.engine
def test_a_real_engine_refuses_the_whole_table(lab: Lab) -> None:
    lab.client.containers.run("toolbox", "sleep infinity", name="web", detach=True)
    for wish in REFUSED:
        if wish.live:
            status, text = ask(lab.host1, wish)
            by_the_engine = status in (301, 400, 404)  # a path that it cleans, cannot read or does not have
            assert status == FORBIDDEN or (by_the_engine and wish.name.startswith("path ")), (wish, status)
            assert status != FORBIDDEN or "This lab host refuses" in text or "too old" in text, (wish, text)
    assert [container.name for container in lab.client.containers.list(all=True)] == ["web"]
    assert lab.client.volumes.list() == []


@pytest.mark.engine
def test_a_real_engine_grants_the_whole_table(lab: Lab) -> None:
    lab.client.containers.run("toolbox", "sleep infinity", name="web", detach=True)
    for wish in GRANTED:
        if wish.live and not wish.uri.endswith(("/wait", "/attach")):  # these end when the container does
            status, text = ask(lab.host1, wish)
            assert "This lab host refuses" not in text, (wish, text)  # the engine may: no overlay without a swarm
            assert status == 201 or not wish.uri.endswith("/containers/create"), (wish, status)


@pytest.mark.engine
def test_docker_run_builds_compose_and_swarm_work_under_the_policy(lab: Lab) -> None:
    for script in WORKS:
        code, said = inside(lab, script)
        assert code == 0, (script, said)


@pytest.mark.engine
def test_docker_itself_shows_the_sentence(lab: Lab) -> None:
    inside(lab, BUILD_CONTEXT)
    lab.client.containers.run("toolbox", "sleep infinity", name="web", detach=True)
    for script, sentence in REFUSALS.items():
        code, said = inside(lab, script)
        assert code != 0 and sentence in said, (script, said)


BUILD_CONTEXT = "mkdir -p b && printf 'FROM toolbox\nRUN ip -br address\n' > b/Dockerfile"
COMPOSE = """mkdir -p c && cat > c/compose.yaml <<'END'
services:
  web:
    image: web
    ports: ["8080:80"]
    networks: {front: {aliases: [www]}, back: {}}
    healthcheck: {test: ["CMD", "true"], interval: 1s}
    volumes: ["data:/data", "/anonymous", {type: tmpfs, target: /t}]
    cap_add: [NET_ADMIN]
    sysctls: {net.ipv4.ip_forward: 1}
    deploy: {resources: {limits: {memory: 64M}}}
  db:
    image: toolbox
    command: sleep infinity
    init: true
    depends_on: {web: {condition: service_healthy}}
    networks: [back]
networks: {front: {}, back: {internal: true}}
volumes: {data: {}}
END
"""
WORKS = [
    "docker run --rm --network host --cap-add NET_ADMIN toolbox ip -br link",
    "docker run --rm -v data:/data --tmpfs /t --memory 64m --init --sysctl net.ipv4.ip_forward=1 toolbox true",
    "docker run -d --name web web && docker run --rm --pid container:web --network container:web toolbox ps && "
    "docker exec web true && docker cp web:/etc/hostname /tmp/h && docker cp /tmp/h web:/tmp/h && docker restart web",
    "docker network create -d macvlan --subnet 10.9.0.0/24 -o parent=eth0 lan && docker network connect lan web",
    BUILD_CONTEXT + " && docker build -q -t b1 b && DOCKER_BUILDKIT=0 docker build -q --no-cache -t b2 b",
    COMPOSE + "docker compose -f c/compose.yaml up -d --scale db=2 && docker compose -f c/compose.yaml down -v",
    "docker swarm init --advertise-addr $(hostname -i) && docker network create -d overlay --attachable over && "
    "docker service create -q --name s --network over --replicas 2 --endpoint-mode dnsrr --cap-add NET_ADMIN "
    "--mount type=volume,source=data,target=/v toolbox sleep infinity && docker service scale s=1 && "
    "docker service rm s && docker swarm leave --force",
]
REFUSALS = {
    "docker run --rm --privileged toolbox": "This lab host refuses --privileged: it would take over the lab host.",
    "docker run --rm -v /:/host toolbox": "This lab host refuses the bind mount of /:",
    "docker run --rm --cap-add SYS_ADMIN toolbox": "This lab host refuses --cap-add",
    "docker run --rm -v q:/q toolbox": "the name of a volume has two letters or more",
    "docker exec --privileged web sh": "This lab host refuses exec --privileged",
    "docker volume create -o type=none -o o=bind -o device=/etc v1": "This lab host refuses volume driver options",
    "docker plugin install x": "This lab host refuses plugins",
    "DOCKER_BUILDKIT=0 docker build --network host b": "This lab host refuses docker build --network host",
    "docker build --network host b": "network.host is not allowed",
    "docker buildx build --allow security.insecure b": "security.insecure is not allowed",
}


# --- attacks that no request shows ------------------------------------------------------------------------------------

FILLED = """
mkdir -p victim race && cat > race/Dockerfile <<'END'
FROM toolbox
RUN mkdir -p /data/d && for n in $(seq 2000); do echo x > /data/d/$n; done
END
docker build -q -t race race
docker run -d --name thief -v shared:/v:nocopy toolbox sh -c \
    'until [ -d /v/d ]; do :; done; mv /v/d /v/e; ln -s /tmp/victim /v/d; sleep infinity'
docker create --name filler -v shared:/data race
ls victim | wc -l
"""
# The link leads to the container's own host name, so that nothing of this machine changes should the attack succeed.
UNMASKED = """
mkdir -p dev && printf 'FROM toolbox\nRUN ln -s /dev /x\n' > dev/Dockerfile && docker build -q -t dev dev
docker run --rm -v planted:/v:nocopy toolbox ln -s /proc/sys/kernel/hostname /v/null
docker run --rm -v planted:/x:nocopy dev grep -c hostname /proc/self/mountinfo
"""
BUNDLE = """
mkdir -p bundle && cat > bundle/config.json <<'END'
{"process": {"capabilities": {"bounding": ["CAP_SYS_ADMIN"]}}, "linux": {"namespaces": []}}
END
runc --log /tmp/log create --bundle /tmp/bundle x; code=$?; cat /tmp/log; exit $code
"""


@pytest.mark.engine
def test_a_link_planted_in_a_volume_while_it_is_filled_leads_nowhere(lab: Lab) -> None:
    _, said = inside(lab, FILLED)
    assert said.splitlines()[-1].strip() == "0" and "too many levels of symbolic links" in said


@pytest.mark.engine
def test_a_volume_over_dev_does_not_uncover_proc(lab: Lab) -> None:
    code, said = inside(lab, UNMASKED)
    assert code != 0 and "too many levels of symbolic links" in said


@pytest.mark.engine
def test_runc_is_told_what_it_may_not_make(lab: Lab) -> None:
    code, said = inside(lab, BUNDLE)
    assert code == 1 and "This lab host refuses the capability CAP_SYS_ADMIN" in said


@pytest.mark.engine
def test_without_its_policy_the_engine_refuses_until_it_is_back(lab: Lab) -> None:
    _, pid = inside(lab, "pgrep -f course.labhost.gate.policy || ps | grep '[l]abhost.gate.policy' | awk '{print $1}'")
    inside(lab, f"kill -9 {pid.split()[0]}")
    deadline = time.monotonic() + 30
    while ask(lab.host1, Wish("look", "GET", "/containers/json"))[0] != 200:
        assert time.monotonic() < deadline, "the policy did not come back"
    assert ask(lab.host1, Wish("still", "POST", "/containers/create", container(Privileged=True)))[0] == FORBIDDEN
