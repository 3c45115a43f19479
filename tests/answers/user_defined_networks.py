"""Answers to the lab of lesson 04."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from course.labs.learner import Values
from graders.lessons import user_defined_networks
from tests.answers import RIGHT, Answers

_LAB: Any = SimpleNamespace(values=Values("tester", "04_user_defined_networks"))
_ITS = user_defined_networks.values(_LAB)

_SHOP = """
!docker network create shopfront
!docker network create {safe} safe
!docker run -d --name {mine.db} --network safe -e POSTGRES_PASSWORD=secret postgres
!docker run -d --name {mine.app} --network safe {app} web
!docker network connect shopfront {mine.app}
!docker run -d --name {mine.web} --network shopfront -p {mine.port}:80 {web} web
"""


def _shop(safe: str = "--internal", app: str = "", web: str = "") -> str:
    """The model solution with an option changed."""
    return _SHOP.replace("{safe}", safe).replace("{app}", app).replace("{web}", web)


_ROUTER = """
here, there = mine.west[254], mine.east[254]
!docker run -d --name router --network west --ip {here} --sysctl net.ipv4.ip_forward=1 toolbox
!docker network connect --ip {there} east router
"""

ANSWERS: Answers = {
    "network_to_order": {
        "untouched": ("", f"network {_ITS.office} does not exist"),
        "right": (RIGHT, None),
        "gateway forgotten": (
            "!docker network create --subnet {mine.office_subnet} {mine.office}",
            f"network {_ITS.office} has another gateway",
        ),
        "subnet left to the engine": (
            "!docker network create {mine.office}",
            f"network {_ITS.office} has another subnet",
        ),
        "address left to the engine": (
            "!docker network create --subnet {mine.office_subnet} --gateway {mine.office_gateway} {mine.office}\n"
            + "!docker run -d --name printer --network {mine.office} web",
            f"printer has another address on {_ITS.office}",
        ),
        "printer left on the default bridge": (
            "!docker network create --subnet {mine.office_subnet} --gateway {mine.office_gateway} {mine.office}\n"
            + "!docker run -d --name printer web",
            f"printer is not attached to {_ITS.office}",
        ),
    },
    "shop_in_three_layers": {
        "untouched": ("", f"{_ITS.web} does not exist"),
        "right": (RIGHT, None),
        "all on one network": (
            """
!docker network create shop
!docker run -d --name {mine.db} --network shop -e POSTGRES_PASSWORD=secret postgres
!docker run -d --name {mine.app} --network shop web
!docker run -d --name {mine.web} --network shop -p {mine.port}:80 web
""",
            f"{_ITS.web} reaches {_ITS.db}:5432",
        ),
        "all on the default bridge": (
            """
!docker run -d --name {mine.db} -e POSTGRES_PASSWORD=secret postgres
!docker run -d --name {mine.app} web
!docker run -d --name {mine.web} -p {mine.port}:80 web
""",
            f"{_ITS.web} cannot fetch http://{_ITS.app}",
        ),
        "network of the database not internal": (_shop(safe=""), "network safe is not internal"),
        "app published too": (_shop(app="-p 7000:80"), f"{_ITS.app} is published"),
        "a second door": (_shop(web="-p 7001:80"), f"{_ITS.web} publishes more than one port"),
        "no password": (_shop().replace("-e POSTGRES_PASSWORD=secret", ""), f"{_ITS.db} is not running"),
        "all internal": (
            _shop().replace("create shopfront", "create --internal shopfront"),
            f"laptop cannot reach host1:{_ITS.port}",
        ),
    },
    "moved_on_air": {
        "untouched": ("", "radio is not attached to new-studio"),
        "right": (RIGHT, None),
        "made again": (
            "!docker rm -f radio\n"
            + "!docker run -d --name radio --network new-studio --network-alias {mine.channel} web",
            "the broadcast of radio was interrupted",
        ),
        "restarted": (
            "!docker network connect --alias {mine.channel} new-studio radio\n"
            + "!docker network disconnect old-studio radio\n"
            + "!docker restart radio",
            "the broadcast of radio was interrupted",
        ),
        "alias forgotten": (
            "!docker network connect new-studio radio\n!docker network disconnect old-studio radio",
            f"radio has no alias {_ITS.channel} on new-studio",
        ),
        "never left": (
            "!docker network connect --alias {mine.channel} new-studio radio",
            "radio is attached to old-studio",
        ),
        "listener moved instead": (
            "!docker network connect old-studio listener",
            "radio is not attached to new-studio",
        ),
    },
    "router_between_islands": {
        "untouched": ("", "router does not exist"),
        "right": (RIGHT, None),
        "no routes": (_ROUTER, "alice does not send packets for bob to the router"),
        "no way back": (
            _ROUTER + "!docker exec alice ip route add {mine.east} via {here}",
            "bob does not send packets for alice to the router",
        ),
        "router on one island": (
            "!docker run -d --name router --network west toolbox",
            "router is not attached to east",
        ),
        "alice on both islands": (
            _ROUTER + "!docker network connect east alice",
            "alice is attached to east",
        ),
        "router that does not forward": (
            _ROUTER.replace("ip_forward=1", "ip_forward=0")
            + "!docker exec alice ip route add {mine.east} via {here}\n"
            + "!docker exec bob ip route add {mine.west} via {there}",
            "alice cannot ping bob",
        ),
    },
    "ledger_is_found": {
        "untouched": ("", 'orders cannot find "ledger"'),
        "right": (RIGHT, None),
        "repaired: orders elsewhere": (
            'check.lose_ledger(lab, "orders elsewhere")\n!docker network connect vault orders',
            None,
        ),
        "repaired: store elsewhere": (
            'check.lose_ledger(lab, "store elsewhere")\n'
            "!docker network connect --alias ledger vault store\n"
            "!docker network disconnect archive store",
            None,
        ),
        "repaired: no alias": (
            'check.lose_ledger(lab, "no alias")\n'
            "!docker network disconnect vault store\n"
            "!docker network connect --alias ledger vault store",
            None,
        ),
        "the right cure for another fault": (
            'check.lose_ledger(lab, "no alias")\n!docker network connect vault orders',
            'orders cannot find "ledger"',
        ),
        "orders sent to the archive": (
            'check.lose_ledger(lab, "store elsewhere")\n!docker network connect archive orders',
            "store is not attached to vault",
        ),
        "store put on the counter": (
            'check.lose_ledger(lab, "no alias")\n!docker network connect --alias ledger counter store',
            "store is not on vault alone",
        ),
        "an address written into the hosts file": (
            'check.lose_ledger(lab, "no alias")\n'
            'store = client.containers.get("store").attrs["NetworkSettings"]["Networks"]["vault"]["IPAddress"]\n'
            "!docker rm -f orders\n"
            "!docker run -d --name orders --network counter --add-host ledger:{store} web\n"
            "!docker network connect vault orders",
            "store has no alias ledger on vault",
        ),
        "a vault that is no vault": (
            """
check.lose_ledger(lab, "no alias")
!docker rm -f store
!docker network disconnect vault orders
!docker network rm vault
!docker network create vault
!docker network connect vault orders
!docker run -d --name store --network vault --network-alias ledger -e POSTGRES_PASSWORD=secret postgres
""",
            "network vault is not internal",
        ),
    },
}
