"""A Compose file that cannot be read: one error, with the place, the line, the cause, and what would do instead."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from course.errors import TopologyError
from course.topology.compose import read_compose
from course.topology.compose.yamltext import LONGEST


def refusal(text: str | Path) -> TopologyError:
    with pytest.raises(TopologyError) as caught:
        read_compose(text, "shop")
    return caught.value


@pytest.mark.parametrize(
    ("text", "what", "help"),
    [
        ("", "there is nothing in this text", "begins with services:"),
        ("# nothing\n", "there is nothing in this text", ""),
        ("just text", "the file (line 1): a map of names to values is wanted here, and this is a text", ""),
        ("- a\n- b", "the file (line 1): a map of names to values is wanted here, and this is a list", ""),
        ("a: b", "the file (line 1): there are neither services nor networks in it", "begins with services:"),
        ("services:\n  web:\n\timage: web", "line 3: this is not YAML", "a tab stands where YAML wants spaces"),
        ("services: {web: {image: web}", "line 2: this is not YAML", "did not find expected ',' or '}'"),
        ("services:\n  web: image: web", "line 2: this is not YAML", "mapping values are not allowed"),
        ("services: {}\n---\nservices: {}", "line 2: a second document begins here", "another file"),
        ("a: \x00", "this is not a text that YAML allows", "control characters are not allowed"),
        ("a: \ud800", "this text cannot be read as YAML", "surrogates not allowed"),
        (
            "services:\n  web: {image: a}\n  web: {image: b}",
            "services.web is said twice: in line 2 and in line 3",
            "keep one",
        ),
        ("services: {? [a] : b}", "services (line 1): a list cannot be a name", ""),
        ("services: &a [*a]", "services[0] (line 1): *a stands inside of what it names", ""),
        ("a: &a {b: {<<: *a}}", "a.b.<< (line 1): *a stands inside of what it names", ""),
        ("a: *b", "a (line 1): nothing above is named &b", "the anchors so far: none"),
        ("a: {<<: [1]}", "a.<< (line 1) brings in what is no map", "<<: *name"),
        ("a: !!python/object:os.system {}", "the tag 'tag:yaml.org,2002:python/object:os.system' is not known", ""),
        ("a: !reset 1", "a (line 1): the tag '!reset' is not known here", "take it out"),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(text: str, what: str, help: str) -> None:
    error = refusal(text)
    assert what in error.what
    assert help in f"{error.because} {error.next}"


@pytest.mark.parametrize(
    ("service", "what", "help"),
    [
        ("", "services.web (line 2): it has no image", "image: toolbox"),
        ("image: [a]", "services.web.image (line 2): a text is wanted here, and this is a list", ""),
        ("image: a, networks: front", "services.web.networks (line 2): a map of names to values is wanted", ""),
        ("image: a, networks: [frnt]", "services.web.networks[0] (line 2): there is no network 'frnt'",
         "there is front"),
        ("image: a, networks: {front: {ipv4_address: x}}",
         "services.web.networks.front (line 2): shop-web-1 on shop_front: 'x'", ""),
        ("image: a, networks: [front], network_mode: host",
         "services.web.network_mode (line 2): a service has", "take one"),
        ("image: a, network_mode: magic", "'magic' is no network_mode", "bridge, host, none, service:KEY"),
        ("image: a, network_mode: 'service:db'", "there is no service 'db'", "there is web"),
        ("image: a, network_mode: 'container:db'", "there is no container 'db'", "there is no container yet"),
        ("image: a, network_mode: host, ports: [80]", "container shop-web-1 (host1) has published ports", "take"),
        ("image: a, network_mode: none, mac_address: '02:42:00:00:00:01'", "has no MAC address of its own", ""),
        ("image: a, depends_on: [db]", "services.web.depends_on[0] (line 2): there is no service 'db'", "there is web"),
        ("image: a, depends_on: [web]", "shop-web-1 would have to start before itself",
         "shop-web-1 waits for shop-web-1"),
        ("image: a, depends_on: {web: {condition: ready}}", "'ready' is no condition", "service_healthy"),
        ("image: a, ports: [x]", "services.web.ports[0] (line 2): 'x' is not a published port", "8080:80"),
        ("image: a, ports: ['70000:80']", "services.web.ports[0] (line 2): port 70000 cannot be published",
         "1 to 65535"),
        ("image: a, ports: ['1-2:1-3']", "services.web.ports[0] (line 2): 1-2 are 2 ports, and 1-3 are 3", ""),
        ("image: a, ports: ['1-60000']", "1-60000 are 60000 ports", "a thousand"),
        ("image: a, ports: [{published: 80}]", "services.web.ports[0] (line 2): a published port has a target", ""),
        ("image: a, command: 'sh -c \"x'", "is not a command line", "no closing quotation"),
        ("image: a, healthcheck: {test: [pg_isready]}", "a test begins with CMD, CMD-SHELL or NONE", ""),
        ("image: a, healthcheck: {test: a, interval: 30}", "'30' is not a time", "30s, 1m30s"),
        ("image: a, healthcheck: {test: a, retries: many}", "'many' is not a number that makes sense here", ""),
        ("image: a, cap_add: [net-admin]", "services.web (line 2): container shop-web-1: 'NET-ADMIN'",
         "write NETADMIN"),
        ("image: a, dns: dns.test", "the name server of container shop-web-1: 'dns.test' is not an address", ""),
        ("image: a, container_name: w", "services.web (line 2): 'w' cannot be the name of a container", "try 'w1'"),
        ("image: '${TAG:?which one}'", "services.web.image (line 2): the variable TAG must be given: which one", "$$"),
        ("image: 'a$'", "services.web.image (line 2): $ is not a variable", "$$"),
        ("image: '${a'", "services.web.image (line 2): ${a has no closing brace", "$$"),
        ("image: a, x-machine: host2, networks: [front]",
         "network front is on host1, and this service on host2", "x-machine"),
        ("image: a, networks: [host]", "services.web.networks[0] (line 2): Compose does not attach to host",
         "network_mode: host"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_in_a_service_is_refused_with_its_place(service: str, what: str, help: str) -> None:
    error = refusal(f"services:\n  web: {{{service}}}\nnetworks:\n  front: {{}}\n  host: {{external: true}}")
    assert what in error.what, error
    assert help in f"{error.because} {error.next}", error


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("networks: [front]", "networks (line 1): a map of names to values is wanted"),
        (
            "networks: {front: {external: true, internal: true}}",
            "networks.front.internal (line 1): the network is external",
        ),
        ("networks: {front: {external: {name: x}}}", "networks.front.external (line 1): external is true or false"),
        ("networks: {front: {internal: 5}}", "networks.front.internal (line 1): '5' is neither true nor false"),
        (
            "networks: {front: {ipam: {config: [{subnet: 10.0.0.1/8}]}}}",
            "networks.front (line 1): network shop_front: 10.0",
        ),
        (
            "networks: {front: {ipam: {config: [{gateway: 10.0.0.1}]}}}",
            "networks.front (line 1): the gateway of network",
        ),
        ("networks: {front: {name: default}}", "networks.front (line 1): 'default' cannot be the name of a network"),
        ("networks: {a: {name: x}, b: {name: x}}", "there are 2 networks 'x' on host1"),
        ("name: My Shop\nservices: {}", "name (line 1): 'My Shop' cannot be the name of a project"),
        (
            "services: {a: {image: i, container_name: db}, db: {image: i, container_name: db}}",
            "services.db (line 1): its",
        ),
        ("services: {}\nx-machines: {host1: nowhere}", "x-machines.host1 (line 2): machine host1: 'nowhere' is not"),
        ("services: {}\nx-lan: here", "the LAN: 'here' is not a subnet"),
        (
            "services: {w: {image: a, x-machine: pc}}\nx-machines: {host1: , pc: {engine: false}}",
            "is on pc, which has no",
        ),
    ],
)
def test_what_makes_no_sense_elsewhere_is_refused_too(text: str, what: str) -> None:
    with pytest.raises(TopologyError) as caught:
        read_compose(text, "" if "My Shop" in text else "shop")
    assert what in caught.value.what


def chain(first: str, link: str) -> str:
    """Nine lines, each of which brings in the one before it nine times."""
    links = [link.format(name=b, before=", ".join([f"*{a}"] * 9)) for a, b in pairwise("abcdefghi")]
    return "\n".join([first, *links])


VALUES = "".join(f"k{n}: , " for n in range(20_000))
KEYS = "".join(f"  s{n}: *a\n" for n in range(2000))
WEB = "services: {web: {image: web, %s}}"
ENDLESS = {
    "alias bomb": chain("a: &a [x, x]", "{name}: &{name} [{before}]") + "\n" + WEB % "command: *i",
    "merge bomb": chain("a: &a {x: }", "{name}: &{name} {{<<: [{before}]}}"),
    "many aliases": f"a: &a {{{VALUES}}}\nservices:\n{KEYS}",
    "lists in lists": "[" * 100_000,
    "maps in maps": "{a: " * 10_000,
    "variables": WEB % ("hostname: '" + "${a:-" * 5_000 + "}" * 5_000 + "'"),
    "ranges": WEB % ("ports: [" + "1-1000, " * 9_000 + "]"),
    "huge": "x" * (LONGEST + 1),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_text_that_would_take_for_ever_is_refused(name: str) -> None:
    assert len(refusal(ENDLESS[name]).what) < 600


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "huge.yaml").write_bytes(b"#" * (LONGEST + 1))
    for name, why in {"none.yaml": "no such file", ".": "not a file", "binary.yaml": "not a text in UTF-8"}.items():
        error = refusal(tmp_path / name)
        assert why in f"{error.what} {error.because}"
    assert "500000 is the most" in refusal(tmp_path / "huge.yaml").what
    assert "cannot be read" in refusal("a\0b.yaml").what
