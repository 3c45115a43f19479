"""The images that containers of a lesson run: each does what its page says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from docker.models.containers import Container

from course.labs import engine
from course.labs.images import Images
from tests.waiting import until


@contextmanager
def running(image: str, *command: str, **environment: str) -> Iterator[Container]:
    client = engine.connect()
    container = client.containers.run(
        image, list(command) or None, detach=True, environment=environment, labels={"course.lab": "test"}
    )
    try:
        yield container
    finally:
        container.remove(force=True, v=True)


def says(container: Container, command: str) -> str:
    output = container.exec_run(["sh", "-c", command]).output
    assert isinstance(output, bytes)
    return output.decode()


@pytest.mark.engine
@pytest.mark.parametrize("command", [(), ("httpd", "-f"), ("nc", "-lk", "7")])
def test_a_toolbox_stays_alive_and_stops_at_once_whatever_it_runs(built: Images, command: tuple[str, ...]) -> None:
    with running(built.toolbox, *command) as container:
        assert says(container, "echo alive") == "alive\n"
        ends_when_asked(container)


@pytest.mark.engine
def test_a_toolbox_has_the_tools_of_a_network_engineer(built: Images) -> None:
    tools = "ip ss bridge iptables ping arping curl dig tcpdump nc traceroute httpd wget nslookup"
    with running(built.toolbox) as container:
        assert says(container, f"for tool in {tools}; do command -v $tool >/dev/null || echo $tool; done") == ""
        assert "1 received" in says(container, "ping -c 1 127.0.0.1")
        assert "DiG 9" in says(container, "dig -v")
        assert "libpcap" in says(container, "tcpdump --version")


@pytest.mark.engine
def test_a_web_server_says_who_answers_where_and_logs_who_asked(built: Images) -> None:
    with running(built.web, PORT="8081", PAGE="A shop & <more>") as container:
        until(lambda: "answered" in says(container, "curl -s 127.0.0.1:8081"), within=20)
        page = says(container, "curl -s 127.0.0.1:8081").splitlines()
        assert page == [
            "A shop & <more>",
            f"answered by  {says(container, 'hostname').strip()}",
            "listening on 127.0.0.1:8081",
            "asked from   127.0.0.1",
        ]
        assert says(container, "curl -s 127.0.0.1:8081/big | wc -c") == "200000\n"
        assert says(container, "ip -br address").startswith("lo")
        until(lambda: '"GET / HTTP/1.1" 200' in container.logs().decode(), within=20)
        ends_when_asked(container)


@pytest.mark.engine
def test_a_web_server_may_listen_on_one_address_only(built: Images) -> None:
    with running(built.web, LISTEN="127.0.0.1") as container:
        until(lambda: "127.0.0.1:80" in says(container, "ss -ltnH"), within=20)
        assert "0.0.0.0:80" not in says(container, "ss -ltnH")


@pytest.mark.engine
def test_postgres_is_set_up_as_its_variables_say_and_wants_the_password(built: Images) -> None:
    settings = {"POSTGRES_PASSWORD": "it's secret", "POSTGRES_USER": "keeper", "POSTGRES_DB": "shop"}
    with running(built.postgres, **settings) as container:
        until(lambda: "accepting" in says(container, "pg_isready -h 127.0.0.1"), within=60)
        query = "psql -h 127.0.0.1 -U keeper -d shop -Atc 'select 6*7'"
        assert says(container, f'PGPASSWORD="it\'s secret" {query}') == "42\n"
        assert "authentication failed" in says(container, f"PGPASSWORD=guess {query}")
        until(lambda: _health(container) == "healthy", within=60)
        container.restart()
        until(lambda: says(container, "psql -U keeper -d shop -Atc 'select 1'") == "1\n", within=60)


@pytest.mark.engine
def test_postgres_without_a_password_says_so_and_ends(built: Images) -> None:
    with running(built.postgres) as container:
        assert container.wait(timeout=30)["StatusCode"] == 1
        assert "POSTGRES_PASSWORD" in container.logs().decode()


def ends_when_asked(container: Container) -> None:
    """By the signal that ``docker stop`` sends first; an error if the engine would have to kill it after a while."""
    container.kill(container.attrs["Config"].get("StopSignal", "SIGTERM"))
    container.wait(timeout=20)


def _health(container: Container) -> str:
    container.reload()
    return str(container.attrs["State"]["Health"]["Status"])
