from __future__ import annotations

import re
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.labhost.commands import tools
from course.labhost.commands.grammar import Refused
from course.labhost.records import Run
from tests.labhost.machine import Machine, needs_root

# What lessons and textbooks type, and what is really run.
ALLOWED = [
    ("ip a", "ip address show"),
    ("ip addr", "ip address show"),
    ("ip -br addr", "ip -br address show"),
    ("ip -4 -br addr show dev eth0", "ip -4 -br address show dev eth0"),
    ("ip -d -j link show type veth", "ip -d -j link show type veth"),
    ("ip l", "ip link show"),
    ("ip -s link show eth0", "ip -s link show eth0"),
    ("ip -n red addr", "ip -n red address show"),
    ("ip -c=never route", "ip -c=never route show"),
    ("ip r get 10.0.0.1 from 10.0.0.2", "ip route get 10.0.0.1 from 10.0.0.2"),
    ("ip link add br0 type bridge", "ip link add br0 type bridge"),
    (
        "ip link add veth0 type veth peer name veth1 netns red",
        "ip link add veth0 type veth peer name veth1 netns red",
    ),
    ("ip link add v0 type veth peer v1", "ip link add v0 type veth peer v1"),
    (
        "ip link add link eth0 name mv0 type macvlan mode bridge",
        "ip link add link eth0 name mv0 type macvlan mode bridge",
    ),
    (
        "ip link add vx0 type vxlan id 42 dstport 4789 remote 10.0.0.2 dev eth0",
        "ip link add vx0 type vxlan id 42 dstport 4789 remote 10.0.0.2 dev eth0",
    ),
    ("ip link set veth0 master br0 up", "ip link set veth0 master br0 up"),
    ("ip l s dev veth1 netns 4711 name eth0 mtu 1400", "ip link set dev veth1 netns 4711 name eth0 mtu 1400"),
    ("ip link set eth0 address 02:00:00:00:00:01", "ip link set eth0 address 02:00:00:00:00:01"),
    ("ip link del veth0", "ip link del veth0"),
    ("ip a a 10.0.0.1/24 brd + dev br0", "ip address add 10.0.0.1/24 brd + dev br0"),
    ("ip addr flush dev br0", "ip address flush dev br0"),
    ("ip route add default via 10.0.0.1", "ip route add default via 10.0.0.1"),
    ("ip route replace blackhole 10.9.0.0/16", "ip route replace blackhole 10.9.0.0/16"),
    (
        "ip route add 10.1.0.0/16 via 10.0.0.2 dev br0 metric 5",
        "ip route add 10.1.0.0/16 via 10.0.0.2 dev br0 metric 5",
    ),
    ("ip rule add from 10.0.0.0/8 lookup 100 priority 50", "ip rule add from 10.0.0.0/8 lookup 100 priority 50"),
    ("ip neigh", "ip neigh show"),
    (
        "ip neighbour replace 10.0.0.9 lladdr 02:00:00:00:00:66 dev br0 nud permanent",
        "ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:66 dev br0 nud permanent",
    ),
    ("ip neigh flush all", "ip neigh flush all"),
    ("ip netns", "ip netns show"),
    ("ip netns add red", "ip netns add red"),
    ("ip netns delete red", "ip netns del red"),
    ("ip netns exec red ping 10.0.0.2", "ip netns exec red ping -c 3 10.0.0.2"),
    ("ip netns exec red ip -br a", "ip netns exec red ip -br address show"),
    ("ip netns exec red ip netns exec blue ss -tln", "ip netns exec red ip netns exec blue ss -tln"),
    ("ip route help", "ip route help"),
    ("bridge link", "bridge link show"),
    ("bridge fdb show br br0", "bridge fdb show br br0"),
    (
        "bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.2",
        "bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.2",
    ),
    ("ss -tlnp", "ss -tlnp"),
    ("ss -tn state established dst 10.0.0.0/8", "ss -tn state established dst 10.0.0.0/8"),
    ("ss -tln ( sport = :80 or sport = :443 )", "ss -tln ( sport = :80 or sport = :443 )"),
    ("iptables -nvL", "iptables -w5 -n -v -L"),
    ("iptables -t nat -S DOCKER", "iptables -w5 -t nat -S DOCKER"),
    ("iptables -L DOCKER-USER -n -v --line-numbers", "iptables -w5 -L DOCKER-USER -n -v --line-numbers"),
    (
        "iptables -I DOCKER-USER 1 -i eth0 ! -s 10.0.0.0/8 -j DROP",
        "iptables -w5 -I DOCKER-USER 1 -i eth0 ! -s 10.0.0.0/8 -j DROP",
    ),
    (
        "iptables -I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP",
        "iptables -w5 -I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP",
    ),
    (
        "iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080",
        "iptables -w5 -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080",
    ),
    (
        "iptables -A INPUT -m statistic --mode random --probability 0.4 -j DROP",
        "iptables -w5 -A INPUT -m statistic --mode random --probability 0.4 -j DROP",
    ),
    ("iptables -A INPUT -p icmp --icmp-type echo-request -j REJECT --reject-with icmp-port-unreachable", None),
    ("iptables -D DOCKER-USER 2", "iptables -w5 -D DOCKER-USER 2"),
    ("iptables -P FORWARD ACCEPT", "iptables -w5 -P FORWARD ACCEPT"),
    ("iptables -t nat -F", "iptables -w5 -t nat -F"),
    ("iptables -Z", "iptables -w5 -Z"),
    ("ip6tables -S", "ip6tables -w5 -S"),
    ("iptables-save -t nat -c", "iptables-save -t nat -c"),
    ("ping host2", "ping -c 3 host2"),
    ("ping -c1 -W 2 10.0.0.2", "ping -c 1 -W 2 10.0.0.2"),
    ("ping -c 100000 -s 1472 -M do 10.0.0.2", "ping -c 10 -s 1472 -M do 10.0.0.2"),
    ("arping -I eth0 -c 1 10.0.0.2", "arping -I eth0 -c 1 10.0.0.2"),
    ("conntrack -L -p tcp --dport 8080", "conntrack -L -p tcp --dport 8080"),
    ("tc qdisc", "tc qdisc show"),
    ("tc qdisc del dev veth0 root", "tc qdisc del dev veth0 root"),
    (
        "tc qdisc add dev eth0 root tbf rate 1mbit burst 4kb latency 400ms",
        "tc qdisc add dev eth0 root tbf rate 1mbit burst 4kb latency 400ms",
    ),
    ("sysctl net.ipv4.ip_forward", "sysctl net.ipv4.ip_forward"),
    ("sysctl -w net.ipv4.ip_forward=0", "sysctl -w net.ipv4.ip_forward=0"),
    ("sysctl net.bridge.bridge-nf-call-iptables=1", "sysctl net.bridge.bridge-nf-call-iptables=1"),
    ("sysctl -w net.ipv4.conf.br-0.rp_filter=1", "sysctl -w net.ipv4.conf.br-0.rp_filter=1"),
    ("curl -sS http://10.0.0.2:8080/x?y=1", None),
    ("curl -sI host2:8080", None),
    ("curl -s -o /dev/null -w %{http_code} -m 2 http://web", None),
]

