"""What a capture makes of frames: places, names, words, tables and files; no lab is needed."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from course.errors import CourseError
from course.labhost.capturing.captured import Caught, Spot
from course.observe.capturing.file import pcap, pcapng, save
from course.observe.capturing.packets import Packet, once, packets
from course.observe.capturing.places import Ear, ear, owners, with_addresses
from course.observe.capturing.table import WIDTH, table
from course.topology.model import Attachment, Container, Machine, Network, Topology
from tests.labhost import frames

TOWN = Topology(
    "town",
    machines=(Machine("host1", "10.9.0.11", True), Machine("host2", "10.9.0.12", True), Machine("laptop", "10.9.0.9")),
    networks=(
        Network("bridge", "host1", "bridge", ("172.30.0.0/16",), "172.30.0.1", bridge="docker0"),
        Network("app", "host1", "bridge", ("10.0.0.0/24",), "10.0.0.1", bridge="br-app"),
        Network("data", "host1", "bridge", ("10.1.0.0/24",), "10.1.0.1", bridge="br-data"),
        Network("app", "host2", "bridge", ("10.0.0.0/24",), "10.0.0.1", bridge="br-other"),
    ),
    containers=(
        Container("web", "host1", "web", "running"),
        Container("db", "host1", "web", "running"),
        Container("web", "host2", "web", "paused"),
        Container("old", "host1", "web", "exited"),
    ),
    attachments=(
        Attachment("web", "app", "host1", "eth0", "10.0.0.2", "02:00:00:00:00:02"),
        Attachment("db", "app", "host1", "eth0", "10.0.0.3", "02:00:00:00:00:03"),
        Attachment("db", "data", "host1", "eth1", "10.1.0.3", "02:00:00:00:00:04"),
        Attachment("web", "app", "host2", "eth0", "10.0.0.2", "02:00:00:00:00:05"),
    ),
    lan="10.9.0.0/24",
)  # fmt: skip
DB = Ear("db", "host1", Spot("db"))
KNOWN = owners([(TOWN, {})])


def taken(*said: tuple[float, bytes], interface: str = "eth0", outgoing: bool = False) -> tuple[Packet, ...]:
    """The packets of these frames, caught at so many ms."""
    caught = [Caught(0, interface, outgoing, 10**18 + int(ms * 1e6), len(data), data) for ms, data in said]
    return packets([(DB, one) for one in caught], KNOWN)


class TestPlaces:
    @pytest.mark.parametrize(
        ("text", "place", "machine", "spot"),
        [
            ("db", "db", "host1", "db"),
            ("db/eth1", "db", "host1", "db/eth1"),
            ("db/data", "db", "host1", "db/eth1"),
            ("host1/db", "db", "host1", "db"),
            ("host1/db/lo", "db", "host1", "db/lo"),
            ("host2/web", "host2/web", "host2", "web"),
            ("host2/web/eth0", "host2/web", "host2", "web/eth0"),
            ("host1", "host1", "host1", "host"),
            ("laptop/eth0", "laptop", "laptop", "host/eth0"),
            ("host1/app", "host1", "host1", "host/br-app"),
            ("host2/app", "host2", "host2", "host/br-other"),
            ("host1/netns:red", "host1/netns:red", "host1", "netns:red"),
            ("host1/netns:red/eth0", "host1/netns:red", "host1", "netns:red/eth0"),
        ],
    )  # fmt: skip
    def test_a_place_is_found_by_each_of_its_names(self, text: str, place: str, machine: str, spot: str) -> None:
        found = ear(text, TOWN)
        assert (found.name, found.machine, str(found.spot)) == (place, machine, spot)

    @pytest.mark.parametrize("text", ["", "/", "no", "no/eth0", "old", "web", "host9/netns:red", "db/eth0/eth0"])
    def test_what_is_nowhere_is_said_with_what_there_is(self, text: str) -> None:
        with pytest.raises(CourseError, match="there is no place") as error:
            ear(text, TOWN)
        assert "host1, host2, laptop, host1/web, db, host2/web" in error.value.next

    def test_an_address_has_the_name_that_it_has_where_it_was_seen(self) -> None:
        there = Ear("host2/web", "host2", Spot("web"))
        names = {
            "10.0.0.2": "host1/web", "10.0.0.1": "host1", "10.1.0.3": "db", "10.9.0.12": "host2", "8.8.8.8": "8.8.8.8",
            "127.0.0.1": "db", "127.0.0.11": "embedded DNS", "10.0.0.255": "everyone", "10.9.0.255": "everyone",
            "02:00:00:00:00:04": "db", "ff:ff:ff:ff:ff:ff": "everyone",
        }  # fmt: skip
        assert {address: KNOWN.name(address, DB) for address in names} == names
        assert [KNOWN.name(address, there) for address in ("10.0.0.2", "10.0.0.1")] == ["host2/web", "host2"]

    def test_who_came_and_went_meanwhile_is_known(self) -> None:
        moved = replace(TOWN, containers=TOWN.containers[:1], attachments=TOWN.attachments[:1])
        assert owners([(moved, {}), (TOWN, {})]).name("10.1.0.3", DB) == "db"
        assert owners([(TOWN, {}), (moved, {})]).name("10.1.0.3", DB) == "db"

    @pytest.mark.parametrize(
        ("text", "filter"),
        [
            ("host db", "host (10.0.0.3 or 10.1.0.3)"),
            ("src host1/web and tcp port 80", "src 10.0.0.2 and tcp port 80"),
            ("not (dst host laptop)", "not (dst host 10.9.0.9)"),
            ("host 10.0.0.3 or host nobody", "host 10.0.0.3 or host nobody"),
            ("port db", "port db"),
        ],
    )
    def test_places_stand_for_addresses_in_a_filter(self, text: str, filter: str) -> None:
        assert with_addresses(text, TOWN) == filter


class TestPackets:
    def test_a_packet_says_who_said_what_to_whom(self) -> None:
        asked = frames.ethernet(frames.ipv4(frames.tcp(b"GET / HTTP/1.1\r\n\r\n", frames.PSH), 6, "10.9.0.9"))
        who = frames.ethernet(frames.arp(1), 0x0806, to="ff:ff:ff:ff:ff:ff")
        first, second = taken((1.5, who), (3.75, asked))
        assert (first.ms, first.source, first.destination) == (0, "host1/web", "everyone")
        assert first.words == "who has 10.0.0.3?"
        assert (second.ms, second.source, second.destination, second.words) == (2.25, "laptop", "db", "HTTP GET /")
        assert (second.protocol, second.length, second.at, second.way) == ("TCP", len(asked), "db/eth0", "in")
        assert second.ends == ("laptop:40000", "db:80") and second.short_ends == ("laptop", "db:80")
        assert second.raw == asked and second.ns - first.ns == 2_250_000

    def test_who_talks_inside_a_wrapped_packet_is_named(self) -> None:
        inner = frames.ethernet(frames.ipv4(frames.icmp(8), 1))
        outer = frames.ethernet(frames.ipv4(frames.udp(frames.vxlan(inner), target=4789), 17, "10.9.0.11"))
        (packet,) = taken((0, outer))
        assert packet.words == "VXLAN 4097: host1/web → db ICMP echo request"
        assert packet.headers.inner and packet.headers.inner.source == "10.0.0.2"

    def test_a_packet_that_passes_many_interfaces_is_one(self) -> None:
        ping = frames.ethernet(frames.ipv4(frames.icmp(8, rest=1), 1))
        routed = frames.ethernet(frames.ipv4(frames.icmp(8, rest=1), 1, ttl=63))
        who = frames.ethernet(frames.arp(1), 0x0806)
        seen = [
            *taken((0, who), (1000, who), (1001, ping)),
            *taken((1001.1, routed), interface="eth1", outgoing=True),
        ]
        assert [one.words for one in once(seen)] == ["who has 10.0.0.3?", "who has 10.0.0.3?", "echo request"]

    def test_a_table_fits_its_page_and_folds_its_middle(self) -> None:
        name = frames.ethernet(frames.ipv4(frames.tcp(b"GET /" + b"x" * 300 + b" HTTP/1.1\r\n"), 6))
        far = frames.ethernet(frames.ipv6(frames.tcp(), 6, "fd00:1:2:3:4:5:6:7", "fd00:1:2:3:4:5:6:8"), 0x86DD)
        lines = table(taken(*((n * 1000, name if n % 2 else far) for n in range(500)))).splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert len(lines) == 1 + 30 + 1 + 10
        assert lines[31].split() == ["…", "460", "more", "packets"]
        assert lines[-1].startswith("499000.000  db/eth0  in   host1/web")

    def test_a_client_s_port_gives_way_where_there_is_no_room(self) -> None:
        short = frames.ethernet(frames.ipv4(frames.tcp(flags=frames.SYN), 6))
        assert "host1/web:40000  db:80" in table(taken((0, short)))
        long = frames.ethernet(frames.ipv4(frames.tcp(b"GET /" + b"x" * 60 + b" HTTP/1.1\r\n"), 6))
        assert "host1/web  db:80" in table(taken((0, long)))


class TestFile:
    def test_a_disk_that_is_full_leaves_no_half_a_file(self, tmp_path: Path) -> None:
        ping = frames.ethernet(frames.ipv4(frames.icmp(8), 1))
        path = tmp_path / "web.pcap"
        path.write_bytes(b"before")
        with _files_of_at_most(64), pytest.raises(CourseError, match="cannot be saved") as error:
            save(taken(*((n, ping) for n in range(50))), path)
        assert "too large" in error.value.because
        assert [file.name for file in tmp_path.iterdir()] == ["web.pcap"] and path.read_bytes() == b"before"

    def test_a_folder_that_is_not_there_is_one_clear_error(self, tmp_path: Path) -> None:
        with pytest.raises(CourseError, match="cannot be saved") as error:
            save((), tmp_path / "nowhere" / "web.pcapng")
        assert error.value.because == "No such file or directory"

    def test_the_old_format_holds_one_kind_of_interface(self) -> None:
        (packet,) = taken((0, frames.ethernet(frames.ipv4(frames.icmp(8), 1))))
        bare = replace(packet, raw=packet.raw[14:], ethernet=False)
        with pytest.raises(CourseError, match="one kind of interface"):
            pcap((packet, bare))
        assert pcapng((packet, bare)).count(b"db/eth0") == 2  # an interface of each kind


@contextlib.contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    """The kernel refuses longer ones to this process, as it does where a disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
