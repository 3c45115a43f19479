"""A reachability matrix to walk through: a cell tells what was asked and answered, and follows a packet there."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import traitlets

from course.observe.layer import Layer, Pair
from course.observe.matrix import Matrix
from course.show.modules import module
from course.show.still import still
from course.show.working import Working

if TYPE_CHECKING:
    from course.labs.lab import Lab


class Explorer(Working):
    """A matrix, and the journey of the cell that was traced last. Close it with ``close()``."""

    _esm = module("matrix")
    table = traitlets.Dict().tag(sync=True)
    journey = traitlets.Dict().tag(sync=True)

    def __init__(self, matrix: Matrix, lab: Lab) -> None:
        super().__init__(table=table(matrix))
        self._matrix = matrix
        self._lab = lab
        self._begin("explorer")

    def __repr__(self) -> str:
        return str(self._matrix)

    def _repr_mimebundle_(self, **more: Any) -> Any:
        return still(super()._repr_mimebundle_(**more), self._matrix, repr(self))

    def _asked(self, message: Any) -> None:
        """A cell was chosen: ``{"do": "trace", "source", "target", "question"}``, the question by its place."""
        if isinstance(message, dict) and message.get("do") == "trace":
            self._worker.wish("trace", lambda: self._trace(message))

    def _trace(self, message: dict[str, Any]) -> None:
        from course.observe.trace import trace

        source, target, at = str(message["source"]), str(message["target"]), int(message["question"])
        journey = trace(source, aim(self._matrix.layers[at], (source, target)), self._lab)
        self.journey, self.said = dataclasses.asdict(journey), journey.sentence


def aim(layer: Layer, pair: Pair) -> str:
    """The target of a trace that asks what this layer asked of a pair: the same place, by the same address."""
    question, target = layer.question, pair[1]
    if question.kind == "dns":
        return f"dns:{target.rpartition('/')[2]}"
    where = layer.answers[pair].address or target
    return {
        "icmp": where,
        "tcp": _with_port(where, question.port),
        "udp": f"udp://{_with_port(where, question.port)}",
        "http": f"http://{_with_port(where, question.port)}/",
    }.get(question.kind, where)


def _with_port(where: str, port: int) -> str:
    return f"[{where}]:{port}" if ":" in where else f"{where}:{port}"


def table(matrix: Matrix) -> dict[str, Any]:
    """The matrix as the page shows it: a row for each place that asks, a list of answers for each pair."""
    asked = [{"title": layer.question.title, "short": layer.question.short} for layer in matrix.layers]
    return {
        "title": matrix.title,
        "verdict": matrix.verdict,
        "meanings": matrix.meanings,
        "places": list(matrix.places),
        "questions": asked,
        "rows": [[_cell(matrix, (row, column)) for column in matrix.places] for row in matrix.places],
    }


def _cell(matrix: Matrix, pair: Pair) -> list[dict[str, Any]]:
    return [_answer(layer, pair) for layer in matrix.layers if pair in layer.answers]


def _answer(layer: Layer, pair: Pair) -> dict[str, Any]:
    answer = layer.answers[pair]
    return {
        "sign": layer.sign(pair),
        "word": layer.word(pair),
        "detail": answer.detail,
        "yes": answer.ok and pair not in layer.mistaken,
        "wish": layer.wish(pair),
        "surprise": pair in layer.surprises,
    }


def explore(matrix: Matrix, lab: Lab | None = None) -> Explorer:
    """Walk through a matrix of ``lab`` (the one opened last): a cell opens the way of its packet."""
    from course.labs.lab import current

    return Explorer(matrix, lab or current())
