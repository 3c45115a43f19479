"""Textbook commands on the machine itself: which command lines may run, and running them within limits."""

from __future__ import annotations

import os
import re
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable

from course.labhost.commands import allowed
from course.labhost.commands.grammar import Refused, fits
from course.labhost.records import Run

TIMEOUT = 15.0
MOST_OUTPUT = 65536
Process = subprocess.Popen[bytes]
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}


def run(argv: list[str], timeout: float = TIMEOUT, client: socket.socket | None = None) -> Run:
    """What the tool said, in at most 64 kB and ``timeout`` seconds; raises Refused if it may not run here.

    A tool that is stopped has exit code 124, one that is not installed 127. It is stopped, too, if the ``client`` that
    waits for it closes its connection.
    """
    command = checked(argv)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
    except FileNotFoundError:
        return Run(127, stderr=f"{argv[0]} is not installed on this machine")
    with process:
        try:
            out, err, reason = _collect(process, time.monotonic() + timeout, client)
        finally:
            if process.returncode is None:  # not waited for yet, so the id is still its own
                os.killpg(process.pid, signal.SIGKILL)
    if reason:
        return Run(124, _text(out), f"{_text(err)}\n{argv[0]} was stopped: {reason}".lstrip())
    return Run(process.returncode, _text(out), _text(err))


def checked(argv: list[str]) -> list[str]:
    """The command line to run for what was typed: short forms spelt out, limits added. Raises Refused."""
    if not 1 <= len(argv) <= 64 or not all(len(word) <= 512 and word.isascii() for word in argv):
        raise Refused("a command is 1 to 64 words of plain text")
    if not all(word.isprintable() for word in argv):
        raise Refused("a command has no line breaks or control characters in it")
    tool, *rest = argv
    if tool not in TOOLS:
        raise Refused(f"{tool!r} is not among the tools of this machine; there are: {', '.join(sorted(TOOLS))}")
    return TOOLS[tool](rest)


def _collect(process: Process, deadline: float, client: socket.socket | None) -> tuple[bytes, bytes, str]:
    """Both outputs until both end; the reason, if it did not come to that."""
    assert process.stdout and process.stderr
    read = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for stream in read:
            selector.register(stream, selectors.EVENT_READ)
        if client:
            selector.register(client, selectors.EVENT_READ)
        open_streams, reason = len(read), ""
        while open_streams and not reason:
            for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                if key.fileobj is client:
                    reason = "" if client.recv(1, socket.MSG_PEEK) else "nobody waits for it any more"
                    selector.unregister(client)
                    continue
                part = os.read(key.fd, 65536)
                read[key.fileobj] += part  # type: ignore[index]
                if not part:
                    selector.unregister(key.fileobj)
                    open_streams -= 1
            if sum(map(len, read.values())) > MOST_OUTPUT:
                reason = f"it said more than {MOST_OUTPUT // 1024} kB"
            elif time.monotonic() >= deadline:
                reason = "its time was up"
    out, err = (bytes(part[:MOST_OUTPUT]) for part in read.values())
    try:
        if not reason:
            process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        reason = "its time was up"
    return out, err, reason


def _text(output: bytes) -> str:
    return output.decode(errors="replace")


def _ip(rest: list[str]) -> list[str]:
    flags, rest = _ip_flags("ip", rest)
    if not rest or rest == ["help"]:
        return ["ip", *flags, "help"]
    name = next((name for name, short in allowed.OBJECTS.items() if rest[0] in short.split()), "")
    if not name:
        raise Refused(f"ip: {rest[0]!r} is not allowed on this machine; there are: {', '.join(allowed.OBJECTS)}")
    verb, words = _ip_verb(name, rest[1:])
    if name == "netns" and verb == "exec":
        return ["ip", *flags, "netns", "exec", _netns(words), *checked(words[1:])]
    if verb == "help" and not words:
        return ["ip", name, "help"]
    if verb not in allowed.IP[name]:
        raise Refused(f"ip {name}: after it comes one of: {', '.join(allowed.IP[name])}; and not {verb!r}")
    allowed.IP[name][verb].check(words)
    return ["ip", *flags, name, verb, *words]


def _ip_verb(name: str, rest: list[str]) -> tuple[str, list[str]]:
    """What to do with the object, spelt out: ``ip`` itself takes any beginning of a word."""
    if not rest:
        return "show", []
    if rest[0] == "s":
        return "set" if name == "link" else "show", rest[1:]
    return next((verb for verb, short in allowed.VERBS.items() if rest[0] in short.split()), rest[0]), rest[1:]


def _ip_flags(tool: str, rest: list[str]) -> tuple[list[str], list[str]]:
    flags: list[str] = []
    while rest and rest[0].startswith("-"):
        if rest[0] in ("-n", "-netns"):
            flags += ["-n", _netns(rest[1:])]
            rest = rest[2:]
        elif rest[0] in allowed.IP_FLAGS:
            flags.append(rest[0])
            rest = rest[1:]
        else:
            raise Refused(f"{tool}: the option {rest[0]!r} is not allowed on this machine")
    return flags, rest


