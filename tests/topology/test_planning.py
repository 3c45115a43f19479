"""Plans, tried on an engine of dictionaries: they lead where they should, in any order that they allow."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.topology.applying.marks import Facts, changed, labels
from course.topology.applying.planning import make_plan
from course.topology.applying.steps import Plan
from course.topology.difference import Thing, compare
from course.topology.model import Attachment, Container, Machine, Network, Port, Topology
from tests.topology.pretend import HOST, Engine

IMAGES = {(HOST, "web"): "sha256:1", (HOST, "toolbox"): "sha256:2"}
WEB, DB = Container("web", HOST, "web"), Container("db", HOST, "toolbox")
FRONT, BACK = Network("front", HOST, subnets=("10.1.0.0/24",)), Network("back", HOST, subnets=("10.2.0.0/24",))


def shop(*things: Network | Container | Attachment, name: str = "shop") -> Topology:
    return Topology(
        name,
        (Machine(HOST),),
        tuple(thing for thing in things if isinstance(thing, Network)),
        tuple(thing for thing in things if isinstance(thing, Container)),
        tuple(thing for thing in things if isinstance(thing, Attachment)),
    )


def on(container: str, network: str, address: str = "", *aliases: str) -> Attachment:
    return Attachment(container, network, HOST, address=address, aliases=aliases)


def plan(intended: Topology, engine: Engine, images: dict[tuple[str, str], str] = IMAGES) -> Plan:
    return make_plan(intended, engine.topology(), engine.facts(images))


def made(intended: Topology) -> Engine:
    """An engine to which it was applied."""
    engine = Engine()
    engine.run(plan(intended, engine))
    assert not plan(intended, engine)
    return engine


BOTH = shop(FRONT, BACK, WEB, DB, on("web", "front"), on("web", "back"), on("db", "back", "10.2.0.9", "data"))


def test_a_plan_says_what_comes_and_why() -> None:
    assert repr(plan(BOTH, Engine())).splitlines() == [
        "shop: +2 containers, +2 networks, -0",
        "  + network front  bridge, 10.1.0.0/24",
        "  + network back   bridge, 10.2.0.0/24",
        "  + container web  image web, on front, back",
        "  + container db   image toolbox, on back as 10.2.0.9",
    ]


def test_where_all_is_as_it_should_be_there_is_nothing_to_do() -> None:
    engine = made(BOTH)
    assert not plan(BOTH, engine) and repr(plan(BOTH, engine)) == "shop: nothing to do"


def test_every_kind_of_damage_is_repaired_and_told() -> None:
    engine = made(BOTH)
    engine.stop(Thing("container", HOST, "db"), BOTH)
    engine.disconnect(Thing("attachment", HOST, "web", "front"), BOTH)
    engine.plugs["db", "back"] = on("db", "back", "10.2.0.7", "dta")
    engine.remove_network(Thing("network", HOST, "front"), BOTH)
    repair = plan(BOTH, engine)
    assert repr(repair).splitlines() == [
        "shop: +1 network, +1 attachment, ~1 container, ~1 attachment, -0",
        "  + network front            bridge, 10.1.0.0/24",
        "  ~ container db             started: it does not run, and should run",
        "  + attachment web on front  the container is not on it",
        "  ~ attachment db on back    connected anew: address is 10.2.0.7, not 10.2.0.9; the alias data is missing; "
        "the alias dta is not meant to be there",
    ]
    engine.run(repair)
    assert not plan(BOTH, engine)


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (replace(WEB, command=("a",), environment={"B": "1"}), "made anew: its command and environment changed"),
        (replace(WEB, image="toolbox"), "made anew: its image changed"),
        (replace(WEB, ports=(Port(8080, 80),)), "made anew: its ports changed"),
        (replace(WEB, state="exited"), "stopped: it runs, and should not run"),
        (replace(WEB, state="paused"), "paused: it runs, and should be paused"),
    ],
)
def test_a_changed_container_says_what_changed(after: Container, line: str) -> None:
    engine = made(shop(WEB))
    (change,) = plan(shop(after), engine).changes
    assert (change.sign, change.sentence) == ("~", line)


def test_an_image_that_was_built_anew_makes_its_containers_anew() -> None:
    engine = made(shop(WEB))
    told = engine.facts(IMAGES)
    newer = replace(told, images=IMAGES | {(HOST, "web"): "sha256:3"})
    (change,) = make_plan(shop(WEB), engine.topology(), newer).changes
    assert change.sentence == "made anew: another image has the name web now"


def test_a_changed_network_is_made_anew_around_its_containers() -> None:
    engine = made(BOTH)
    other = shop(FRONT, replace(BACK, internal=True), *BOTH.containers, *BOTH.attachments)
    signs = [(change.sign, str(change.thing)) for change in plan(other, engine).changes]
    assert signs == [("~", "network back"), ("~", "attachment web on back"), ("~", "attachment db on back")]
    engine.run(plan(other, engine))
    assert not plan(other, engine)


def test_who_shares_a_namespace_follows_its_owner() -> None:
    side = Container("side", HOST, "toolbox", shares="container:web")
    town = shop(WEB, side)
    engine = made(town)
    engine.stop(Thing("container", HOST, "web"), town)
    assert [str(change.thing) for change in plan(town, engine).changes] == ["container web", "container side"]
    engine.start(Thing("container", HOST, "web"), town)
    assert plan(town, engine).changes[0].sentence == "made anew: the network namespace of web is another one now"


def test_what_is_not_in_the_topology_any_more_is_removed_and_strangers_are_left() -> None:
    engine = made(BOTH)
    engine.networks["lan"] = Network("lan", HOST)
    engine.containers["guest"] = Container("guest", HOST, "web", "running")
    engine.plugs["guest", "lan"] = on("guest", "lan")
    last = plan(shop(), engine)
    assert last.summary == "+0, -2 containers, -2 networks"
    engine.run(last)
    assert list(engine.networks) == ["lan"] and list(engine.containers) == ["guest"]


def test_a_strangers_object_that_fits_is_used_as_it_is() -> None:
    engine = Engine()
    engine.networks["front"] = FRONT
    engine.containers["web"] = replace(WEB, state="running")
    engine.plugs["web", "front"] = on("web", "front", "10.1.0.2")
    found = plan(shop(FRONT, WEB, DB, on("web", "front"), on("db", "front")), engine)
    assert [str(thing) for thing in found.adopted] == ["network front", "container web"]
    assert [str(change.thing) for change in found.changes] == ["container db"]
    assert "  = container web  is there already and fits; destroy will leave it" in repr(found).splitlines()


def test_a_strangers_object_that_does_not_fit_is_named_and_so_is_all_that_needs_it() -> None:
    engine = Engine()
    engine.networks["front"] = replace(FRONT, internal=True)
    engine.containers["db"] = Container("db", HOST, "web", "running")
    api = Container("api", HOST, "web", depends_on={"web": "started"})
    found = plan(shop(FRONT, BACK, WEB, DB, api, on("web", "front")), engine)
    assert [(str(one.thing), one.tried) for one in found.refused] == [
        ("network front", True),
        ("container db", True),
        ("container web", False),
        ("container api", False),
    ]
    assert "does not fit: network front: is internal, and should not be" in found.refused[0].because
    assert found.refused[3].because == "it needs container web"
    assert [str(change.thing) for change in found.changes] == ["network back"]


def test_an_object_of_another_topology_is_never_taken() -> None:
    engine = made(shop(FRONT, WEB, on("web", "front"), name="bakery"))
    found = plan(shop(FRONT, WEB, on("web", "front")), engine)
    assert [one.because for one in found.refused] == ["what has its name belongs to the topology bakery"] * 2


def test_clashes_with_what_is_there_are_told_before_anything_is_done() -> None:
    engine = Engine()
    engine.networks["lan"] = Network("lan", HOST, subnets=("10.1.0.128/25",))
    engine.containers["guest"] = Container("guest", HOST, "web", "running", ports=(Port(8080, 80, "tcp", "0.0.0.0"),))
    town = shop(
        FRONT,
        Network("mesh", HOST, "overlay"),
        replace(WEB, ports=(Port(8080, 80),)),
        Container("nginx", HOST, "nginx"),
        Container("side", HOST, "web", shares="container:nobody"),
        Container("one", HOST, "web", ports=(Port(53, 53, "udp"),)),
        Container("two", HOST, "web", ports=(Port(53, 53, "udp", "127.0.0.1"),)),
    )
    found = plan(town, engine, IMAGES | {(HOST, "nginx"): ""})
    assert {one.thing.name: one.because for one in found.refused} == {
        "front": "its subnet 10.1.0.0/24 overlaps with 10.1.0.128/25 of network lan, which is there already",
        "mesh": "an overlay network needs a swarm, and host1 is in none",
        "web": "port 8080 of host1 is published by guest already",
        "nginx": "host1 has no image nginx",
        "side": "it shares the network namespace of nobody, which is not in the topology",
        "two": "port 53 of host1 is published by one already",
    }


def test_a_network_with_a_stranger_on_it_is_not_removed() -> None:
    engine = made(shop(FRONT))
    engine.containers["guest"] = Container("guest", HOST, "web", "running")
    engine.plugs["guest", "front"] = on("guest", "front")
    for town in (shop(), shop(replace(FRONT, internal=True))):
        (refused,) = plan(town, engine).refused
        assert "guest, which this topology did not make, is on it" in refused.because


def test_an_overlay_is_made_once_and_by_the_manager() -> None:
    hosts = ("host1", "host2")
    town = Topology(
        "mesh",
        tuple(map(Machine, hosts)),
        tuple(Network("mesh", host, "overlay", attachable=True) for host in hosts),
        (Container("web", "host2", "web"),),
        (Attachment("web", "mesh", "host2"),),
    )
    empty = Topology("there", tuple(map(Machine, hosts)))
    facts = Facts(images={("host2", "web"): "sha256:1"}, swarm=hosts, managers=("host1",))
    steps = {step.key: step for step in make_plan(town, empty, facts).steps}
    mesh = ("create", Thing("network", "host1", "mesh"))
    assert ("create", Thing("network", "host2", "mesh")) not in steps
    assert mesh in steps["create", Thing("container", "host2", "web")].needs
    (refused,) = make_plan(replace(town, networks=town.networks[1:]), empty, facts).refused[:1]
    assert refused.because == "an overlay network is made by a manager of the swarm, and host2 is none"


def test_addresses_of_ones_own_are_taken_before_the_engine_deals_out_the_rest() -> None:
    late = Container("late", HOST, "web")
    town = shop(BACK, late, DB, on("late", "back"), on("db", "back", "10.2.0.2"))
    steps = {step.key: step for step in plan(town, Engine()).steps}
    assert ("start", Thing("container", HOST, "db")) in steps["start", Thing("container", HOST, "late")].after


def test_who_was_dealt_an_address_that_is_anothers_gives_it_back() -> None:
    engine = made(shop(BACK, WEB, on("web", "back")))
    engine.plugs["web", "back"] = on("web", "back", "10.2.0.2")
    town = shop(BACK, WEB, DB, on("web", "back"), on("db", "back", "10.2.0.2"))
    engine.run(plan(town, engine))
    assert plan(town, engine).changes == ()


def test_labels_tell_which_settings_changed() -> None:
    worn = labels("shop", WEB)
    assert worn["course.topology"] == "shop" and changed(worn, WEB) == []
    assert changed(worn, replace(WEB, hostname="www", image="toolbox", state="paused")) == ["hostname", "image"]
    assert changed(labels("shop", replace(WEB, hostname="www")), WEB) == ["hostname"]
    assert changed({}, WEB) != [] and changed({"course.settings": "[1]"}, WEB) != []


# --- any topology, from any state ------------------------------------------------------------------------------------

SUBNETS = [f"10.{n}.0.0/24" for n in range(1, 5)]


@st.composite
def towns(draw: st.DrawFn) -> Topology:
    """Up to three networks and five containers, with every kind of setting that a plan looks at."""
    subnets = draw(st.permutations(SUBNETS))
    names = draw(st.sets(st.sampled_from(["n1", "n2", "n3"])))
    networks = [Network(f"{name}", HOST, subnets=(subnets[int(name[1])],)) for name in sorted(names)]
    hosts = draw(st.permutations(range(200, 205)))
    containers: list[Container] = []
    plugs: list[Attachment] = []
    for n in sorted(draw(st.sets(st.integers(0, 4)))):
        one = draw(_container(f"c{n}", 8000 + hosts[n], [other for other in containers if other.state == "planned"]))
        containers.append(one)
        for network in networks if not one.shares else []:
            if draw(st.booleans()):
                address = draw(st.sampled_from(["", f"{network.subnets[0][:-4]}{hosts[n]}"]))
                mac = draw(st.sampled_from(["", "", f"02:42:00:00:00:{hosts[n] - 190}"]))
                plugs.append(
                    replace(on(one.name, network.name, address, *draw(st.sampled_from([(), ("x",)]))), mac=mac)
                )
    return shop(*networks, *containers, *plugs)


@st.composite
def _container(draw: st.DrawFn, name: str, port: int, known: list[Container]) -> Container:
    owners = [f"container:{one.name}" for one in known if not one.shares]
    return Container(
        name,
        HOST,
        draw(st.sampled_from(["web", "toolbox"])),
        draw(st.sampled_from(["planned", "planned", "planned", "exited", "paused"])),
        ports=draw(st.sampled_from([(), (), (Port(port, 80),)])),
        shares=draw(st.sampled_from(["", "", "", "none", "host", *owners])),
        depends_on={one.name: draw(st.sampled_from(["started", "healthy"])) for one in known if draw(st.booleans())},
    )


def _damage(engine: Engine, town: Topology, random: Random) -> None:
    """Some containers stopped or removed, some plugs pulled, some networks removed."""
    for container in random.sample([*engine.containers.values()], len(engine.containers) // 2):
        harm = random.choice([engine.stop, engine.remove])
        harm(Thing("container", HOST, container.name), town)
    for name, network in random.sample([*engine.plugs], len(engine.plugs) // 2):
        engine.disconnect(Thing("attachment", HOST, name, network), town)
    for network in {*engine.networks} - {network for _, network in engine.plugs}:
        engine.remove_network(Thing("network", HOST, network), town)


@given(towns(), towns(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_any_topology_comes_from_any_other_after_any_damage(before: Topology, after: Topology, random: Random) -> None:
    engine = Engine()
    engine.run(plan(before, engine), random.choice)
    _damage(engine, before, random)
    way = plan(after, engine)
    engine.run(way, random.choice)
    rest = plan(after, engine)
    assert not rest, rest
    assert compare(after, engine.topology()) == ()


@given(towns(), towns(), st.randoms(use_true_random=False), st.integers(1, 30))
@settings(max_examples=150, deadline=None)
def test_a_plan_broken_off_anywhere_is_finished_by_the_next(
    before: Topology, after: Topology, random: Random, leave: int
) -> None:
    engine = Engine()
    engine.run(plan(before, engine))
    engine.run(plan(after, engine), random.choice, leave)
    engine.run(plan(after, engine), random.choice)
    assert not plan(after, engine)
