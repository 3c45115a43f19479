"""Faults in what the engine was told: networks, names, ports, and the programs that should serve."""

from __future__ import annotations

from course.faults.fault import Fault, Symptom
from course.faults.look import Look
from course.faults.mending import (
    fetching,
    fetching_alias,
    from_lan,
    joined_all,
    made_again,
    moved_back,
    rejoined,
)
from course.faults.standing import Standing


def _moved(look: Look, to: str) -> bool:
    return to in look.ends(look.cast.server) and look.cast.network not in look.ends(look.cast.server)


def _again(look: Look, before: Standing) -> list[str]:
    return made_again(before, look.cast.server)


def _variable(look: Look, name: str) -> bool:
    return any(line.startswith(f"{name}=") for line in look.variables(look.cast.server))


def _published(look: Look, *wanted: tuple[str, int, int]) -> bool:
    return look.bindings(look.cast.server) == list(wanted)


def _both_back(look: Look, before: Standing, off: str) -> list[str]:
    return moved_back(look, before, look.cast.client, look.cast.server, off=off)


FAULTS: tuple[Fault, ...] = (
    Fault(
        "wrong-network",
        "{server} is on another network than {client}, so neither name nor address leads to it",
        "no-common-network",
        fetching("no-name"),
        lambda look: _moved(look, "annex"),
        lambda look, before: moved_back(look, before, look.cast.server, off="annex"),
    ),
    Fault(
        "no-network",
        "{server} is on no network",
        "no-network",
        fetching("no-name"),
        lambda look: look.status(look.cast.server) == "running" and not look.ends(look.cast.server),
        lambda look, before: joined_all(look, before, look.cast.server),
    ),
    Fault(
        "default-bridge",
        "{client} and {server} are on the default network, where containers have no names",
        "default-bridge",
        fetching("no-name"),
        lambda look: _moved(look, "bridge"),
        lambda look, before: _both_back(look, before, "bridge"),
    ),
    Fault(
        "no-icc",
        "{client} and {server} are on a network that was made with enable_icc=false",
        "icc-off",
        fetching("timeout"),
        lambda look: _moved(look, "quiet"),
        lambda look, before: _both_back(look, before, "quiet"),
    ),
    Fault(
        "internal",
        "{server} is on an internal network only, so its port is not published",
        "internal-network",
        from_lan("refused"),
        lambda look: _moved(look, "vault"),
        lambda look, before: _both_back(look, before, "vault"),
    ),
    Fault(
        "pool-full",
        "{server} cannot start: its network has no address left",
        "pool-full",
        fetching("no-name"),
        lambda look: "no available" in look.container(look.cast.server).get("State", {}).get("Error", ""),
        lambda look, before: ["!docker rm -f tenant", *_again(look, before)],
    ),
    Fault(
        "port-taken",
        "{server} cannot start: another container has its port of the host",
        "port-taken",
        from_lan("refused"),
        lambda look: look.status("tenant") == "running" and look.status(look.cast.server) != "running",
        lambda look, before: ["!docker rm -f tenant", f"!docker start {look.cast.server}"],
    ),
    Fault(
        "alias-missing",
        "{server} was connected without its alias {alias}",
        "unknown-name",
        fetching_alias("no-name"),
        lambda look: look.cast.alias not in look.aliases(look.cast.server),
        lambda look, before: rejoined(look, before, look.cast.server),
    ),
    Fault(
        "alias-elsewhere",
        "{alias} is an alias of {other}, and not of {server}",
        "alias-elsewhere",
        Symptom("dns", "{client}", "{alias}", (), meant="{server}"),
        lambda look: look.cast.alias in look.aliases(look.cast.other),
        lambda look, before: [
            line for name in (look.cast.other, look.cast.server) for line in rejoined(look, before, name)
        ],
    ),
    Fault(
        "wrong-inner-port",
        "port {published} of {host} leads to a port of {server} where no program listens",
        "published-to-wrong-port",
        from_lan("refused"),
        lambda look: _published(look, ("", look.cast.published, look.cast.port + 7)),
        _again,
    ),
    Fault(
        "published-on-loopback",
        "{server} is published on 127.0.0.1, for {host} alone",
        "published-on-loopback",
        from_lan("refused"),
        lambda look: _published(look, ("127.0.0.1", look.cast.published, look.cast.port)),
        _again,
    ),
    Fault(
        "published-elsewhere",
        "{server} is published on another port than {published}",
        "not-published",
        from_lan("refused"),
        lambda look: _published(look, ("", look.cast.published + 1, look.cast.port)),
        _again,
    ),
    Fault(
        "not-published",
        "{server} was run without -p",
        "not-published",
        from_lan("refused"),
        lambda look: look.status(look.cast.server) == "running" and _published(look),
        _again,
    ),
    Fault(
        "listens-on-loopback",
        "the program in {server} listens on 127.0.0.1 alone",
        "listens-on-loopback",
        fetching("refused"),
        lambda look: _variable(look, "LISTEN"),
        _again,
    ),
    Fault(
        "other-port",
        "the program in {server} does not listen on port {port}",
        "nobody-listens",
        fetching("refused"),
        lambda look: f"PORT={look.cast.port + 7}" in look.variables(look.cast.server),
        _again,
    ),
    Fault(
        "stopped",
        "{server} was stopped",
        "stopped",
        fetching("no-name"),
        lambda look: look.status(look.cast.server) == "exited",
        lambda look, before: [f"!docker start {look.cast.server}"],
    ),
    Fault(
        "crashes",
        "the program in {server} ends at once with an error",
        "crashes",
        fetching("no-name"),
        lambda look: look.container(look.cast.server).get("State", {}).get("ExitCode") == 3,
        _again,
    ),
    Fault(
        "paused",
        "{server} is paused",
        "paused",
        fetching("timeout"),
        lambda look: look.status(look.cast.server) == "paused",
        lambda look, before: [f"!docker unpause {look.cast.server}"],
    ),
    Fault(
        "hangs",
        "the program in {server} takes connections and answers nothing",
        "hangs",
        fetching("timeout"),
        lambda look: _stopped_programs(look, look.cast.server),
        lambda look, before: [f"!docker restart -t 0 {look.cast.server}"],
    ),
)


def _stopped_programs(look: Look, name: str) -> bool:
    rows = look.host.client.api.top(name, "-eo pid,stat")["Processes"]
    return all(row[1].startswith("T") for row in rows)
