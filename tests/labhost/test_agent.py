from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.labhost import wire
from course.labhost.lease import Leases
from course.labhost.records import Details, from_data
from course.labs.lab import Lab
from tests.labhost.machine import Machine, needs_root
from tests.waiting import until

PATHS = [
    "/health",
    "/state",
    "/probe",
    "/run",
    "/reset",
    "/fault",
    "/",
    "/lease/",
    "/state?views=,,%00,é",
    "/details?views=host,,é",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
ALMOST = st.fixed_dictionaries(
    {},
    optional={
        "probes": st.lists(st.dictionaries(st.sampled_from(["kind", "source", "target", "port", "timeout"]), JSON))
        | JSON,
        "argv": st.lists(st.text(max_size=10) | JSON, max_size=4) | JSON,
        "name": st.sampled_from(["drop", "blackhole"]) | JSON,
        "options": st.dictionaries(st.sampled_from(["view", "destination", "port"]), JSON) | JSON,
    },
)


class TestLeases:
    def test_a_machine_without_a_lease_ends_after_its_grace(self) -> None:
        ended = threading.Event()
        started = time.monotonic()
        Leases(0.2, ended.set).watch()
        assert ended.is_set()
        assert time.monotonic() - started >= 0.2

    def test_a_machine_in_use_does_not_end(self) -> None:
        ended = threading.Event()
        leases = Leases(0.1, ended.set)
        watcher = threading.Thread(target=leases.watch)
        with leases.held():
            watcher.start()
            with leases.held():
                assert leases.count == 2
            assert not ended.wait(0.4)
            assert leases.idle == 0
        assert ended.wait(5)
        watcher.join()

    def test_the_idle_clock_starts_again_with_each_lease(self) -> None:
        leases = Leases(None, lambda: None)
        time.sleep(0.05)
        assert leases.idle >= 0.05
        with leases.held():
            pass
        assert leases.idle < 0.05

    def test_a_machine_without_a_grace_is_not_watched(self) -> None:
        Leases(None, lambda: pytest.fail("it shall live")).watch()


@needs_root
class TestOnAMachine:
    def test_health_tells_the_role_and_how_long_nobody_has_used_the_machine(self, machine: Machine) -> None:
        status, data = machine.ask("GET", "/health")
        assert (status, data["role"], data["leases"]) == (200, "machine", 0)
        assert data["idle_s"] > 0

    def test_only_the_group_may_open_the_sockets(self, machine: Machine) -> None:
        for path in (machine.socket, machine.admin_socket):
            found = path.stat()
            assert stat.S_ISSOCK(found.st_mode)
            assert stat.S_IMODE(found.st_mode) == 0o660
            assert found.st_gid == os.getgid()

    @pytest.mark.parametrize(
        ("method", "url", "data", "status", "sentence"),
        [
            ("GET", "/nothing", None, 404, "there is no /nothing; there are: /health"),
            ("POST", "/state", {}, 405, "/state is for GET"),
            ("GET", "/probe", None, 405, "/probe is for POST"),
            ("PUT", "/state", {}, 405, "/state is for GET"),
            ("POST", "/probe", "{", 400, "the request is not JSON"),
            ("POST", "/probe", "\udcff".encode("utf-8", "replace").decode(), 400, "the request is not JSON"),
            ("POST", "/probe", "[" * 100000, 400, "the request is nested too deeply"),
            ("POST", "/probe", None, 400, "the request is an object with the field 'probes', of type list"),
            ("POST", "/probe", {"probes": 1}, 400, "the request is an object with the field 'probes', of type list"),
            ("POST", "/probe", {"probes": [{"kind": "smtp"}]}, 400, "Probe.kind is 'smtp'"),
            ("POST", "/run", {"argv": "ip addr"}, 400, "the request is an object with the field 'argv', of type list"),
            ("POST", "/run", {"argv": ["ip", 1]}, 400, "argv is a list of texts"),
            ("POST", "/run", {"argv": []}, 400, "a command is 1 to 64 words"),
        ],
    )
    def test_bad_input_gets_a_reason(
        self, machine: Machine, method: str, url: str, data: Any, status: int, sentence: str
    ) -> None:
        found, answer = machine.ask(method, url, data)
        assert found == status
        assert answer["error"].startswith(sentence)

    def test_a_request_that_is_too_long_is_told_so(self, machine: Machine) -> None:
        status, answer = machine.ask("POST", "/probe", "x" * (3 * 1024 * 1024))
        assert status == 413
        assert answer["error"].startswith("3145728 bytes are too many")

    @pytest.mark.parametrize(
        ("raw", "status"),
        [
            (b"nonsense\r\n\r\n", 400),
            (b"GET /health HTTP/9.9\r\n\r\n", 505),
            (b"POST /probe HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
            (b"POST /probe HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
            (b"POST /probe HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", 414),
            (b"GET /health HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
            (b"DELETE /health HTTP/1.1\r\n\r\n", 405),
        ],
    )
    def test_what_is_no_proper_http_gets_a_reason_too(self, machine: Machine, raw: bytes, status: int) -> None:
        answer = _raw(machine, raw)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.split()[1] == str(status).encode()
        assert json.loads(body)["error"]

    def test_one_connection_carries_many_requests(self, machine: Machine) -> None:
        connection = wire.UnixConnection(str(machine.socket))
        with contextlib.closing(connection):
            for _ in range(3):
                connection.request("GET", "/health")
                assert json.loads(connection.getresponse().read())["role"] == "machine"

    def test_clients_that_hang_up_early_do_no_harm(self, machine: Machine) -> None:
        for raw in (
            b"",
            b"GET",
            b"POST /probe HTTP/1.1\r\nContent-Length: 99\r\n\r\n{",
            b"GET /state HTTP/1.1\r\n\r\n",
        ):
            with _connected(machine) as client:
                client.sendall(raw)
        assert machine.ask("GET", "/health")[0] == 200

    @settings(max_examples=150, deadline=None)
    @given(st.sampled_from(["GET", "POST", "PUT", "HEAD"]), st.sampled_from(PATHS), JSON | ALMOST, st.booleans())
    def test_nonsense_gets_an_answer_and_the_agent_lives(
        self, machine: Machine, method: str, path: str, data: Any, admin: bool
    ) -> None:
        connection = wire.UnixConnection(str(machine.admin_socket if admin else machine.socket), 30)
        with contextlib.closing(connection):
            connection.request(method, path.encode("ascii", "ignore").decode(), json.dumps(data))
            answer = connection.getresponse()
            assert answer.status in (200, 400, 404, 405, 413)
            assert method == "HEAD" or json.loads(answer.read())
        assert machine.ask("GET", "/health")[0] == 200

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=300))
    def test_noise_does_not_end_the_agent(self, machine: Machine, noise: bytes) -> None:
        with _connected(machine) as client, contextlib.suppress(ConnectionError):
            client.sendall(noise)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass
        assert machine.ask("GET", "/health")[0] == 200

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(["icmp", "tcp", "udp", "http", "dns", "arp", "pmtu"]),
                    "source": st.sampled_from(["host", "netns:red"]) | st.text(max_size=12),
                    "target": st.sampled_from(["127.0.0.1", "::1", "localhost", "http://127.0.0.1", "255.255.255.255"])
                    | st.text(max_size=12),
                },
                optional={"port": st.integers(-10, 70000), "timeout": st.floats(-1, 0.2)},
            ),
            max_size=5,
        )
    )
    def test_every_probe_that_can_be_read_gets_an_answer(self, machine: Machine, probes: list[dict[str, Any]]) -> None:
        for probe in probes:
            probe.setdefault("timeout", 0.05)
        status, data = machine.ask("POST", "/probe", {"probes": probes})
        assert status == 200
        assert len(data["answers"]) == len(probes)
        assert not [answer for answer in data["answers"] if "the probe itself failed" in answer["detail"]]

    def test_nothing_of_all_this_was_the_agents_own_fault(self, machine: Machine) -> None:
        assert "Traceback" not in machine.log.read_text()

    def test_an_error_of_the_agent_is_told_and_logged_and_it_lives_on(self, machine: Machine) -> None:
        resolver = Path(f"/proc/{machine.pid}/root/run/netns")
        machine.do("ip netns add gone")
        (resolver / "bad-\udcff").touch()  # a name that no JSON text can carry as it is
        status, _ = machine.ask("GET", "/state")
        (resolver / "bad-\udcff").unlink()
        assert status in (200, 500)
        assert machine.ask("GET", "/health")[0] == 200
        machine.do("ip netns del gone")

    def test_leases_are_counted_and_end_with_the_client(self, machine: Machine) -> None:
        with _lease(machine):
            assert machine.ask("GET", "/health")[1] == {"role": "machine", "leases": 1, "idle_s": 0.0}
            with _lease(machine):
                assert machine.ask("GET", "/health")[1]["leases"] == 2
        until(lambda: machine.ask("GET", "/health")[1]["leases"] == 0)

    def test_the_lease_of_a_killed_client_ends(self, machine: Machine) -> None:
        hold = f"import socket, time; s = socket.socket(socket.AF_UNIX); s.connect({str(machine.socket)!r}); " + (
            "s.sendall(b'GET /lease HTTP/1.1\\r\\n\\r\\n'); time.sleep(60)"
        )
        with subprocess.Popen([sys.executable, "-c", hold]) as client:
            until(lambda: machine.ask("GET", "/health")[1]["leases"] == 1)
            client.kill()
        until(lambda: machine.ask("GET", "/health")[1]["leases"] == 0)

    def test_learners_cannot_reset_or_break(self, machine: Machine) -> None:
        for path in ("/reset", "/fault"):
            assert machine.ask("POST", path, {})[0] == 404

    def test_a_reset_removes_what_was_wired_by_hand(self, machine: Machine) -> None:
        machine.do("ip netns add red", "ip link add br0 type bridge", "ip link add a0 type veth peer name a1 netns red")
        machine.do("ip link add b0 type veth peer name b1")
        status, removed = machine.ask("POST", "/reset", admin=True)
        assert (status, removed["trouble"]) == (200, [])
        assert removed["netns"] == ["red"]
        assert {"br0", "b0", "b1"} <= set(removed["links"])
        host = machine.state().views
        assert list(host) == ["host"]
        assert [i.name for i in host["host"].interfaces] == ["lo"]
        assert machine.ask("POST", "/reset", admin=True)[1]["links"] == []

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"name": "gremlin"}, "there is no fault 'gremlin'; there are: drop, blackhole, wrong-network"),
            ({}, "the request is an object with the field 'name', of type str"),
            ({"name": "blackhole"}, "Blackhole lacks a field"),
            ({"name": "blackhole", "options": {"view": "web", "destination": "x"}}, "there is no view 'web'"),
            ({"name": "blackhole", "options": {"view": "host", "destination": "x"}}, "ip route add blackhole x: "),
            ({"name": "drop", "options": {"port": 80}}, "a port needs a protocol"),
            ({"name": "drop", "options": {"port": "80"}}, "Drop.port is '80'"),
            ({"name": "drop", "options": {"colour": "red"}}, "Drop has no field 'colour'"),
            ({"name": "drop", "options": []}, "Drop is []"),
        ],
    )
    def test_a_fault_that_cannot_be_injected_says_why(self, machine: Machine, data: Any, sentence: str) -> None:
        status, answer = machine.ask("POST", "/fault", data, admin=True)
        assert status == 400
        assert answer["error"].startswith(sentence)

    def test_a_blackhole_swallows_the_packets_of_one_view(self, machine: Machine) -> None:
        machine.do("ip netns add red", "ip -n red link set lo up")
        assert machine.one("icmp", "netns:red", "127.0.0.5").ok
        options = {"view": "netns:red", "destination": "10.9.0.0/16"}
        status, answer = machine.ask("POST", "/fault", {"name": "blackhole", "options": options}, admin=True)
        assert (status, answer["done"]) == (200, "ip route add blackhole 10.9.0.0/16")
        assert machine.one("icmp", "netns:red", "10.9.0.1").detail.startswith("a route of netns:red forbids")
        assert machine.state("host").views["host"].routes == []
        machine.do("ip netns del red")

    def test_a_closer_look_tells_the_rules_settings_queues_and_isolated_ports_of_a_view(self, machine: Machine) -> None:
        machine.do("ip netns add red", "ip link add br0 type bridge", "ip link add a0 type veth peer name a1 netns red")
        machine.do("ip link set a0 master br0", "bridge link set dev a0 isolated on")
        machine.do("tc qdisc add dev a0 root tbf rate 128kbit burst 4kb latency 400ms")
        machine.do("ip netns exec red iptables -A INPUT -p tcp -j DROP")
        status, data = machine.ask("POST", "/details", {"views": ["host", "netns:red", "nobody"]})
        assert (status, set(data)) == (200, {"host", "netns:red"})
        host, red = (from_data(Details, data[name]) for name in ("host", "netns:red"))
        assert host.queues == {"a0": "tbf rate 128 kbit/s"}
        assert host.isolated == ["a0"]
        assert red.settings["net.ipv4.ip_forward"] in ("0", "1")
        assert red.rules["filter"][-1] == "-A INPUT -p tcp -j DROP"
        assert (red.queues, red.isolated) == ({}, [])
        assert machine.ask("POST", "/details", {"views": [1]}) == (400, {"error": "views is a list of names"})
        machine.ask("POST", "/reset", admin=True)

    def test_an_old_socket_file_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "agent.sock").touch()
        (tmp_path / "admin.sock.new").touch()
        second = Machine(tmp_path)
        second.close()