# Ways to other programs and to files, and what is simply no tool here; with a word of the refusal.
REFUSED = [
    ("tcpdump -i eth0", "there are: arping"),
    ("bash", "not among the tools"),
    ("tc -batch /etc/passwd", "only queueing disciplines"),
    ("tc filter add dev eth0 bpf object-file x", "only queueing disciplines"),
    ("tc qdisc replace dev eth0 clsact", "after it comes one of"),
    ("tc qdisc add dev eth0 root netem distribution ../x", "netem"),
    ("/sbin/ip addr", "not among the tools"),
    ("nsenter -t 1 -m", "not among the tools"),
    ("iptables-restore /tmp/rules", "not among the tools"),
    ("nft -f /etc/passwd", "not among the tools"),
    ("ip -batch /etc/passwd", "-batch"),
    ("ip -b -", "-b"),
    ("ip -force -batch /etc/shadow", "-force"),
    ("ip -bat /etc/shadow", "-bat"),
    ("ip -all netns exec id", "-all"),
    ("ip -n ../../proc/1/ns/net addr", "name of a namespace"),
    ("ip -n /proc/1/ns/net addr", "name of a namespace"),
    ("ip -n", "name of a namespace"),
    ("ip -rcvbuf 1 addr", "-rcvbuf"),
    ("ip netns exec red bash", "not among the tools"),
    ("ip netns exec red", "1 to 64 words"),
    ("ip netns exec red sh -c id", "not among the tools"),
    ("ip netns exec ../x ip a", "name of a namespace"),
    ("ip netns add ../../etc/cron.d/x", "not allowed"),
    ("ip netns add ..", "not allowed"),
    ("ip netns del ../../etc/passwd", "not allowed"),
    ("ip netns attach red 1", "attach"),
    ("ip netns set red 1", "set"),
    ("ip netns monitor", "monitor"),
    ("ip netns pids red", "pids"),
    ("ip vrf exec red bash", "vrf"),
    ("ip monitor", "monitor"),
    ("ip addr save", "save"),
    ("ip addr showdump", "showdump"),
    ("ip route save", "save"),
    ("ip route restore", "restore"),
    ("ip rule restore", "restore"),
    ("ip link set eth0 xdp obj /tmp/x.o", "xdp"),
    ("ip link set dev eth0 xdpgeneric pinned /sys/fs/bpf/x", "xdpgeneric"),
    ("ip link add x type bpf", "kind"),
    ("ip link add name x type /tmp/lib", "kind"),
    ("ip link set veth0 netns /proc/1/ns/net", "name"),
    ("ip route add 10.0.0.0/8 encap bpf in obj x.o dev eth0", "encap"),
    ("ip xfrm state", "xfrm"),
    ("ip tuntap add mode tap user root", "tuntap"),
    ("bridge -batch /etc/passwd", "-batch"),
    ("bridge monitor", "after it comes"),
    ("ss -F /etc/passwd", "-F"),
    ("ss --filter=/etc/passwd", "--filter"),
    ("ss -D /etc/x", "-D"),
    ("ss -tD /etc/x", "-tD"),
    ("ss -K dst 10.0.0.1", "-K"),
    ("ss -tK", "-tK"),
    ("ss -N ../x", "-N"),
    ("ss -t cgroup /sys/fs/cgroup", "cgroup"),
    ("iptables --modprobe=/tmp/evil -L", "--modprobe"),
    ("iptables -M /tmp/evil -L", "-M"),
    ("iptables --modp /tmp/evil -L", "--modp"),
    ("iptables -t nat -nLM /tmp/evil", "-nLM"),
    ("iptables -A INPUT -m bpf --object-pinned /sys/fs/bpf/x -j DROP", "bpf"),
    ("iptables -A INPUT -m cgroup --path /x -j DROP", "cgroup"),
    ("iptables -A INPUT -m ../../tmp/lib -j DROP", "module"),
    ("iptables -A INPUT -j ../../tmp/lib", "word"),
    ("iptables -A INPUT -m recent --name ../x", "module"),
    ("iptables-save -f /etc/x", "-f"),
    ("iptables-save --file=/etc/x", "--file"),
    ("ping -f 10.0.0.1", "-f"),
    ("ping 10.0.0.1 10.0.0.2", "10.0.0.2"),
    ("ping -c x 10.0.0.1", "number"),
    ("arping -i /dev/x 10.0.0.1", "-i"),
    ("conntrack -D -p tcp", "only looking"),
    ("conntrack -F", "only looking"),
    ("conntrack -E", "only looking"),
    ("conntrack -R /etc/passwd", "only looking"),
    ("conntrack -L --load-file /etc/passwd", "--load-file"),
    ("sysctl -p /etc/x", "-p"),
    ("sysctl --system", "--system"),
    ("sysctl -a", "-a"),
    ("sysctl kernel.core_pattern", "may be read"),
    ("sysctl -w kernel.core_pattern=|/tmp/x", "may be read"),
    ("sysctl -w net.core.rmem_max=1", "may be read"),
    ("sysctl -w net.ipv4.ip_forward=1;id", "may be read"),
    ("sysctl net/../kernel/core_pattern", "may be read"),
    ("curl -o /etc/x http://web", "nowhere"),
    ("curl -O http://web/x", "-O"),
    ("curl -T /etc/passwd http://web", "-T"),
    ("curl -d @/etc/passwd http://web", "-d"),
    ("curl -K /etc/x", "-K"),
    ("curl -F f=@/etc/passwd http://web", "-F"),
    ("curl -sK /etc/x http://web", "-sK"),
    ("curl --unix-socket /run/course-admin/admin.sock http://x/reset", "--unix-socket"),
    ("curl -H @/etc/passwd http://web", "-H"),
    ("curl -w @/etc/passwd http://web", "format"),
    ("curl -w %output{/etc/x} http://web", "format"),
    ("curl file:///etc/passwd", "file:"),
    ("curl file:/etc/passwd", "file:"),
    ("curl http://web file:///etc/passwd", "file:"),
    ("curl ftp://web/", "ftp:"),
    ("curl https://web/", "https:"),
    ("curl --proto file file:///etc/passwd", "--proto"),
    ("curl /etc/passwd", "/etc/passwd"),
]


