"""Journeys to draw, written by hand: one for each way that a packet can go, and to end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from course.observe.hop import Act, Header, Hop, Way
from course.observe.journey import Journey, Outcome

SYN = Header("tcp", "172.30.1.2", "172.30.1.3", 40312, 80, "SYN", 64)
ISOLATED = "-A DOCKER-ISOLATION-STAGE-2 -o br-2b7c90aa12cd -j DROP"
PUBLISH = "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.30.0.2:80"
MASQUERADE = "-A POSTROUTING -s 172.30.0.0/16 ! -o docker0 -j MASQUERADE"
FORWARDING = ["FORWARD", "DOCKER-USER", "DOCKER-ISOLATION-STAGE-1", "DOCKER-ISOLATION-STAGE-2", "DOCKER"]


@dataclass
class Trail:
    """Hops one after the other, each a little later than the one before it."""

    header: Header
    machine: str = "host1"
    view: str = "host"
    ms: float = 0.0
    way: Way = "there"
    hops: list[Hop] = field(default_factory=list)

    def at(self, view: str, machine: str = "") -> Trail:
        """Enter a namespace."""
        self.view, self.machine = view, machine or self.machine
        return self

    def hop(
        self, station: str, act: Act = "seen", after: Header | None = None, later: float = 0.012, **more: str
    ) -> Trail:
        """One station more; ``after`` is the header that it leaves with."""
        before, self.header = self.header, after or self.header
        self.hops.append(Hop(self.ms, self.way, self.machine, self.view, station, act, before, self.header, **more))
        self.ms = round(self.ms + later, 3)
        return self

    def seen(self, *stations: str) -> Trail:
        """Interfaces that the packet passed."""
        for station in stations:
            self.hop(station)
        return self

    def rules(self, *chains: str, verdict: str = "ACCEPT") -> Trail:
        """Chains that the packet passed."""
        for chain in chains:
            self.hop(chain, "rule", verdict=verdict, rule=f"-P {chain.rpartition('/')[2]} {verdict}")
        return self

    def back(self, note: str, later: float = 0.05, **changes: object) -> Trail:
        """Turn round: the answer's header is the question's the other way round."""
        asked = self.header
        turned = replace(
            asked, source=asked.destination, destination=asked.source, source_port=asked.destination_port,
            destination_port=asked.source_port, note=note,
        )  # fmt: skip
        self.way, self.header, self.ms = "back", replace(turned, **changes), round(self.ms + later, 3)  # type: ignore[arg-type]
        return self

    def ends(self, source: str, target: str, outcome: Outcome, sentence: str, *unseen: str) -> Journey:
        """The journey; what was stopped is its cause."""
        cause = next((hop for hop in self.hops if hop.act == "stopped"), None)
        return Journey(source, target, outcome, sentence, tuple(self.hops), cause, unseen)


def ping() -> Journey:
    """Two containers on one network: every station of the design, and no rule that matters."""
    echo = Header("icmp", "172.30.1.2", "172.30.1.3", note="echo request", ttl=64)
    t = Trail(echo).at("client").hop("socket", "sent").seen("eth0")
    t.at("host").seen("veth1c2d3e4", "br-4f1a22b3c4d5", "veth5f6a7b8")
    t.at("web").seen("eth0").hop("socket", "delivered")
    t.back("echo reply").seen("eth0").at("host").seen("veth5f6a7b8", "br-4f1a22b3c4d5", "veth1c2d3e4")
    t.at("client").seen("eth0").hop("socket", "delivered")
    return t.ends("client", "web", "answered", "web answered after 0.19 ms: both are on the network app-net.")


def isolated() -> Journey:
    """Two networks: the isolation rule of the engine drops the packet."""
    t = Trail(replace(SYN, destination="172.30.2.3")).at("web").hop("socket", "sent").seen("eth0")
    t.at("host").seen("veth1c2d3e4", "br-4f1a22b3c4d5").rules("raw/PREROUTING", "nat/PREROUTING", "nat/DOCKER")
    t.hop("route", detail="172.30.2.0/24 is behind br-2b7c90aa12cd", after=replace(t.header, ttl=63))
    t.rules(*(f"filter/{chain}" for chain in FORWARDING[:3]), verdict="RETURN")
    t.hop("filter/DOCKER-ISOLATION-STAGE-2", "stopped", rule=ISOLATED, verdict="DROP")
    sentence = "host1 dropped the packet: web is on front, db is on back, and Docker lets nothing pass between them."
    return t.ends("web", "db:80", "dropped", sentence)


def published(stations: int = 0) -> Journey:
    """From the LAN to a published port; with further dull stations, if so many are wanted."""
    to_host = Header("tcp", "10.213.7.101", "10.213.7.11", 51734, 8080, "SYN", 64)
    inside = replace(to_host, destination="172.30.0.2", destination_port=80)
    t = Trail(to_host).at("host", "laptop").hop("socket", "sent").seen("eth0")
    t.at("host", "host1").seen("eth0").rules("raw/PREROUTING", "nat/PREROUTING")
    t.rules(*(f"nat/RULES-{n}" for n in range(stations)), verdict="RETURN")
    t.hop("nat/DOCKER", "translated", inside, rule=PUBLISH, verdict="DNAT")
    t.rules(*(f"filter/{chain}" for chain in FORWARDING), "nat/POSTROUTING").seen("docker0", "veth1c2d3e4")
    t.at("web").seen("eth0").hop("socket", "delivered", detail="nginx listens on 0.0.0.0:80")
    t.back("SYN, ACK").hop("socket", "sent").seen("eth0").at("host").seen("veth1c2d3e4", "docker0")
    t.rules("filter/FORWARD")
    t.hop("conntrack", "translated", replace(t.header, source="10.213.7.11", source_port=8080)).seen("eth0")
    t.at("host", "laptop").seen("eth0").hop("socket", "delivered")
    sentence = "web answered on host1:8080: one rule in nat/DOCKER sent the packet on to 172.30.0.2:80."
    return t.ends("laptop", "host1:8080", "answered", sentence)


def masqueraded() -> Journey:
    """From a container out to the LAN, under the host's own address."""
    out = Header("tcp", "172.30.0.2", "10.213.7.101", 40312, 80, "SYN", 64)
    t = Trail(out).at("web").hop("socket", "sent").seen("eth0").at("host").seen("veth1c2d3e4", "docker0")
    t.rules("filter/FORWARD", "filter/DOCKER-USER")
    masked = replace(out, source="10.213.7.11", source_port=40312, ttl=63)
    t.hop("nat/POSTROUTING", "translated", masked, rule=MASQUERADE, verdict="MASQUERADE").seen("eth0")
    t.at("host", "laptop").seen("eth0").hop("socket", "delivered")
    t.back("SYN, ACK").seen("eth0").at("host", "host1").seen("eth0")
    t.hop("conntrack", "translated", replace(t.header, destination="172.30.0.2")).seen("docker0", "veth1c2d3e4")
    t.at("web").seen("eth0").hop("socket", "delivered")
    return t.ends("web", "laptop:80", "answered", "laptop answered, and saw the address of host1 in place of web's.")