@pytest.mark.engine
class TestInALabHost:
    def test_a_reset_empties_the_engine(self, lab: Lab) -> None:
        lab.client.networks.create("front")
        lab.client.volumes.create("data")
        lab.client.containers.run("web", detach=True, name="web", network="front")
        lab.client.containers.create("web", name="created")
        lab.client.swarm.init(advertise_addr=lab.host1.address)
        lab.host1.run("ip netns add red")
        lab.host1.run("iptables -I DOCKER-USER -j DROP")
        removed = lab.host1.admin("reset")
        assert removed["trouble"] == []
        assert removed["swarm"]
        assert set(removed["containers"]) == {"web", "created"}
        assert (removed["volumes"], removed["netns"], removed["rules"]) == (["data"], ["red"], True)
        assert "front" in removed["networks"]
        assert lab.client.containers.list(all=True) == []
        assert {network.name for network in lab.client.networks.list()} == {"bridge", "host", "none"}
        assert lab.client.info()["Swarm"]["LocalNodeState"] == "inactive"
        filters = lab.host1.state("host").rules["filter"]
        assert [rule for rule in filters if rule.startswith("-A DOCKER-USER")] == ["-A DOCKER-USER -j RETURN"]

    def test_a_reset_machine_is_still_on_its_lan(self, lab: Lab) -> None:
        lab.host1.admin("reset")
        assert lab.laptop.ping("host1").ok

    def test_a_drop_closes_a_published_port_to_the_lan(self, lab: Lab) -> None:
        lab.client.containers.run("web", detach=True, name="web", ports={"80/tcp": 8080})
        until(lambda: lab.laptop.get("http://host1:8080").ok)
        done = lab.host1.admin("fault", name="drop", options={"interface": "eth0", "protocol": "tcp", "port": 80})[
            "done"
        ]
        assert done == "iptables -w5 -I DOCKER-USER -i eth0 -p tcp --dport 80 -j DROP"
        assert lab.laptop.get("http://host1:8080", timeout=1).outcome == "timeout"
        lab.host1.admin("reset")

    def test_the_learners_socket_offers_no_reset(self, lab: Lab) -> None:
        status, _ = wire.request(str(lab.host1.sockets / "agent.sock"), "POST", "/reset")
        assert status == 404


@contextlib.contextmanager
def _connected(machine: Machine) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(machine.socket))
        yield client


def _raw(machine: Machine, request: bytes) -> bytes:
    answer = b""
    with _connected(machine) as client:
        client.sendall(request)
        with contextlib.suppress(ConnectionResetError):
            while part := client.recv(65536):
                answer += part
    return answer


@contextlib.contextmanager
def _lease(machine: Machine) -> Iterator[None]:
    connection = wire.UnixConnection(str(machine.socket))
    with contextlib.closing(connection):
        connection.request("GET", "/lease")
        response = connection.getresponse()
        assert json.loads(response.readline()) == {"lease": "held"}
        with contextlib.closing(response):
            yield