def _netns(rest: list[str]) -> str:
    """The name of a namespace. ``ip`` would take a path, too, and so enter any file."""
    if not rest or not fits("NAME", rest[0]):
        raise Refused("ip: here comes the name of a namespace, as ip netns list shows it")
    return rest[0]


def _bridge(rest: list[str]) -> list[str]:
    flags, rest = _ip_flags("bridge", rest)
    if not rest or rest[0] not in allowed.BRIDGE:
        raise Refused(f"bridge: after it comes one of: {', '.join(allowed.BRIDGE)}")
    name, *words = rest
    verb = words.pop(0) if words and words[0] in allowed.BRIDGE_VERBS else "show"
    allowed.BRIDGE[name].check(words)
    return ["bridge", *flags, name, verb, *words]


def _tc(rest: list[str]) -> list[str]:
    if not rest or rest[0] != "qdisc":
        raise Refused("tc: only queueing disciplines are allowed here: tc qdisc show, add or del")
    verb, words = (rest[1], rest[2:]) if len(rest) > 1 else ("show", [])
    if verb not in allowed.TC:
        raise Refused(f"tc qdisc: after it comes one of: {', '.join(allowed.TC)}")
    allowed.TC[verb].check(words)
    return ["tc", "qdisc", verb, *words]


def _ss(rest: list[str]) -> list[str]:
    allowed.SS.check([word for word in rest if not re.fullmatch(allowed.SS_LETTERS, word)])
    return ["ss", *rest]


def _iptables(tool: str) -> Callable[[list[str]], list[str]]:
    def check(rest: list[str]) -> list[str]:
        words = [word for given in rest for word in _unbundled(given, "-[nvx]*[LSFZX]?")]
        allowed.IPTABLES.check(words)
        return [tool, "-w5", *words]  # the engine changes rules too: wait for its lock

    return check


def _iptables_save(rest: list[str]) -> list[str]:
    allowed.IPTABLES_SAVE.check(rest)
    return ["iptables-save", *rest]


def _unbundled(word: str, bundle: str) -> list[str]:
    """``-nvL`` as ``-n -v -L``, if it is such a bundle of single letters."""
    return [f"-{letter}" for letter in word[1:]] if len(word) > 2 and re.fullmatch(bundle, word) else [word]


def _ping(rest: list[str]) -> list[str]:
    words = _separated(rest, "cWwistMI")
    allowed.PING.check(words)
    return ["ping", *_counted(words)]


def _arping(rest: list[str]) -> list[str]:
    words = _separated(rest, "cwIs")
    allowed.ARPING.check(words)
    return ["arping", *_counted(words)]


def _separated(rest: list[str], letters: str) -> list[str]:
    """``-c3`` as ``-c 3``."""
    return [part for word in rest for part in ((word[:2], word[2:]) if re.match(f"-[{letters}].", word) else (word,))]


def _counted(words: list[str]) -> list[str]:
    """With a number of packets: three if none was said, and ten at most."""
    if "-c" not in words:
        return ["-c", "3", *words]
    pairs = zip(["", *words], words, strict=False)
    return [str(min(int(word), 10)) if before == "-c" else word for before, word in pairs]


def _conntrack(rest: list[str]) -> list[str]:
    if not rest or rest[0] not in ("-L", "--dump", "-C", "--count", "-S", "--stats"):
        raise Refused("conntrack: only looking is allowed here: conntrack -L, -C or -S")
    allowed.CONNTRACK.check(rest)
    return ["conntrack", *rest]


def _sysctl(rest: list[str]) -> list[str]:
    names = [word for word in rest if word not in ("-n", "-w", "-q", "-e")]
    if not names:
        raise Refused("sysctl: name the setting, for example net.ipv4.ip_forward")
    for word in names:
        if not re.fullmatch(allowed.SYSCTL_READ, word) and not re.fullmatch(allowed.SYSCTL_WRITE, word):
            writable = "net.ipv4.ip_forward, net.bridge.* and net.ipv4.conf.*.{forwarding,rp_filter,proxy_arp}"
            raise Refused(f"sysctl: {word!r} is not allowed; net.* may be read, and {writable} set to a number")
    return ["sysctl", *rest]


def _curl(rest: list[str]) -> list[str]:
    words = [word for given in rest for word in _unbundled(given, "-[sSiIvf46]+")]
    allowed.CURL.check(words)
    limit = [] if {"-m", "--max-time"} & set(words) else ["-m", "10"]
    # no settings file, no patterns in URLs, no other protocol, no proxy
    return ["curl", "-q", "-g", "--proto", "=http", "--proto-default", "http", "--noproxy", "*", *limit, *words]


TOOLS: dict[str, Callable[[list[str]], list[str]]] = {
    "ip": _ip,
    "bridge": _bridge,
    "ss": _ss,
    "tc": _tc,
    "iptables": _iptables("iptables"),
    "ip6tables": _iptables("ip6tables"),
    "iptables-save": _iptables_save,
    "ping": _ping,
    "arping": _arping,
    "conntrack": _conntrack,
    "sysctl": _sysctl,
    "curl": _curl,
}
