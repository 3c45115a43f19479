"""Does the name lead to the address of whom it means? Pure."""

from __future__ import annotations

from graders.case import Case, Reason
from graders.facts import DEFAULT_BRIDGE, Container
from graders.rules import Hook, Packet, fate
from graders.rungs.attached import make_network
from graders.rungs.filtering import stopping

HOOKS: tuple[Hook, ...] = ("OUTPUT", "INPUT")
RESOLVER = "127.0.0.11"  # Docker's own name server, in every container on a network that was created


def default_bridge(case: Case) -> Reason | None:
    """The only network in common knows no names."""
    if case.answer.outcome != "no-name" or case.common != [DEFAULT_BRIDGE]:
        return None
    because = "the default network (bridge) knows containers by address only; a network you create knows names"
    return Reason(because, make_network(case), True, "default-bridge")


def unknown_name(case: Case) -> Reason | None:
    """A network in common, and still no name: the question does not reach its name server, or it is another name."""
    if case.answer.outcome != "no-name" or not case.common:
        return None
    names = sorted({name for net in case.common for name in case.ends[1].networks[net].names} if case.ends else ())
    if case.target.name not in names:
        return Reason(f"on {case.common[0]} it is known as {', '.join(names)}", "", True, "unknown-name")
    return _other_server(case) or _question_stopped(case)


def _other_server(case: Case) -> Reason | None:
    view, me = case.view(case.source), case.source.name
    if view and RESOLVER in view.nameservers:
        return None
    because = f"the name server that {me} asks is not the one of its networks"
    if not view:
        return Reason(because, f"!docker exec {me} cat /etc/resolv.conf")
    asked = " and ".join(view.nameservers) or "none"
    next = f'{case.docker(case.source.host)} exec {me} sh -c "echo nameserver {RESOLVER} > /etc/resolv.conf"'
    return Reason(f"{because}: /etc/resolv.conf names {asked}, and not {RESOLVER}", next, False, "wrong-resolver")


def _question_stopped(case: Case) -> Reason | None:
    """The packets to the name server stay inside the namespace, where a rule may stop them."""
    for hook in HOOKS:
        packet = Packet("udp", RESOLVER, RESOLVER, came="lo", goes="lo")
        found = fate(case.closer(case.source.host, case.source.view).rules, hook, packet)
        if found.stopped:
            return stopping(case, case.source, found)
    return None


def led_astray(case: Case) -> Reason | None:
    """The name has an address, and it is not that of whom it means."""
    if not case.target.place or case.wish.by != "name":
        return None
    name, got = _looked_up(case)
    if not got or set(got) & set(case.target.addresses) or any(address.startswith("127.") for address in got):
        return None
    place = case.target.place.name
    because = f'"{name}" led to {", ".join(got)}, and {place} has {", ".join(case.target.addresses)}'
    return _hosts_file(case, name, because) or _alias(case, name, got, because)


def _looked_up(case: Case) -> tuple[str, list[str]]:
    """The name that was asked for, and the addresses that came of it."""
    if case.wish.kind == "dns":
        return case.wish.target, case.answer.addresses
    return case.target.name, [case.answer.address] if case.answer.address and case.target.name else []


def _hosts_file(case: Case, name: str, because: str) -> Reason | None:
    view, me = case.view(case.source), case.source
    line = view.hosts.get(name.lower(), "") if view else ""
    if view and not line:
        return None
    if not line or not me.container:
        return Reason(because, f"look at /etc/hosts of {me.name}")
    edit = f"grep -v {line} /etc/hosts > /tmp/hosts; cat /tmp/hosts > /etc/hosts"
    next = f'{case.docker(me.host)} exec {me.name} sh -c "{edit}"'
    return Reason(f"{because}: a line in /etc/hosts of {me.name} says so", next, False, "hosts-file")


def _alias(case: Case, name: str, got: list[str], because: str) -> Reason:
    for one in case.everyone.get(case.source.host, ()):
        for network, end in one.networks.items():
            if end.address in got and name in end.names and name != one.name:
                because = f"{name} is an alias of {one.name} on {network}; {because}"
                return Reason(because, _handed_over(case, name, network, one), False, "alias-elsewhere")
    return Reason(because)


def _handed_over(case: Case, name: str, network: str, wrong: Container) -> str:
    """Commands that take the alias from one container and give it to the one that is meant."""
    docker, right = case.docker(wrong.host), case.target.place.name if case.target.place else ""
    commands = [f"disconnect {network} {wrong.name}", f"connect {network} {wrong.name}"]
    commands += [f"disconnect {network} {right}", f"connect --alias {name} {network} {right}"]
    return "\n".join(f"{docker} network {command}" for command in commands)
