"""The command lines that learners may run on a machine itself: network tools, and of those what stays on the network.

They change the machine's networks as its administrator would. They must not become a way to run other
programs or to read and write files, so there is no option here that names a file, a program or a batch.
Sources: ip(8) and its kin, bridge(8), tc(8), ss(8), iptables(8), iptables-extensions(8), ping(8), arping(8),
conntrack(8), sysctl(8), curl(1).
"""

from __future__ import annotations

from course.labhost.commands.grammar import Grammar, grammar

SYSCTL_WRITE = (
    r"(net\.ipv4\.ip_forward|net\.bridge\.[a-z0-9-]+|net\.ipv4\.conf\.[\w-]+\.(forwarding|rp_filter|proxy_arp))=[0-9]+"
)
SYSCTL_READ = r"net(\.[A-Za-z0-9_-]+)+"

IP_FLAGS = {"-br", "-brief", "-4", "-6", "-d", "-details", "-s", "-stats", "-o", "-oneline", "-j", "-json"} | {
    *("-p", "-pretty", "-c", "-color", "-c=never", "-color=never", "-h", "-human", "-N", "-Numeric", "-r", "-resolve")
}
OBJECTS = {
    "link": "l li lin link",
    "address": "a ad add addr addre addres address",
    "route": "r ro rou rout route",
    "neigh": "n ne nei neig neigh neighbor neighbour",
    "rule": "ru rul rule",
    "netns": "net netn netns",
}
VERBS = {
    "show": "sh sho show l li lis list ls lst",
    "add": "a ad add",
    "del": "d de del dele delet delete",
    "set": "se set",
    "flush": "f fl flu flus flush",
    "replace": "rep replace",
    "change": "c ch chg change",
    "append": "ap app append",
    "get": "g ge get",
    "list-id": "list-id",
    "exec": "e ex exe exec",
    "help": "help",
}

_LINK_SET = grammar(
    "ip link set",
    """dev NAME; group WORD; up; down; mtu NUMBER; address MAC; name NAME; master NAME; nomaster; netns NAME;
    promisc SWITCH; arp SWITCH; multicast SWITCH; txqueuelen|qlen NUMBER; type KIND; stp_state SWITCH;
    vlan_filtering SWITCH; forward_delay NUMBER; ageing_time NUMBER; mcast_snooping SWITCH; nf_call_iptables SWITCH;
    isolated SWITCH; hairpin SWITCH; learning SWITCH""",
    "NAME",
)
_LINK_ADD = grammar(
    "ip link add",
    """dev NAME; name NAME; link NAME; address MAC; mtu NUMBER; netns NAME; type KIND; up; peer;
    txqueuelen|qlen NUMBER; stp_state SWITCH; vlan_filtering SWITCH; forward_delay NUMBER; ageing_time NUMBER;
    mcast_snooping SWITCH; nf_call_iptables SWITCH; id|vni NUMBER; dstport NUMBER; local ADDRESS; remote ADDRESS;
    group ADDRESS; learning; nolearning; proxy; ttl NUMBER; key NUMBER; protocol WORD; mode WORD; table NUMBER""",
    "NAME NAME",
)
_ADDRESS_SHOW = "dev NAME; up; to PREFIX; scope WORD; label NAME; type KIND; master NAME; primary; secondary; permanent"
_ADDRESS_EDIT = grammar(
    "ip address",
    """dev NAME; local ADDRESS; peer ADDRESS; broadcast|brd BROADCAST; scope WORD; label NAME; metric NUMBER;
    valid_lft WORD; preferred_lft WORD; nodad; noprefixroute""",
    "ADDRESS",
)
_ROUTE_SHOW = """to|root|match|exact PREFIX; dev NAME; via ADDRESS; src ADDRESS; table WORD; proto|protocol WORD;
    scope WORD; type ROUTE; cache"""
