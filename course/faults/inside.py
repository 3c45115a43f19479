"""Faults inside one namespace: its interface, addresses, routes, neighbours, resolver and rules."""

from __future__ import annotations

from course.faults.fault import Fault, Symptom
from course.faults.look import Look
from course.faults.mending import fetching, inside, to_lan
from course.faults.standing import Standing

RESOLVER = "127.0.0.11"


def _rule(look: Look, view: str, *parts: str) -> bool:
    return any(all(part in line for part in parts) for line in look.rules(view))


def _without(name: str, chain: str, rule: str) -> list[str]:
    return inside(name, f"iptables -D {chain} {rule}")


def _restarted(look: Look, before: Standing) -> list[str]:
    return [f"!docker restart -t 0 {look.cast.server}"]


def _lost_half(look: Look) -> bool:
    return _rule(look, look.cast.server, "statistic", "-j DROP")


def _via(look: Look) -> str:
    return next((route.via for route in look.client.routes if route.destination == "default"), "")


FAULTS: tuple[Fault, ...] = (
    Fault(
        "hosts-line",
        "/etc/hosts of {client} gives {server} an address that nobody has",
        "hosts-file",
        fetching("no-neighbour", "timeout", "no-route"),
        lambda look: look.cast.server in look.client.hosts,
        lambda look, before: [
            f'!docker exec {look.cast.client} sh -c "grep -v {look.cast.server} /etc/hosts > /tmp/hosts; '
            'cat /tmp/hosts > /etc/hosts"'
        ],
    ),
    Fault(
        "wrong-resolver",
        "/etc/resolv.conf of {client} names a name server that is not there",
        "wrong-resolver",
        fetching("no-name"),
        lambda look: RESOLVER not in look.client.nameservers,
        lambda look, before: [f'!docker exec {look.cast.client} sh -c "echo nameserver {RESOLVER} > /etc/resolv.conf"'],
    ),
    Fault(
        "resolver-blocked",
        "a rule in {client} drops what it asks the name server",
        "rule-inside",
        fetching("no-name"),
        lambda look: _rule(look, look.cast.client, "OUTPUT", RESOLVER, "-j DROP"),
        lambda look, before: _without(look.cast.client, "OUTPUT", f"-d {RESOLVER} -j DROP"),
    ),
    Fault(
        "reject-inside",
        "a rule in {server} rejects what comes to port {port}",
        "rule-inside",
        fetching("refused"),
        lambda look: _rule(look, look.cast.server, "INPUT", "-j REJECT"),
        lambda look, before: _without(look.cast.server, "INPUT", f"-p tcp --dport {look.cast.port} -j REJECT"),
    ),
    Fault(
        "drop-inside",
        "a rule in {client} drops what it sends to port {port}",
        "rule-inside",
        fetching("timeout"),
        lambda look: _rule(look, look.cast.client, "OUTPUT", "tcp", "-j DROP"),
        lambda look, before: _without(look.cast.client, "OUTPUT", f"-p tcp --dport {look.cast.port} -j DROP"),
    ),
    Fault(
        "loss",
        "half of the packets to {server} are lost",
        "packet-loss",
        Symptom("icmp", "{client}", "{server}", ("timeout",), times=20),
        _lost_half,
        lambda look, before: _without(
            look.cast.server, "INPUT", "-m statistic --mode random --probability 0.5 -j DROP"
        ),
    ),
    Fault(
        "ping-ignored",
        "{server} was told not to answer pings",
        "ping-ignored",
        Symptom("icmp", "{client}", "{server}", ("timeout",)),
        lambda look: look.details(look.cast.server).settings.get("net.ipv4.icmp_echo_ignore_all") == "1",
        _restarted,
    ),
    Fault(
        "address-lost",
        "the interface of {server} has lost its address",
        "address-lost",
        fetching("no-neighbour", "timeout"),
        lambda look: bool(look.interface(look.cast.server).name) and not look.interface(look.cast.server).addresses,
        _restarted,
    ),
    Fault(
        "wrong-prefix",
        "{client} takes its network for much smaller than it is",
        "wrong-prefix",
        fetching("no-route"),
        lambda look: f"{look.address(look.cast.client)}/32" in look.interface(look.cast.client).addresses,
        lambda look, before: [f"!docker restart -t 0 {look.cast.client}"],
    ),
    Fault(
        "no-default-route",
        "{client} has no default route",
        "no-default-route",
        to_lan("no-route"),
        lambda look: bool(look.client.routes) and not _via(look),
        lambda look, before: inside(look.cast.client, f"ip route add default via {look.gateway}"),
    ),
    Fault(
        "wrong-gateway",
        "the default route of {client} leads to an address that nobody has",
        "wrong-gateway",
        to_lan("no-neighbour", "timeout"),
        lambda look: _via(look) not in ("", look.gateway),
        lambda look, before: inside(look.cast.client, f"ip route replace default via {look.gateway}"),
    ),
    Fault(
        "route-forbids",
        "a route of {client} swallows what is for {server}",
        "route-forbids",
        fetching("no-route"),
        lambda look: any(route.kind == "blackhole" for route in look.client.routes),
        lambda look, before: inside(look.cast.client, f"ip route del blackhole {look.address(look.cast.server)}"),
    ),
    Fault(
        "wrong-neighbour",
        "the neighbour table of {client} has a wrong MAC address for {server}",
        "wrong-neighbour",
        fetching("timeout"),
        lambda look: any(
            one.state == "PERMANENT" and one.address == look.address(look.cast.server) for one in look.client.neighbours
        ),
        lambda look, before: inside(
            look.cast.client,
            f"ip neigh del {look.address(look.cast.server)} dev {look.interface(look.cast.client).name}",
        ),
    ),
    Fault(
        "link-down-inside",
        "the interface of {server} is down",
        "link-down",
        fetching("no-neighbour", "timeout"),
        lambda look: bool(look.interface(look.cast.server).name) and not look.interface(look.cast.server).up,
        _restarted,
    ),
)
