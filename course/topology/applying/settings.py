"""The settings of networks, containers and attachments, two by two: what was meant, and what is found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from course.topology.checks import parse_address, parse_subnet
from course.topology.container import EVERY_ADDRESS, Container, Port
from course.topology.model import Attachment, Network
from course.topology.wish import OWN_OPTIONS


@dataclass(frozen=True)
class Other:
    """A setting that is another than was meant. ``says`` replaces the usual sentence."""

    setting: str
    wanted: str
    found: str
    says: str = ""

    @property
    def sentence(self) -> str:
        """It without its subject: ``subnet is 10.1.0.0/24, not 10.0.0.0/24``."""
        return self.says or f"{self.setting} is {self.found or 'not set'}, not {self.wanted or 'unset'}"


def of_networks(wanted: Network, found: Network) -> Iterator[Other]:
    """How a network differs. The driver is compared always, a subnet, gateway and range only if one was meant."""
    yield from _text("driver", wanted.driver, found.driver)
    if wanted.subnets and _subnets(wanted.subnets) != _subnets(found.subnets):
        yield Other("subnet", ", ".join(wanted.subnets), ", ".join(found.subnets))
    for gateway, there in ((wanted.gateway, found.gateway), (wanted.gateway6, found.gateway6)):
        if gateway and not same_address(gateway, there):
            yield Other("gateway", gateway, there)
    yield from _text("address range", wanted.ip_range, found.ip_range)
    yield from _pairs("reserved address", wanted.aux_addresses, found.aux_addresses)
    if wanted.internal != found.internal:
        says = "is not internal, and should be" if wanted.internal else "is internal, and should not be"
        yield Other("internal", str(wanted.internal), str(found.internal), says)
    if wanted.driver == "overlay" and wanted.attachable and not found.attachable:
        yield Other("attachable", "True", "False", "is not attachable, and should be")
    options = {name: value for name, value in found.options.items() if name not in OWN_OPTIONS}
    yield from _pairs("option", wanted.options, options)


def of_containers(wanted: Container, found: Container) -> Iterator[Other]:
    """How a container differs, but for its state and its plugs. What was left to the image is not compared.

    Ports are seen only while a container runs.
    """
    if wanted.image and _tagged(wanted.image) != _tagged(found.image):
        yield Other("image", wanted.image, found.image)
    if _namespace(wanted) != _namespace(found):
        own = "its own"
        yield Other("network namespace", wanted.shares or own, found.shares or own)
    if found.state in ("running", "paused"):
        yield from _ports(wanted.ports, found.ports)
    yield from _text("hostname", wanted.hostname, found.hostname)
    for setting in ("command", "entrypoint", "dns", "dns_search"):
        yield from _text(
            setting.replace("_", " "), " ".join(getattr(wanted, setting)), " ".join(getattr(found, setting))
        )
    missing = set(map(_capability, wanted.capabilities)) - set(map(_capability, found.capabilities))
    for capability in sorted(missing):
        yield Other("capability", capability, "", f"lacks the capability {capability}")
    for setting, noun in (("environment", "variable"), ("sysctls", "sysctl"), ("hosts", "line of the hosts file")):
        yield from _pairs(noun, getattr(wanted, setting), getattr(found, setting), exact=False)
    if wanted.healthcheck and wanted.healthcheck != found.healthcheck:
        yield Other("health check", str(wanted.healthcheck), str(found.healthcheck), "has another health check")


def of_attachments(wanted: Attachment, found: Attachment, runs: bool = True) -> Iterator[Other]:
    """How a plug differs. One of a container that does not run (``runs``) may have no address and no MAC address."""
    for address, there in ((wanted.address, found.address), (wanted.address6, found.address6)):
        if address and (there or runs) and not same_address(address, there):
            yield Other("address", address, there)
    if wanted.mac and (found.mac or runs) and wanted.mac.lower() != found.mac.lower():
        yield Other("MAC address", wanted.mac, found.mac)
    yield from _pairs("option", wanted.options, found.options)
    meant, seen = (set(plug.aliases) - {plug.container} for plug in (wanted, found))
    for alias in sorted(meant - seen):
        yield Other("alias", alias, "", f"the alias {alias} is missing")
    for alias in sorted(seen - meant):
        yield Other("alias", "", alias, f"the alias {alias} is not meant to be there")


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same, however they are written."""
    return one == other or bool(one and other and parse_address(one, "") == parse_address(other, ""))


def same_port(wanted: Port, found: Port) -> bool:
    """Whether a published port is what was meant: host port 0 is any."""
    return (
        wanted.host_port in (0, found.host_port)
        and (wanted.container_port, wanted.protocol) == (found.container_port, found.protocol)
        and (wanted.host_address == found.host_address or {wanted.host_address, found.host_address} <= _EVERY)
    )


_EVERY = set(EVERY_ADDRESS)


def _ports(wanted: Iterable[Port], found: Iterable[Port]) -> Iterator[Other]:
    unmatched = list(found)
    for port in sorted(wanted, key=lambda port: -port.host_port):  # the choosy ones first
        match = next((one for one in unmatched if same_port(port, one)), None)
        if match:
            unmatched.remove(match)
        else:
            yield Other("port", str(port), "", f"port {port} is not published")
    for port in unmatched:
        yield Other("port", "", str(port), f"port {port} is published, and is not meant to be")


def _text(setting: str, wanted: str, found: str) -> Iterator[Other]:
    if wanted and wanted != found:
        yield Other(setting, wanted, found)


def _pairs(noun: str, wanted: Mapping[str, str], found: Mapping[str, str], exact: bool = True) -> Iterator[Other]:
    """Values by name; further ones are a difference only if the pairs must be ``exact``."""
    for name in wanted:
        if wanted[name] != found.get(name):
            yield Other(f"{noun} {name}", wanted[name], found.get(name, ""))
    for name in found if exact else ():
        if name not in wanted:
            yield Other(f"{noun} {name}", "", found[name])


def _subnets(subnets: Iterable[str]) -> set[object]:
    return {parse_subnet(subnet, "") for subnet in subnets}


def _tagged(image: str) -> str:
    """An image with the tag that the engine adds by itself."""
    image = re.sub(r"^([\w.-]+\.[\w.-]+/)?library/", "", image)
    return image if ":" in image.rpartition("/")[2] or "@" in image else f"{image}:latest"


def _namespace(container: Container) -> str:
    """Whose network namespace it has; a namespace of its own with and without plugs is the same in this."""
    return "" if container.shares == "none" else container.shares


def _capability(name: str) -> str:
    return name.upper().removeprefix("CAP_")
