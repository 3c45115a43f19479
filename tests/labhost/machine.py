"""A machine for the tests without a Docker Engine: a running agent in network and mount namespaces of its own.

Everything that a test makes in it is gone when its process ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.labhost import wire
from course.labhost.namespaces import inside
from course.labhost.records import Answer, Probe, Run, State, from_data, to_json

RESOLV_CONF = "nameserver 10.5.0.1\nsearch lan.test\n"
HOSTS = "127.0.0.1 localhost\n10.5.0.3 blue blue-too\n"
_START = """
mount -t tmpfs none /run/netns && mount --bind {folder}/resolv.conf /etc/resolv.conf &&
mount --bind {folder}/hosts /etc/hosts && ip link set lo up && exec {python} -m course.labhost.agent
"""

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("unshare"),
    reason="network namespaces need root, iproute2 and util-linux",
)


class Machine:
    """The agent under test, as its clients see it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket, self.admin_socket = folder / "agent.sock", folder / "admin.sock"
        (folder / "resolv.conf").write_text(RESOLV_CONF)
        (folder / "hosts").write_text(HOSTS)
        Path("/run/netns").mkdir(exist_ok=True)
        environment = os.environ | {"COURSE_SOCKETS": str(folder), "COURSE_ADMIN_SOCKETS": str(folder)}
        environment |= {"COURSE_DOCKER": str(folder / "no-engine.sock"), "COURSE_GID": str(os.getgid())}
        environment.pop("COURSE_GRACE", None)
        self.log = folder / "agent.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                ["unshare", "--net", "--mount", "sh", "-c", _START.format(folder=folder, python=sys.executable)],
                env=environment,
                stderr=log,
            )
        self._wait()

    @property
    def pid(self) -> int:
        """Of the agent."""
        return self._process.pid

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self.ask("GET", "/health")
                return
            time.sleep(0.02)
        raise AssertionError(f"the agent does not answer: {self.log.read_text()}")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, method: str, url: str, data: Any = None, admin: bool = False) -> tuple[int, Any]:
        """One request: (status, parsed answer)."""
        body = data if isinstance(data, str) else json.dumps(data) if data is not None else ""
        status, answer = wire.request(str(self.admin_socket if admin else self.socket), method, url, body)
        return status, json.loads(answer)

    def state(self, *views: str) -> State:
        status, data = self.ask("GET", f"/state?views={','.join(views)}" if views else "/state")
        assert status == 200, data
        return from_data(State, data)

    def probe(self, *probes: Probe) -> list[Answer]:
        status, data = self.ask("POST", "/probe", to_json({"probes": probes}))
        assert status == 200, data
        return [from_data(Answer, answer) for answer in data["answers"]]

    def one(self, kind: str, source: str, target: str, port: int = 0, timeout: float = 0.6) -> Answer:
        asked = {"kind": kind, "source": source, "target": target, "port": port, "timeout": timeout}
        return self.probe(from_data(Probe, asked))[0]

    def run(self, command: str) -> Run:
        status, data = self.ask("POST", "/run", {"argv": command.split()})
        assert status == 200, data
        return from_data(Run, data)

    def do(self, *commands: str) -> None:
        """Run tools that must succeed."""
        for command in commands:
            said = self.run(command)
            assert said.exit == 0, f"{command}: {said.stderr}"

    @contextlib.contextmanager
    def inside(self, netns: str = "") -> Iterator[None]:
        """This thread in the machine's own namespace, or in one that ``ip netns`` made there."""
        of_process = f"/proc/{self._process.pid}"
        with inside(f"{of_process}/root/run/netns/{netns}" if netns else f"{of_process}/ns/net"):
            yield


def wire_up(machine: Machine) -> None:
    """Namespaces red (10.5.0.2) and blue (10.5.0.3) on the bridge br0 (10.5.0.1), far (10.6.0.2) behind the machine,
    and green with nothing but a loopback."""
    machine.do(
        "ip netns add red", "ip netns add blue", "ip netns add far", "ip netns add green",
        "ip link add br0 type bridge", "ip addr add 10.5.0.1/24 dev br0", "ip link set br0 up",
        "sysctl -w net.ipv4.ip_forward=1",
    )  # fmt: skip
    for name, address, gateway in (("red", "10.5.0.2", "10.5.0.1"), ("blue", "10.5.0.3", "10.5.0.1")):
        machine.do(
            f"ip link add to-{name} type veth peer name eth0 netns {name}", f"ip link set to-{name} master br0 up"
        )
        _configure(machine, name, address, gateway)
    machine.do("ip link add to-far type veth peer name eth0 netns far", "ip addr add 10.6.0.1/24 dev to-far")
    machine.do("ip link set to-far up", "ip -n green link set lo up")
    _configure(machine, "far", "10.6.0.2", "10.6.0.1")


def _configure(machine: Machine, name: str, address: str, gateway: str) -> None:
    machine.do(
        f"ip -n {name} link set lo up",
        f"ip -n {name} addr add {address}/24 dev eth0",
        f"ip -n {name} link set eth0 up",
        f"ip -n {name} route add default via {gateway}",
    )
