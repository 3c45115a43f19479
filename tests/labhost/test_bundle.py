"""The last look at a container before runc makes it, as a pure function. On a real engine: test_policy_engine.py."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from course.labhost.gate.bundle import judge

OWN = "/var/lib/docker/containers/" + "0a" * 32
# What the engine writes for: docker run --init --cap-add NET_ADMIN -v data:/data --tmpfs /t
PLAIN: dict[str, Any] = {
    "process": {
        "capabilities": {"bounding": ["CAP_CHOWN", "CAP_NET_RAW", "CAP_NET_ADMIN"], "effective": ["CAP_CHOWN"]}
    },
    "mounts": [
        {"type": "proc", "source": "proc", "destination": "/proc", "options": ["nosuid", "noexec", "nodev"]},
        {"type": "tmpfs", "source": "shm", "destination": "/dev/shm", "options": ["nosuid"]},
        {
            "type": "bind",
            "source": "/usr/bin/docker-init",
            "destination": "/sbin/docker-init",
            "options": ["bind", "ro"],
        },
        {"type": "bind", "source": "/var/lib/docker/volumes/data/_data", "destination": "/data", "options": ["rbind"]},
        {"type": "bind", "source": f"{OWN}/resolv.conf", "destination": "/etc/resolv.conf", "options": ["rbind"]},
        {"type": "bind", "source": f"{OWN}/mounts/secrets/a1", "destination": "/run/secrets/s", "options": ["rbind"]},
    ],
    "linux": {
        "namespaces": [{"type": kind} for kind in ("mount", "network", "uts", "pid", "ipc")],
        "maskedPaths": ["/proc/kcore", "/proc/keys"],
        "readonlyPaths": ["/proc/sys", "/proc/sysrq-trigger"],
        "seccomp": {"defaultAction": "SCMP_ACT_ERRNO"},
    },
}


def verdict(change: Callable[[dict[str, Any]], object], has_options: bool = False) -> str:
    spec = copy.deepcopy(PLAIN)
    change(spec)
    return judge(spec, lambda volume: has_options)


def mounted(source: str, kind: str = "bind", *options: str) -> str:
    return verdict(lambda spec: spec["mounts"].append({"type": kind, "source": source, "options": list(options)}))


def without(kind: str) -> str:
    return verdict(lambda spec: spec["linux"]["namespaces"].remove({"type": kind}))


def test_an_ordinary_container_may_start() -> None:
    assert verdict(lambda spec: None) == ""


def test_the_host_network_may_be_shared_and_nothing_else() -> None:
    assert without("network") == ""
    for kind in ("pid", "ipc", "uts", "mount"):
        assert f"a container without a {kind} namespace" in without(kind)


@pytest.mark.parametrize(
    "source",
    [
        "/etc", "/", "/var/lib/docker", "/var/run/docker.sock", "/var/lib/docker/volumes/data/_data/../../..",
        "/var/lib/docker/volumes/data/_data/link", f"{OWN}/../x", "/var/lib/docker/containers/short/hosts",
    ],
)  # fmt: skip
def test_a_bind_mount_of_the_lab_host_is_refused(source: str) -> None:
    assert "the bind mount of" in mounted(source)
    assert "the bind mount of" in mounted(source, "none", "rbind")


def test_a_file_system_of_the_lab_host_is_refused() -> None:
    assert "a file system of type ext4" in mounted("/dev/vda", "ext4")


def test_a_volume_with_driver_options_is_refused() -> None:
    assert "the bind mount of /var/lib/docker/volumes/data/_data" in verdict(lambda spec: None, has_options=True)


@pytest.mark.parametrize("name", ["bounding", "ambient"])
def test_a_capability_beyond_the_list_is_refused_in_any_set(name: str) -> None:
    more = {name: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"]}
    assert "the capability CAP_SYS_ADMIN" in verdict(lambda spec: spec["process"]["capabilities"].update(more))


@pytest.mark.parametrize("missing", ["maskedPaths", "readonlyPaths", "seccomp"])
@pytest.mark.parametrize("empty", [[], None])
def test_a_wall_taken_down_is_refused(missing: str, empty: Any) -> None:
    assert "This lab host refuses" in verdict(lambda spec: spec["linux"].update({missing: empty}))
    assert "This lab host refuses" in verdict(lambda spec: spec["linux"].pop(missing))


def test_a_device_is_refused() -> None:
    assert "devices of the lab host" in verdict(lambda spec: spec["linux"].update(devices=[{"path": "/dev/kmsg"}]))


@given(some.recursive(some.none() | some.text(), lambda inner: some.dictionaries(some.text(), inner)))
def test_nonsense_does_not_start(nonsense: Any) -> None:
    assert judge(nonsense, lambda volume: False).startswith("This lab host refuses")
    assert judge(PLAIN | {"linux": nonsense}, lambda volume: False).startswith("This lab host refuses")
