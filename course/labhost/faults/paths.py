"""Faults between the ends: the firewall and routing of the machine, its bridges and cables, and who else is there."""

from __future__ import annotations

import ipaddress
import subprocess
import time
from collections.abc import Callable
from typing import Any

from course.labhost.faults.ground import Ground

OUTSIDE = "eth0"  # the machine's interface on the LAN
PATIENCE = 5.0

# --- the firewall of the machine ------------------------------------------------------------------------


def docker_user_drop(ground: Ground) -> str:
    """A rule in DOCKER-USER drops all that comes from the LAN."""
    return _insert(ground, "DOCKER-USER", "-i", OUTSIDE, "-j", "DROP")


def docker_user_port(ground: Ground) -> str:
    """A rule in DOCKER-USER drops what was sent to the published port."""
    port = ("-m", "conntrack", "--ctorigdstport", str(ground.cast.published), "--ctdir", "ORIGINAL")
    return _insert(ground, "DOCKER-USER", "-i", OUTSIDE, "-p", "tcp", *port, "-j", "DROP")


def forward_drop(ground: Ground) -> str:
    """A rule drops all that the machine forwards."""
    return _insert(ground, "FORWARD", "-j", "DROP")


def input_drop(ground: Ground) -> str:
    """A rule drops all that the LAN sends to the machine itself."""
    return _insert(ground, "INPUT", "-i", OUTSIDE, "-j", "DROP")


def big_packets(ground: Ground) -> str:
    """Long packets are dropped without a word."""
    return _insert(ground, "FORWARD", "-m", "length", "--length", "1001:65535", "-j", "DROP")


def answers_dropped(ground: Ground) -> str:
    """What no rule accepts is dropped, and the rule that let answers back in is gone."""
    states = ("-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED")
    bridge = ground.bridge(ground.cast.network)
    gone = ground.host("iptables", "-w5", "-D", "FORWARD", "-o", bridge, *states, "-j", "ACCEPT")
    return f"{ground.host('iptables', '-w5', '-P', 'FORWARD', 'DROP')}; {gone}"


def no_masquerade(ground: Ground) -> str:
    """What leaves the network for the LAN keeps an address that nobody there knows."""
    subnet, bridge = str(ground.subnet(ground.cast.network)), ground.bridge(ground.cast.network)
    rule = ("POSTROUTING", "-s", subnet, "!", "-o", bridge, "-j", "MASQUERADE")
    return ground.host("iptables", "-w5", "-t", "nat", "-D", *rule)


def _insert(ground: Ground, chain: str, *rule: str) -> str:
    return ground.host("iptables", "-w5", "-I", chain, *rule)


# --- its routing ------------------------------------------------------------------------------------------


def no_forwarding(ground: Ground) -> str:
    """The machine forwards nothing."""
    return ground.host("sysctl", "-qw", "net.ipv4.ip_forward=0")


def host_route(ground: Ground) -> str:
    """A route of the machine swallows what is for the server."""
    return ground.host("ip", "route", "add", "blackhole", ground.address(ground.cast.server))


def overlap(ground: Ground) -> str:
    """A network has the addresses of the LAN, that of the outsider among them."""
    subnet = ipaddress.IPv4Network(f"{ground.cast.lan}/27", strict=False)
    ground.new_network("clash", IPAM={"Config": [{"Subnet": str(subnet)}]})
    return f"docker network create --subnet {subnet} clash"


# --- bridges and cables -----------------------------------------------------------------------------------


def link_down(ground: Ground) -> str:
    """The host's end of the server's cable is down."""
    return ground.host("ip", "link", "set", ground.cable(ground.cast.server), "down")


def unplugged(ground: Ground) -> str:
    """The server's cable is plugged into no bridge."""
    return ground.host("ip", "link", "set", ground.cable(ground.cast.server), "nomaster")


def cable_gone(ground: Ground) -> str:
    """The server's cable is gone."""
    return ground.host("ip", "link", "delete", ground.cable(ground.cast.server))


def bridge_down(ground: Ground) -> str:
    """The bridge of the network is down."""
    return ground.host("ip", "link", "set", ground.bridge(ground.cast.network), "down")


def ports_isolated(ground: Ground) -> str:
    """The bridge's ports of client and server may not talk to each other."""
    ends = [ground.cable(name) for name in (ground.cast.client, ground.cast.server)]
    return "; ".join(ground.host("bridge", "link", "set", "dev", end, "isolated", "on") for end in ends)


def rate_limit(ground: Ground) -> str:
    """What the client is sent trickles."""
    limit = ("tbf", "rate", "128kbit", "burst", "4kb", "latency", "400ms")
    return ground.host("tc", "qdisc", "replace", "dev", ground.cable(ground.cast.client), "root", *limit)


# --- who else is there --------------------------------------------------------------------------------------


def same_address(ground: Ground) -> str:
    """Another container has taken the server's address, and everyone has heard of it."""
    address, prefix = ground.address(ground.cast.server), ground.subnet(ground.cast.network).prefixlen
    mac = _newcomer(ground, "thief", ["sleep", "infinity"])
    ground.inside("thief", "ip", "addr", "add", f"{address}/{prefix}", "dev", "eth0")
    near = {ground.cast.client: ground.interface(ground.cast.client).name, "host": ground.bridge(ground.cast.network)}
    for view, device in near.items():
        ground.inside(view, "ip", "neigh", "replace", address, "lladdr", mac, "dev", device, "nud", "stale")
    return f"thief has {address} too"


def same_mac(ground: Ground) -> str:
    """Another container has the server's MAC address, and talks all the time."""
    mac, gateway = ground.interface(ground.cast.server).mac, str(ground.subnet(ground.cast.network)[1])
    _newcomer(ground, "twin", ["ping", "-q", "-i", "0.005", gateway], MacAddress=mac)
    port, deadline = ground.cable("twin"), time.monotonic() + PATIENCE
    while not _learnt(mac, port) and time.monotonic() < deadline:
        time.sleep(0.02)
    return f"twin has {mac} too"


def _newcomer(ground: Ground, name: str, command: list[str], **end: Any) -> str:
    """A container more on the network of the cast, with these properties of its end; answers its MAC address."""
    network = ground.cast.network
    ends = {"EndpointsConfig": {network: end}}
    ground.new_container(name, Cmd=command, HostConfig={"NetworkMode": network}, NetworkingConfig=ends)
    return ground.interface(name).mac


def _learnt(mac: str, port: str) -> bool:
    """Whether the bridge takes the MAC address to be behind this port."""
    said = subprocess.run(["bridge", "fdb", "show", "dev", port], capture_output=True, text=True, check=False).stdout
    return any(line.startswith(mac) and "permanent" not in line for line in said.splitlines())


DEEDS: dict[str, Callable[[Ground], str]] = {
    "docker-user-drop": docker_user_drop,
    "docker-user-port": docker_user_port,
    "forward-drop": forward_drop,
    "input-drop": input_drop,
    "big-packets": big_packets,
    "answers-dropped": answers_dropped,
    "no-masquerade": no_masquerade,
    "no-forwarding": no_forwarding,
    "host-route": host_route,
    "overlap": overlap,
    "link-down": link_down,
    "unplugged": unplugged,
    "cable-gone": cable_gone,
    "bridge-down": bridge_down,
    "ports-isolated": ports_isolated,
    "rate-limit": rate_limit,
    "same-address": same_address,
    "same-mac": same_mac,
}
