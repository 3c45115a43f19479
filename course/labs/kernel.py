"""What the kernel under a lab host can do, tried and not read from a list: a module may be there and not loadable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course.labs import engine

if TYPE_CHECKING:
    import docker

LABELS = {"course.lab": "doctor", "course.role": "probe"}
SEPARATOR = "\x1e"
IPVS = (
    "python3 -c 'from pyroute2.netlink import genlmsg; from pyroute2.netlink.generic import GenericNetlinkSocket;"
    ' GenericNetlinkSocket().bind("IPVS", genlmsg)\' 2>/dev/null || ! echo no netlink family IPVS'
)
ESP = (
    "ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 1 mode transport"
    " aead 'rfc4106(gcm(aes))' 0x0102030405060708090a0b0c0d0e0f1011121314 128"
)


@dataclass(frozen=True)
class Feature:
    """Something that a lab needs of the kernel. ``command`` succeeds where it is there; ``cost`` is life without it."""

    name: str
    command: str
    cost: str
    needed: bool = False


@dataclass(frozen=True)
class Tried:
    """A feature, whether its command succeeded, and the last line of what it said."""

    feature: Feature
    works: bool
    said: str


# In order: the later ones use the interfaces that the first one makes.
FEATURES = (
    Feature("veth", "ip link add p0 type veth peer name p1", "containers get no interface", needed=True),
    Feature("bridge", "ip link add b0 type bridge", "there are no bridge networks", needed=True),
    Feature("mounts", "mount -t tmpfs none /tmp", "lab hosts cannot start their engine", needed=True),
    Feature(
        "iptables NAT",
        "iptables -t nat -A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE",
        "no published ports, and no way out of a network",
        needed=True,
    ),
    Feature("nftables", "nft add table inet probe", "iptables falls back on its older backend; no lesson is lost"),
    Feature("packet trace", "iptables -t raw -A OUTPUT -j TRACE", "a packet's way through the rules cannot be shown"),
    Feature("VXLAN", "ip link add x0 type vxlan id 42 dstport 4789 local 127.0.0.1", "no overlay networks"),
    Feature("MACVLAN", "ip link add m0 link p0 type macvlan mode bridge", "no containers with a place on the LAN"),
    Feature("IPVLAN", "ip link add i0 link p0 type ipvlan mode l2", "no ipvlan networks; macvlan is unaffected"),
    Feature(
        "IPVS",
        IPVS,
        "Swarm's virtual addresses and ingress ports do not answer; DNS round robin and host-mode ports do",
    ),
    Feature("ESP", ESP, "encrypted overlays send nothing at all"),
    Feature(
        "netem",
        "tc qdisc add dev p0 root netem delay 1ms",
        "no delay can be injected; loss (iptables statistic) and rate limits (tbf) can",
    ),
)


def tried(client: docker.DockerClient, image: str) -> list[Tried]:
    """Try every feature in one throw-away container, started as lab hosts are; ``image`` is the lab host's.

    Raises EngineError if the container cannot be run.
    """
    # the last line is ended: engine 20.10 loses one that is not
    script = "\n".join(f"said=$({f.command} 2>&1); printf '%s %s\\036\\n' $? \"$said\"" for f in FEATURES)
    with engine.spoken("the kernel cannot be probed"):
        output: bytes = client.containers.run(
            image,
            ["-c", script],
            entrypoint="sh",
            network_mode="none",
            cap_add=["SYS_ADMIN", "NET_ADMIN"],
            security_opt=["seccomp=unconfined", "apparmor=unconfined"],
            labels=LABELS,
            remove=True,
        )
    answers = output.decode(errors="replace").split(SEPARATOR)[:-1]
    return [_tried(feature, answer.lstrip()) for feature, answer in zip(FEATURES, answers, strict=True)]


def _tried(feature: Feature, answer: str) -> Tried:
    status, _, said = answer.partition(" ")
    lines = said.strip().splitlines()
    return Tried(feature, status == "0", lines[-1] if lines else "")
