"""Verdicts on what is seen inside a network namespace. Pure: views in, verdict out."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from course.labhost.records import Interface, Listener, Route, View
from graders.facts import Place
from graders.verdict import Verdict, fail, require

EVERYWHERE = ("0.0.0.0", "::", "*", "")
DOCKERS_NAME_SERVER = "127.0.0.11"  # listens in containers on user-defined networks, on ports of its own choice


def missing(name: str, machine: str) -> Verdict:
    """There is no namespace of that name, made by hand, on the machine."""
    bare = name.rpartition(":")[2]
    next = f"%%on {machine}\nip netns add {bare}"
    return fail(f"{name} does not exist", f"a namespace called {bare}", "ip netns list has no such name", "", next)


def same(a: View, b: View, names: tuple[str, str], wanted: bool = True) -> Verdict:
    """Two names for one network namespace, or two of their own."""
    first, second = names
    if wanted:
        return require(
            a.namespace == b.namespace,
            f"{first} and {second} do not share a network namespace",
            "the same interfaces and addresses in both",
            f"{first} has {_addresses(a)}; {second} has {_addresses(b)}",
            "each has a namespace of its own",
            f"!docker rm -f {first}, then run it again with --network container:{second}",
        )
    headline = f"{first} and {second} share a network namespace"
    because = "one was started with the other's network"
    return require(a.namespace != b.namespace, headline, "a namespace each", f"both have {_addresses(a)}", because)


def of_host(view: View, host: View, name: str, run: str = "!") -> Verdict:
    """The container uses the network of its lab host."""
    return require(
        view.namespace == host.namespace,
        f"{name} does not use the network of its host",
        "the interfaces of the host",
        f"interfaces {', '.join(i.name for i in view.interfaces)}",
        f"{name} has a network namespace of its own",
        f"{run}docker rm -f {name}, then run it again with --network host",
    )


def only_loopback(view: View, name: str) -> Verdict:
    """No interface but ``lo``. A kernel may put idle tunnel devices into every namespace: those do not count."""
    others = [i for i in view.interfaces if i.name != "lo" and (i.up or i.addresses)]
    observed = f"also {', '.join(map(_interface, others))}"
    because = "it is attached to a network"
    next = "--network none gives a container nothing but lo"
    return require(not others, f"{name} has more than lo", "the interface lo and no other", observed, because, next)


def has_address(view: View, place: Place, wanted: str, device: str = "") -> Verdict:
    """An interface (this one, if it is named) has the address; the prefix length counts if given (``10.0.0.1/24``)."""
    found = [a for i in view.interfaces if device in ("", i.name) for a in i.addresses]
    holds = wanted in found or wanted in [a.split("/")[0] for a in found]
    cidr = wanted if "/" in wanted else f"{wanted}/24"
    add = "" if place.container else place.typed(f"ip addr add {cidr} dev {device or 'INTERFACE'}")
    observed = _addresses(view) if not device else f"{device} has {', '.join(found) or 'none, or is not there'}"
    where = f" on {device}" if device else ""
    return require(holds, f"{place.name} does not have the address {wanted}{where}", wanted, observed, "", add)


def no_default_route(view: View, place: Place) -> Verdict:
    """No way to anywhere but its own networks."""
    found = [route for route in view.routes if route.destination in ("default", "0.0.0.0/0")]
    observed, cure = ", ".join(map(_route, found)), place.typed("ip route del default")
    return require(not found, f"{place.name} has a default route", "no default route", observed, "", cure)


def route(view: View, place: Place, destination: str, via: str = "", device: str = "") -> Verdict:
    """A route of the main table; ``via`` and ``device`` are compared if they are given."""
    to = [found for found in view.routes if _same_network(found.destination, destination)]
    holds = any(via in ("", found.via) and device in ("", found.device) for found in to)
    what = "default route" if destination == "default" else f"route to {destination}"
    way = [*(["via", via] if via else []), *(["dev", device] if device else [])]
    observed = ", ".join(_route(found) for found in to or view.routes) or "no routes at all"
    headline = f"{place.name} has {'another' if to else 'no'} {what}"
    cure = place.typed(" ".join(["ip route replace", destination, *(way or ["via", "GATEWAY"])]))
    return require(holds, headline, " ".join([destination, *way]), observed, "", cure)


def listening(listeners: Iterable[Listener], name: str, port: int, address: str = "", protocol: str = "tcp") -> Verdict:
    """Something takes connections there. Not settled: a program may still be starting."""
    same = [one for one in listeners if one.protocol == protocol and one.address != DOCKERS_NAME_SERVER]
    here = [one for one in same if one.port == port]
    if any(_covers(one.address, address) for one in here):
        return Verdict("pass")
    if here:
        only = " and ".join(f"{one.address}:{port}" for one in here)
        because = "the program was told to listen on that address alone"
        expected = f"a listener on {address or 'every address'}, port {port}"
        return fail(f"{name} listens on {only} only", expected, only, because, "", settled=False)
    ports = sorted({one.port for one in same})
    observed = f"it listens on {', '.join(map(str, ports))}" if ports else f"nothing listens on any {protocol} port"
    headline = f"nothing listens on port {port} in {name}"
    return fail(headline, f"a program that listens on {protocol} port {port}", observed, "", "", settled=False)


def not_listening(listeners: Iterable[Listener], name: str, port: int, protocol: str = "tcp") -> Verdict:
    """Nothing takes connections there. Not settled: a program may still be ending."""
    found = [one for one in listeners if (one.protocol, one.port) == (protocol, port)]
    if not found:
        return Verdict("pass")
    observed = ", ".join(f"{one.process or 'a program'} listens on {one.address}:{port}" for one in found)
    headline = f"{name} listens on {protocol} port {port}"
    return fail(headline, "no program that listens there", observed, "", "", settled=False)


def nameserver(view: View, place: Place, wanted: str) -> Verdict:
    """The resolver's file names this server."""
    because = (
        "on networks you create Docker answers for names, at 127.0.0.11; elsewhere it is the host's servers, or --dns"
    )
    headline = f"{place.name} does not ask the name server {wanted}"
    observed = ", ".join(view.nameservers) or "no name server"
    next = f"!docker exec {place.container.name} cat /etc/resolv.conf" if place.container else ""
    return require(wanted in view.nameservers, headline, wanted, observed, because if place.container else "", next)