_ROUTE_EDIT = grammar(
    "ip route",
    """unicast; local; broadcast; blackhole; unreachable; prohibit; to PREFIX; via ADDRESS; dev NAME; src ADDRESS;
    metric|priority|preference NUMBER; table WORD; proto|protocol WORD; scope WORD; mtu NUMBER; advmss NUMBER;
    onlink; nexthop; weight NUMBER""",
    "PREFIX",
)
_RULE_EDIT = grammar(
    "ip rule",
    """not; from PREFIX; to PREFIX; iif NAME; oif NAME; fwmark MARK; table|lookup WORD; prohibit; unreachable;
    blackhole; priority|pref|preference|order NUMBER; ipproto WORD; sport LIST; dport LIST""",
)
_NEIGH_SHOW = "dev NAME; to PREFIX; nud WORD; proxy; unused; all"
_NEIGH_EDIT = grammar("ip neigh", "to ADDRESS; dev NAME; lladdr MAC; nud WORD; proxy ADDRESS; permanent", "ADDRESS")
IP: dict[str, dict[str, Grammar]] = {
    "link": {
        "show": grammar("ip link show", "dev NAME; up; type KIND; master NAME; group WORD", "NAME"),
        "set": _LINK_SET,
        "add": _LINK_ADD,
        "del": grammar("ip link delete", "dev NAME; group WORD; type KIND", "NAME"),
    },
    "address": {
        **dict.fromkeys(("add", "del", "replace", "change"), _ADDRESS_EDIT),
        **dict.fromkeys(("show", "flush"), grammar("ip address", _ADDRESS_SHOW, "NAME")),
    },
    "route": {
        **dict.fromkeys(("add", "del", "replace", "change", "append"), _ROUTE_EDIT),
        **dict.fromkeys(("show", "flush"), grammar("ip route", _ROUTE_SHOW, "PREFIX")),
        "get": grammar("ip route get", "to ADDRESS; from ADDRESS; iif NAME; oif NAME; mark MARK", "ADDRESS"),
    },
    "rule": {
        **dict.fromkeys(("add", "del"), _RULE_EDIT),
        **dict.fromkeys(("show", "flush"), grammar("ip rule")),
    },
    "neigh": {
        **dict.fromkeys(("add", "del", "replace", "change"), _NEIGH_EDIT),
        **dict.fromkeys(("show", "flush"), grammar("ip neigh", _NEIGH_SHOW, "PREFIX")),
        "get": grammar("ip neigh get", "to ADDRESS; dev NAME", "ADDRESS"),
    },
    "netns": {
        "show": grammar("ip netns list"),
        "list-id": grammar("ip netns list-id"),
        "add": grammar("ip netns add", "", "NAME"),
        "del": grammar("ip netns delete", "", "NAME"),
    },
}

BRIDGE = {
    "link": grammar(
        "bridge link",
        "dev NAME; cost NUMBER; state NUMBER; priority NUMBER; learning|isolated|hairpin|flood SWITCH",
    ),
    "fdb": grammar(
        "bridge fdb",
        """dev NAME; br NAME; brport NAME; dst ADDRESS; vni NUMBER; port NUMBER; via NAME; vlan NUMBER; state WORD;
        self; master; permanent; static; dynamic; local; use; extern_learn""",
        "MAC",
    ),
    "vlan": grammar("bridge vlan", "dev NAME; vid LIST; pvid; untagged; self; master"),
}
BRIDGE_VERBS = {"show", "list", "add", "append", "replace", "del", "delete", "set"}

TC = {
    "show": grammar("tc qdisc show", "dev NAME"),
    "del": grammar("tc qdisc del", "dev NAME; root"),
    "add": grammar("tc qdisc add", "dev NAME; root; tbf; rate WORD; burst WORD; latency WORD"),
}

_SS_WORDS = """--tcp; --udp; --listening; --numeric; --all; --processes; --summary; --ipv4; --ipv6; --unix; --raw;
    --no-header; --oneline; --extended; --info; --memory; --options; --packet; and; or; not; (; ); =; ==; !=; eq; ne;
    lt; gt; le; ge; <; >; <=; >=; state WORD; exclude WORD; sport; dport; src; dst; dev NAME"""
SS_LETTERS = r"-[nraloempistuwx460HO]+"
SS = grammar("ss", _SS_WORDS, "ENDPOINT*")