def overlay() -> Journey:
    """Two lab hosts: the packet travels inside another one."""
    inner = Header("tcp", "10.0.1.2", "10.0.1.5", 40312, 5432, "SYN", 64)
    outer = Header("udp", "10.213.7.11", "10.213.7.12", 49152, 4789)
    wrapped = replace(inner, outer=outer, vni=4097)
    t = Trail(inner).at("api").hop("socket", "sent").seen("eth0").at("overlay 1x2y").seen("veth0", "br0")
    t.hop("vxlan0", "wrapped", wrapped).at("host").rules("mangle/OUTPUT").seen("eth0")
    t.at("host", "host2").seen("eth0").at("overlay 1x2y").hop("vxlan0", "unwrapped", inner).seen("br0", "veth1")
    t.at("db").seen("eth0").hop("socket", "delivered", detail="postgres listens on 0.0.0.0:5432")
    back = replace(outer, source=outer.destination, destination=outer.source)
    t.back("SYN, ACK").seen("eth0").at("overlay 1x2y").seen("veth1", "br0")
    t.hop("vxlan0", "wrapped", replace(t.header, outer=back, vni=4097)).at("host").seen("eth0")
    t.at("host", "host1").seen("eth0").at("overlay 1x2y")
    t.hop("vxlan0", "unwrapped", replace(t.header, outer=None, vni=-1)).seen("br0", "veth0")
    t.at("api").seen("eth0").hop("socket", "delivered")
    return t.ends("api", "db:5432", "answered", "db answered: host1 sent the packet to host2 inside a VXLAN packet.")


def looked_up() -> Journey:
    """A name: rules inside the container hand the question to the engine's own resolver."""
    question = Header("udp", "127.0.0.1", "127.0.0.11", 38211, 53, "A? db", 64)
    t = Trail(question).at("web").hop("socket", "asked").rules("nat/OUTPUT")
    t.hop(
        "nat/DOCKER_OUTPUT", "translated", replace(question, destination_port=41873), verdict="DNAT",
        rule="-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:41873",
    ).seen("lo")  # fmt: skip
    t.hop("resolver", "delivered", detail="the engine's resolver knows the containers of web's networks")
    t.back("db is 172.30.1.3").seen("lo")
    t.hop("nat/DOCKER_POSTROUTING", "translated", replace(t.header, source_port=53), verdict="SNAT")
    t.hop("socket", "delivered")
    return t.ends("web", "name db", "answered", "127.0.0.11 answered that db is 172.30.1.3.")


