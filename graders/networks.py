"""Verdicts on what the engine says of networks. Pure: facts in, verdict out.

``run`` is what to type before a docker command (``"!"``, or how to turn to another lab host first).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import replace

from graders.facts import Network
from graders.verdict import Verdict, fail, require

FIXED = "what a network is made with cannot be changed afterwards"


def missing(name: str, run: str = "!") -> Verdict:
    """There is no network of that name."""
    next = f"{run}docker network create {name.rpartition('/')[2]}"
    return fail(f"network {name} does not exist", "a network of that name", "no such network", "", next)


def network(found: Network, what: str, observed: object, wanted: object, run: str = "!") -> Verdict:
    """One property of a network, named as the option by which ``docker network create`` is told it."""
    subnet = f"--subnet {_around(wanted, found.subnets)} " if what == "gateway" else ""  # none without the other
    return require(
        observed == wanted,
        f"network {found.name} has another {what}",
        f"{what} {wanted}",
        f"{what} {observed or 'unknown'}",
        FIXED,
        _again(replace(found, driver="bridge") if what == "driver" else found, f"{subnet}--{what} {wanted}", run),
    )


def internal(found: Network, wanted: bool, run: str = "!") -> Verdict:
    """Whether the network has no way out."""
    return require(
        found.internal == wanted,
        f"network {found.name} is {'not ' if wanted else ''}internal",
        "no way out of it" if wanted else "a way out of it",
        "it has none" if found.internal else "it has a way out",
        FIXED,
        _again(replace(found, internal=wanted), "", run),
    )


def attachable(found: Network, wanted: bool, run: str = "!") -> Verdict:
    """Whether containers that are no service's may join an overlay network."""
    return require(
        found.attachable == wanted,
        f"network {found.name} is {'not ' if wanted else ''}attachable",
        "any container may join it" if wanted else "only services may join it",
        "any container may" if found.attachable else "only services may",
        FIXED,
        _again(replace(found, attachable=wanted), "", run),
    )


def option(found: Network, name: str, wanted: str, run: str = "!") -> Verdict:
    """One option of the network's driver."""
    observed = f"{name}={found.options[name]}" if name in found.options else "the network was made without it"
    return require(
        found.options.get(name) == wanted,
        f"network {found.name} has {'another' if name in found.options else 'no'} {name}",
        f"{name}={wanted}",
        observed,
        FIXED,
        _again(found, f"--opt {name}={wanted}", run),
    )


def encrypted(found: Network, wanted: bool, run: str = "!") -> Verdict:
    """Whether the overlay network is to encrypt what it sends between hosts."""
    observed = "it was made with --opt encrypted" if found.encrypted else "it was made without --opt encrypted"
    return require(
        found.encrypted == wanted,
        f"network {found.name} is {'not ' if wanted else ''}encrypted",
        f"an overlay network {'with' if wanted else 'without'} the option encrypted",
        observed if found.driver == "overlay" else f"it is a {found.driver} network, which knows no encryption",
        FIXED,
        _again(replace(found, driver="overlay"), "--opt encrypted" if wanted else "", run),
    )


def vni(found: Network, wanted: int) -> Verdict:
    """The number by which the overlay network's packets are told apart on the wire."""
    has = ", ".join(map(str, found.vnis))
    observed = f"VNI {has}" if has else f"it is a {found.driver} network, and has none"
    because = "the Swarm gives out the numbers, from 4097 on, to overlay networks alone"
    return require(wanted in found.vnis, f"network {found.name} has another VNI", f"VNI {wanted}", observed, because)


def _again(found: Network, option: str, run: str) -> str:
    """Made anew with this option, and with what it was before: its driver, and whether it is internal or attachable."""
    kept = [f"--driver {found.driver}"] * (found.driver != "bridge")
    kept += ["--internal"] * found.internal + ["--attachable"] * found.attachable
    words = " ".join(filter(None, [*kept, option, found.name]))
    return f"{run}docker network rm {found.name}, then\n{run}docker network create {words}"


def _around(gateway: object, subnets: Sequence[str]) -> str:
    """The subnet that has this address, or a word to put in its place."""
    fitting = (subnet for subnet in subnets if ipaddress.ip_address(str(gateway)) in ipaddress.ip_network(subnet))
    return next(fitting, "SUBNET")
