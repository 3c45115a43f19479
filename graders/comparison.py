"""What kathara-lab-checker checks, and how it is said here; made into a table for the reference page.

Its checks were read in release 0.1.14, https://github.com/KatharaFramework/kathara-lab-checker.
"""

from __future__ import annotations

from dataclasses import dataclass

YES, PARTLY, NO = "yes", "in part", "no"


@dataclass(frozen=True)
class Row:
    """One check of theirs: whether it can be said here, by which sentences, and what is different."""

    check: str
    means: str
    said: str
    sentences: tuple[str, ...] = ()
    difference: str = ""


ROUTING = "no container of this course runs a routing daemon; its own command line is asked, and believed"
ROWS = (
    Row("DeviceExistence", "a device exists", YES, ("exists", "running")),
    Row("CollisionDomain", "an interface is on a collision domain", YES, ("attached", "detached", "bridge_port")),
    Row(
        "StartupExistence",
        "a startup file exists",
        NO,
        ("image", "runs"),
        "a container has no such file: it has an image and a program",
    ),
    Row("IPv6Enabled", "a device has IPv6", YES, ("sysctl",), "`net.ipv6.conf.all.disable_ipv6` is 0"),
    Row("Sysctl", "a device was given a sysctl", YES, ("sysctl",), "the value in the namespace, not the one in a file"),
    Row("InterfaceIP", "an interface has an address and prefix", YES, ("has_address", "address", "mac")),
    Row(
        "Bridge",
        "interfaces are ports of one bridge; VLAN tags, PVID; a VXLAN's VNI",
        YES,
        ("bridge_ports", "vlans", "vxlan", "vni"),
        "VLANs on machines and in namespaces made by hand; in containers by `command`",
    ),
    Row(
        "Reachability",
        "a device does or does not get an answer to a ping",
        YES,
        ("pings", "tcp", "udp", "cannot_ping", "cannot_tcp", "cannot_udp", "matrix", "isolated"),
        "theirs passes a *must not* when the device is broken; here a control must be answered at the same time",
    ),
    Row("Daemon", "a program runs, or does not", YES, ("runs", "does_not_run", "listening", "not_listening")),
    Row("BGPNeighbor", "BGP sessions with these neighbours", PARTLY, ("command",), ROUTING),
    Row("BGPRoutes", "routes in BGP's table", PARTLY, ("command", "routes"), "what the kernel got: `routes`"),
    Row("EVPNSession", "EVPN sessions", PARTLY, ("command",), ROUTING),
    Row("VTEP", "a VNI with its VTEP", PARTLY, ("vxlan", "command"), "the VNI; the other end's address by `command`"),
    Row("AnnouncedVNI", "a line in the configuration of a daemon", PARTLY, ("command",), ROUTING),
    Row("OSPFNeighbor", "OSPF neighbours and their states", PARTLY, ("command",), ROUTING),
    Row("OSPFRoutes", "routes in OSPF's table", PARTLY, ("command", "routes"), "what the kernel got: `routes`"),
    Row("OSPFInterface", "cost and area of an interface", PARTLY, ("command",), ROUTING),
    Row("SCIONAddress", "a SCION address", NO, (), "SCION is no part of container networking"),
    Row("SCIONPaths", "paths to a SCION destination", NO, (), "SCION is no part of container networking"),
    Row("AnnouncedNetwork", "a `network` line in a daemon's configuration", PARTLY, ("command",), ROUTING),
    Row("ProtocolRedistribution", "a `redistribute` line in a configuration", PARTLY, ("command",), ROUTING),
    Row("KernelRoute", "exactly these routes, with their next hops", YES, ("routes", "route", "default_route")),
    Row("DNSAuthority", "who is the authority of a zone", PARTLY, ("command",), "`dig NS` in a container that has dig"),
    Row("LocalNS", "which name server a device asks", YES, ("nameserver",)),
    Row(
        "DNSRecord",
        "a record of any type has one of these values",
        YES,
        ("resolves", "does_not_resolve", "command"),
        "addresses as the source itself finds them; other types by `command` and dig",
    ),
    Row("HTTP", "status and body of a page", YES, ("http", "cannot_http"), "GET; other methods by `command` and curl"),
    Row(
        "CustomCommand",
        "exit code and output of a command on a device",
        YES,
        ("command", "custom"),
        "with a time limit",
    ),
)
BEYOND = """\
Reports as CSV and XLSX are nbgrader's here: `nbgrader export` writes `grades.csv`, and its feedback shows each failure.

What it does not check and can be said here: Docker's own objects (drivers, subnets, options, aliases, published ports,
services and where they run), who shares a namespace with whom, a container's own MAC address on the LAN, which rule of
the firewall drops what, and the whole of who reaches whom.
"""


def table() -> str:
    """The comparison, in Markdown."""
    lines = [
        "## Beside kathara-lab-checker\n",
        "[kathara-lab-checker](https://github.com/KatharaFramework/kathara-lab-checker) (0.1.14) has 27 checks,\n"
        "for labs of routers. Those that have a meaning for containers can be said:\n",
        "| its check | what it means | here | sentences | what is different |",
        "|:--|:--|:--|:--|:--|",
    ]
    lines += [f"| {r.check} | {r.means} | {r.said} | {_linked(r.sentences)} | {r.difference} |" for r in ROWS]
    return "\n".join([*lines, "", BEYOND])


def _linked(names: tuple[str, ...]) -> str:
    return " ".join(f"[`{name}`](#{name})" for name in names)
