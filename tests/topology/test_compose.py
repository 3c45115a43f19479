"""A Compose file is read as the topology that Compose would make of it, and written as a person would write it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.errors import TopologyError
from course.topology.compose import Reading, read_compose, write_compose
from course.topology.model import Attachment, Container, Healthcheck, Machine, Network, Port, Topology


def service(text: str, more: str = "") -> tuple[Container, tuple[Attachment, ...]]:
    """A service called web, from the lines that say what it is; nothing may be noted."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    reading = read_compose(f"name: shop\nservices:\n  web:\n    image: web\n    container_name: web\n{lines}{more}")
    assert reading.notes == ()
    return reading.topology.containers[0], reading.topology.attachments


def network(text: str) -> Network:
    """A network called front, from the lines that say what it is."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    reading = read_compose(f"name: shop\nnetworks:\n  front:\n    name: front\n{lines}")
    assert reading.notes == ()
    return reading.topology.networks[0]


def notes(text: str) -> tuple[str, ...]:
    """What is noted of a service called web."""
    return read_compose(f"name: shop\nservices: {{web: {{image: web, {text}}}}}").notes


def refusal(text: str, **more: Any) -> TopologyError:
    with pytest.raises(TopologyError) as caught:
        read_compose(text, **more)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("command: sleep infinity", {"command": ("sleep", "infinity")}),
        ("command: sh -c 'echo $$HOME; sleep 1'", {"command": ("sh", "-c", "echo $HOME; sleep 1")}),
        ('command: [sleep, "60"]', {"command": ("sleep", "60")}),
        ("command:\n  - sleep\n  - 60", {"command": ("sleep", "60")}),
        ("command:", {}),
        ("entrypoint: /bin/serve --now", {"entrypoint": ("/bin/serve", "--now")}),
        ('entrypoint: ["/bin/serve"]', {"entrypoint": ("/bin/serve",)}),
        ("environment: {A: x, B: 1, C: true, D: 1.50, E: 0x10, F: 010, G: yes}",
         {"environment": {"A": "x", "B": "1", "C": "true", "D": "1.5", "E": "16", "F": "8", "G": "yes"}}),
        ('environment: ["A=x=y", "B="]', {"environment": {"A": "x=y", "B": ""}}),
        ("hostname: shop", {"hostname": "shop"}),
        ("cap_add: [NET_ADMIN, cap_net_raw]", {"capabilities": ("NET_ADMIN", "NET_RAW")}),
        ("sysctls: {net.ipv4.ip_forward: 1}", {"sysctls": {"net.ipv4.ip_forward": "1"}}),
        ("sysctls: [net.ipv4.ip_forward=1]", {"sysctls": {"net.ipv4.ip_forward": "1"}}),
        ("dns: 10.0.0.1", {"dns": ("10.0.0.1",)}),
        ("dns: [10.0.0.1, fd00::1]", {"dns": ("10.0.0.1", "fd00::1")}),
        ("dns_search: shop.test", {"dns_search": ("shop.test",)}),
        ('extra_hosts: ["a.b:10.0.0.1", "c=10.0.0.2", "d:::1", "e=[::2]", "f:host-gateway"]',
         {"hosts": {"a.b": "10.0.0.1", "c": "10.0.0.2", "d": "::1", "e": "::2", "f": "host-gateway"}}),
        ("extra_hosts: {a.b: 10.0.0.1}", {"hosts": {"a.b": "10.0.0.1"}}),
        ("network_mode: host", {"shares": "host"}),
        ("network_mode: none", {"shares": "none"}),
        ("network_mode: bridge", {}),
        ("x-anything: {goes: here}", {}),
    ],
)  # fmt: skip
def test_a_service_says_what_its_container_is_started_with(text: str, expected: dict[str, Any]) -> None:
    assert service(text)[0] == Container("web", "host1", "web", **expected)


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("- 80", [Port(0, 80)]),
        ("- 8080:80", [Port(8080, 80)]),
        ("- 22:22", [Port(22, 22)]),
        ('- "5353:53/udp"', [Port(5353, 53, "udp")]),
        ("- 127.0.0.1:8080:80", [Port(8080, 80, host_address="127.0.0.1")]),
        ("- 127.0.0.1::80", [Port(0, 80, host_address="127.0.0.1")]),
        ('- "[::1]:8080:80"', [Port(8080, 80, host_address="::1")]),
        ("- 9000-9001:80-81", [Port(9000, 80), Port(9001, 81)]),
        ("- 80-81", [Port(0, 80), Port(0, 81)]),
        ("- {target: 80, published: 8080}", [Port(8080, 80)]),
        ('- {target: 53, published: "5353", protocol: udp, host_ip: 10.0.0.1, mode: host}',
         [Port(5353, 53, "udp", "10.0.0.1")]),
        ("- {target: 80}", [Port(0, 80)]),
    ],
)  # fmt: skip
def test_a_port_is_published_in_the_short_and_in_the_long_form(text: str, ports: list[Port]) -> None:
    assert list(service(f"ports:\n{text}")[0].ports) == ports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("test: pg_isready -q", Healthcheck(("pg_isready -q",))),
        ('test: ["CMD-SHELL", "pg_isready -q"]', Healthcheck(("pg_isready -q",))),
        ("test: [CMD, pg_isready, -q]", Healthcheck(("pg_isready", "-q"))),
        ("test: [CMD, pg_isready]", Healthcheck(("CMD", "pg_isready"))),
        ("test: [NONE]", Healthcheck(("NONE",))),
        ("disable: true", Healthcheck(("NONE",))),
        ("{test: x, interval: 1m30s, timeout: 500ms, start_period: 1h, retries: 5}",
         Healthcheck(("x",), 90.0, 0.5, 5, 3600.0)),
        ("{test: x, interval: 1.5s}", Healthcheck(("x",), 1.5)),
    ],
)  # fmt: skip
def test_a_health_check_is_a_line_or_a_list_with_times(text: str, expected: Healthcheck) -> None:
    lines = text if text.startswith("{") else f"{{{text}}}"
    assert service(f"healthcheck: {lines}")[0].healthcheck == expected


def test_a_health_check_is_given_to_the_engine_in_its_own_words() -> None:
    tests = [("a b",), ("a", "b"), ("CMD", "a"), ("NONE",), ("CMD",)]
    assert [Healthcheck(test).words for test in tests] == [
        ["CMD-SHELL", "a b"], ["CMD", "a", "b"], ["CMD", "a"], ["NONE"], ["CMD-SHELL", "CMD"],
    ]  # fmt: skip


ENDS = """networks:
  front: {name: front, ipam: {config: [{subnet: 10.1.0.0/24}, {subnet: 'fd00::/64'}]}}
  back: {name: back}"""
POOL = "{subnet: 10.1.0.0/24, gateway: 10.1.0.9, ip_range: 10.1.0.128/25, aux_addresses: {r: 10.1.0.3}}"
SAID = {"gateway": "10.1.0.9", "ip_range": "10.1.0.128/25", "aux_addresses": {"r": "10.1.0.3"}}
POOL6 = "{subnet: 'fd00::/64', gateway: 'fd00::1'}"


@pytest.mark.parametrize(
    ("text", "plugs"),
    [
        ("networks: [front, back]", [{"network": "front"}, {"network": "back"}]),
        ("networks: {front: , back: {}}", [{"network": "front"}, {"network": "back"}]),
        ("networks: {front: {aliases: [www, web]}}", [{"network": "front", "aliases": ("www",)}]),
        ("networks: {front: {ipv4_address: 10.1.0.5, ipv6_address: 'fd00::5'}}",
         [{"network": "front", "address": "10.1.0.5", "address6": "fd00::5"}]),
        ("networks: {front: {ipv6_address: 'fd00::5'}}", [{"network": "front", "address": "fd00::5"}]),
        ("networks: {front: {mac_address: 02:42:ac:1e:00:02}}", [{"network": "front", "mac": "02:42:ac:1e:00:02"}]),
        ("networks: {front: {driver_opts: {a: b}}}", [{"network": "front", "options": {"a": "b"}}]),
        ("networks: {front: {priority: 1}, back: {priority: 9}}", [{"network": "back"}, {"network": "front"}]),
        ("networks: [front, back]\nmac_address: 02:42:ac:1e:00:02",
         [{"network": "front"}, {"network": "back", "mac": "02:42:ac:1e:00:02"}]),
        ("network_mode: bridge", [{"network": "bridge"}]),
        ("network_mode: host", []),
        ("networks: {}", [{"network": "shop_default"}]),
        ("", [{"network": "shop_default"}]),
    ],
)  # fmt: skip
def test_a_service_is_plugged_into_its_networks(text: str, plugs: list[dict[str, Any]]) -> None:
    assert list(service(text, ENDS)[1]) == [Attachment("web", machine="host1", **plug) for plug in plugs]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("driver: macvlan\ndriver_opts: {parent: eth0, n: 1}",
         {"driver": "macvlan", "options": {"parent": "eth0", "n": "1"}}),
        ("internal: true\nattachable: true", {"internal": True, "attachable": True}),
        (f"ipam: {{config: [{POOL}]}}", {"subnets": ("10.1.0.0/24",), **SAID}),
        (f"enable_ipv6: true\nipam: {{driver: default, config: [{POOL}, {POOL6}]}}",
         {"subnets": ("10.1.0.0/24", "fd00::/64"), "gateway6": "fd00::1", **SAID}),
        ("external: true", {"external": True}),
    ],
)  # fmt: skip
def test_a_network_says_how_it_is_made(text: str, expected: dict[str, Any]) -> None:
    assert network(text) == Network("front", "host1", **expected)


def test_names_are_those_that_compose_gives() -> None:
    text = """
    services:
      web: {image: web, networks: [front, mine], depends_on: [db]}
      db: {image: postgres, container_name: data, depends_on: {log: {condition: service_healthy}}}
      log: {image: toolbox, networks: [theirs]}
      side: {image: toolbox, network_mode: "service:web"}
      old: {image: toolbox, network_mode: "container:data"}
    networks: {front: {}, mine: {name: My Net}, theirs: {external: true}}
    """
    topology = read_compose(text, "shop").topology
    assert [network.name for network in topology.networks] == ["shop_front", "My Net", "theirs", "shop_default"]
    assert [container.name for container in topology.containers] == [
        "shop-web-1", "data", "shop-log-1", "shop-side-1", "shop-old-1",
    ]  # fmt: skip
    web, data, _, side, old = topology.containers
    assert (web.depends_on, data.depends_on) == ({"data": "started"}, {"shop-log-1": "healthy"})
    assert (side.shares, old.shares) == ("container:shop-web-1", "container:data")
    assert [plug.aliases for plug in topology.attachments] == [("web",), ("web",), ("db",), ("log",)]


def test_the_project_is_called_as_one_says_or_the_file_or_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "My Shop"
    folder.mkdir()
    file = folder / "compose.yaml"
    file.write_text("services: {web: {image: web}}")

    def names(reading: Reading) -> tuple[str, str]:
        return reading.topology.name, reading.topology.containers[0].name

    assert names(read_compose(file)) == names(read_compose(str(file))) == ("My Shop", "myshop-web-1")
    assert names(read_compose(file, "04/lab")) == ("04/lab", "04lab-web-1")
    assert names(read_compose("name: inn\n" + file.read_text())) == ("inn", "inn-web-1")
    nameless = read_compose(file.read_text())
    assert names(nameless) == ("compose", "compose-web-1") and nameless.notes[0].startswith("name: not given")


def test_variables_are_filled_in_from_what_is_given_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME_PAGE", "from the notebook")
    values = "$A ${A} ${A:-x} ${B:-x$$} ${B-x} ${E:-x} ${E-x} ${A:+y} ${B:+y} ${A?no} ${B:-${A}} $$A"
    text = f'services: {{web: {{image: web, environment: {{V: "{values}", W: $HOME_PAGE, A: , B: }}}}}}'
    reading = read_compose(text, "shop", variables={"A": "a", "E": ""})
    environment = reading.topology.containers[0].environment
    assert environment == {"V": "a a a x$ x x  y  a a $A", "W": "", "A": "a"}
    assert [note.partition(":")[0] for note in reading.notes] == [
        "services.web.environment.W", "services.web.environment",
    ]  # fmt: skip
    assert "HOME_PAGE has no value" in reading.notes[0] and "B has no value" in reading.notes[1]


def test_anchors_and_merges_are_followed() -> None:
    text = """
    x-common: &common
      image: toolbox
      environment: &environment {A: "1", B: "2"}
    services:
      web: {<<: *common, image: web}
      db:
        <<: [{image: postgres}, *common]
        environment: {<<: *environment, B: "3"}
    """
    web, db = read_compose(text, "shop").topology.containers
    assert (web.image, web.environment, db.image, db.environment) == (
        "web", {"A": "1", "B": "2"}, "postgres", {"A": "1", "B": "3"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("deploy: {replicas: 3}", "services.web.deploy: left out, so there is one container, without limits"),
        ("volumes: [data:/data]", "services.web.volumes: left out, for a topology does not hold it"),
        ("build: .", "services.web.build: left out, for a topology names an image: build it first"),
        ("netwroks: []", "services.web.netwroks: left out, for Compose has no such word; did you mean networks?"),
        ("networks: {default: {gw_priority: 1}}", "services.web.networks.default.gw_priority: left out"),
        ("healthcheck: {interval: 5s}", "services.web.healthcheck: without a test it only changes the times"),
        ("command: []", "services.web.command: an empty one cannot be said in a topology"),
        ("command: sleep 1; ls", "services.web.command: Compose has no shell and stops at ;"),
        ("ports: ['8000-8005:80']", "services.web.ports[0]: a topology has no choice of host ports"),
        ("ports: [{target: 80, name: http}]", "services.web.ports[0].name: left out"),
        ("extra_hosts: ['a:10.0.0.1', 'a:10.0.0.2']", "a comes twice, and the last one counts"),
    ],
)
def test_what_is_not_taken_over_is_named(text: str, note: str) -> None:
    (noted,) = notes(text)
    assert note in noted


def test_what_is_not_taken_over_of_the_rest_of_the_file_is_named_too() -> None:
    text = """
    version: "3"
    volumes: {data: {}}
    x-mine: {not: noted}
    services:
      web: {image: web, depends_on: {db: {condition: service_completed_successfully, required: false}}}
      db: {image: postgres}
    networks:
      front: {labels: {a: b}, enable_ipv6: true, ipam: {driver: dhcp, options: {a: b}, config: [{subnets: x}]}}
    """
    assert [note.partition(": ")[0] for note in read_compose(text, "shop").notes] == [
        "version", "volumes", "networks.front.labels", "networks.front.ipam.options", "networks.front.ipam.driver",
        "networks.front.ipam.config[0].subnets", "networks.front.enable_ipv6", "services.web.depends_on.db.required",
        "services.web.depends_on.db.condition",
    ]  # fmt: skip


SHOP = """name: shop

