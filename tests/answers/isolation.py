"""Answers to the lab of lesson 01."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from course.labs.learner import Values
from graders.lessons import isolation, wiring
from tests.answers import RIGHT, Answers

_LAB: Any = SimpleNamespace(values=Values("tester", "01_isolation"))
_ITS = isolation.values(_LAB)
_OTHER = next(till for till in isolation.TILLS if till != _ITS.suspect)
_LEFT, _RIGHT = f"netns:{_ITS.left}", f"netns:{_ITS.right}"
_LEFT_IP, _RIGHT_IP = (address.partition("/")[0] for address in (_ITS.left_address, _ITS.right_address))
_ROOM = _LAB.values.choice("room", wiring.ROOMS)  # where the tester finds the mistake
_ROOMS_ADDRESS = {"attic": _ITS.attic_address, "cellar": _ITS.cellar_address}[_ROOM]
_ATTIC_IP, _CELLAR_IP = (address.partition("/")[0] for address in (_ITS.attic_address, _ITS.cellar_address))

_FIRST = "!docker run -d --name {mine.first} -e PORT={mine.port} web\n"
_DIARY = "!docker run -d --name diary -e PORT={mine.diary_port} -e LISTEN=127.0.0.1 web\n"
_FIND_SUSPECT = """
ends = {i.peer: i.name for i in lab.host1.state("host").views["host"].interfaces}
end = ends[f"{mine.suspect}/eth0"]
"""


def _run(*commands: str) -> str:
    """Cell lines that run these commands on host1."""
    return "\n".join(f"lab.host1.run(f'{command}')" for command in commands)


def _wire(name: str, address: str, bridge: str = _ITS.bridge) -> list[str]:
    """The commands that plug a namespace into a bridge."""
    return [
        f"ip netns add {name}",
        f"ip link add {name}-plug type veth peer name eth0 netns {name}",
        f"ip -n {name} addr add {address} dev eth0",
        f"ip -n {name} link set eth0 up",
        f"ip link set {name}-plug master {bridge} up",
    ]


_BRIDGE = f"ip link add {_ITS.bridge} up type bridge"
_LEFT_WIRE, _RIGHT_WIRE = _wire(_ITS.left, _ITS.left_address), _wire(_ITS.right, _ITS.right_address)


def _broken(fault: str) -> str:
    return f"check.break_wiring(lab, {fault!r})\n"


def _without(commands: list[str], word: str) -> list[str]:
    """All but the commands with that word in them."""
    return [command for command in commands if word not in command]


ANSWERS: Answers = {
    "two_servers_one_port": {
        "untouched": ("", f"{_ITS.first} does not exist"),
        "right": (RIGHT, None),
        "one server only": (_FIRST, f"{_ITS.second} does not exist"),
        "left on port 80": (
            "!docker run -d --name {mine.first} web\n!docker run -d --name {mine.second} web",
            f"nothing listens on port {_ITS.port} in {_ITS.first}",
        ),
        "published instead": (
            "!docker run -d --name {mine.first} -p {mine.port}:80 web",
            f"nothing listens on port {_ITS.port} in {_ITS.first}",
        ),
        "both in one namespace": (
            _FIRST
            + "!docker run -d --name {mine.second} --network container:{mine.first} -e PORT={mine.port} web\n"
            + "!docker wait {mine.second}",
            f"{_ITS.second} is not running",
        ),
        "on the network of the host": (
            _FIRST + "!docker run -d --name {mine.second} --network host -e PORT={mine.port} web",
            f"{_ITS.second} and host1 share a network namespace",
        ),
        "for itself alone": (
            _FIRST + "!docker run -d --name {mine.second} -e PORT={mine.port} -e LISTEN=127.0.0.1 web",
            f"host1 cannot fetch http://{_ITS.second}:{_ITS.port}",
        ),
        "another image": (
            _FIRST + "!docker run -d --name {mine.second} toolbox",
            f"{_ITS.second} runs another image",
        ),
    },
    "page_for_one_reader": {
        "untouched": ("", "diary does not exist"),
        "right": (RIGHT, None),
        "right, on no network": (
            "!docker run -d --name diary --network none -e PORT={mine.diary_port} web\n"
            + "!docker run -d --name reader --network container:diary toolbox",
            None,
        ),
        "each in a namespace of its own": (
            _DIARY + "!docker run -d --name reader toolbox",
            "reader and diary do not share a network namespace",
        ),
        "open to everyone": (
            "!docker run -d --name diary -e PORT={mine.diary_port} web\n"
            + "!docker run -d --name reader --network container:diary toolbox",
            f"host1 reaches diary:{_ITS.diary_port}",
        ),
        "another port": (
            "!docker run -d --name diary -e LISTEN=127.0.0.1 web\n"
            "!docker run -d --name reader --network container:diary toolbox",
            f"nothing listens on port {_ITS.diary_port} in diary",
        ),
        "all on the network of the host": (
            _DIARY.replace("-d", "-d --network host") + "!docker run -d --name reader --network host toolbox",
            "diary and host1 share a network namespace",
        ),
        "a second server as the reader": (
            _DIARY + "!docker run -d --name reader --network container:diary web",
            "reader runs another image",
        ),
        "diary gone, reader left": (
            _DIARY + "!docker run -d --name reader --network container:diary toolbox\n!docker stop diary",
            "diary is not running",
        ),
    },
    "suspect_is_cut_off": {
        "untouched": ("", f"the cable of {_ITS.suspect} is plugged in"),
        "right": (RIGHT, None),
        "stopped": ("!docker stop {mine.suspect}", f"{_ITS.suspect} is not running"),
        "paused": ("!docker pause {mine.suspect}", f"{_ITS.suspect} is not running"),
        "disconnected": (
            "!docker network disconnect bridge {mine.suspect}",
            f"{_ITS.suspect} is not attached to bridge",
        ),
        "the cable of another": (
            _FIND_SUSPECT.replace("mine.suspect", repr(_OTHER)) + "lab.host1.run(f'ip link set {end} down')",
            f"the cable of {_ITS.suspect} is plugged in",
        ),
        "the whole bridge": (
            "lab.host1.run('ip link set docker0 down')",
            f"the cable of {_ITS.suspect} is plugged in",
        ),
        "every cable": (
            _FIND_SUSPECT
            + "for one in ends.values():\n    lab.host1.run(f'ip link set {one} down') if 'veth' in one else 0",
            f"host1 cannot ping {next(till for till in isolation.TILLS if till != _ITS.suspect)}",
        ),
        "cable deleted": (
            _FIND_SUSPECT + "lab.host1.run(f'ip link del {end}')",
            f"{_ITS.suspect} has no cable any more",
        ),
        "a rule instead": (
            "its = client.containers.get(mine.suspect).attrs['NetworkSettings']['Networks']['bridge']['IPAddress']\n"
            + "lab.host1.run(f'ip route add blackhole {its}')",
            f"the cable of {_ITS.suspect} is plugged in",
        ),
    },
    "wired_by_hand": {
        "untouched": ("", f"{_LEFT} does not exist"),
        "right": (RIGHT, None),
        "one namespace only": (_run(_BRIDGE, *_LEFT_WIRE), f"{_RIGHT} does not exist"),
        "addresses forgotten": (
            _run(_BRIDGE, *_without(_LEFT_WIRE, "addr"), *_without(_RIGHT_WIRE, "addr")),
            f"{_LEFT} does not have the address {_ITS.left_address}",
        ),
        "addresses without their prefix": (
            _run(_BRIDGE, *_wire(_ITS.left, _LEFT_IP), *_wire(_ITS.right, _RIGHT_IP)),
            f"{_LEFT} does not have the address {_ITS.left_address}",
        ),
        "addresses swapped": (
            _run(_BRIDGE, *_wire(_ITS.left, _ITS.right_address), *_wire(_ITS.right, _ITS.left_address)),
            f"{_LEFT} does not have the address {_ITS.left_address}",
        ),
        "no bridge": (
            _run(*_LEFT_WIRE, *_RIGHT_WIRE),
            f"bridge {_ITS.bridge} does not exist",
        ),
        "one cable, no bridge between": (
            _run(
                f"ip netns add {_ITS.left}",
                f"ip netns add {_ITS.right}",
                f"ip link add eth0 netns {_ITS.left} type veth peer name eth0 netns {_ITS.right}",
                f"ip -n {_ITS.left} addr add {_ITS.left_address} dev eth0",
                f"ip -n {_ITS.right} addr add {_ITS.right_address} dev eth0",
                f"ip -n {_ITS.left} link set eth0 up",
                f"ip -n {_ITS.right} link set eth0 up",
                _BRIDGE,
            ),
            f"{_LEFT} is not connected to the bridge {_ITS.bridge}",
        ),
        "plugged into nothing": (
            _run(_BRIDGE, *_without(_LEFT_WIRE, "master"), *_without(_RIGHT_WIRE, "master")),
            f"{_LEFT} is not connected to the bridge {_ITS.bridge}",
        ),
        "inner ends left down": (
            _run(_BRIDGE, *_without(_LEFT_WIRE, "eth0 up"), *_without(_RIGHT_WIRE, "eth0 up")),
            f"eth0 in {_LEFT} is down",
        ),
        "bridge left down": (
            _run(_BRIDGE.replace(" up", ""), *_LEFT_WIRE, *_RIGHT_WIRE),
            f"{_ITS.bridge} on host1 is down",
        ),
        "outer ends left down": (
            _run(_BRIDGE, *(command.removesuffix(" up") if "master" in command else command for command in _LEFT_WIRE))
            + "\n"
            + _run(*_RIGHT_WIRE),
            f"{_ITS.left}-plug on host1 is down",
        ),
        "containers instead": (
            "!docker run -d --name {mine.left} toolbox\n!docker run -d --name {mine.right} toolbox",
            f"{_LEFT} does not exist",
        ),
        "a cable too many": (
            _run(
                _BRIDGE,
                *_LEFT_WIRE,
                *_RIGHT_WIRE,
                f"ip link add eth1 netns {_ITS.left} type veth peer name eth1 netns {_ITS.right}",
                f"ip -n {_ITS.left} link set eth1 up",
            ),
            f"{_LEFT} has more than one way out",
        ),
    },
    "wiring_is_repaired": {
        "untouched": ("", f"netns:attic cannot ping {_CELLAR_IP}"),
        "right": (RIGHT, None),
        **{f"right: {fault}": ((_broken(fault), RIGHT), None) for fault in wiring.FAULTS},
        **{f"untouched: {fault}": (_broken(fault), f"netns:attic cannot ping {_CELLAR_IP}") for fault in wiring.FAULTS},
        "the right cure for another fault": (
            _broken("wrong prefix") + _run("ip link set attic-plug master stairs up", "ip -n attic link set eth0 up"),
            f"netns:attic cannot ping {_CELLAR_IP}",
        ),
        "a prefix that is too short": (
            _broken("wrong prefix")
            + _run(
                *(f"ip -n {room} addr flush dev eth0" for room in wiring.ROOMS),
                f"ip -n attic addr add {_ATTIC_IP}/16 dev eth0",
                f"ip -n cellar addr add {_CELLAR_IP}/16 dev eth0",
            ),
            f"netns:attic does not have the address {_ITS.attic_address}",
        ),
        "routes past the wrong prefix": (
            _broken("wrong prefix")
            + _run(f"ip -n attic route add {_CELLAR_IP} dev eth0", f"ip -n cellar route add {_ATTIC_IP} dev eth0"),
            f"netns:{_ROOM} does not have the address {_ROOMS_ADDRESS}",
        ),
        "both moved to the other bridge": (
            _broken("wrong bridge") + _run(*(f"ip link set {room}-plug master chimney" for room in wiring.ROOMS)),
            "netns:attic is not connected to the bridge stairs",
        ),
        "the two bridges joined": (
            _broken("wrong bridge")
            + _run(
                "ip link add flue type veth peer name flue2",
                "ip link set flue master stairs up",
                "ip link set flue2 master chimney up",
            ),
            f"netns:{_ROOM} is not connected to the bridge stairs",
        ),
        "a second cable past the stairs": (
            _broken("outer end down")
            + _run(
                "ip link add eth1 netns attic type veth peer name eth1 netns cellar",
                f"ip -n attic addr add {_ITS.attic_address} dev eth1",
                f"ip -n cellar addr add {_ITS.cellar_address} dev eth1",
                "ip -n attic link set eth1 up",
                "ip -n cellar link set eth1 up",
                "ip -n attic link set eth0 down",
                "ip -n cellar link set eth0 down",
            ),
            "netns:attic has more than one way out",
        ),
        "the neighbour's address on oneself": (
            _broken("wrong bridge")
            + _run(
                f"ip -n attic addr add {_ITS.cellar_address} dev eth0",
                f"ip -n cellar addr add {_ITS.attic_address} dev eth0",
                *(f"ip -n {room} link set lo up" for room in wiring.ROOMS),
            ),
            f"netns:{_ROOM} is not connected to the bridge stairs",
        ),
    },
}