_COMMANDS = """-A|--append WORD; -I|--insert WORD NUMBER?; -D|--delete WORD NUMBER?; -R|--replace WORD NUMBER;
    -C|--check WORD; -L|--list WORD? NUMBER?; -S|--list-rules WORD? NUMBER?; -F|--flush WORD?; -Z|--zero WORD? NUMBER?;
    -N|--new-chain WORD; -X|--delete-chain WORD?; -P|--policy WORD WORD; -E|--rename-chain WORD WORD;
    -n|--numeric; -v|--verbose; -x|--exact; --line-numbers; -w|--wait; -V|--version; !; -t|--table WORD"""
_MATCHES = """-p|--protocol|--proto WORD; -s|--source|--src ADDRESSES; -d|--destination|--dst ADDRESSES;
    -i|--in-interface LIST; -o|--out-interface LIST; -m|--match MODULE; -j|--jump WORD; -g|--goto WORD;
    --dport|--destination-port LIST; --sport|--source-port LIST; --dports|--destination-ports LIST;
    --sports|--source-ports LIST; --ports LIST; --syn; --tcp-flags LIST LIST; --icmp-type LIST; --state LIST;
    --ctstate LIST; --ctproto WORD; --ctdir WORD; --ctorigsrc ADDRESSES; --ctorigdst ADDRESSES; --ctreplsrc ADDRESSES;
    --ctrepldst ADDRESSES; --ctorigsrcport LIST; --ctorigdstport LIST; --ctstatus LIST; --comment TEXT;
    --dst-type LIST; --src-type LIST; --limit-iface-in; --limit-iface-out; --mac-source MAC; --limit LIST;
    --limit-burst NUMBER; --length LIST; --mode WORD; --probability DECIMAL; --every NUMBER; --packet NUMBER;
    --src-range LIST; --dst-range LIST; --mark MARK; --physdev-in LIST; --physdev-out LIST; --physdev-is-bridged;
    --pkt-type WORD; --hashlimit-upto LIST; --hashlimit-above LIST; --hashlimit-burst NUMBER; --hashlimit-mode LIST;
    --hashlimit-name WORD; --hashlimit-srcmask NUMBER; --hashlimit-dstmask NUMBER"""
_TARGETS = """--to-destination LIST; --to-source LIST; --to-ports LIST; --reject-with WORD; --log-prefix TEXT;
    --log-level WORD; --set-mark MARK; --set-xmark MARK; --save-mark; --restore-mark; --set-mss NUMBER;
    --clamp-mss-to-pmtu; --random; --random-fully; --persistent"""
IPTABLES = grammar("iptables", f"{_COMMANDS};{_MATCHES};{_TARGETS}")
IPTABLES_SAVE = grammar("iptables-save", "-c; -t WORD")
PING = grammar(
    "ping",
    "-c NUMBER; -W DECIMAL; -w NUMBER; -i DECIMAL; -s NUMBER; -t NUMBER; -M WORD; -I HOST; -n; -q; -v; -D; -O; -4; -6",
    "HOST",
)
ARPING = grammar("arping", "-c NUMBER; -w NUMBER; -I NAME; -s ADDRESS; -f; -q; -b; -D; -U; -A", "HOST")
CONNTRACK = grammar(
    "conntrack",
    """-L|--dump; -C|--count; -S|--stats; conntrack; expect; -p|--proto WORD; -f|--family WORD; -o|--output LIST;
    -s|--src|--orig-src ADDRESS; -d|--dst|--orig-dst ADDRESS; -r|--reply-src ADDRESS; -q|--reply-dst ADDRESS;
    -n|--src-nat; -g|--dst-nat; -j|--any-nat; --sport NUMBER; --dport NUMBER; --state WORD; -m|--mark MARK""",
)
CURL = grammar(
    "curl",
    """-s|--silent; -S|--show-error; -i|--include; -I|--head; -v|--verbose; -f|--fail; -4; -6;
    -m|--max-time DECIMAL; --connect-timeout DECIMAL; -o|--output NOWHERE; -w|--write-out FORMAT""",
    "URL*",
)
