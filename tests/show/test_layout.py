"""Where things go: nothing lies on anything else, and order keeps stems from passing lines that are not theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.show.layout import BEARABLE, CLOSE, LOOSE, TWO_ROWS, WIDEST, frame, frames
from course.show.shapes import PAD, Box, Frame, host_part
from course.show.sharing import rooms
from course.topology.model import Container, Network, Port, Topology
from tests.show.topologies import HOST1, HOST2, attached, bridge, crowd


def boxes_apart(made: Frame) -> bool:
    boxes = [*made.boxes, *made.guests]
    return not any(
        one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom
        for one, other in combinations(boxes, 2)
    )


def inside(made: Frame) -> bool:
    boxes = [*made.boxes, *made.guests]
    return all(box.x >= 0 and box.right <= made.width and box.y > 0 and box.bottom <= made.height for box in boxes)


def stems_through_boxes(made: Frame) -> Iterator[tuple[str, str]]:
    for box in made.boxes:
        for stem in box.stems:
            line = made.lines[stem.line]
            top, bottom = sorted((line.y, box.y if line.y < box.y else box.bottom))
            for other in made.boxes:
                if other is not box and other.x < stem.x < other.right and other.y < bottom and other.bottom > top:
                    yield box.containers[0].name, other.containers[0].name


def passes(made: Frame) -> int:
    """How many times a stem crosses a line that it is not joined to."""
    return sum(
        line.end > stem.x and min(box.y, made.lines[stem.line].y) < line.y < max(box.y, made.lines[stem.line].y)
        for box in made.boxes
        for stem in box.stems
        for number, line in enumerate(made.lines)
        if number != stem.line
    )


@pytest.mark.parametrize("closeness", [LOOSE, TWO_ROWS, CLOSE])
@pytest.mark.parametrize("number", [0, 1, 2, 5, 12, 30])
def test_boxes_lie_apart_and_inside_their_frame(number: int, closeness: int) -> None:
    made = frame(crowd(number), HOST1, closeness)
    assert boxes_apart(made) and inside(made) and not list(stems_through_boxes(made))


def test_twelve_containers_fit_a_page() -> None:
    (made,) = frames(crowd(12))
    assert made.width <= WIDEST and len({box.y for box in made.boxes}) == 2


def test_few_containers_hang_in_one_row_with_their_whole_addresses() -> None:
    (made,) = frames(crowd(4))
    assert len({box.y for box in made.boxes}) == 1
    assert made.boxes[0].stems[0].labels == ["eth0", "172.30.0.2"]


def test_frames_side_by_side_are_as_high_as_each_other() -> None:
    busy = crowd(3)
    both = dataclasses.replace(busy, machines=(HOST1, HOST2), networks=(bridge(), bridge("host2")))
    assert len({made.height for made in frames(both)}) == 1


def test_networks_are_ordered_so_that_no_stem_passes_a_line() -> None:
    made = frame(
        attached({"web": ["front", "back"], "db": ["store"], "app": ["back", "store"], "ui": ["front"]}), HOST1
    )
    assert passes(made) == 0


def test_a_container_that_must_pass_a_line_stands_right_of_it() -> None:
    ring = attached({"one": ["aa", "bb"], "two": ["bb", "cc"], "three": ["cc", "aa"], "more": ["bb"]})
    assert passes(frame(ring, HOST1)) == 0


NETWORKS = st.lists(st.sampled_from(["front", "back", "store", "admin"]), max_size=3, unique=True)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{2,14}", fullmatch=True), NETWORKS, max_size=9))
def test_whatever_is_attached_to_whatever_boxes_lie_apart(plugs: dict[str, list[str]]) -> None:
    for closeness in (LOOSE, TWO_ROWS, CLOSE):
        made = frame(attached(plugs), HOST1, closeness)
        assert boxes_apart(made) and inside(made) and not list(stems_through_boxes(made))


def box_of(made: Frame, name: str) -> Box:
    return next(box for box in (*made.boxes, *made.guests) if name in [one.name for one in box.containers])


def special(*containers: Container) -> Frame:
    return frame(dataclasses.replace(crowd(2), containers=(*crowd(2).containers, *containers)), HOST1)


def test_containers_that_share_a_namespace_are_one_box() -> None:
    made = special(
        Container("side", "host1", shares="container:worker-1"), Container("x2", "host1", shares="container:side")
    )
    assert [one.name for one in box_of(made, "side").containers] == ["worker-1", "side", "x2"]


def test_a_guest_of_the_host_stands_on_the_frame() -> None:
    made = special(Container("tap", "host1", shares="host"))
    assert box_of(made, "tap").bottom == made.height


def test_a_container_without_network_hangs_from_nothing_and_says_so() -> None:
    made = special(Container("job", "host1", shares="none"), Container("lost", "host1", shares="container:gone"))
    assert [(box_of(made, name).stems, box_of(made, name).remark) for name in ("job", "lost")] == [
        ([], "only a loopback"),
        ([], "joined gone, now gone"),
    ]


def test_published_ports_stand_under_their_container_and_local_ones_inside() -> None:
    made = special(Container("web", "host1", ports=(Port(8080, 80), Port(81, 80, host_address="127.0.0.1"))))
    assert sorted((tag.outside, tag.rows[0].split()[0]) for tag in made.tags) == [
        (False, "127.0.0.1:81→80"),
        (True, "8080→80"),
    ]


def test_a_port_whose_way_down_is_not_free_names_its_container() -> None:
    two = attached({"web": ["front"], "db": ["back"]})
    web = dataclasses.replace(two.containers[0], ports=(Port(8080, 80),))
    made = frame(dataclasses.replace(two, containers=(web, two.containers[1])), HOST1)
    assert [tag.rows for tag in made.tags] == [["8080→80 web"]]


def test_the_networks_host_and_none_are_no_lines() -> None:
    more = (Network("none", "host1", "null"), Network("host", "host1", "host"))
    made = frame(dataclasses.replace(crowd(1), networks=(bridge(), *more)), HOST1)
    assert [line.title for line in made.lines] == ["bridge"]


@pytest.mark.parametrize(
    ("address", "subnet", "part"),
    [
        ("172.30.0.2", "172.30.0.0/16", ".0.2"),
        ("10.1.2.3", "10.1.2.0/24", ".3"),
        ("10.1.2.3", "10.1.0.0/20", ".2.3"),
        ("fd00::2", "fd00::/64", "fd00::2"),
    ],
)
def test_the_host_part_is_what_the_subnet_leaves_open(address: str, subnet: str, part: str) -> None:
    assert host_part(address, [subnet]) == part


def test_an_empty_topology_has_no_frames() -> None:
    assert frames(Topology("empty")) == []


# --- storeys ---------------------------------------------------------------------------------------------------


def tiers() -> Topology:
    """Three networks in a row, with ten containers on each, and ten between each two."""
    roles = {"web": ["front"], "api": ["front", "back"], "db": ["back"], "job": ["back", "store"], "disk": ["store"]}
    return attached({f"{role}-{n}": networks for role, networks in roles.items() for n in range(10)})


def ten_networks(extra: bool) -> Topology:
    """Sixty containers on ten networks; every fifth, and one that is on all, joins several if ``extra``."""
    plugs = {f"app-{n}": [f"net-{n % 10}", f"net-{(n + 1) % 10}"][: 1 + (extra and n % 5 == 0)] for n in range(59)}
    return attached(plugs | {"proxy": [f"net-{n}" for n in range(10)] if extra else ["net-0"]})


def two_hosts() -> Topology:
    """Thirty containers on each of two lab hosts."""
    one, two = crowd(30), crowd(30, "host2")
    return dataclasses.replace(
        one,
        machines=(HOST1, HOST2),
        networks=one.networks + two.networks,
        containers=one.containers + two.containers,
        attachments=one.attachments + two.attachments,
    )


CROWDED = {
    "sixty": crowd(60),
    "tiers": tiers(),
    "ten networks": ten_networks(extra=False),
    "ten joined networks": ten_networks(extra=True),
    "two hosts": two_hosts(),
}


@pytest.mark.parametrize("name", CROWDED)
def test_sixty_containers_are_no_wider_than_a_page_and_none_is_lost(name: str) -> None:
    topology = CROWDED[name]
    made = frames(topology)
    assert sum(one.width for one in made) <= BEARABLE
    drawn = [(one.machine.name, box.containers[0].name) for one in made for box in one.boxes]
    assert sorted(drawn) == sorted(container.where for container in topology.containers)
    assert sum(len(box.stems) for one in made for box in one.boxes) == len(topology.attachments)
    for one in made:
        assert boxes_apart(one) and inside(one) and not list(stems_through_boxes(one))


@pytest.mark.parametrize("name", CROWDED)
def test_stems_lead_to_lines_of_their_own_network(name: str) -> None:
    for made in frames(CROWDED[name]):
        for box in made.boxes:
            assert all(made.lines[stem.line].network.name == stem.plug.network for stem in box.stems)
            assert all(stem.x <= made.lines[stem.line].end for stem in box.stems)


def test_the_lines_of_a_network_are_joined_by_a_spine_and_the_first_alone_says_everything() -> None:
    (made,) = frames(tiers())
    assert len(made.spines) == 3 and len({spine.x for spine in made.spines}) == 3
    for spine in made.spines:
        first, *others = (made.lines[number] for number in spine.lines)
        assert others and all(line.network == first.network for line in others) and first.rows
        assert all((line.remark, line.rows, line.colour) == ("continued", [], first.colour) for line in others)
        assert spine.x < PAD + made.inset


def test_spines_that_are_not_beside_each_other_share_their_place() -> None:
    apart = {f"{role}-{n}": [role] for role in ("front", "back") for n in range(30)}
    (made,) = frames(attached(apart))
    assert len(made.spines) == 2 and len({spine.x for spine in made.spines}) == 1


def test_networks_that_nobody_joins_are_continued_each_for_itself() -> None:
    apart = {f"{role}-{n}": [role] for role in ("front", "back") for n in range(30)}
    (made,) = frames(attached(apart))
    names = [line.network.name for line in made.lines]
    assert names == sorted(names, key=["front", "back"].index) and len(names) > 3


def test_what_fits_is_not_continued() -> None:
    (made,) = frames(crowd(14))
    assert made.spines == [] and len(made.lines) == 1


def test_more_than_six_networks_are_ordered_too() -> None:
    chain = {
        f"r-{n}": [f"n{a}", f"n{b}"]
        for n, (a, b) in enumerate([(0, 4), (4, 7), (7, 2), (2, 6), (6, 1), (1, 5), (5, 3)])
    }
    assert passes(frame(attached(chain), HOST1)) == 0


@given(st.lists(st.floats(1, 5000), min_size=1, max_size=6), st.floats(100, 3000))
def test_room_is_shared_out_to_those_who_need_it(widths: list[float], room: float) -> None:
    given_out = rooms(widths, room)
    assert all(got <= wanted for got, wanted in zip(given_out, widths, strict=True))
    assert sum(given_out) <= room * 1.001
    assert sum(given_out) >= min(room, sum(widths)) * 0.999
