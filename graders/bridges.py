"""Verdicts on bridges, their ports, and the VLANs and VXLANs that these carry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from course.labhost.records import View
from graders.facts import Place
from graders.scene import Scene
from graders.verdict import Verdict, error, fail, require


def port(view: View, host: View, name: str, bridge: str, machine: str) -> Verdict:
    """The far end of one of the view's interfaces is a port of the bridge."""
    far = [i for i in host.interfaces if i.peer.rpartition("/")[0] == view.name]
    masters = {i.name: i.master for i in far}
    cure = f"%%on {machine}\nip link set {next(iter(masters), 'INTERFACE')} master {bridge}"
    if not any(i.name == bridge for i in host.interfaces):
        return _missing(Place(machine, machine), bridge)
    observed = ", ".join(f"{port} is a port of {master or 'nothing'}" for port, master in masters.items())
    return require(
        bridge in masters.values(),
        f"{name} is not connected to the bridge {bridge}",
        f"the far end of its veth pair as a port of {bridge}",
        observed or "no veth pair leads from it to the host",
        "",
        cure,
    )


def ports(view: View, place: Place, bridge: str, wanted: set[str]) -> Verdict:
    """The bridge in this view has these ports and no others."""
    if not any(i.name == bridge for i in view.interfaces):
        return _missing(place, bridge)
    found = {i.name for i in view.interfaces if i.master == bridge}
    plug = [f"ip link set {one} master {bridge}" for one in sorted(wanted - found)]
    pull = [f"ip link set {one} nomaster" for one in sorted(found - wanted)]
    headline = f"{bridge} of {place.name} has other ports"
    return require(found == wanted, headline, _words(wanted), _words(found), "", place.typed(*plug, *pull))


def vxlan(view: View, place: Place, interface: str, wanted: int, bridge: str = "") -> Verdict:
    """The interface is a VXLAN of this number, and a port of the bridge if one is named."""
    found = next((i for i in view.interfaces if i.name == interface), None)
    add = f"ip link add {interface} type vxlan id {wanted} dstport 4789 remote ADDRESS"
    if found is None or found.kind != "vxlan":
        observed = f"it is a {found.kind or 'plain interface'}" if found else "there is no such interface"
        headline = f"{place.name} has no VXLAN {interface}"
        return fail(headline, f"a VXLAN {interface}", observed, "", place.typed(add))
    if found.vni != wanted:
        because, cure = "both ends of a VXLAN must have the same number", place.typed(f"ip link del {interface}", add)
        return fail(f"{interface} of {place.name} has another VNI", f"VNI {wanted}", f"VNI {found.vni}", because, cure)
    headline = f"{interface} of {place.name} is not a port of {bridge}"
    observed = f"it is a port of {found.master or 'nothing'}"
    plug = place.typed(f"ip link set {interface} master {bridge}")
    return require(bridge in ("", found.master), headline, f"a port of {bridge}", observed, "", plug)


# --- VLANs --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vlans:
    """What a port of a bridge carries: ``untagged`` is the VLAN of frames without a tag, its PVID (0: none)."""

    untagged: int = 0
    tagged: frozenset[int] = frozenset()

    def __str__(self) -> str:
        tagged = ", ".join(map(str, sorted(self.tagged)))
        return f"untagged {self.untagged or 'none'}, tagged {tagged or 'none'}"


def vlans(scene: Scene, place: Place, port: str, wanted: Vlans) -> Verdict:
    """The VLANs of a port, where the kernel's bridges filter them at all."""
    found = next((i for i in scene.view(place).interfaces if i.name == port), None)
    if found is None or not found.master:
        observed = "it is a port of nothing" if found else "there is no such interface"
        return fail(f"{port} of {place.name} is not a port of a bridge", "a port of a bridge", observed)
    told = scene.run(place, "ip", "-j", "-d", "link", "show", "dev", found.master).stdout
    verdict = filtering(told, place, found.master)
    if not verdict.passed:
        return verdict
    return carried(scene.run(place, "bridge", "-j", "vlan", "show", "dev", port).stdout, place, port, wanted)


def filtering(told: str, place: Place, bridge: str) -> Verdict:
    """Whether the bridge heeds VLANs, by the text of ``ip -j -d link show``. Pure."""
    settings: dict[str, Any] = json.loads(told)[0].get("linkinfo", {}).get("info_data", {})
    if "vlan_default_pvid" not in settings:
        because = "its kernel was built without CONFIG_BRIDGE_VLAN_FILTERING"
        observed, next = f"{bridge} has no vlan_default_pvid", "course doctor says what this machine can do"
        return error(f"the bridges of {place.host} know no VLANs", observed, because, next, settled=True)
    cure = place.typed(f"ip link set {bridge} type bridge vlan_filtering 1")
    holds = settings.get("vlan_filtering") == 1
    headline = f"{bridge} of {place.name} pays no heed to VLANs"
    return require(holds, headline, "vlan_filtering 1", "vlan_filtering 0", "", cure)


def carried(told: str, place: Place, port: str, wanted: Vlans) -> Verdict:
    """What the port carries, by the text of ``bridge -j vlan show``. Pure."""
    rows = [row for one in json.loads(told) if one["ifname"] == port for row in one["vlans"]]
    plain = {row["vlan"] for row in rows if "Egress Untagged" in row.get("flags", [])}
    pvid = next((row["vlan"] for row in rows if "PVID" in row.get("flags", [])), 0)
    numbers = {n for row in rows for n in range(row["vlan"], row.get("vlanEnd", row["vlan"]) + 1)}
    found = Vlans(pvid, frozenset(numbers - plain))
    holds = found == wanted and plain <= {pvid}
    headline = f"{port} of {place.name} carries other VLANs"
    return require(holds, headline, str(wanted), str(found), "", _retagged(place, port, numbers, wanted))


def _retagged(place: Place, port: str, found: set[int], wanted: Vlans) -> str:
    right = {wanted.untagged, *wanted.tagged} - {0}
    drop = [f"bridge vlan del dev {port} vid {number}" for number in sorted(found - right)]
    first = [f"bridge vlan add dev {port} vid {wanted.untagged} pvid untagged"] if wanted.untagged else []
    rest = [f"bridge vlan add dev {port} vid {number}" for number in sorted(wanted.tagged)]
    return place.typed(*drop, *first, *rest)


# --- words ------------------------------------------------------------------------------------------


def _missing(place: Place, bridge: str) -> Verdict:
    cure = place.typed(f"ip link add {bridge} type bridge")
    headline, observed = f"bridge {bridge} does not exist", "there is no such interface"
    return fail(headline, f"a bridge {bridge} in {place.name}", observed, "", cure)


def _words(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "no ports"