@pytest.mark.parametrize(("typed", "run"), ALLOWED)
def test_textbook_commands_may_run(typed: str, run: str | None) -> None:
    made = " ".join(tools.checked(typed.split()))
    assert run is None or made == run


@pytest.mark.parametrize(("typed", "word"), REFUSED)
def test_ways_to_programs_and_files_are_refused_with_a_sentence(typed: str, word: str) -> None:
    with pytest.raises(Refused, match=re.escape(word)):
        tools.checked(typed.split())


@pytest.mark.parametrize(
    "argv", [[], ["ip"] * 65, ["ping", "a\nb"], ["ping", "ü"], ["ping", "x\0"], ["ping", "a" * 513]]
)
def test_a_command_is_a_few_words_of_plain_text(argv: list[str]) -> None:
    with pytest.raises(Refused, match="a command"):
        tools.checked(argv)


def test_a_comment_of_a_rule_may_have_spaces() -> None:
    typed = ["iptables", "-A", "INPUT", "-m", "comment", "--comment", "let the web in", "-j", "ACCEPT"]
    assert "let the web in" in tools.checked(typed)


def test_curl_reads_no_settings_and_speaks_http_alone() -> None:
    made = tools.checked(["curl", "-sS", "web"])
    assert made[:7] == ["curl", "-q", "-g", "--proto", "=http", "--proto-default", "http"]
    assert made[-4:] == ["10", "-s", "-S", "web"]


