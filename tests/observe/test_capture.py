"""Captures of real traffic on a lab host, read by the course and by tcpdump."""

from __future__ import annotations

import contextlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.errors import CourseError
from course.labs import lab as labs
from course.labs.lab import Lab
from course.observe.capture import Capture, capture
from tests.waiting import until

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def town(lab_of: Callable[[str], Lab]) -> Lab:
    """web (published at 8080) and db on the network app."""
    lab = lab_of("04_user_defined_networks")
    lab.client.networks.create("app")
    lab.client.containers.run("web", detach=True, name="web", network="app", ports={"80/tcp": 8080})
    lab.client.containers.run("toolbox", "sleep infinity", detach=True, name="db", network="app")
    assert lab.laptop.get("http://host1:8080").ok
    return lab


def _said(captured: Capture) -> list[tuple[str, str, str]]:
    return [(one.source, one.destination, one.words) for one in captured.once]


class TestOnALab:
    def test_a_page_that_is_fetched_is_seen_from_the_first_word_to_the_last(self, town: Lab) -> None:
        labs._used[:] = [town]
        with capture("web", "tcp port 80") as seen:
            assert str(seen) == 'a capture of packets at web that fit "tcp port 80"; it is going on'
            assert town.laptop.get("http://host1:8080").ok
        said = _said(seen)
        start = [("laptop", "web", "SYN"), ("web", "laptop", "SYN ACK"), ("laptop", "web", "ACK")]
        assert said[:4] == [*start, ("laptop", "web", "HTTP GET /")]
        assert ("web", "laptop", "HTTP 200 OK") in said and sum("FIN" in words for _, _, words in said) == 2
        assert seen.notes == () and str(seen).startswith(f'{len(seen)} packets at web that fit "tcp port 80", in 0.')
        assert {one.at for one in seen} == {"web/eth0"}

    def test_several_places_tell_one_story(self, town: Lab) -> None:
        with capture(["db", "web/app", "host1/app"], "arp or icmp or udp", lab=town) as seen:
            assert town.client.containers.get("db").exec_run("ping -c 1 web").exit_code == 0
        web = town.client.containers.get("web").attrs["NetworkSettings"]["Networks"]["app"]["IPAddress"]
        said = _said(seen)
        for line in [
            ("db", "embedded DNS", "A? web"), ("embedded DNS", "db", f"web is {web}"),
            ("db", "web", "echo request"), ("web", "db", "echo reply"),
        ]:  # fmt: skip
            assert said.count(line) == 1, said
        where = [one.at for one in seen if one.words == "echo request"]
        assert where == ["db/eth0", "host1/app", "web/eth0"]

    def test_all_interfaces_of_a_machine_show_what_each_is_for(self, town: Lab) -> None:
        with capture(["host1", "laptop"], "tcp port 80 or tcp port 8080", lab=town) as seen:
            assert town.laptop.get("http://host1:8080").ok
        first = [(one.at, one.way, one.destination) for one in seen if one.words == "SYN"]
        assert first == [
            ("laptop/eth0", "out", "host1"), ("host1/eth0", "in", "host1"), ("host1/app", "out", "web"),
            ("host1/veth(web)", "out", "web"),
        ]  # fmt: skip

    def test_a_capture_waits_for_packets_or_for_seconds(self, town: Lab) -> None:
        over = threading.Event()

        def ping() -> None:
            while not over.is_set():
                town.host1.ping("web", "db")

        pinging = threading.Thread(target=ping)
        pinging.start()
        try:
            three = capture(["web", "db"], "icmp", count=3, seconds=30, lab=town)
            assert len(three) == 3 and {one.protocol for one in three} == {"ICMP"}
        finally:
            over.set()
            pinging.join()
        none = capture("db", "tcp port 9", seconds=0.1, count=3, lab=town)
        assert str(none) == 'no packets at db that fit "tcp port 9"'

    @pytest.mark.parametrize(
        ("filter", "sentence"),
        [
            ("tcp prot 80", "can't parse filter expression: syntax error"),
            ("host nobody", "unknown host 'nobody'"),
            ("-w /tmp/planted", "can't parse filter expression: syntax error"),
            ("-i", "can't parse filter expression: syntax error"),
            ("--", "can't parse filter expression: syntax error"),
            ("tcp port 70000", "illegal port number"),
            ("ip and arp", "expression rejects all packets"),
            ("tcp\nport 80", "one line of plain text"),
        ],
    )
    def test_a_wrong_filter_is_explained_in_tcpdump_s_words(self, town: Lab, filter: str, sentence: str) -> None:
        with pytest.raises(CourseError, match=r"filter") as error, capture("web", filter, lab=town):
            pass
        assert sentence in str(error.value)

    def test_filters_of_every_kind_let_the_right_packets_through(self, town: Lab) -> None:
        kept = {
            "icmp[icmptype] == icmp-echo": {"echo request"}, "icmp and src host web": {"echo reply"}, "vlan": set(),
            "inbound and icmp": {"echo request"}, "outbound and icmp": {"echo reply"}, "greater 500": set(),
            "icmp and host host1": set(), "icmp and (host db or host laptop)": {"echo request", "echo reply"},
        }  # fmt: skip
        with contextlib.ExitStack() as stack:
            open_ = {text: stack.enter_context(capture("web", text, lab=town)) for text in kept}
            assert town.client.containers.get("db").exec_run("ping -c 1 web").exit_code == 0
        assert {text: {one.words for one in seen} for text, seen in open_.items()} == kept

    def test_tcpdump_reads_what_was_saved(self, town: Lab, tmp_path: Path) -> None:
        with capture(["web", "host1/eth0"], "tcp port 80 or tcp port 8080", lab=town) as seen:
            assert town.laptop.get("http://host1:8080").ok
        for name in ("web.pcap", "web.pcapng"):
            told = _tcpdump(town, seen.save(tmp_path / name)).splitlines()
            assert len(told) == len(seen)
            for line, packet in zip(told, seen, strict=True):
                assert line.startswith(f"{packet.ns // 10**9}.{packet.ns % 10**9:09}"), line
                assert f"{packet.headers.source}.{packet.headers.source_port} > " in line
            assert sum("GET / HTTP/1.1" in line for line in told) == 2
        data = (tmp_path / "web.pcapng").read_bytes()
        assert all(name in data for name in (b"web/eth0", b"host1/eth0", b"laptop\0"))

    def test_a_place_that_goes_away_is_an_error_and_what_was_heard_is_kept(self, town: Lab) -> None:
        brief = town.client.containers.run("web", detach=True, name="brief", network="app")
        seen = capture(["brief", "db"], lab=town)

        def lose() -> None:
            with seen:
                assert town.host1.get("http://brief/", "db").ok
                brief.remove(force=True)
                until(lambda: bool(seen._listening and seen._listening.troubles))

        with pytest.raises(CourseError, match="brief stopped") as error:
            lose()
        assert "is in the capture" in error.value.next
        assert ("db", "brief", "HTTP GET /") in _said(seen)
        assert seen.notes == (error.value.what,)

    def test_what_breaks_in_the_block_is_not_hidden_by_the_capture(self, town: Lab) -> None:
        seen = capture("web", lab=town)

        def fail() -> None:
            with seen:
                assert town.host1.ping("web", "db").ok
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert ("db", "web", "echo request") in _said(seen)

    def test_a_capture_is_for_one_block(self, town: Lab) -> None:
        done = capture("web", seconds=0.1, lab=town)
        with pytest.raises(CourseError, match="was made already"), done:
            pass
        assert 'write "with" before it' in str(capture("web", lab=town))
        for wrong in ({"seconds": -1}, {"count": 10**9}, {"seconds": float("nan")}):
            with pytest.raises(CourseError, match="waits for at most"):
                capture("web", lab=town, **wrong)
        with pytest.raises(CourseError, match="needs a place"):
            capture([], lab=town)
        for place, who in (("web/eth9", "web"), ("host1/eth9", "host1")):
            with (
                pytest.raises(CourseError, match=f"{who} has no interface 'eth9'; it has lo, "),
                capture(place, lab=town),
            ):
                pass

    def test_an_overlay_s_packets_are_seen_inside_and_on_the_lan(self, lab_of: Callable[[str], Lab]) -> None:
        lab = lab_of("02_default_bridge")
        one, two = lab.host1, lab.host2
        one.client.swarm.init(one.address, one.address, default_addr_pool=["10.77.0.0/16"])
        token = one.client.swarm.attrs["JoinTokens"]["Worker"]
        two.client.swarm.join([one.address], token, two.address, two.address)
        one.client.networks.create("wide", driver="overlay", attachable=True)
        one.client.containers.run("web", detach=True, name="web", network="wide")
        two.client.containers.run("toolbox", "sleep infinity", detach=True, name="db", network="wide")
        until(lambda: two.get("http://web/", "db").ok)
        with capture(["db", "host2/eth0", "host1/eth0", "web"], "icmp or udp port 4789", lab=lab) as seen:
            assert two.client.containers.get("db").exec_run("ping -c 1 web").exit_code == 0
        asked = [packet for packet in seen if packet.words.endswith("echo request")]
        assert [packet.at for packet in asked] == ["db/eth0", "host2/eth0", "host1/eth0", "web/eth0"]
        assert asked[1].words == f"VXLAN {asked[1].headers.vni}: db → web ICMP echo request"
        assert (asked[1].source, asked[1].destination) == ("host2", "host1") and asked[1].headers.vni >= 4096


def _tcpdump(lab: Lab, path: Path) -> str:
    """What tcpdump says that the file holds."""
    db, packed = lab.client.containers.get("db"), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(path, path.name)
    assert db.put_archive("/tmp", packed.getvalue())
    command = f"tcpdump -nn -tt --nano -A -r /tmp/{path.name} 2>/tmp/complaints || cat /tmp/complaints"
    output = db.exec_run(["sh", "-c", command]).output
    assert isinstance(output, bytes)
    return "\n".join(_joined(output.decode(errors="replace").splitlines()))


def _joined(lines: list[str]) -> Iterator[str]:
    """One line a packet: its first, and behind it what it carries."""
    whole = ""
    for line in lines:
        if line[:1].isdigit() and " IP " in line and whole:
            yield whole
            whole = ""
        whole += line
    yield whole
