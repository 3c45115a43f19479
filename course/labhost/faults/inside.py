"""Faults inside one namespace: its interface, addresses, routes, neighbours, resolver and rules."""

from __future__ import annotations

from collections.abc import Callable

from course.labhost.faults.ground import Ground
from course.labhost.namespaces import inside

STRANGER = "02:00:00:00:00:66"  # a MAC address that nobody has
NOWHERE = "10.255.255.1"  # an address that no lab gives out

# --- names --------------------------------------------------------------------------------------------


def hosts_line(ground: Ground) -> str:
    """The client's hosts file gives the server an address that nobody has."""
    line = f"{ground.nobody(ground.cast.network)} {ground.cast.server}"
    with open(ground.space(ground.cast.client).hosts, "a") as file:
        file.write(f"{line}\n")
    return f"{line} in /etc/hosts of {ground.cast.client}"


def wrong_resolver(ground: Ground) -> str:
    """The client asks a name server that is not there."""
    with open(ground.space(ground.cast.client).resolv_conf, "w") as file:
        file.write(f"nameserver {NOWHERE}\n")
    return f"nameserver {NOWHERE} in /etc/resolv.conf of {ground.cast.client}"


# --- rules and settings -------------------------------------------------------------------------------


def resolver_blocked(ground: Ground) -> str:
    """A rule in the client drops its questions to the name server."""
    return _rule(ground, ground.cast.client, "OUTPUT", "-d", "127.0.0.11", "-j", "DROP")


def reject_inside(ground: Ground) -> str:
    """A rule in the server rejects what comes to its port."""
    return _rule(ground, ground.cast.server, "INPUT", "-p", "tcp", "--dport", str(ground.cast.port), "-j", "REJECT")


def drop_inside(ground: Ground) -> str:
    """A rule in the client drops what it sends to the server's port."""
    return _rule(ground, ground.cast.client, "OUTPUT", "-p", "tcp", "--dport", str(ground.cast.port), "-j", "DROP")


def loss(ground: Ground) -> str:
    """Half of the packets to the server are lost."""
    chance = ("-m", "statistic", "--mode", "random", "--probability", "0.5")
    return _rule(ground, ground.cast.server, "INPUT", *chance, "-j", "DROP")


def _rule(ground: Ground, view: str, chain: str, *rule: str) -> str:
    return ground.inside(view, "iptables", "-w5", "-I", chain, *rule)


def ping_ignored(ground: Ground) -> str:
    """The server answers no ping."""
    with inside(ground.space(ground.cast.server).path), open("/proc/sys/net/ipv4/icmp_echo_ignore_all", "w") as file:
        file.write("1")
    return f"net.ipv4.icmp_echo_ignore_all=1 in {ground.cast.server}"


# --- addresses, routes, neighbours -----------------------------------------------------------------------


def address_lost(ground: Ground) -> str:
    """The server's interface has lost its address."""
    device, server = ground.interface(ground.cast.server), ground.cast.server
    return ground.inside(server, "ip", "addr", "flush", "dev", device.name)


def wrong_prefix(ground: Ground) -> str:
    """The client takes its network for much smaller than it is."""
    client = ground.cast.client
    device, address = ground.interface(client).name, ground.address(client)
    ground.inside(client, "ip", "addr", "flush", "dev", device)
    return ground.inside(client, "ip", "addr", "add", f"{address}/32", "dev", device)


def no_default_route(ground: Ground) -> str:
    """The client has no way to other networks."""
    return ground.inside(ground.cast.client, "ip", "route", "del", "default")


def wrong_gateway(ground: Ground) -> str:
    """The client sends what is for other networks to an address that nobody has."""
    via = ground.nobody(ground.cast.network)
    return ground.inside(ground.cast.client, "ip", "route", "replace", "default", "via", via)


def route_forbids(ground: Ground) -> str:
    """A route of the client swallows what is for the server."""
    return ground.inside(ground.cast.client, "ip", "route", "add", "blackhole", ground.address(ground.cast.server))


def wrong_neighbour(ground: Ground) -> str:
    """The client was told once and for all a wrong MAC address for the server."""
    client, address = ground.cast.client, ground.address(ground.cast.server)
    device = ground.interface(client).name
    return ground.inside(
        client, "ip", "neigh", "replace", address, "lladdr", STRANGER, "dev", device, "nud", "permanent"
    )


def link_down_inside(ground: Ground) -> str:
    """The server's interface is down."""
    return ground.inside(ground.cast.server, "ip", "link", "set", ground.interface(ground.cast.server).name, "down")


DEEDS: dict[str, Callable[[Ground], str]] = {
    "hosts-line": hosts_line,
    "wrong-resolver": wrong_resolver,
    "resolver-blocked": resolver_blocked,
    "reject-inside": reject_inside,
    "drop-inside": drop_inside,
    "loss": loss,
    "ping-ignored": ping_ignored,
    "address-lost": address_lost,
    "wrong-prefix": wrong_prefix,
    "no-default-route": no_default_route,
    "wrong-gateway": wrong_gateway,
    "route-forbids": route_forbids,
    "wrong-neighbour": wrong_neighbour,
    "link-down-inside": link_down_inside,
}
