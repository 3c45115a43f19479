"""A Compose file, read as a topology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from course.errors import TopologyError
from course.topology.compose import words
from course.topology.compose.item import File, Item
from course.topology.compose.names import PROJECT, PROJECT_NAME, project_name
from course.topology.compose.networks import Networks
from course.topology.compose.service import Service, find_service, read_service
from course.topology.compose.yamltext import LONGEST, parse
from course.topology.model import Attachment, Container, Machine, Network, Topology
from course.topology.wiring import check_wiring

MACHINE = "host1"  # where everything is, unless the file says otherwise
OURS = ("x-name", "x-lan", "x-machines")


@dataclass(frozen=True)
class Reading:
    """A topology that was read, and a sentence for each thing in the file that it does not hold, with its place."""

    topology: Topology
    notes: tuple[str, ...] = ()


class _Names(NamedTuple):
    topology: str
    project: str


def read_compose(text_or_path: str | Path, name: str = "", variables: Mapping[str, str] | None = None) -> Reading:
    """The topology that ``docker compose up`` would make of a Compose file.

    ``text_or_path`` is the file's text, or a path (a `Path`, or a text of one line that ends in .yml or .yaml).
    Containers and networks have the names that Compose gives them: service ``web`` of project ``shop`` is the container
    ``shop-web-1`` with the alias ``web``, unless ``container_name`` says otherwise. ``name`` is the project's, like
    Compose's ``-p``; without it that of the file counts, then that of its folder.

    ``${NAME}`` is looked up in ``variables`` and nowhere else: not in the notebook's environment, and in no ``.env``.
    Several machines: ``x-machine: host2`` at a service or network says where it is (else on the first), ``x-machines``
    lists the machines with their addresses, ``x-lan`` is the subnet that joins them. Compose itself overlooks these.
    What is not taken over is noted, but for extension fields (``x-…``) of others. Raises TopologyError for a file that
    Compose would refuse as well, with place and line.
    """
    text, folder = _load(text_or_path)
    root = Item(parse(text), File(dict(variables or {})))
    said = {key: one for key, one in root.entries().items() if not one.empty}
    if not said.keys() & {"services", "networks"}:
        raise root.wrong("there are neither services nor networks in it", next="a Compose file begins with services:")
    root.others((*words.TOP, *OURS), words.TOP_REASONS, words.TOP_WORDS)
    names = _names(root, said, name, folder)
    topology = _topology(root, said, names)
    return Reading(topology, tuple(root.file.notes))


def _load(given: str | Path) -> tuple[str, str]:
    """The text, and the name of the folder that it lies in if it is a file."""
    if isinstance(given, str) and ("\n" in given or not given.endswith((".yml", ".yaml"))):
        return given, ""
    path = Path(given)
    try:
        if not path.is_file():
            there = "it is not a file" if path.exists() else "there is no such file"
            raise TopologyError(
                f"{path} cannot be read", because=there, next="give the path of a Compose file, or its text"
            )
        with path.open("rb") as file:
            content = file.read(4 * LONGEST + 1)
        return content.decode("utf-8-sig"), path.resolve().parent.name
    except UnicodeDecodeError as error:
        raise TopologyError(f"{path} is not a text in UTF-8", because=str(error)) from None
    except (OSError, ValueError) as error:
        raise TopologyError(f"{path!r} cannot be read", because=str(error)) from None


def _names(root: Item, said: dict[str, Item], name: str, folder: str) -> _Names:
    in_file = said["name"].text() if "name" in said else ""
    if in_file and not PROJECT_NAME.fullmatch(in_file):
        because = "a project's name has lower-case letters, digits, - and _ only, and begins with a letter or digit"
        raise said["name"].wrong(
            f"{in_file!r} cannot be the name of a project", because, f"try {project_name(in_file)}"
        )
    if not (name or in_file or folder):
        because = "Compose would take the name of the file's folder"
        note = f'name: not given, so it is {PROJECT} here; {because}: read_compose(…, name="shop")'
        root.file.notes[note] = None
    project = project_name(name) if name else in_file or project_name(folder)
    ours = root.entries()["x-name"].text() if "x-name" in root.entries() else in_file or folder or PROJECT
    return _Names(name or ours, project)


def _topology(root: Item, said: dict[str, Item], names: _Names) -> Topology:
    machines = _machines(said["x-machines"]) if "x-machines" in said else ()
    first = next((machine.name for machine in machines if machine.has_engine), MACHINE)
    networks = Networks(names.project, first)
    if "networks" in said:
        networks.read(said["networks"])
    entries = said["services"].entries() if "services" in said else {}
    services = {key: find_service(key, item, names.project, first) for key, item in entries.items()}
    _check_names(services)
    made = [read_service(service, services, networks) for service in services.values()]
    topology = Topology(
        names.topology,
        machines or _used(first, networks.all(), [container for container, _ in made]),
        networks.all(),
        tuple(container for container, _ in made),
        tuple(plug for _, plugs in made for plug in plugs),
        lan=said["x-lan"].text() if "x-lan" in said else "",
    )
    check_wiring(topology)
    return topology


def _check_names(services: dict[str, Service]) -> None:
    """Two containers of one name would be refused by the topology too, but without a place."""
    seen: dict[tuple[str, str], str] = {}
    for service in services.values():
        other = seen.setdefault((service.machine, service.name), service.key)
        if other != service.key:
            what = f"its container is called {service.name}, and so is that of services.{other}"
            raise service.item.wrong(what, next="give one of them another container_name")


def _machines(item: Item) -> tuple[Machine, ...]:
    return tuple(_machine(name, one) for name, one in item.entries().items())


def _machine(name: str, item: Item) -> Machine:
    """``host2: 10.0.0.2``, or ``laptop: {address: 10.0.0.9, engine: false}``, or nothing but the name."""
    with item.here():
        if item.empty or item.node.type != "map":
            return Machine(name, "" if item.empty else item.text())
        said = {key: one for key, one in item.entries().items() if not one.empty}
        item.others(words.MACHINE, {}, ())
        engine = said["engine"].flag() if "engine" in said else True
        return Machine(name, said["address"].text() if "address" in said else "", has_engine=engine)


def _used(first: str, networks: tuple[Network, ...], containers: list[Container]) -> tuple[Machine, ...]:
    """The machines that are named somewhere; the first one is there in any case."""
    things: list[Network | Container | Attachment] = [*networks, *containers]
    return tuple(Machine(name) for name in dict.fromkeys([first, *(thing.machine for thing in things)]))
