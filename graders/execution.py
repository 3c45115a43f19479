"""The step of nbgrader's autograde that runs a submission."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade


class ExecuteGraded(Execute):  # type: ignore[misc]
    """Runs notebooks that hold graded cells. The others of an assignment, to read and play with, are not run again."""

    def preprocess(self, nb: Any, resources: Any = None, *rest: Any, **options: Any) -> tuple[Any, Any]:
        """The notebook with its new outputs, or as it is."""
        if not any(map(is_grade, nb.cells)):
            return nb, resources
        run: tuple[Any, Any] = super().preprocess(nb, resources, *rest, **options)
        return run
