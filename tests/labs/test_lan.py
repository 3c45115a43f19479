"""Subnets that collide with nothing."""

from __future__ import annotations

import ipaddress

import pytest

from course.labs import engine, lan
from course.labs.lan import LAN_POOL

pytestmark = pytest.mark.engine


def test_a_lan_avoids_every_subnet_of_the_outer_engine() -> None:
    from docker.types import IPAMConfig, IPAMPool

    client = engine.connect()
    first = next(lan._free_lans(client, "some-lab"))
    taken = client.networks.create(
        "course-test-lan",
        ipam=IPAMConfig(pool_configs=[IPAMPool(subnet=str(first))]),
        labels={"course.lab": "test-lan", "course.role": "test"},
    )
    try:
        second = next(lan._free_lans(client, "some-lab"))
    finally:
        taken.remove()
    assert first.subnet_of(LAN_POOL) and second.subnet_of(LAN_POOL)
    assert not second.overlaps(first)


def test_the_pools_inside_avoid_the_routes_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "_routes", lambda: iter([ipaddress.ip_network("172.31.0.0/20")]))
    bip, pool = lan.inner_pools(engine.connect())
    assert (bip, pool) == lan.INNER_POOLS[1]
