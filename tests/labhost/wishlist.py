"""Requests to the engine of a lab host, and what its policy says to each: the same tables for the pure tests and for a
real engine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wish:
    """One request. ``said`` is a part of the refusal, empty if the wish is granted.

    ``body`` is data to be sent as JSON, or the bytes themselves. ``live`` says whether a real engine should be asked.
    """

    name: str
    method: str
    uri: str
    body: Any = b""
    said: str = ""
    live: bool = True

    @property
    def bytes(self) -> bytes:
        """The body as sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def container(config: dict[str, Any] | None = None, /, **host: Any) -> dict[str, Any]:
    """The body of a container's creation."""
    return {"Image": "toolbox", "Cmd": ["true"], **(config or {}), "HostConfig": host}


def service(task: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """The body of a service's creation."""
    return {"Name": "s", "TaskTemplate": {"ContainerSpec": {"Image": "toolbox", **spec}, **(task or {})}}


def _create(name: str, body: Any, said: str = "") -> Wish:
    return Wish(name, "POST", "/containers/create", body, said)


BIND = {"Type": "bind", "Source": "/etc", "Target": "/x"}
OPTIONS = {"type": "none", "o": "bind", "device": "/etc"}
WITH_OPTIONS = {"Type": "volume", "Source": "data", "Target": "/x"} | {
    "VolumeOptions": {"DriverConfig": {"Name": "local", "Options": OPTIONS}}
}

# What a host configuration may not say: name -> (fields, part of the sentence).
HOST_WISHES: dict[str, tuple[dict[str, Any], str]] = {
    "privileged": ({"Privileged": True}, "--privileged: it would take over the lab host. NET_ADMIN is allowed"),
    "bind mount by -v": ({"Binds": ["/etc:/x"]}, "the bind mount of /etc"),
    "bind mount by -v, read-only": ({"Binds": ["/etc:/x:ro"]}, "the bind mount of /etc"),
    "bind mount of the engine's socket": ({"Binds": ["/var/run/docker.sock:/s"]}, "the bind mount of /var/run"),
    "bind mount by a path that climbs": ({"Binds": ["../../etc:/x"]}, "the bind mount of ../../etc"),
    "bind mount as a bare string": ({"Binds": "/etc:/x"}, "the bind mount of /etc"),
    "bind mount by --mount": ({"Mounts": [BIND]}, "the bind mount of /etc"),
    "bind mount that calls itself a volume": ({"Mounts": [BIND | {"Type": "volume"}]}, "the bind mount of /etc"),
    "mount without a type": ({"Mounts": [{"Source": "data", "Target": "/x"}]}, "a mount of type"),
    "image mount": ({"Mounts": [{"Type": "image", "Source": "web", "Target": "/x"}]}, "a mount of type image"),
    "cluster mount": ({"Mounts": [{"Type": "cluster", "Source": "cc", "Target": "/x"}]}, "a mount of type cluster"),
    "named pipe": ({"Mounts": [{"Type": "npipe", "Source": "cc", "Target": "/x"}]}, "a mount of type npipe"),
    "volume with driver options": ({"Mounts": [WITH_OPTIONS]}, "volume driver options"),
    "volume with a subpath": (
        {"Mounts": [{"Type": "volume", "Source": "dd", "Target": "/x", "VolumeOptions": {"Subpath": "a"}}]},
        "volume-subpath",
    ),
    "mount with propagation": (
        {"Mounts": [{"Type": "volume", "Source": "dd", "Target": "/x", "BindOptions": {"Propagation": "rshared"}}]},
        "bind mount options",
    ),
    "volume with propagation": ({"Binds": ["data:/x:rshared"]}, "the volume mode rshared"),
    "volume over /dev": ({"Binds": ["data:/dev"]}, "a mount at /dev"),
    "volume over /proc by a detour": ({"Binds": ["data:/x/../proc"]}, "a mount at /proc"),
    "tmpfs over /sys": ({"Tmpfs": {"/sys": ""}}, "a mount at /sys"),
    "volume driver": ({"VolumeDriver": "evil"}, "the volume driver evil"),
    "SYS_ADMIN": ({"CapAdd": ["SYS_ADMIN"]}, "--cap-add SYS_ADMIN: it would take over"),
    "SYS_ADMIN by its long name": ({"CapAdd": ["cap_sys_admin"]}, "--cap-add cap_sys_admin"),
    "SYS_ADMIN as a bare string": ({"CapAdd": "SYS_ADMIN"}, "--cap-add SYS_ADMIN"),
    "SYS_ADMIN behind NET_ADMIN": ({"CapAdd": ["NET_ADMIN", "SYS_ADMIN"]}, "--cap-add SYS_ADMIN"),
    "all capabilities": ({"CapAdd": ["ALL"]}, "--cap-add ALL"),
    "SYS_PTRACE": ({"CapAdd": ["SYS_PTRACE"]}, "--cap-add SYS_PTRACE"),
    "SYS_MODULE": ({"CapAdd": ["SYS_MODULE"]}, "--cap-add SYS_MODULE"),
    "device": ({"Devices": [{"PathOnHost": "/dev/kmsg", "PathInContainer": "/k"}]}, "devices of the lab host"),
    "device request": ({"DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}]}, "devices of the lab host"),
    "device rule": ({"DeviceCgroupRules": ["a *:* rwm"]}, "devices of the lab host"),
    "host pid": ({"PidMode": "host"}, "--pid host: it would show the lab host's own processes"),
    "host ipc": ({"IpcMode": "host"}, "--ipc host"),
    "host uts": ({"UTSMode": "host"}, "--uts host"),
    "host user namespace": ({"UsernsMode": "host"}, "--userns"),
    "host control groups": ({"CgroupnsMode": "host"}, "--cgroupns host"),
    "no seccomp": ({"SecurityOpt": ["seccomp=unconfined"]}, "--security-opt seccomp=unconfined"),
    "no AppArmor": ({"SecurityOpt": ["apparmor=unconfined"]}, "--security-opt apparmor=unconfined"),
    "system paths": ({"SecurityOpt": ["systempaths=unconfined"]}, "--security-opt systempaths=unconfined"),
    "seccomp as a bare string": ({"SecurityOpt": "seccomp=unconfined"}, "--security-opt seccomp=unconfined"),
    "nothing masked": ({"MaskedPaths": []}, "a choice of masked or read-only paths"),
    "nothing read-only": ({"ReadonlyPaths": []}, "a choice of masked or read-only paths"),
    "cgroup parent": ({"CgroupParent": "/"}, "--cgroup-parent"),
    "another runtime": ({"Runtime": "io.containerd.runc.v1"}, "the runtime io.containerd.runc.v1"),
    "kernel sysctl": ({"Sysctls": {"kernel.core_pattern": "|/x"}}, "--sysctl kernel.core_pattern"),
    "sysctl that climbs": ({"Sysctls": {"net./../kernel/core_pattern": "|/x"}}, "--sysctl net./../kernel"),
    "storage option": ({"StorageOpt": {"size": "1G"}}, "--storage-opt"),
    "log to syslog": ({"LogConfig": {"Type": "syslog", "Config": {}}}, "the log driver syslog"),
    "log option": (
        {"LogConfig": {"Type": "json-file", "Config": {"path": "/x"}}},
        "the log option path",
    ),
    "annotation": ({"Annotations": {"a": "b"}}, "--annotation"),
    "a field of tomorrow": ({"TakeOver": True}, "the field takeover"),
}

_TORN = b'{"Image": "toolbox", "HostConfig": {"Privil'
_DEEP = b'{"Image": "toolbox", "Labels": ' + b'{"a":' * 200_000 + b"1" + b"}" * 200_001

REFUSED = [
    *(_create(name, container(**fields), said) for name, (fields, said) in HOST_WISHES.items()),
    *(
        _create(f"{name}, in the old form", {"Image": "toolbox", "Cmd": ["true"], **fields}, said)
        for name, (fields, said) in HOST_WISHES.items()
    ),
    _create("volume at /proc declared by the container", container({"Volumes": {"/proc": {}}}), "a mount at /proc"),
    # what the engine would read differently
    _create("another case", container(pRIVILEGED=True), "--privileged"),
    _create("letters that fold", {"HostConfig": {"Bindſ": ["/etc:/x"]}}, "outside ASCII"),
    _create("a Kelvin sign", {"HostConfig": {"Networ\u212aMode": "host"}}, "outside ASCII"),
    _create("one key twice", b'{"Image": "toolbox", "HostConfig": {"Privileged": true, "Privileged": false}}', "twice"),
    _create("two spellings", b'{"HostConfig": {"Privileged": true}, "hostconfig": {"NetworkMode": "none"}}', "twice"),
    _create("two host configurations", b'{"HostConfig": {"Privileged": true}, "HostConfig": {}}', "twice"),
    _create("no body", b"", "needs a body"),
    _create("torn body", _TORN, "not plain JSON"),
    _create("two bodies", b'{"Image": "toolbox"}{"HostConfig": {"Privileged": true}}', "not plain JSON"),
    _create("byte-order mark", b"\xef\xbb\xbf{}", "not plain JSON"),
    _create("bytes that are no text", b'{"Image": "\xff"}', "not plain JSON"),
    _create("UTF-16", '{"Image": "toolbox"}'.encode("utf-16"), "not plain JSON"),
    _create("NaN", b'{"Memory": NaN}', "not a number"),
    _create("too deep", _DEEP, "not plain JSON"),
    _create("a list", b"[]", "not an object"),
    # updates, execs, starts
    Wish("update of devices", "POST", "/containers/web/update", {"Devices": [{"PathOnHost": "/dev/mem"}]}, "devices"),
    Wish("update of device rules", "POST", "/containers/web/update", {"DeviceCgroupRules": ["a *:* rwm"]}, "devices"),
    Wish("update of the cgroup parent", "POST", "/containers/web/update", {"cgroupparent": "/"}, "--cgroup-parent"),
    Wish("update to privileged", "POST", "/containers/web/update", {"Privileged": True}, "the field privileged"),
    Wish("privileged exec", "POST", "/containers/web/exec", {"Cmd": ["sh"], "Privileged": True}, "exec --privileged"),
    Wish("privileged exec in another case", "POST", "/containers/web/exec", {"PRIVILEGED": True}, "exec --privileged"),
    Wish("exec without a body", "POST", "/containers/web/exec", b"", "needs a body"),
    Wish("start with settings", "POST", "/v1.24/containers/web/start", {"Privileged": True}, "a start with settings"),
    Wish(
        "start from a checkpoint", "POST", "/containers/web/start?checkpoint=a", b"", "the word checkpoint in a start"
    ),
    Wish(
        "start from a path",
        "POST",
        "/containers/web/start?checkpoint-dir=%2Fetc",
        b"",
        "the word checkpoint-dir in a start",
    ),
    Wish("checkpoint to a path", "POST", "/containers/web/checkpoints", {"CheckpointDir": "/etc"}, "does not need it"),
    # volumes, plugins, networks
    Wish(
        "volume with options", "POST", "/volumes/create", {"Name": "vv", "DriverOpts": OPTIONS}, "volume driver options"
    ),
    Wish(
        "volume of another driver", "POST", "/volumes/create", {"Name": "vv", "Driver": "nfs"}, "the volume driver nfs"
    ),
    Wish("cluster volume", "POST", "/volumes/create", {"Name": "vv", "ClusterVolumeSpec": {"Group": "g"}}, "cluster"),
    Wish("change of a cluster volume", "PUT", "/volumes/vv?version=1", {"Spec": {}}, "does not need it"),
    Wish("plugin install", "POST", "/plugins/pull?remote=x", [], "plugins: "),
    Wish("plugin made here", "POST", "/plugins/create?name=x", b"", "plugins: "),
    Wish("plugin enabled", "POST", "/plugins/x/enable", b"", "plugins: "),
    Wish("plugin set", "POST", "/plugins/x/set", ["a=b"], "plugins: "),
    Wish("plugin removed", "DELETE", "/plugins/x", b"", "plugins: "),
    Wish(
        "network driver as a path", "POST", "/networks/create", {"Name": "n", "Driver": "../../x"}, "the driver ../../x"
    ),
    Wish(
        "address driver as a path",
        "POST",
        "/networks/create",
        {"Name": "n", "IPAM": {"Driver": "../x"}},
        "the driver ../x",
    ),
    # builds
    Wish("build on the host's network", "POST", "/build?networkmode=host", b"", "docker build --network host"),
    Wish("build with two networks", "POST", "/build?networkmode=none&networkmode=host", b"", "build --network host"),
    Wish("build under another cgroup", "POST", "/build?cgroupparent=/", b"", "--cgroup-parent"),
    Wish("build with security options", "POST", "/build?securityopt=%5B%22a%22%5D", b"", "build --security-opt"),
    Wish("build from elsewhere", "POST", "/build?remote=http%3A%2F%2Fx%2FDockerfile", b"", "building from http://x"),
    Wish("build with a wish of tomorrow", "POST", "/build?takeover=1", b"", "the word takeover in a build"),
    # Swarm
    *(
        Wish(f"service: {name}", "POST", "/services/create", body, said)
        for name, body, said in [
            ("bind mount", service(Mounts=[BIND]), "the bind mount of /etc"),
            ("volume options", service(Mounts=[WITH_OPTIONS]), "volume driver options"),
            ("SYS_ADMIN", service(CapabilityAdd=["CAP_SYS_ADMIN"]), "--cap-add CAP_SYS_ADMIN"),
            ("no seccomp", service(Privileges={"Seccomp": {"Mode": "unconfined"}}), "the field seccomp in Privileges"),
            ("no AppArmor", service(Privileges={"AppArmor": {"Mode": "disabled"}}), "the field apparmor in Privileges"),
            ("kernel sysctl", service(Sysctls={"kernel.shmmax": "1"}), "--sysctl kernel.shmmax"),
            ("plugin", {"TaskTemplate": {"PluginSpec": {"Name": "x", "Remote": "x"}}}, "services that install plugins"),
            ("plugin runtime", service({"Runtime": "plugin"}), "the service runtime plugin"),
            ("log driver", service({"LogDriver": {"Name": "gelf"}}), "the log driver gelf"),
            ("config over /proc", service(Configs=[{"File": {"Name": "/proc/x"}}]), "a mount at /proc/x"),
            ("secret over /dev", service(Secrets=[{"File": {"Name": "../../dev/null"}}]), "a mount at /dev/null"),
        ]
    ),
    Wish(
        "service update to a bind mount", "POST", "/services/s/update?version=1", service(Mounts=[BIND]), "bind mount"
    ),
    Wish("secret from a driver", "POST", "/secrets/create", {"Name": "s", "Driver": {"Name": "x"}}, "the field driver"),
    Wish(
        "outside certificate authority",
        "POST",
        "/swarm/update?version=1",
        {"CAConfig": {"ExternalCAs": [{"URL": "https://x"}]}},
        "the field externalcas in CAConfig",
    ),
    # paths with two readings
    *(
        Wish(f"path {uri}", "POST", uri, container(Privileged=True), said, live=uri[-1] != "%")
        for uri, said in [
            ("/v1.45/containers/create", "--privileged"),
            ("/%63ontainers/create", "--privileged"),
            ("/containers/create?name=/auth", "--privileged"),
            ("//containers/create", "its path"),
            ("/v1.45//containers/create", "its path"),
            ("/v1.45/../containers/create", "its path"),
            ("/v1.45/%2e%2e/containers/create", "its path"),
            ("/x/../containers/create", "its path"),
            ("/./containers/create", "its path"),
            ("/containers/create/", "its path"),
            ("/containers%2Fcreate%00", "its path"),
            ("/containers/create#x", "its path"),
            ("/containers/create%", "its path"),
            ("/Containers/Create", "does not need it"),
            ("/v1.45.1/containers/create", "does not need it"),
            ("/v../containers/create", "does not need it"),
            ("/v1.12/containers/create", "version 1.12 of the API"),
            ("/containers/create/auth", "does not need it"),
        ]
    ),
    Wish(
        "a whole address as path", "POST", "http://x/containers/create", container(Privileged=True), "path", live=False
    ),
    Wish("an unknown method", "post", "/containers/create", container(), "does not need it", live=False),
    Wish("no method", "", "/containers/json", b"", "does not need it", live=False),
    Wish("debugging the engine", "GET", "/debug/pprof/heap", b"", "does not need it"),
]


def _granted(name: str, body: Any) -> Wish:
    return Wish(name, "POST", "/containers/create", body)


_VOLUME = {"Type": "volume", "Source": "data", "Target": "/x", "ReadOnly": True, "VolumeOptions": {"NoCopy": True}}
_LIMITS = {
    "Memory": 1 << 26,
    "NanoCpus": 500_000_000,
    "PidsLimit": 50,
    "Ulimits": [{"Name": "nofile", "Soft": 9, "Hard": 9}],
}

# The zero values that the docker command sends with every container, as it sends them.
_ZEROS: dict[str, Any] = {
    "Binds": None, "ContainerIDFile": "", "LogConfig": {"Type": "", "Config": {}}, "NetworkMode": "default",
    "PortBindings": {}, "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "AutoRemove": False,
    "VolumeDriver": "", "VolumesFrom": None, "ConsoleSize": [24, 80], "CapAdd": None, "CapDrop": None,
    "CgroupnsMode": "", "Dns": [],
    "DnsOptions": [], "DnsSearch": [], "ExtraHosts": None, "GroupAdd": None, "IpcMode": "", "Cgroup": "", "Links": None,
    "OomScoreAdj": 0, "PidMode": "", "Privileged": False, "PublishAllPorts": False, "ReadonlyRootfs": False,
    "SecurityOpt": None, "UTSMode": "", "UsernsMode": "", "ShmSize": 0, "Isolation": "", "CpuShares": 0, "Memory": 0,
    "NanoCpus": 0, "CgroupParent": "", "BlkioWeight": 0, "BlkioWeightDevice": [], "BlkioDeviceReadBps": [],
    "BlkioDeviceWriteBps": [], "CpuPeriod": 0, "CpuQuota": 0, "CpuRealtimePeriod": 0, "CpuRealtimeRuntime": 0,
    "CpusetCpus": "", "CpusetMems": "", "Devices": [], "DeviceCgroupRules": None, "DeviceRequests": None,
    "MemoryReservation": 0, "MemorySwap": 0, "MemorySwappiness": -1, "OomKillDisable": False, "PidsLimit": 0,
    "Ulimits": [], "CpuCount": 0, "CpuPercent": 0, "IOMaximumIOps": 0, "IOMaximumBandwidth": 0, "MaskedPaths": None,
    "ReadonlyPaths": None,
}  # fmt: skip

_NETWORKS: dict[str, dict[str, Any]] = {
    "front": {"Driver": "bridge", "CheckDuplicate": True},
    "inner": {"Internal": True, "Attachable": True, "Labels": {"a": "b"}},
    "mac": {"Driver": "macvlan", "Options": {"parent": "eth0"}},
    "ipv": {"Driver": "ipvlan", "Options": {"parent": "eth0"}},
    "over": {"Driver": "overlay", "Attachable": True, "Options": {"encrypted": ""}},
    "plugged": {"Driver": "my-driver"},
    "pool": {"IPAM": {"Driver": "default", "Config": [{"Subnet": "10.9.0.0/24", "IPRange": "10.9.0.0/25"}]}},
    "mtu": {"Options": {"com.docker.network.driver.mtu": "1400"}},
}

GRANTED = [
    _granted("a plain container", container()),
    _granted("what the docker command sends", container(**_ZEROS)),
    _granted("not privileged", container(Privileged=False)),
    _granted("host network", container(NetworkMode="host")),
    _granted("no network", container(NetworkMode="none")),
    _granted("another's network", container(NetworkMode="container:web")),
    _granted("NET_ADMIN and NET_RAW", container(CapAdd=["NET_ADMIN", "NET_RAW"])),
    _granted("capabilities by their long names", container(CapAdd=["CAP_NET_ADMIN", "cap_chown"])),
    _granted("capabilities dropped", container(CapDrop=["ALL"], CapAdd=["NET_BIND_SERVICE"])),
    _granted("sysctls of the network", container(Sysctls={"net.ipv4.ip_forward": "1", "net.core.somaxconn": "9"})),
    _granted("name servers", container(Dns=["10.0.0.1"], DnsSearch=["lan"], DnsOptions=["ndots:1"])),
    _granted("host names", container(ExtraHosts=["a:10.0.0.1"], Links=[])),
    _granted("published ports", container(PortBindings={"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]})),
    _granted(
        "a fixed address",
        container(NetworkMode="bridge") | {"NetworkingConfig": {"EndpointsConfig": {"bridge": {"Aliases": None}}}},
    ),
    _granted("a MAC address", container({"MacAddress": "02:42:ac:11:00:02"})),
    _granted("a named volume", container(Binds=["data:/x"])),
    _granted("a read-only volume that is not filled", container(Binds=["data:/x:ro,nocopy"])),
    _granted("a volume by --mount", container(Mounts=[_VOLUME])),
    _granted("an anonymous volume", container({"Volumes": {"/x": {}}})),
    _granted("tmpfs", container(Tmpfs={"/run": "rw,exec,size=1m", "/dev/shm": ""})),
    _granted("tmpfs by --mount", container(Mounts=[{"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"Mode": 511}}])),
    _granted("another's volumes", container(VolumesFrom=["web:ro"])),
    _granted("another's processes", container(PidMode="container:web", IpcMode="private")),
    _granted("limits", container(**_LIMITS)),
    _granted("restart and init", container(Init=True, RestartPolicy={"Name": "always"}, LogConfig={"Type": "local"})),
    _granted("no new privileges", container(SecurityOpt=["no-new-privileges:true"])),
    _granted("a health check", container({"Healthcheck": {"Test": ["CMD", "true"], "Interval": 1_000_000_000}})),
    _granted("labels of any spelling", container({"Labels": {"größe": "1", "Größe": "2", "Privileged": "true"}})),
    _granted("environment", container({"Env": ["A=b"], "User": "1000", "WorkingDir": "/", "Tty": True})),
    Wish("an update of limits", "POST", "/containers/web/update", {"Memory": 1 << 26, "RestartPolicy": {"Name": "no"}}),
    Wish("an exec", "POST", "/containers/web/exec", {"Cmd": ["ls"], "User": "root", "Privileged": False}),
    *(
        Wish(f"container {act}", "POST", f"/containers/web/{act}")
        for act in ("start", "restart?t=0", "unpause", "stop?t=0", "kill", "pause", "wait", "attach", "rename?name=w2")
    ),
    Wish("copy into a container", "PUT", "/containers/web/archive?path=/tmp"),
    Wish("copy from a container", "GET", "/containers/web/archive?path=/etc/hosts"),
    Wish("removal", "DELETE", "/containers/web?force=1"),
    Wish("commit", "POST", "/commit?container=web", b"null"),
    *(
        Wish(f"network: {name}", "POST", "/networks/create", {"Name": name} | spec)
        for name, spec in _NETWORKS.items()
    ),
    Wish("connect", "POST", "/networks/front/connect", {"Container": "web", "EndpointConfig": {"Aliases": ["w"]}}),
    Wish("disconnect", "POST", "/networks/front/disconnect", {"Container": "web", "Force": True}),
    Wish("network of a free name", "DELETE", "/networks/my%20net"),
    Wish("a volume", "POST", "/volumes/create", {"Name": "vol1", "Driver": "local", "DriverOpts": {}, "Labels": None}),
    Wish("a classic build", "POST", "/build?t=x&networkmode=default&remote=&rm=1&version=1"),
    Wish("a build without network", "POST", "/build?networkmode=none"),
    *(Wish(path, "POST", path, live=False) for path in ("/session", "/grpc", "/images/load", "/build/prune")),
    Wish("a tag", "POST", "/images/toolbox/tag?repo=x%2Fy&tag=z"),
    Wish("a tag of a long name", "POST", "/images/lab/x/toolbox:latest/tag?repo=y"),
    Wish("a push", "POST", "/images/none/push"),
    Wish("removal of an image", "DELETE", "/images/x%2Fy:z"),
    *(Wish(f"prune {kind}", "POST", f"/{kind}/prune") for kind in ("containers", "networks", "volumes")),
    *(
        Wish(f"look at {path}", "GET", path)
        for path in (
            "/_ping", "/v1.45/info", "/version", "/containers/json?all=1", "/containers/web/json",
            "/containers/web/top", "/containers/web/stats?stream=0", "/containers/web/logs?stdout=1",
            "/images/json", "/networks", "/volumes",
            "/system/df", "/swarm", "/nodes", "/services", "/tasks", "/secrets", "/images/toolbox/history",
        )
    ),
    Wish("ping", "HEAD", "/_ping"),
    Wish("a swarm", "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": "127.0.0.1", "Spec": {}}),
    Wish("join", "POST", "/swarm/join", {"RemoteAddrs": ["10.0.0.1:2377"], "JoinToken": "x"}, live=False),
    Wish("a service", "POST", "/services/create", service(Mounts=[_VOLUME], CapabilityAdd=["CAP_NET_ADMIN"])),
    Wish("a service with privileges taken", "POST", "/services/create", service(Privileges={"NoNewPrivileges": True})),
    Wish("a service's update", "POST", "/services/s/update?version=9", service(Env=["A=b"], Sysctls={"net.a": "1"})),
    Wish("a secret", "POST", "/secrets/create", {"Name": "sec", "Data": "c2Vj", "Labels": None}),
    Wish("a node's update", "POST", "/nodes/n/update?version=1", {"Availability": "drain", "Role": "manager"}),
    Wish("leaving the swarm", "POST", "/swarm/leave?force=1"),
]  # fmt: skip
