"""Measures every row, prints a table, and writes ``build/bench.json``: the fields of each row, and whether it holds."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course.labs.lab import open_lab
from tests.bench.applying import apply_ratios
from tests.bench.drawing import builder_frames, builder_module_kb
from tests.bench.looking import check_median, fill, probe_matrix_speedup
from tests.bench.opening import lab_open_ratio
from tests.bench.reaching import matrix_full
from tests.bench.tracing import trace_s


def main() -> int:
    """Measure, print, write; exit code 1 if a goal does not hold."""
    rows = [lab_open_ratio(), builder_module_kb(), *builder_frames()]
    with open_lab("01_isolation/bench", fresh=True, learner="bench") as lab:
        names = fill(lab)
        rows += [check_median(lab, names), probe_matrix_speedup(lab, names), *matrix_full(lab, names)]
        rows += [trace_s(lab, names)]
    with open_lab("01_isolation/bench", fresh=True, learner="bench") as lab:
        rows += apply_ratios(lab)
    table = Table("name", "value", "unit", "against", "goal", "holds")
    for row in rows:
        table.add_row(row.name, f"{row.value:.3g}", row.unit, row.peer, row.goal, "yes" if row.holds else "NO")
    Console().print(table)
    Path("build").mkdir(exist_ok=True)
    Path("build/bench.json").write_text(json.dumps([row.data() for row in rows], indent=2) + "\n")
    return int(not all(row.holds for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
