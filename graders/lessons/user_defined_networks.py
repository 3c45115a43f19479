"""Lesson 04, networks you define: what the graded cells check, and the situations that they start from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course.labhost.records import Probe
from graders.assertions import expect
from graders.lessons import drawn, routing, stage
from graders.lessons.given import clear
from graders.lessons.sheet import Sheet
from graders.scene import Scene
from graders.task import task
from graders.verdict import PASS, Verdict, fail, require

if TYPE_CHECKING:
    from course.labs.lab import Lab

WAKING_UP = 20.0  # seconds that a database may take to make its files on a busy machine
PLAN = "shop.yml"
LEDGER_FAULTS = ("orders elsewhere", "store elsewhere", "no alias")


@dataclass(frozen=True, repr=False)
class Mine(Sheet):
    """A learner's own values in this lab."""

    office: str
    office_subnet: ipaddress.IPv4Network
    office_gateway: str
    printer_address: str
    web: str
    app: str
    db: str
    port: int
    channel: str
    west: ipaddress.IPv4Network
    east: ipaddress.IPv4Network
    street: ipaddress.IPv4Network
    storeroom: ipaddress.IPv4Network
    window_port: int
    nickname: str
    stock_address: str


def values(lab: Lab) -> Mine:
    """The names, subnets and ports that this learner's tasks ask for."""
    its = lab.values
    office, storeroom = its.subnet("office"), its.subnet("storeroom")
    shop = its.choice("shop", ["bakery", "cinema", "garage", "library", "museum", "pharmacy", "tailor"])
    return Mine(
        office=its.choice("office", ["accounts", "archive-room", "drawing-room", "front-desk", "mailroom", "workshop"]),
        office_subnet=office,
        office_gateway=str(office[its.choice("gateway", [10, 20, 50, 100])]),
        printer_address=its.address("printer", office),
        web=f"{shop}-web",
        app=f"{shop}-app",
        db=f"{shop}-db",
        port=its.port("shop"),
        channel=its.choice("channel", ["jazz", "news", "opera", "sports", "talk"]),
        west=its.subnet("west"),
        east=its.subnet("east"),
        street=its.subnet("street"),
        storeroom=storeroom,
        window_port=its.port("window"),
        nickname=its.choice("nickname", ["ada", "bruno", "carla", "dario", "edith", "felix", "greta", "hugo"]),
        stock_address=its.address("stock", storeroom),
    )


# --- 1 ------------------------------------------------------------------------------------------------


@task(points=2)
def network_to_order(lab: Lab) -> None:
    """The office network has your subnet and gateway, and the printer answers at its fixed address."""
    mine = values(lab)
    now = expect(lab)
    now.driver(mine.office, "bridge").subnet(mine.office, mine.office_subnet)
    now.gateway(mine.office, mine.office_gateway)
    now.image("printer", "web").address("printer", mine.office, mine.printer_address)
    now.http("host1", f"http://{mine.printer_address}")


# --- 2 ------------------------------------------------------------------------------------------------


@task(points=3)
def shop_in_three_layers(lab: Lab) -> None:
    """The shop works from the laptop to the database, and the database is safe from all but the app."""
    mine = values(lab)
    now, later = expect(lab), expect(lab, within=WAKING_UP)
    for name, image in ((mine.web, "web"), (mine.app, "web"), (mine.db, "postgres")):
        now.running(name).image(name, image)
    now.published(mine.web, 80, on=mine.port).http("laptop", f"http://host1:{mine.port}")
    now.not_published(mine.app).not_published(mine.db).custom(_one_port_only, "")
    now.http(mine.web, f"http://{mine.app}")
    later.tcp(mine.app, mine.db, 5432)
    now.cannot_tcp(mine.web, mine.db, 5432).detached(mine.db, "bridge")
    for network in Scene(lab).need(mine.db).attached:
        now.internal(network)


def shop_keeps_to_itself(lab: Lab) -> None:
    """Nobody reaches more than the plan says, and a laptop with a route does not reach the database."""
    mine = values(lab)
    _keep_to_themselves(lab, mine.web, mine.app, mine.db)


def _keep_to_themselves(lab: Lab, web: str, app: str, db: str) -> None:
    """Three layers reach their neighbours and nobody else, and no neighbour on the LAN gets to the database."""
    scene = Scene(lab)
    expect(lab).matrix({web: [app], app: [web, db], db: [app]})
    subnets = [subnet for name in scene.need(db).attached for subnet in scene.need_network(name).subnets]
    with routing.routes(lab.laptop, subnets, via=lab.host1.address):
        expect(lab).cannot_tcp("laptop", db, 5432)


def _one_port_only(lab: Lab) -> Verdict:
    web = Scene(lab).need(values(lab).web)
    return require(
        len(web.ports) == 1,
        f"{web.name} publishes more than one port",
        expected="one port",
        observed=", ".join(map(str, web.ports)),
        because="every published port is a door to the LAN",
        next=f"!docker rm -f {web.name}, then run it again with one -p",
    )


# --- 3 ------------------------------------------------------------------------------------------------


def start_radio(lab: Lab) -> None:
    """Put ``radio`` on the air on ``old-studio``, and ``listener`` on ``new-studio``; again and again, if asked."""
    clear(lab, "radio", "listener")
    stage.clear_networks(lab, "old-studio", "new-studio")
    lab.client.networks.create("old-studio")
    radio = lab.client.containers.run("web", name="radio", network="old-studio", detach=True)
    lab.client.networks.create("new-studio", labels={stage.ON_AIR: stage.birth(radio)})
    lab.client.containers.run("toolbox", name="listener", network="new-studio", detach=True)


