"""What can be the matter with a network: the causes that an explanation names, and a learner chooses from."""

from __future__ import annotations

CAUSES: dict[str, str] = {
    # exists, running
    "unknown-name": "nothing on the network has that name",
    "stopped": "the container was stopped",
    "crashes": "the program in the container ends with an error",
    "paused": "the container is paused",
    "pool-full": "its network has no address left for it",
    "port-taken": "another container has the port of the host",
    # attached
    "no-network": "the container is on no network",
    "two-hosts": "a bridge network ends at the edge of its lab host",
    "no-common-network": "client and server are on no common network",
    "default-bridge": "the default network knows containers by address only",
    "internal-network": "the network is internal: there is no way in or out of it",
    "icc-off": "the network does not let its containers talk to each other",
    # name
    "hosts-file": "a line in the client's /etc/hosts gives the name another address",
    "wrong-resolver": "the client asks another name server than that of its networks",
    "alias-elsewhere": "the name is another container's alias",
    # address
    "unknown-address": "nobody has that address",
    "inside-its-host": "the address is known inside its lab host only",
    # published
    "not-published": "no container publishes that port of the lab host",
    "published-on-loopback": "the port is published for the lab host alone",
    "published-to-wrong-port": "the published port leads to a port where no program listens",
    # cable
    "link-down": "an interface on the way is down",
    "unplugged": "a cable is plugged into no bridge",
    "bridge-down": "the bridge is down",
    "cable-gone": "a cable is gone, or leads nowhere",
    "ports-isolated": "the bridge keeps the two ports apart",
    "address-lost": "the interface does not have the address that the engine gave it",
    "wrong-prefix": "the prefix length of an address is not that of its network",
    "same-address": "two have the same address",
    "same-mac": "two interfaces on one bridge have the same MAC address",
    "subnet-overlap": "a network has the addresses of another one",
    # route
    "no-default-route": "there is no default route",
    "no-route": "there is no route to the address",
    "wrong-gateway": "the default route leads to an address that nobody has",
    "route-forbids": "a route swallows or forbids the packets",
    "forwarding-off": "the lab host forwards nothing: net.ipv4.ip_forward is 0",
    # neighbour
    "wrong-neighbour": "the neighbour table has a wrong MAC address",
    # filter
    "rule-inside": "a rule in the container's own namespace stops the packets",
    "rule-in-docker-user": "a rule in DOCKER-USER stops the packets",
    "rule-in-forward": "a rule for forwarded packets stops them",
    "rule-in-input": "a rule of the machine stops what is meant for itself",
    "rule-in-output": "a rule of the machine stops what it sends itself",
    "policy-drops": "no rule accepts the packets, and the policy of the chain is DROP",
    "no-masquerade": "packets leave with an address that nobody outside knows the way to",
    # carrying
    "big-packets-dropped": "short packets pass and long ones do not",
    "packet-loss": "some packets are lost on the way",
    "rate-limit": "a queue lets only so much through in a second",
    # listener, application
    "listens-on-loopback": "the program listens on 127.0.0.1 only",
    "nobody-listens": "no program listens on that port",
    "ping-ignored": "the machine was told not to answer pings",
    "hangs": "the program takes the connection and does not answer",
}
