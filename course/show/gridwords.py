"""A matrix in sentences: what a screen reader says in place of the picture."""

from __future__ import annotations

from course.observe.layer import Layer, Pair
from course.observe.matrix import Matrix
from course.show.words import listed


def describe(matrix: Matrix) -> str:
    """One sentence for each place that asks; for several questions, one for each kind of answer it got."""
    rows = [sentence for place in matrix.places for sentence in _row(matrix, place)]
    expecting = any(layer.expected for layer in matrix.layers)
    if len(matrix.layers) == 1:
        wrong = [f"{asker} to {target}" for asker, target in matrix.surprises]
    else:
        wrong = [line.partition(",")[0] + line[line.index(",") :].rpartition(":")[0] for line in matrix.differences]
    told = [f"Not as expected: {listed(wrong)}."] if wrong else ["All as expected."] if expecting else []
    return " ".join([f"{matrix.title}.", *rows, *told])


def _row(matrix: Matrix, asker: str) -> list[str]:
    if len(matrix.layers) == 1:
        return [_reached(matrix.layers[0], matrix.places, asker)]
    groups: dict[str, list[str]] = {}
    for target in matrix.places:
        if (asker, target) in matrix.layers[0].answers:
            groups.setdefault(_answers(matrix, (asker, target)), []).append(target)
    everyone = len(matrix.places) - 1
    asked = {said: "all others" if len(to) == everyone > 2 else listed(to) for said, to in groups.items()}
    return [f"{asker} asks {whom}: {said}." for said, whom in asked.items()]


def _answers(matrix: Matrix, pair: Pair) -> str:
    if pair in matrix.reached:
        return "all yes"
    return ", ".join(
        f"{layer.question.short} {'yes' if layer.answers[pair].ok else layer.word(pair)}" for layer in matrix.layers
    )


def _reached(layer: Layer, places: tuple[str, ...], asker: str) -> str:
    reached = [target for target in places if (asker, target) in layer.reached]
    others = [
        f"{target} ({layer.word((asker, target))})"
        for target in places
        if (asker, target) in layer.answers and target not in reached
    ]
    verb = "finds" if layer.question.kind == "dns" else "reaches"
    parts = [f"{asker} {verb} {listed(reached) or 'nobody'}", f"not {listed(others)}" if others else ""]
    return f"{', '.join(part for part in parts if part)}."
