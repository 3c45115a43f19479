"""The reference page of the assertions, made from their docstrings: ``python -m graders.reference``."""

from __future__ import annotations

import doctest
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from course.labs.release import REPOSITORY
from graders import comparison
from graders.assertions import Expectation
from graders.checking import Checking

DOCS = REPOSITORY / "build" / "docs"
FAILURES = DOCS / "failures.json"  # by sentence: what the tests were told on real machines
MOST_FAILURES = 2  # of each assertion on the page
TITLES = {
    "AboutContainers": "Containers",
    "AboutNetworks": "Networks",
    "AboutTraffic": "What must work",
    "AboutSilence": "What must not work",
    "AboutEveryone": "Who reaches whom",
    "AboutNamespaces": "Inside a namespace",
    "AboutPrograms": "Programs and commands",
    "AboutServices": "Services of a Swarm",
    "AboutAnything": "Anything else",
}
INTRODUCTION = """\
# What can be said of a lab

A check is a chain of sentences, each of them true or not:

```python
from graders.assertions import expect

expect(lab).running("web").attached("web", "front").cannot_tcp("client", "db", 5432, control="gate")
```

Every sentence looks at the running lab, again and again until it is true or the time is up (3 seconds;
`expect(lab, within=10)` gives more), and comes to one of three verdicts:

| verdict | means | in Python |
|:--|:--|:--|
| **pass** | it is true | the sentence returns, and the next may follow |
| **fail** | the work was looked at, and it is not what was asked for | `CheckFailed`, and why, and what next |
| **error** | the lab is broken or the question could not be asked: nothing is known of the work | `CheckError` |

{who}

The examples are true of a town that the tests build, and are run there. `web`, `client`, `gate` and `shy` are on the
network `front`; `db`, `clock` and `gate` on the internal network `back`; `private`, `hidden` and `plain` on the default
network; `lonely` on none. `guest` shares the namespace of `web`, `open` that of its host; `red` and `blue` are
namespaces made by hand. The examples about overlay networks, services and the LAN are true of a country of two lab
hosts. The failures below the examples are what the tests were told when they said something else.
"""


def groups() -> Iterator[type[Checking]]:
    """The classes of sentences, in the order of the page."""
    return (kind for kind in Expectation.__mro__ if kind.__name__.startswith("About"))


def assertions(kind: type[Checking] = Expectation) -> list[str]:
    """The names of all assertions, or of one class of them, in the order in which they are written."""
    kinds = groups() if kind is Expectation else iter([kind])
    return [name for one in kinds for name, value in vars(one).items() if callable(value) and name[0] != "_"]


def example(name: str) -> str:
    """The example of the assertion's docstring, as Python to run."""
    found = doctest.DocTestParser().get_examples(_method(name).__doc__ or "")
    return "".join(one.source for one in found)


def keep_failure(sentence: str, said: str) -> None:
    """Keep what a sentence that is not true was told, for the page."""
    FAILURES.parent.mkdir(parents=True, exist_ok=True)
    FAILURES.write_text(json.dumps(failures() | {sentence: said}, indent=1, ensure_ascii=False, sort_keys=True))


def failures() -> dict[str, str]:
    """What was kept, by sentence; empty before the tests have run."""
    found: dict[str, str] = json.loads(FAILURES.read_text()) if FAILURES.exists() else {}
    return found


def page() -> str:
    """The page, in Markdown."""
    who = " ".join((Expectation.__doc__ or "").split("\n\n")[-1].split())
    told = failures()
    parts = [INTRODUCTION.format(who=_markdown(who)), _contents()]
    parts += [part for kind in groups() for part in _group(kind, told)]
    return "\n".join([*parts, comparison.table()])


def write(folder: Path = DOCS) -> Path:
    """Write the page, and say where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "assertions.md"
    file.write_text(page())
    return file


def _contents() -> str:
    rows = [
        f"| [{TITLES[kind.__name__]}](#{TITLES[kind.__name__].lower().replace(' ', '-')}) "
        f"| {' '.join(f'[`{name}`](#{name})' for name in assertions(kind))} |"
        for kind in groups()
    ]
    return "\n".join(["| about | sentences |", "|:--|:--|", *rows, ""])


def _group(kind: type[Checking], told: dict[str, str]) -> Iterator[str]:
    yield f"## {TITLES[kind.__name__]}\n\n{_markdown(inspect.getdoc(kind) or '')}\n"
    for name in assertions(kind):
        yield _entry(name, [row for row in told.items() if row[0].partition("(")[0] == name])


def _entry(name: str, told: list[tuple[str, str]]) -> str:
    said, _, _ = (inspect.getdoc(_method(name)) or "").partition(">>>")
    parts = [f"### {name}", f"`{name}{_parameters(_method(name))}`", _markdown(said.strip())]
    parts.append(f"```python\n{example(name).strip()}\n```")
    parts += [
        f"```text\n>>> expect(lab).{sentence}\nCheckFailed: {text}\n```" for sentence, text in told[:MOST_FAILURES]
    ]
    return "\n\n".join(parts) + "\n"


def _parameters(method: Callable[..., Any]) -> str:
    """Names and defaults, without types."""
    rows = list(inspect.signature(method).parameters.values())[1:]
    shown = [f"{'*' if row.kind == row.VAR_POSITIONAL else ''}{row.name}{_default(row)}" for row in rows]
    return f"({', '.join(shown)})"


def _default(row: inspect.Parameter) -> str:
    return (
        ""
        if row.default is row.empty
        else f"={json.dumps(row.default) if isinstance(row.default, str) else row.default}"
    )


def _markdown(text: str) -> str:
    return textwrap.dedent(text).replace("``", "`")


def _method(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(Expectation, name)
    return found


if __name__ == "__main__":
    print(write())