@task(points=1)
def moved_on_air(lab: Lab) -> None:
    """The radio moved to the new studio without a moment of silence, and the listener finds it by its channel."""
    stage.given(lab, ["radio", "listener"], ["new-studio"])
    mine = values(lab)
    now = expect(lab).custom(stage.never_interrupted, "")
    now.alias("radio", "new-studio", mine.channel).detached("radio", "old-studio")
    now.http("listener", f"http://{mine.channel}")


# --- 4 ------------------------------------------------------------------------------------------------


def make_islands(lab: Lab) -> None:
    """Make the islands ``west`` with ``alice`` and ``east`` with ``bob``, and no router; again and again, if asked."""
    mine = values(lab)
    clear(lab, "alice", "bob", "router")
    stage.clear_networks(lab, "west", "east")
    for island, subnet, who in (("west", mine.west, "alice"), ("east", mine.east, "bob")):
        stage.network(lab, island, subnet)
        lab.client.containers.run("toolbox", name=who, network=island, cap_add=["NET_ADMIN"], detach=True)


@task(points=2)
def router_between_islands(lab: Lab) -> None:
    """Alice and bob ping each other through your router, and through nothing else."""
    stage.given(lab, ["alice", "bob"], ["west", "east"])
    now = expect(lab).running("router").attached("router", "west").attached("router", "east")
    now.detached("alice", "east").detached("bob", "west")
    now.custom(lambda lab: routing.by_router(lab, "alice", "west", "bob", "east"), "")
    now.custom(lambda lab: routing.by_router(lab, "bob", "east", "alice", "west"), "")
    now.custom(lambda lab: routing.pings(lab, "alice", "bob", "east"), "")
    now.custom(lambda lab: routing.pings(lab, "bob", "alice", "west"), "")


# --- 5 ------------------------------------------------------------------------------------------------


def lose_ledger(lab: Lab, fault: str = "") -> None:
    """Set up kiosk, orders and store with one fault, this learner's own if none is named; again and again, if asked."""
    fault = fault or lab.values.choice("ledger", LEDGER_FAULTS)
    clear(lab, "kiosk", "orders", "store")
    stage.clear_networks(lab, "counter", "vault", "archive")
    lab.client.networks.create("counter")
    vault, archive = (lab.client.networks.create(name, internal=True) for name in ("vault", "archive"))
    run = lab.client.containers.run
    run("web", name="kiosk", network="counter", detach=True)
    run("web", name="orders", network="counter", detach=True)
    run("postgres", name="store", network="none", environment={"POSTGRES_PASSWORD": "secret"}, detach=True)
    lab.client.networks.get("none").disconnect("store")
    (archive if fault == "orders elsewhere" else vault).connect("orders")
    (archive if fault == "store elsewhere" else vault).connect(
        "store", aliases=[] if fault == "no alias" else ["ledger"]
    )
    expect(lab, within=WAKING_UP).listening("store", 5432)


@task(points=2)
def ledger_is_found(lab: Lab) -> None:
    """Orders finds its ledger by name, on the vault and nowhere else, and the kiosk does not reach it."""
    stage.given(lab, ["kiosk", "orders", "store"], ["counter", "vault"])
    now = expect(lab, within=WAKING_UP).running("orders").running("store").custom(_finds_ledger, "")
    now.internal("vault").attached("store", "vault").attached("orders", "vault").custom(_store_on_vault_alone, "")
    now.alias("store", "vault", "ledger").resolves("orders", "ledger", to="store").tcp("orders", "ledger", 5432)
    now.http("kiosk", "http://orders").cannot_tcp("kiosk", "store", 5432).not_published("store")


def _finds_ledger(lab: Lab) -> Verdict:
    """The symptom alone: finding the cause is the task."""
    [answer] = lab.host1.probe([Probe("dns", "orders", "ledger")])
    if answer.ok:
        return PASS
    because = "a name is found where both are on one network, and one of them has that name there"
    next = "!docker network inspect vault"
    return fail('orders cannot find "ledger"', "an address", answer.detail, because, next)


def _store_on_vault_alone(lab: Lab) -> Verdict:
    others = [name for name in Scene(lab).need("store").attached if name != "vault"]
    return require(
        not others,
        "store is not on vault alone",
        expected="vault among its networks, and no other",
        observed=f"it is also on {' and '.join(others)}",
        next=f"!docker network disconnect {next(iter(others), '')} store",
    )


# --- 6 ------------------------------------------------------------------------------------------------


@task(points=3)
def drawn_shop(lab: Lab) -> None:
    """The shop is as you planned it, and the plan is the one that was asked for."""
    mine = values(lab)
    plan = drawn.plan(PLAN, "window", "desk", "stock")
    now, later = expect(lab), expect(lab, within=WAKING_UP)
    now.custom(lambda lab: drawn.is_made(lab, plan, PLAN), "")
    for name, image in (("window", "web"), ("desk", "web"), ("stock", "postgres")):
        now.running(name).image(name, image)
    now.subnet("street", mine.street).attached("window", "street").attached("desk", "street")
    now.subnet("storeroom", mine.storeroom).internal("storeroom").attached("desk", "storeroom")
    now.address("stock", "storeroom", mine.stock_address).alias("desk", "street", mine.nickname)
    now.detached("window", "storeroom").detached("stock", "street")
    now.published("window", 80, on=mine.window_port).not_published("desk").not_published("stock")
    now.http("laptop", f"http://host1:{mine.window_port}").http("window", f"http://{mine.nickname}")
    later.tcp("desk", "stock", 5432)
    now.cannot_tcp("window", "stock", 5432)


def drawn_shop_keeps_to_itself(lab: Lab) -> None:
    """Nobody reaches more than the plan says, and a laptop with a route does not reach the stock."""
    _keep_to_themselves(lab, "window", "desk", "stock")
