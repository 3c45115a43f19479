"""Faults between the ends: the firewall and routing of the lab host, its bridges and cables, and who else is there."""

from __future__ import annotations

import ipaddress

from course.faults.fault import Fault, Symptom
from course.faults.look import Look
from course.faults.mending import fetching, from_lan, inside, on_host, to_lan
from course.faults.standing import Standing

STATES = "-m conntrack --ctstate RELATED,ESTABLISHED"


def _rule(look: Look, *parts: str) -> bool:
    return any(all(part in line for part in parts) for line in look.rules())


def _rejoining(look: Look) -> str:
    return f"-A FORWARD -o {look.bridge} {STATES} -j ACCEPT"


def _masquerade(look: Look) -> str:
    return f"-A POSTROUTING -s {look.subnet} ! -o {look.bridge} -j MASQUERADE"


def _macs(look: Look) -> list[str]:
    ports = [i.peer.partition("/") for i in look.view("host").interfaces if i.master == look.bridge]
    return [i.mac for view, _, name in ports for i in look.view(view).interfaces if i.name == name]


def _owners(look: Look) -> list[str]:
    wanted = look.address(look.cast.server)
    return [name for name, view in look.state.views.items() if wanted in view.addresses]


def _forgotten(look: Look) -> list[str]:
    """The neighbour tables of client and host without what they learnt of the server."""
    address = look.address(look.cast.server)
    device = look.interface(look.cast.client).name
    return [
        *inside(look.cast.client, f"ip neigh flush dev {device}"),
        *on_host(look, f"ip neigh flush to {address}"),
    ]


def _hidden(look: Look, address: str) -> bool:
    """Whether a network of the host has the address of somebody on the LAN."""
    routes = [r for r in look.view("host").routes if r.device != "eth0" and r.destination != "default"]
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(route.destination) for route in routes)


def _swallowed(look: Look) -> list[str]:
    """Destinations of blackhole routes of the host."""
    return [route.destination for route in look.view("host").routes if route.kind == "blackhole"]


def _restart(look: Look, before: Standing) -> list[str]:
    return [f"!docker restart -t 0 {look.cast.server}"]


