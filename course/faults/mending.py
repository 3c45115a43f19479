"""Commands that mend, as a learner types them, and the questions that show a fault: words for the catalogue."""

from __future__ import annotations

import shlex

from course.faults.fault import Symptom
from course.faults.look import Look
from course.faults.standing import Standing
from course.labhost.records import Outcome


def on_host(look: Look, *commands: str) -> list[str]:
    """A cell that runs on the lab host itself."""
    return ["\n".join([f"%%on {look.name}", *commands])]


def inside(container: str, *commands: str) -> list[str]:
    """Commands in a container's network namespace, whatever the container may do itself."""
    borrow = f"!docker run --rm --network container:{container} --cap-add NET_ADMIN toolbox"
    return [f"{borrow} {command}" for command in commands]


def joined_all(look: Look, before: Standing, name: str) -> list[str]:
    """Connect a container to every network that it was on."""
    networks = [line.split()[1] for line in before[f"container {name}"] if line.startswith("--network ")]
    more = [f"!docker network connect {network} {name}" for network in networks if network != look.cast.network]
    return [joined(look, before, name), *more]


def moved_back(look: Look, before: Standing, *names: str, off: str) -> list[str]:
    """Containers back on the network of the cast, and off another."""
    return [line for name in names for line in (joined(look, before, name), f"!docker network disconnect {off} {name}")]


def joined(look: Look, before: Standing, name: str) -> str:
    """Connect a container to the network of the cast, under the names that it had."""
    aliases = "".join(f"--alias {alias} " for alias in aliases_of(before, name, look.cast.network))
    return f"!docker network connect {aliases}{look.cast.network} {name}"


def rejoined(look: Look, before: Standing, name: str) -> list[str]:
    """Off the network and on again, with the right names."""
    return [f"!docker network disconnect {look.cast.network} {name}", joined(look, before, name)]


def made_again(before: Standing, name: str) -> list[str]:
    """Remove the container and run it as it was."""
    lines = before[f"container {name}"]
    networks = [line.split()[1] for line in lines if line.startswith("--network ")]
    options = [f"--network {networks[0]}"] if networks else ["--network none"]
    options += [f"--network-alias {alias}" for alias in aliases_of(before, name, *networks[:1])]
    options += [_option(line) for line in lines if line.startswith(("-p ", "-e ", "--cap-add ", "--add-host "))]
    image = next(line.split()[1] for line in lines if line.startswith("image "))
    command = next((line.partition(" ")[2] for line in lines if line.startswith("command ")), "")
    run = f"!docker run -d --name {name} {' '.join(options)} {image} {command}".rstrip()
    more = [f"!docker network connect {network} {name}" for network in networks[1:]]
    return [f"!docker rm -f {name}", run, *more]


def aliases_of(before: Standing, name: str, network: str) -> list[str]:
    """What the container was called on the network."""
    words = [line.split() for line in before[f"container {name}"] if line.startswith("--network-alias ")]
    return [alias for _, alias, _, where in words if where == network]


def _option(line: str) -> str:
    flag, _, value = line.partition(" ")
    return f"{flag} {shlex.quote(value)}"


# --- symptoms -----------------------------------------------------------------------------------------


def fetching(*outcomes: Outcome, path: str = "/", timeout: float = 1.0) -> Symptom:
    """The client fetches the server's page."""
    return Symptom("http", "{client}", f"http://{{server}}:{{port}}{path}", outcomes, timeout=timeout)


def fetching_alias(*outcomes: Outcome) -> Symptom:
    """The client fetches the server's page by its alias."""
    return Symptom("http", "{client}", "http://{alias}:{port}/", outcomes)


def from_lan(*outcomes: Outcome) -> Symptom:
    """The outsider fetches the published page."""
    return Symptom("http", "{outsider}", "http://{host}:{published}/", outcomes)


def to_lan(*outcomes: Outcome) -> Symptom:
    """The client pings the outsider."""
    return Symptom("icmp", "{client}", "{lan}", outcomes)
