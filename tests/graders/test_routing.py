"""Which way packets go."""

from __future__ import annotations

from course.labhost.records import Route
from graders.lessons.routing import next_hop

ROUTES = [
    Route("default", via="10.1.0.1", device="eth0"),
    Route("10.1.0.0/24", device="eth0"),
    Route("10.2.0.0/24", via="10.1.0.254", device="eth0"),
]


def test_packets_take_the_most_specific_route() -> None:
    assert next_hop(ROUTES, "10.2.0.7") == "10.1.0.254"
    assert next_hop(ROUTES, "10.3.0.7") == "10.1.0.1"


def test_a_neighbour_is_its_own_next_hop() -> None:
    assert next_hop(ROUTES, "10.1.0.7") == "10.1.0.7"


def test_without_a_route_packets_go_nowhere() -> None:
    assert next_hop(ROUTES[1:], "10.3.0.7") == ""


def test_a_route_that_swallows_packets_leads_nowhere() -> None:
    assert next_hop([ROUTES[0], Route("10.2.0.0/24", kind="blackhole")], "10.2.0.7") == ""
