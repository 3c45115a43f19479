"""Whatever the topology, and whatever the text: Compose files are written and read as promised."""

from __future__ import annotations

import re
import shlex

import yaml
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from course.errors import TopologyError
from course.topology.commands import docker_commands, python_code
from course.topology.compose import Reading, read_compose, write_compose
from course.topology.compose import words as known
from course.topology.compose.ports import write_port
from course.topology.model import Topology
from course.topology.wish import wish
from tests.topology.strategies import NASTY, SPACED, texts, topologies


@settings(deadline=None)
@given(topologies())
def test_a_topology_that_is_written_and_read_is_the_same(topology: Topology) -> None:
    wished = wish(topology)
    assert wish(wished) == wished
    reading = read_compose(write_compose(wished))
    assert reading == Reading(wished)


def outcome(text: str) -> Reading | TopologyError:
    """What reading the text gives; any other exception fails the test."""
    try:
        return read_compose(text)
    except TopologyError as error:
        return error


@settings(deadline=None)
@given(st.text() | st.text(alphabet="{}[]&*!|>'\"%@`:-#?, \n\tab$<\\0~\ud800\ufeff"))
def test_any_text_gives_a_reading_or_one_clear_error(text: str) -> None:
    outcome(text)


EDITS = st.tuples(
    st.integers(0, 10**6),
    st.integers(0, 12),
    st.sampled_from([*NASTY, *SPACED, "\n", "\n  ", ": ", "- ", "[", "}", "<<: *a", "&a ", "*a", "services:", "\t"])
    | texts,
)


@settings(deadline=None)
@given(topologies(), st.lists(EDITS, min_size=1, max_size=4))
def test_a_file_with_mistakes_gives_a_reading_or_one_clear_error(
    topology: Topology, edits: list[tuple[int, int, str]]
) -> None:
    text = write_compose(topology)
    for place, length, other in edits:
        place %= len(text) + 1
        text = text[:place] + other + text[place + length :]
    outcome(text)


OTHERS = ("test", "target", "published", "interval", "x-machine", "x-name", "web", "front", "default", "netwroks")
WORDS = st.sampled_from(
    known.SERVICE + known.NETWORK + known.PLUG + known.POOL + known.IPAM + known.DEPENDENCY + known.TOP + OTHERS
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | texts
SHAPES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | texts, inner, max_size=4), max_leaves=12
)


@settings(deadline=None)
@given(st.dictionaries(WORDS, SHAPES, max_size=3), st.dictionaries(WORDS, SHAPES, max_size=3), SHAPES)
def test_data_of_any_shape_gives_a_reading_or_one_clear_error(service: object, network: object, more: object) -> None:
    data = {"services": {"web": service, "db": {"image": "db", **({"build": more} if more else {})}}}
    data["networks"] = {"front": network}
    outcome(yaml.safe_dump(data, allow_unicode=True))
    for key in (*known.SERVICE, "x-machine"):
        outcome(yaml.safe_dump({"services": {"web": {"image": "web", key: more}}}))
    for key in (*known.NETWORK, "x-machine"):
        outcome(yaml.safe_dump({"networks": {"front": {key: more}}}))


@settings(deadline=None)
@given(topologies())
def test_commands_keep_every_word(topology: Topology) -> None:
    containers = {container.name: container for container in wish(topology).containers}
    assume(len(containers) == len(topology.containers))
    for words in docker_runs(topology):
        container = containers.pop(words[words.index("--name") + 1])
        given = [container.image, *container.entrypoint[1:], *container.command]
        assert words[-len(given) :] == given
        assert {f"{name}={value}" for name, value in container.environment.items()} <= set(words)
        assert set(map(write_port, container.ports)) <= set(words)
    assert not containers


# A comment, or all up to a newline that is neither quoted nor escaped.
COMMAND = re.compile(r"""#.*|(?:'[^']*'|"[^"]*"|\\\n|[^'"\n])+""")


def docker_runs(topology: Topology) -> list[list[str]]:
    """The words of each ``docker run``; not of those that docker's command line cannot say."""
    try:
        script = docker_commands(topology)
    except TopologyError:
        reject()
    commands = (match[0] for match in COMMAND.finditer(script))
    return [shlex.split(re.sub(r"\\\n", "", one)) for one in commands if one.startswith("docker run")]


@settings(deadline=None)
@given(topologies())
def test_code_is_python(topology: Topology) -> None:
    compile(python_code(topology), "made", "exec")
