"""Topologies of every kind, for hypothesis to look for one that goes wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from course.topology.checks import LONE
from course.topology.container import Container, Healthcheck, Port
from course.topology.model import Attachment, Machine, Network, Topology

# Texts that YAML, Compose or a shell could take for something else.
_NASTY = """yes no on off y n true False null ~ 1 -1 1e3 1.50 .5 0o17 010 0x1F 1_000 22:22 10:80 .inf .nan 2020-01-01
- * *a &a ! !t % @ ` ' " \\ | > # : ? , [ ] { } << = $ $X ${X} ${X:-d} $$ ; && 30s 10.0.0.1 fd00::1 '#' x: :x #x x#y
a=b [a] {a} CMD NONE CMD-SHELL default bridge web"""
NASTY = _NASTY.split()
SPACED = [
    "",
    " ",
    " a",
    "a ",
    "a  b",
    "a\nb",
    "\n",
    "\t",
    "a: b",
    "a #b",
    "- a",
    "a\u2028b",
    "\ufeffx",
    "ü",
    "日本",
    "😀",
    "\x7f",
]
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.sampled_from(NASTY + SPACED) | st.text(letters, max_size=8)
words = st.from_regex(r"[a-z][a-z0-9]{1,6}", fullmatch=True)
names = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,6}", fullmatch=True) | st.sampled_from(
    ["shop-web-1", "web", "default"]
)
free_names = st.text(letters.filter(str.isprintable), min_size=1, max_size=6).filter(lambda name: name.strip())
network_names = (
    words | free_names | st.sampled_from(["shop_default", "shop_front", "front", "a b", "-x", "yes", "1e3"])
).filter(lambda name: name not in ("default", "bridge", "host", "none"))
macs = st.from_regex(r"02(:[0-9a-fA-F]{2}){5}", fullmatch=True)
options = st.dictionaries(texts, texts, max_size=2)
times = st.integers(1, 100_000).map(lambda ms: ms / 1000) | st.sampled_from([30.0, 60.0, 90.0, 120.0, 3600.0])
ports = st.builds(
    Port,
    st.integers(0, 65535),
    st.integers(1, 65535),
    st.sampled_from(["tcp", "udp", "sctp"]),
    st.sampled_from(["", "127.0.0.1", "0.0.0.0", "::", "::1", "fd00::7"]),
)
tests = texts.map(lambda text: (text,)) | st.tuples(words, texts, texts) | st.tuples(st.just("CMD"), texts)
healthchecks = st.builds(
    Healthcheck, tests.filter(lambda test: test != ("NONE",)), times, times, st.integers(1, 99), st.just(0.0) | times
) | st.just(Healthcheck(("NONE",)))
CONDITIONS = st.sampled_from(["started", "healthy"])
commands = st.lists(texts, max_size=3).map(tuple) | st.lists(words, max_size=3).map(tuple)
host_names = st.text(letters, min_size=1, max_size=6).filter(
    lambda name: not any(mark in name for mark in ":=") and name.split() == [name]
)


@st.composite
def networks(draw: st.DrawFn, name: str, machine: str, number: int) -> Network:
    """A network whose addresses no other number has."""
    if draw(st.integers(0, 9)) == 0:
        return Network(name, machine, external=True)
    subnets: list[str] = []
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        subnets.append(f"10.{number}.0.0/16")
        more["gateway"] = draw(st.sampled_from(["", f"10.{number}.0.1"]))
        more["ip_range"] = draw(st.sampled_from(["", f"10.{number}.128.0/17"]))
        more["aux_addresses"] = draw(st.dictionaries(texts, st.just(f"10.{number}.0.2"), max_size=1))
    if draw(st.booleans()):
        subnets.append(f"fd00:{number}::/64")
        more["gateway6"] = draw(st.sampled_from(["", f"fd00:{number}::1"]))
    driver = draw(
        st.sampled_from(["bridge", "bridge", "macvlan", "overlay"]) | words.filter(lambda word: word not in LONE)
    )
    return Network(
        name, machine, driver, tuple(subnets), internal=draw(st.booleans()),
        attachable=draw(st.booleans()), options=draw(options), **more,
    )  # fmt: skip


@st.composite
def containers(draw: st.DrawFn, name: str, machine: str, shares: str, before: list[str]) -> Container:
    """A container that may depend on those before it."""
    settings: dict[str, Any] = {}
    if not shares.startswith("container:"):
        settings["hostname"] = draw(texts)
        settings["dns"] = draw(st.lists(st.sampled_from(["10.0.0.1", "fd00::1"]), max_size=2).map(tuple))
        settings["dns_search"] = draw(st.lists(texts, max_size=2).map(tuple))
        settings["hosts"] = draw(
            st.dictionaries(host_names, st.sampled_from(["10.0.0.9", "fd00::9", "host-gateway"]), max_size=2)
        )
    if not shares:
        settings["ports"] = draw(st.lists(ports, max_size=3).map(tuple))
        settings["sysctls"] = draw(st.dictionaries(words, texts, max_size=2))
    waits: dict[str, Any] = draw(st.dictionaries(st.sampled_from(before), CONDITIONS)) if before else {}
    return Container(
        name, machine, draw(texts.filter(bool)), shares=shares, command=draw(commands), entrypoint=draw(commands),
        environment=draw(st.dictionaries(texts.filter(lambda key: key and "=" not in key), texts, max_size=3)),
        capabilities=draw(st.sampled_from([(), ("NET_ADMIN",), ("NET_RAW", "SYS_TIME")])),
        healthcheck=draw(st.none() | healthchecks), depends_on=waits, **settings,
    )  # fmt: skip


@st.composite
def plugs(draw: st.DrawFn, container: str, network: Network, number: int) -> Attachment:
    """A plug with addresses that no other number has."""
    more: dict[str, Any] = {}
    for subnet in network.subnets:
        if draw(st.booleans()):
            key = "address" if "." in subnet or not more else "address6"
            more[key] = subnet.replace("0.0/16", f"1.{number}").replace("::/64", f"::1:{number}")
    aliases = draw(st.lists(texts.filter(lambda alias: alias not in ("", container)), max_size=2, unique=True))
    key = container.removeprefix("shop-").removesuffix("-1")
    if draw(st.booleans()) and key != container:
        aliases = [key, *(alias for alias in aliases if alias != key)]
    return Attachment(
        container, network.name, network.machine, mac=draw(st.just("") | macs), aliases=tuple(aliases),
        options=draw(options), **more,
    )  # fmt: skip


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """A topology that an engine could make, on one to three machines."""
    called = draw(st.lists(names, min_size=1, max_size=3, unique=True) | st.just(["host1"]))
    lan = draw(st.sampled_from(["", "10.250.0.0/24"]))
    machines = [
        Machine(
            name, f"10.250.0.{number + 1}" if lan and draw(st.booleans()) else "", number == 0 or draw(st.booleans())
        )
        for number, name in enumerate(called)
    ]
    made: dict[str, list[Any]] = {"networks": [], "containers": [], "attachments": []}
    for machine in machines:
        if machine.has_engine:
            _fill(draw, machine.name, made)
    name = draw(texts | st.just("shop"))
    networks, containers, attachments = (tuple(some) for some in made.values())
    return Topology(name, tuple(machines), networks, containers, attachments, lan)


def _fill(draw: st.DrawFn, machine: str, made: dict[str, list[Any]]) -> None:
    """Add the networks, containers and plugs of a machine."""
    mine: list[Network] = []
    on_bridge: list[str] = []
    for name in draw(st.lists(network_names, max_size=3, unique=True)):
        mine.append(draw(networks(name, machine, len(made["networks"]) + 1)))
        made["networks"].append(mine[-1])
    before: list[str] = []
    for name in draw(st.lists(names, max_size=3, unique=True)):
        shares = draw(st.sampled_from(["", "", "none", "host", *(f"container:{other}" for other in before)]))
        some = [network for network in mine if not shares and draw(st.booleans())]
        made["attachments"] += [draw(plugs(name, network, len(made["attachments"]) + 2)) for network in some]
        if not shares and not some:
            shares = draw(st.sampled_from(["none", ""]))
            if not shares:
                made["attachments"].append(Attachment(name, "bridge", machine, mac=draw(st.just("") | macs)))
                on_bridge.append(name)
        made["containers"].append(draw(containers(name, machine, shares, before)))
        before.append(name)
    if on_bridge:
        made["networks"].append(Network("bridge", machine))