FAULTS: tuple[Fault, ...] = (
    Fault(
        "docker-user-drop",
        "a rule in DOCKER-USER drops all that comes to {host} from the LAN",
        "rule-in-docker-user",
        from_lan("timeout"),
        lambda look: "-A DOCKER-USER -i eth0 -j DROP" in look.rules(),
        lambda look, before: on_host(look, "iptables -D DOCKER-USER -i eth0 -j DROP"),
    ),
    Fault(
        "docker-user-port",
        "a rule in DOCKER-USER drops what was sent to port {published} of {host}",
        "rule-in-docker-user",
        from_lan("timeout"),
        lambda look: _rule(look, "DOCKER-USER", f"--ctorigdstport {look.cast.published}", "-j DROP"),
        lambda look, before: on_host(
            look,
            "iptables -D DOCKER-USER -i eth0 -p tcp -m conntrack "
            f"--ctorigdstport {look.cast.published} --ctdir ORIGINAL -j DROP",
        ),
    ),
    Fault(
        "forward-drop",
        "a rule drops all that {host} forwards",
        "rule-in-forward",
        fetching("timeout"),
        lambda look: "-A FORWARD -j DROP" in look.rules(),
        lambda look, before: on_host(look, "iptables -D FORWARD -j DROP"),
    ),
    Fault(
        "input-drop",
        "a rule drops all that the LAN sends to {host} itself",
        "rule-in-input",
        Symptom("icmp", "{outsider}", "{host}", ("timeout",)),
        lambda look: "-A INPUT -i eth0 -j DROP" in look.rules(),
        lambda look, before: on_host(look, "iptables -D INPUT -i eth0 -j DROP"),
    ),
    Fault(
        "big-packets",
        "a rule drops long packets on their way from {server} to {client}",
        "big-packets-dropped",
        fetching("timeout", path="/big"),
        lambda look: _rule(look, "FORWARD", "--length", "-j DROP"),
        lambda look, before: on_host(look, "iptables -D FORWARD -m length --length 1001:65535 -j DROP"),
    ),
    Fault(
        "answers-dropped",
        "no rule lets the answers for {client} back in, and the policy is DROP",
        "policy-drops",
        to_lan("timeout"),
        lambda look: ":FORWARD DROP" in look.rules() and _rejoining(look) not in look.rules(),
        lambda look, before: on_host(
            look, f"iptables -I FORWARD 3 {_rejoining(look).partition('FORWARD ')[2]}", "iptables -P FORWARD ACCEPT"
        ),
    ),
    Fault(
        "no-masquerade",
        "what leaves {network} for the LAN keeps an address that nobody there knows",
        "no-masquerade",
        to_lan("timeout"),
        lambda look: _masquerade(look) not in look.rules(table="nat"),
        lambda look, before: on_host(look, f"iptables -t nat {_masquerade(look)}"),
    ),
    Fault(
        "no-forwarding",
        "{host} forwards nothing",
        "forwarding-off",
        from_lan("timeout"),
        lambda look: look.details("host").settings.get("net.ipv4.ip_forward") == "0",
        lambda look, before: on_host(look, "sysctl -w net.ipv4.ip_forward=1"),
    ),
    Fault(
        "host-route",
        "a route of {host} swallows what is for {server}",
        "route-forbids",
        from_lan("timeout", "no-route"),
        lambda look: bool(_swallowed(look)),
        lambda look, before: on_host(look, *(f"ip route del blackhole {to}" for to in _swallowed(look))),
    ),
    Fault(
        "overlap",
        "a network of {host} has the addresses of the LAN",
        "subnet-overlap",
        from_lan("timeout", "no-route"),
        lambda look: _hidden(look, look.cast.lan),
        lambda look, before: ["!docker network rm clash"],
    ),
    Fault(
        "link-down",
        "the host's end of the cable of {server} is down",
        "link-down",
        fetching("no-neighbour", "timeout"),
        lambda look: bool(look.cable(look.cast.server).name) and not look.cable(look.cast.server).up,
        lambda look, before: on_host(look, f"ip link set {look.cable(look.cast.server).name} up"),
    ),
    Fault(
        "unplugged",
        "the cable of {server} is plugged into no bridge",
        "unplugged",
        fetching("no-neighbour", "timeout"),
        lambda look: bool(look.cable(look.cast.server).name) and not look.cable(look.cast.server).master,
        lambda look, before: on_host(look, f"ip link set {look.cable(look.cast.server).name} master {look.bridge}"),
    ),
    Fault(
        "cable-gone",
        "the cable of {server} is gone",
        "cable-gone",
        fetching("no-neighbour", "timeout"),
        lambda look: bool(look.address(look.cast.server)) and not look.interface(look.cast.server).name,
        _restart,
    ),
    Fault(
        "bridge-down",
        "the bridge of {network} is down",
        "bridge-down",
        fetching("no-neighbour", "timeout"),
        lambda look: not next(i for i in look.view("host").interfaces if i.name == look.bridge).up,
        lambda look, before: on_host(look, f"ip link set {look.bridge} up"),
    ),
    Fault(
        "ports-isolated",
        "the bridge keeps the ports of {client} and {server} apart",
        "ports-isolated",
        fetching("no-neighbour", "timeout"),
        lambda look: look.cable(look.cast.server).name in look.details("host").isolated,
        lambda look, before: on_host(
            look, *(f"bridge link set dev {name} isolated off" for name in look.details("host").isolated)
        ),
    ),
    Fault(
        "rate-limit",
        "a queue lets little through to {client}",
        "rate-limit",
        fetching("timeout", path="/big"),
        lambda look: look.cable(look.cast.client).name in look.details("host").queues,
        lambda look, before: on_host(look, f"tc qdisc del dev {look.cable(look.cast.client).name} root"),
    ),
    Fault(
        "same-address",
        "another container has the address of {server}",
        "same-address",
        fetching("refused", "timeout"),
        lambda look: len(_owners(look)) > 1,
        lambda look, before: ["!docker rm -f thief", *_forgotten(look)],
    ),
    Fault(
        "same-mac",
        "another container has the MAC address of {server}",
        "same-mac",
        fetching("timeout", "no-neighbour"),
        lambda look: _macs(look).count(look.interface(look.cast.server).mac) > 1,
        lambda look, before: ["!docker rm -f twin"],
    ),
)