def rejected() -> Journey:
    """A rule that says no: an ICMP message goes back."""
    t = Trail(SYN).at("web").hop("socket", "sent").seen("eth0").at("host").seen("veth1c2d3e4", "br-4f1a22b3c4d5")
    t.rules("filter/FORWARD")
    rule = "-A DOCKER-USER -s 172.30.1.2/32 -j REJECT --reject-with icmp-port-unreachable"
    t.hop("filter/DOCKER-USER", "stopped", rule=rule, verdict="REJECT")
    t.back("port unreachable", protocol="icmp", source="172.30.1.1", source_port=0, destination_port=0)
    t.seen("br-4f1a22b3c4d5", "veth1c2d3e4").at("web").seen("eth0").hop("socket", "delivered")
    sentence = "host1 rejected the packet and said so: a rule in DOCKER-USER refuses whatever web sends."
    return t.ends("web", "172.30.1.3:80", "rejected", sentence)


def unrouted() -> Journey:
    """No way to the address: the packet does not even leave."""
    t = Trail(replace(SYN, destination="203.0.113.9")).at("web").hop("socket", "sent", later=0.02)
    t.hop("route", "stopped", detail="no route in web's table leads to 203.0.113.9")
    return t.ends("web", "203.0.113.9:80", "no-route", "web has no route to 203.0.113.9, so nothing was sent.")


def unanswered_arp() -> Journey:
    """Nobody has the address: three questions, no answer."""
    t = Trail(SYN).at("web").hop("socket", "sent", later=0.02)
    t.header = Header("arp", "172.30.1.2", "172.30.1.9", note="who has 172.30.1.9?")
    for later in (0.02, 1024.0, 1024.0):
        t.hop("eth0", "asked", later=later)
    t.at("host").hop("br-4f1a22b3c4d5", "stopped", detail="nobody on the network answered", later=0)
    sentence = "nobody on app-net has the address 172.30.1.9: web asked three times and heard nothing."
    return t.ends("web", "172.30.1.9:80", "no-neighbour", sentence)


def refused() -> Journey:
    """It arrived, and nobody listens."""
    t = Trail(replace(SYN, destination_port=81)).at("client").hop("socket", "sent").seen("eth0")
    t.at("host").seen("veth1c2d3e4", "br-4f1a22b3c4d5", "veth5f6a7b8").at("web").seen("eth0")
    t.hop("socket", "stopped", detail="nothing listens on port 81", verdict="RST")
    t.back("RST").seen("eth0").at("host").seen("veth5f6a7b8", "br-4f1a22b3c4d5", "veth1c2d3e4")
    t.at("client").seen("eth0").hop("socket", "delivered")
    return t.ends("client", "web:81", "refused", "web refused: nothing listens on its port 81; nginx listens on 80.")


def silent() -> Journey:
    """It was delivered, and no answer came; and somewhere nobody could look."""
    t = Trail(SYN).at("client").hop("socket", "sent").seen("eth0").at("host").seen("veth1c2d3e4", "br-4f1a22b3c4d5")
    t.at("web").hop("socket", "delivered", later=2000.0, detail="web is paused: its kernel took the packet")
    sentence = "web took the packet and did not answer within 2 s: it is paused."
    return t.ends("client", "web:80", "unanswered", sentence, "veth5f6a7b8 could not be watched.")


def asked_first() -> Journey:
    """A name is looked up, and then the address that was found is asked."""
    name, main = looked_up(), ping()
    rest = (replace(hop, ms=hop.ms + 1) for hop in main.hops)
    return replace(main, hops=(*name.hops, *rest))


EVERY = [
    ping, isolated, published, masqueraded, overlay, looked_up, rejected, unrouted, unanswered_arp, refused, silent,
    asked_first,
]  # fmt: skip


def deep(stations: int, ipv6: bool = False) -> Journey:
    """Through so many interfaces there, and back: none of them can be told together with another."""
    header = Header("tcp", "2001:db8:1::2", "2001:db8:2::3", 40312, 80, "SYN", 64) if ipv6 else SYN
    t = Trail(header).at("client").hop("socket", "sent")
    places = [(f"router-{n // 4}", f"eth{n % 4}") for n in range(stations)]
    for view, interface in places:
        t.at(view).seen(interface)
    t.at("web").hop("socket", "delivered").back("SYN, ACK")
    for view, interface in reversed(places):
        t.at(view).seen(interface)
    t.at("client").hop("socket", "delivered")
    return t.ends("client", "web:80", "answered", "web answered, many routers away.")