EVIL = [
    "/etc/passwd",
    "../x",
    "@/x",
    "file:///x",
    "-batch",
    "--modprobe",
    "-o",
    "-K",
    "exec",
    "bash",
    "bpf",
    "obj",
    "-F",
    ";",
]
GOOD = sorted({word for typed, _ in ALLOWED for word in typed.split()})


@given(st.sampled_from(sorted(tools.TOOLS)), st.lists(st.sampled_from(EVIL + GOOD), max_size=8))
def test_whatever_is_put_together_names_no_file_and_no_other_program(tool: str, words: list[str]) -> None:
    try:
        made = tools.checked([tool, *words])
    except Refused:
        return
    assert not any(word.startswith((".", "@", "file:")) or "../" in word for word in made)
    assert [word for word in made if word.startswith("/") and word != "/dev/null"] == []
    programs = [made[at + 2] for at, word in enumerate(made[:-2]) if made[at - 1 : at + 1] == ["netns", "exec"]]
    assert set(programs) <= set(tools.TOOLS)


@needs_root
class TestOnAMachine:
    def test_the_tools_own_words_come_back(self, machine: Machine) -> None:
        said = machine.run("ip -br link show lo")
        assert said.exit == 0
        assert said.stdout.startswith("lo ")

    def test_a_wrong_command_answers_in_its_own_words(self, machine: Machine) -> None:
        said = machine.run("ip link show nothere")
        assert said.exit != 0
        assert "nothere" in said.stderr

    def test_a_command_may_be_run_inside_a_namespace(self, machine: Machine) -> None:
        machine.do("ip netns add inner", "ip -n inner link add d0 type bridge")
        assert "d0" in machine.run("ip netns exec inner ip -br link").stdout
        assert "d0" not in machine.run("ip -br link").stdout
        machine.do("ip netns del inner")

    def test_rules_are_added_listed_and_removed(self, machine: Machine) -> None:
        machine.do("iptables -N COURSE", "iptables -A COURSE -p tcp --dport 81 -j DROP")
        assert "--dport 81" in machine.run("iptables -S COURSE").stdout
        assert ":COURSE -" in machine.state("host").rules["filter"]
        machine.do("iptables -F COURSE", "iptables -X COURSE")

    def test_a_refusal_is_a_sentence(self, machine: Machine) -> None:
        status, data = machine.ask("POST", "/run", {"argv": ["vim"]})
        assert status == 400
        assert data["error"].startswith("'vim' is not among the tools of this machine; there are: arping, bridge")


