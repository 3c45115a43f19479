"""A closer look at single views, for explaining what went wrong: their own rules, settings and queues."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course.labhost import tables
from course.labhost.namespaces import Namespace, Namespaces, inside
from course.labhost.records import Details
from course.labhost.state import rules

SETTINGS = (
    "net.ipv4.ip_forward",
    "net.ipv4.icmp_echo_ignore_all",
    "net.bridge.bridge-nf-call-iptables",
)


def details(namespaces: Namespaces, wanted: Iterable[str]) -> dict[str, Details]:
    """Those of the views that can be entered now, by name."""
    found: dict[str, Details] = {}
    for name, space in namespaces.find(wanted).items():
        with contextlib.suppress(OSError):
            found[name] = _details(space)
    return found


def _details(space: Namespace) -> Details:
    if space.trouble:
        raise FileNotFoundError(space.trouble)
    with inside(space.path):
        links, queues = tables.read(lambda netlink: (list(netlink.get_links()), list(netlink.get_qdiscs())))
        names = {link["index"]: str(link.get_attr("IFLA_IFNAME")) for link in links}
        alone = [str(link.get_attr("IFLA_IFNAME")) for link in links if _alone(link)]
        return Details(rules(), _settings(), dict(_holding(queues, names)), alone)


def _settings() -> dict[str, str]:
    """Of the namespace that this thread is in."""
    files = {name: Path("/proc/sys", *name.split(".")) for name in SETTINGS}
    return {name: file.read_text().strip() for name, file in files.items() if file.exists()}


def _holding(queues: Iterable[Any], names: dict[int, str]) -> Iterable[tuple[str, str]]:
    """Queues with a rate of their own; the usual ones let go what the wire can carry."""
    for queue in queues:
        if queue.get_attr("TCA_KIND") == "tbf" and queue["index"] in names:
            parms = queue.get_attr("TCA_OPTIONS").get_attr("TCA_TBF_PARMS")
            yield names[queue["index"]], f"tbf rate {parms['rate'] * 8 // 1000} kbit/s"


def _alone(link: Any) -> bool:
    return bool(link.get_nested("IFLA_LINKINFO", "IFLA_INFO_SLAVE_DATA", "IFLA_BRPORT_ISOLATED"))
