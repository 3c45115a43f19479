"""Answers to the lab of lesson 04."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from course.labs.learner import Values
from graders.lessons import user_defined_networks
from tests.answers import RIGHT, Answers, cells

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

_APPLY = """
from course import apply, read_compose
apply(read_compose("shop.yml").topology, lab)
"""


def _plan(old: str = "", new: str = "") -> str:
    """The model solution, which writes the plan, with something changed."""
    solution = cells("04_user_defined_networks", "drawn_shop")[1]
    assert old in solution, f"{old!r} is not in the model solution"
    return solution.replace(old, new)


# The same plan drawn: the builder writes the file, and the cell of the answer stays as it is.
_DRAWN = f"""
from course import builder, read_compose
{_plan()}
drawn = read_compose("shop.yml", name="shop").topology
Path("shop.yml").unlink()
sheet = builder("shop.yml")
sheet.topology = drawn
sheet.settle()
sheet.close()
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
    "drawn_shop": {
        "untouched": ("", "not attempted yet: there is no shop.yml"),
        "right": ((RIGHT, _APPLY), None),
        "right, and drawn": ((_DRAWN, _APPLY), None),
        "right, and made by other hands": (
            (
                RIGHT,
                """
!docker network create --subnet {mine.street} street
!docker network create --internal --subnet {mine.storeroom} storeroom
!docker run -d --name window --network street -p {mine.window_port}:80 web
!docker run -d --name desk --network storeroom web
!docker network connect --alias {mine.nickname} street desk
!docker run -d --name stock --network storeroom --ip {mine.stock_address} -e POSTGRES_PASSWORD=secret postgres
""",
            ),
            None,
        ),
        "an empty sheet": (
            'from course import builder\nsheet = builder("shop.yml")\nsheet.settle()\nsheet.close()',
            "not attempted yet: shop.yml has no containers",
        ),
        "planned, and not made": (RIGHT, "what runs is not what shop.yml says"),
        "made, and changed by hand": (
            (RIGHT, _APPLY, "!docker network connect storeroom window"),
            "what runs is not what shop.yml says",
        ),
        "no plan at all": (
            "!docker network create --subnet {mine.street} street\n!docker run -d --name window --network street web",
            "not attempted yet: there is no shop.yml",
        ),
        "names left to Compose": (
            (_plan("    container_name: window\n"), _APPLY),
            "shop.yml has no container window",
        ),
        "a word misspelt": (_plan("services:", "service:"), "not attempted yet: shop.yml has no containers"),
        "a network that is nowhere": (
            _plan("networks: [street]", "networks: [street, road]"),
            "shop.yml cannot be read as a plan",
        ),
        "subnet left to the engine": (
            (_plan("        - subnet: {mine.street}", "        - {{}}"), _APPLY),
            "network street has another subnet",
        ),
        "storeroom with a way out": ((_plan("    internal: true\n"), _APPLY), "network storeroom is not internal"),
        "alias on the wrong side": (
            (
                _plan(
                    "street:\n        aliases: [{mine.nickname}]\n      storeroom:",
                    """street:
      storeroom:
        aliases: [{mine.nickname}]""",
                ),
                _APPLY,
            ),
            f"desk has no alias {_ITS.nickname} on street",
        ),
        "address left to the engine": (
            (_plan("storeroom:\n        ipv4_address: {mine.stock_address}", "storeroom:"), _APPLY),
            "stock has another address on storeroom",
        ),
        "window in the storeroom": (
            (_plan("networks: [street]", "networks: [street, storeroom]"), _APPLY),
            "window is attached to storeroom",
        ),
        "stock published": (
            (_plan("image: postgres", 'image: postgres\n    ports: ["5432:5432"]'), _APPLY),
            "what runs is not what shop.yml says",  # an internal network publishes nothing, and says nothing
        ),
        "desk published": (
            (_plan("container_name: desk", 'container_name: desk\n    ports: ["7000:80"]'), _APPLY),
            "desk is published",
        ),
        "no password": ((_plan("POSTGRES_PASSWORD: secret", "PGDATA: /data"), _APPLY), "stock is not running"),
    },
}