def _run_tool(monkeypatch: pytest.MonkeyPatch, *command: str, timeout: float = 5.0) -> Run:
    monkeypatch.setitem(tools.TOOLS, "test", lambda rest: list(command))
    return tools.run(["test"], timeout)


def test_a_tool_that_takes_too_long_is_stopped_with_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    said = _run_tool(monkeypatch, "sh", "-c", "echo first; sleep 30 & wait", timeout=0.3)
    assert time.monotonic() - started < 5
    assert (said.exit, said.stdout) == (124, "first\n")
    assert said.stderr == "test was stopped: its time was up"


def test_a_tool_that_says_too_much_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _run_tool(monkeypatch, "yes")
    assert said.exit == 124
    assert len(said.stdout) == tools.MOST_OUTPUT
    assert "64 kB" in said.stderr


def test_a_tool_that_closes_its_outputs_and_stays_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run_tool(monkeypatch, "sh", "-c", "exec >&- 2>&-; sleep 30", timeout=0.3).exit == 124


@pytest.mark.parametrize(("left", "exit_code"), [(True, 124), (False, 0)])
def test_a_tool_is_stopped_when_nobody_waits_for_it(
    left: bool, exit_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tools.TOOLS, "test", lambda rest: ["sleep", "20" if left else "0.2"])
    agent, client = socket.socketpair()
    with agent:
        if left:
            client.close()
        else:
            client.send(b"GET /the-next-request")
        said = tools.run(["test"], 10.0, agent)
        client.close()
    assert said.exit == exit_code
    assert ("nobody waits for it any more" in said.stderr) == left


def test_a_tool_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _run_tool(monkeypatch, "no-such-program")
    assert (said.exit, said.stderr) == (127, "test is not installed on this machine")


def test_a_tool_does_not_see_the_agents_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SECRET", "1")
    assert "COURSE_SECRET" not in _run_tool(monkeypatch, "env").stdout