services:
  web:
    image: web
    container_name: web
    environment:
      PAGE: "It costs $$5"
    networks: [front, back]
    ports: ["8080:80"]
    depends_on:
      db:
        condition: service_healthy

  db:
    image: postgres:17
    container_name: db
    command: [sh, "-c", "serve; sleep 1"]
    networks:
      back:
        aliases: [database]
        ipv4_address: 10.1.0.5
    healthcheck:
      test: pg_isready -q
      interval: 5s

  log:
    image: toolbox
    container_name: log
    command: sleep infinity
    network_mode: service:web

networks:
  front:
    name: front
  back:
    name: back
    internal: true
    ipam:
      config:
        - subnet: 10.1.0.0/24
"""
PROJECT = """name: shop

services:
  web:
    image: web
    networks: [front, default]

  db:
    image: postgres

networks:
  front: {}
"""
MACHINES = """name: shop

x-lan: 10.213.1.0/24

x-machines:
  host1: 10.213.1.11
  host2: 10.213.1.12
  laptop:
    address: 10.213.1.101
    engine: false

services:
  web:
    image: web
    container_name: web
    networks: [front]

  web.host2:
    image: web
    x-name: web
    x-machine: host2
    networks: [front.host2]

networks:
  front:
    name: front
  front.host2:
    name: front
    x-machine: host2
