"""Double braces in ``!`` lines."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course.show.templates import keep_templates, kept


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("'{{.Name}}' {x}", "'{{{{.Name}}}}' {x}"),
        ("{{range .Ports}}{{.}}{{end}}", "{{{{range .Ports}}}}{{{{.}}}}{{{{end}}}}"),
        ("{{{{.Name}}}}", "{{{{.Name}}}}"),
        ("{{{x}}}", "{{{x}}}"),
        ("{x}", "{x}"),
    ],
)
def test_double_braces_are_written_in_ipythons_rules(typed: str, given: str) -> None:
    assert kept(typed) == given


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("echo {x} '{{.Names}}'", "7 {{.Names}}"),
        ("echo {x + 1} '{{json .}} {{.ID}}' $x", "8 {{json .}} {{.ID}} 7"),
        ("echo '{{.Names}}' {nobody}", "{{.Names}} {nobody}"),
        ("echo {{{{.Names}}}}", "{{.Names}}"),
        ("echo {{{x}}}", "{7}"),
    ],
)
def test_a_line_reaches_the_shell_as_typed_with_values_filled_in(line: str, printed: str) -> None:
    shell: Any = InteractiveShell.instance(colors="nocolor")
    keep_templates(shell)
    keep_templates(shell)
    shell.run_cell(f"x = 7\nsaid = !{line}").raise_error()
    assert list(shell.user_ns["said"]) == [printed]


def test_variables_of_a_function_are_filled_in_too(capfd: pytest.CaptureFixture[str]) -> None:
    shell: Any = InteractiveShell.instance(colors="nocolor")
    keep_templates(shell)
    shell.run_cell("def say(y):\n    !echo {y} '{{.Name}}'\nsay('inner')").raise_error()
    assert capfd.readouterr().out.splitlines() == ["inner {{.Name}}"]
