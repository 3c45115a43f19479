"""The text of firewall rules by their handles: netfilter reports numbers, and people read ``iptables -S``."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from course.labhost.tracing.netfilter import Netfilter

OF_IPTABLES = {"raw", "mangle", "nat", "filter", "security"}
_HANDLE = re.compile(r"^\s*(.*\S)\s+# handle (\d+)$")


def old_counts() -> dict[str, int]:
    """The rules of iptables-legacy in the namespace that this thread is in, and how many packets each has counted.

    They report nothing to anybody. Empty where there are none.
    """
    try:
        tables = Path("/proc/thread-self/net/ip_tables_names").read_text()
    except OSError:
        return {}
    lines = _output("iptables-legacy-save", "-c").splitlines() if tables.strip() else []
    rows = (line[1:].partition("] ") for line in lines if line.startswith("["))
    return {rule: int(counts.partition(":")[0]) for counts, _, rule in rows}


def texts(tables: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The rules of these tables (family and name) by ``family table chain handle``, as they are now.

    To be called inside the namespace. A table that changes while it is read is left out.
    """
    found: dict[str, str] = {}
    wanted = set(tables)
    saved = {family for family, table in wanted if table in OF_IPTABLES and family in ("ip", "ip6")}
    lines = {family: _saved(family) for family in saved}
    for (family, table, chain), handles in _handles().items() if saved else ():
        rules = lines.get(family, {}).get((table, chain), [])
        if len(rules) == len(handles):
            found |= {f"{family} {table} {chain} {n}": rule for n, rule in zip(handles, rules, strict=True)}
    for family, table in wanted:
        if table not in OF_IPTABLES:
            found |= _native(family, table)
    return found


def _handles() -> dict[tuple[str, str, str], list[int]]:
    netfilter = Netfilter()  # not the one that reports: its reports would be among the answers
    try:
        return netfilter.handles()
    finally:
        netfilter.close()


def _saved(family: str) -> dict[tuple[str, str], list[str]]:
    """The lines of ``iptables-save`` by table and chain, in their order."""
    found: dict[tuple[str, str], list[str]] = {}
    table = ""
    for line in _output("ip6tables-save" if family == "ip6" else "iptables-save").splitlines():
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith("-A "):
            found.setdefault((table, line.split()[1]), []).append(line)
    return found


def _native(family: str, table: str) -> dict[str, str]:
    """Rules that were not made with iptables, as ``nft`` writes them."""
    found: dict[str, str] = {}
    chain = ""
    for line in _output("nft", "-a", "list", "table", family, table).splitlines():
        if line.strip().startswith("chain "):
            chain = line.split()[1]
        elif (match := _HANDLE.match(line)) and chain:
            found[f"{family} {table} {chain} {match[2]}"] = match[1]
    return found


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