"""


@pytest.mark.parametrize("text", [SHOP, PROJECT, MACHINES])
def test_a_file_as_one_writes_it_is_written_as_it_was(text: str) -> None:
    reading = read_compose(text)
    assert reading.notes == () and write_compose(reading.topology) == text


def test_things_of_one_name_may_lie_on_two_machines() -> None:
    topology = read_compose(MACHINES).topology
    laptop = Machine("laptop", "10.213.1.101", has_engine=False)
    assert topology.machines == (Machine("host1", "10.213.1.11"), Machine("host2", "10.213.1.12"), laptop)
    assert [one.where for one in topology.containers] == [("host1", "web"), ("host2", "web")]
    assert [one.where for one in topology.networks] == [("host1", "front"), ("host2", "front")]
    assert [(plug.machine, plug.aliases) for plug in topology.attachments] == [("host1", ()), ("host2", ())]


def test_each_machine_has_a_default_network_of_its_own() -> None:
    topology = read_compose("services: {web: {image: web}, db: {image: db, x-machine: host2}}", "shop").topology
    assert [network.where for network in topology.networks] == [("host1", "shop_default"), ("host2", "shop_default")]
    assert read_compose(write_compose(topology)) == Reading(topology)


def test_a_topology_without_a_name_can_be_written() -> None:
    topology = Topology("", (Machine("srv"),))
    assert read_compose(write_compose(topology)) == Reading(topology)