def sysctl(observed: str, place: Place, setting: str, wanted: str) -> Verdict:
    """The kernel's setting, as it is in the namespace."""
    again = f"!docker rm -f {place.own_name}, then run it again with --sysctl {setting}={wanted}"
    cure = again if place.container else f"%%on {place.host}\nsysctl {setting}={wanted}"
    headline = f"{setting} is {observed} in {place.name}"
    return require(observed.split() == wanted.split(), headline, wanted, observed, "", cure)


def route_to(routes: Iterable[Route], address: str) -> Route | None:
    """The most specific route that fits the address."""
    to = ipaddress.ip_address(address)
    fitting = [route for route in routes if to in _destination(route)]
    return max(fitting, key=lambda route: _destination(route).prefixlen, default=None)


# --- words ------------------------------------------------------------------------------------------


def loopback(address: str) -> bool:
    """Whether an address can be reached from inside its own namespace alone."""
    return address.startswith("127.") or address == "::1"


def next_of(names: Iterable[str], otherwise: str) -> str:
    """The first of the names, or a word to put in their place."""
    return next(iter(names), otherwise)


def _covers(listener: str, wanted: str) -> bool:
    if wanted == "":
        return True
    if listener in EVERYWHERE:
        return not loopback(wanted)
    return listener == wanted


def _addresses(view: View) -> str:
    return ", ".join(a for i in view.interfaces if i.name != "lo" for a in i.addresses) or "no address but lo's"


def _interface(found: Interface) -> str:
    return " ".join([found.name, *found.addresses])


def _route(found: Route) -> str:
    return " ".join([found.destination, *(["via", found.via] if found.via else []), "dev", found.device])


def _destination(route: Route) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network("0.0.0.0/0" if route.destination == "default" else route.destination, strict=False)


def _same_network(a: str, b: str) -> bool:
    if "default" in (a, b):
        return {a, b} <= {"default", "0.0.0.0/0"}
    return ipaddress.ip_network(a, strict=False) == ipaddress.ip_network(b, strict=False)
