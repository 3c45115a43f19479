"""What a matrix is expected to show: said pair by pair, by who reaches whom, or by a topology."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import permutations
from typing import Any

from course.errors import CourseError
from course.labhost.records import Answer
from course.observe.layer import Pair, Question, questions
from course.observe.places import Place
from course.topology.model import Container, Topology, Where

Said = Mapping[Pair, bool] | Mapping[str, Iterable[str]] | Topology
Expected = Said | Mapping[str, Said]
NAMELESS = "bridge"  # on Docker's default bridge nobody has a name
UNATTACHED = ("exited", "created", "missing")  # states of a container that no packet comes from


def wishes(
    expected: Expected | None, question: Question, known: Mapping[str, Place], answers: Mapping[Pair, Answer]
) -> dict[Pair, bool]:
    """Of which pairs the answer to ``question`` is to be yes or no; of the others nothing is expected.

    ``{("app", "db"): True}`` speaks of pairs. ``{"app": ["db"]}`` says everyone whom ``app`` reaches; who is only named
    as reached reaches nobody. In a topology two containers reach each other if they share a network, and find each
    other's name if that is not the default bridge; what listens there it does not say, so that *refused* is as good as
    a yes. ``{"icmp": …, "tcp:80": …}`` says one of these for each question.
    Raises CourseError for a name that is no place, and for what is none of these.
    """
    said = _said_of(expected, question)
    if isinstance(said, Topology):
        wished = _by_topology(said, question, known)
        return {pair: wish for pair, wish in wished.items() if not (wish and _refused(answers.get(pair)))}
    if all(isinstance(key, str) for key in said):
        reaches = {source: _targets(source, targets) for source, targets in said.items()}
        named = list(dict.fromkeys([*reaches, *(one for targets in reaches.values() for one in targets)]))
        wanted = {(a, b): b in reaches.get(a, ()) for a, b in permutations(named, 2)}
    else:
        wanted = {_pair(key): bool(wish) for key, wish in said.items()}
    for name in dict.fromkeys(name for pair in wanted for name in pair):
        if name not in known:
            raise CourseError(f"{name!r} is expected, and is no place here", next=f"there is {', '.join(known)}")
    return wanted


def _said_of(expected: Any, question: Question) -> Any:
    """The part that speaks of this question."""
    if expected is None:
        return {}
    if isinstance(expected, Mapping) and any(isinstance(said, Mapping | Topology) for said in expected.values()):
        return {questions((key,), 80)[0]: said for key, said in expected.items()}.get(question, {})
    if not isinstance(expected, Mapping | Topology):
        because = "expected is a mapping of pairs, a mapping of sources to whom they reach, or a topology"
        raise CourseError(f"nothing can be expected by a {type(expected).__name__}", because)
    return expected


def _targets(source: str, targets: Any) -> Collection[str]:
    if isinstance(targets, str) or not isinstance(targets, Iterable):
        raise CourseError(f"whom {source} reaches is not a list of names", next=f'write {{"{source}": ["…"]}}')
    return list(targets)


def _pair(key: Any) -> Pair:
    if isinstance(key, tuple) and len(key) == 2:
        return key
    raise CourseError(f"{key!r} is no pair of places", next='write ("who asks", "who answers")')


def _refused(answer: Answer | None) -> bool:
    return answer is not None and answer.outcome == "refused"


def _by_topology(topology: Topology, question: Question, known: Mapping[str, Place]) -> dict[Pair, bool]:
    names = {(place.machine, place.view): place.name for place in known.values()}
    there = [container for container in topology.containers if container.state not in UNATTACHED]
    for container in there:
        if container.where not in names:
            what = f"{container} of the topology does not run on {container.machine}"
            raise CourseError(what, next=f"there is {', '.join(known)}")
    named = question.kind == "dns"
    wished = {}
    for one, other in permutations(there, 2):
        (here, mine), (yonder, theirs) = _home(topology, one), _home(topology, other)
        reaches = bool(mine & theirs - {(one.machine, NAMELESS)}) if named else bool(mine & theirs or here == yonder)
        if not (named and other.shares):  # who lives with another has no name of its own
            wished[names[one.where], names[other.where]] = reaches
    return wished


def _home(topology: Topology, container: Container) -> tuple[Where, set[Where]]:
    """Whose namespace a container lives in, and the networks that it is on; an overlay is one on all machines."""
    if container.shares == "host":
        return (container.machine, ""), {("", "lan")}
    if owner := next((o for o in topology.containers_of(container.machine) if o.name == container.owner), None):
        return _home(topology, owner)
    wide = {network.where for network in topology.networks if network.driver == "overlay"}
    plugs = [(plug.machine, plug.network) for plug in topology.attachments_of(container)]
    return container.where, {("", where[1]) if where in wide else where for where in plugs}
