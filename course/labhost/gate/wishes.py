"""Which wishes a lab host grants: a table for each structure that a request can carry. Pure data.

What stands in no table must be empty (see `guards`). Fields as of API 1.45 (Engine 26), from
https://docs.docker.com/reference/api/engine/.
"""

from __future__ import annotations

from typing import Any

from course.labhost.gate.guards import (
    TAKES_OVER,
    Table,
    anything,
    binds,
    capabilities,
    defaults_only,
    driver,
    each,
    file_name,
    harmless,
    log_options,
    mount_type,
    must_hold,
    never,
    obey,
    only,
    security_options,
    sysctls,
    target,
    targets,
    volume_driver_options,
    volume_name,
    within,
)
from course.labhost.gate.strictjson import fields

# --- tables: containers ----------------------------------------------------------------------------------------------

_local_volume = only("the volume driver", "it could mount anything", "local")
_plain_log = only("the log driver", "it writes outside the container's own log", "json-file", "local", "none")
_no_device = never("devices of the lab host", TAKES_OVER)

VOLUME_OPTIONS: Table = {
    **harmless("nocopy labels"),
    "driverconfig": within({"name": _local_volume, "options": volume_driver_options}, "DriverConfig"),
    "subpath": never("volume-subpath", "a link in the volume could lead out of it"),
}
MOUNT: Table = {
    **harmless("readonly consistency tmpfsoptions"),
    "type": mount_type,
    "source": volume_name,
    "target": target,
    "bindoptions": never("bind mount options", "it would open the lab host's own files to a container"),
    "volumeoptions": within(VOLUME_OPTIONS, "VolumeOptions"),
}


def mount(value: Any) -> None:
    """One item of ``Mounts``. Its type must be said; a bind mount is refused by the words used for -v."""
    said = fields(value, "a mount")
    if said.get("type") == "bind":
        volume_name(said.get("source") or "/")
    mount_type(said.get("type"))
    obey(value, MOUNT, "a mount")


RESOURCES: Table = {
    **harmless(
        "cpushares memory nanocpus blkioweight cpuperiod cpuquota cpurealtimeperiod cpurealtimeruntime cpusetcpus "
        "cpusetmems kernelmemory kernelmemorytcp memoryreservation memoryswap memoryswappiness oomkilldisable "
        "pidslimit ulimits cpucount cpupercent iomaximumiops iomaximumbandwidth restartpolicy"
    ),
    "devices": _no_device,
    "devicerequests": _no_device,
    "devicecgrouprules": _no_device,
    "cgroupparent": never("--cgroup-parent", "a container belongs under its own engine's limits"),
}
HOST_CONFIG: Table = {
    **RESOURCES,
    **harmless(
        "containeridfile networkmode portbindings autoremove capdrop dns dnsoptions dnssearch extrahosts groupadd "
        "links publishallports readonlyrootfs consolesize oomscoreadj shmsize init volumesfrom"
    ),
    "privileged": never("--privileged", TAKES_OVER, "NET_ADMIN is allowed: try --cap-add NET_ADMIN"),
    "capadd": capabilities,
    "binds": binds,
    "mounts": each(mount, "Mounts"),
    "tmpfs": targets,
    "volumedriver": _local_volume,
    "securityopt": security_options,
    "maskedpaths": defaults_only,
    "readonlypaths": defaults_only,
    "sysctls": sysctls,
    "pidmode": only("--pid", "it would show the lab host's own processes", like="container:"),
    "ipcmode": only("--ipc", "it would share the lab host's memory", "none", "private", "shareable", like="container:"),
    "utsmode": never("--uts host", "it would let a container rename the lab host"),
    "usernsmode": never("--userns", TAKES_OVER),
    "cgroupnsmode": only("--cgroupns", "it would show the lab host's own control groups", "private"),
    "runtime": only("the runtime", "only the engine's own is known to be safe", "runc"),
    "isolation": only("the isolation", "it is for Windows", "default"),
    "logconfig": within({"type": _plain_log, "config": log_options}, "LogConfig"),
    "storageopt": never("--storage-opt", "it changes how the lab host stores containers"),
    "annotations": never("--annotation", "it can pass settings to the runtime unseen"),
}
CONFIG: Table = {
    **harmless(
        "hostname domainname user attachstdin attachstdout attachstderr exposedports tty openstdin stdinonce env cmd "
        "healthcheck argsescaped image workingdir entrypoint networkdisabled macaddress onbuild labels stopsignal "
        "stoptimeout shell"
    ),
    "volumes": targets,
}
# Old forms of the API take a host configuration's fields beside those of the configuration.
CONTAINER: Table = {
    **HOST_CONFIG,
    **CONFIG,
    "hostconfig": within(HOST_CONFIG, "HostConfig"),
    "networkingconfig": anything,
}
START: Table = harmless("detachKeys t signal")  # never a checkpoint, which is read from a path of the lab host
EXEC: Table = {
    **harmless(
        "user tty consolesize attachstdin attachstderr attachstdout detachkeys env workingdir cmd detach container"
    ),
    "privileged": never("exec --privileged", TAKES_OVER, "Start the container with --cap-add NET_ADMIN"),
}

# --- tables: everything else -----------------------------------------------------------------------------------------

VOLUME: Table = {
    **harmless("name labels"),
    "driver": _local_volume,
    "driveropts": volume_driver_options,
    "clustervolumespec": never("cluster volumes", "they mount what a plugin says"),
}
IPAM: Table = {**harmless("options config"), "driver": driver}
NETWORK: Table = {
    **harmless(
        "name checkduplicate scope enableipv4 enableipv6 internal attachable ingress configonly configfrom options "
        "labels"
    ),
    "driver": driver,
    "ipam": within(IPAM, "IPAM"),
}
CONNECTION: Table = harmless("container endpointconfig force")

_in_container = within({**harmless("uid gid mode"), "name": file_name}, "File")
REFERENCE: Table = {**harmless("secretid secretname configid configname"), "file": _in_container}
PRIVILEGES: Table = {"nonewprivileges": anything}
CONTAINER_SPEC: Table = {
    **harmless(
        "image labels command args hostname env dir user groups stopsignal tty openstdin readonly stopgraceperiod "
        "healthcheck hosts dnsconfig init capabilitydrop ulimits oomscoreadj"
    ),
    "mounts": each(mount, "Mounts"),
    "capabilityadd": capabilities,
    "sysctls": sysctls,
    "privileges": within(PRIVILEGES, "Privileges"),
    "isolation": HOST_CONFIG["isolation"],
    "secrets": each(within(REFERENCE, "a secret"), "Secrets"),
    "configs": each(within(REFERENCE, "a config"), "Configs"),
}
TASK: Table = {
    **harmless("resources restartpolicy placement networks forceupdate"),
    "containerspec": within(CONTAINER_SPEC, "ContainerSpec"),
    "pluginspec": never("services that install plugins", TAKES_OVER),
    "runtime": only("the service runtime", "it would install plugins", "container"),
    "logdriver": within({"name": _plain_log, "options": log_options}, "LogDriver"),
}
SERVICE: Table = {
    **harmless("name labels mode updateconfig rollbackconfig networks endpointspec"),
    "tasktemplate": within(TASK, "TaskTemplate"),
}
SECRET: Table = harmless("name labels data")
NODE: Table = harmless("name labels role availability")
SWARM_SPEC: Table = {
    **harmless("name labels orchestration raft dispatcher encryptionconfig"),
    "caconfig": within(harmless("nodecertexpiry forcerotate"), "CAConfig"),
    "taskdefaults": within({"logdriver": TASK["logdriver"]}, "TaskDefaults"),
}
SWARM: Table = {
    **harmless(
        "listenaddr advertiseaddr datapathaddr datapathport defaultaddrpool subnetsize forcenewcluster "
        "autolockmanagers availability remoteaddrs jointoken unlockkey"
    ),
    "spec": within(SWARM_SPEC, "Spec"),
}
BUILD: Table = {
    **harmless(
        "t dockerfile q nocache pull rm forcerm memory memswap cpushares cpuperiod cpuquota cpusetcpus cpusetmems "
        "buildargs shmsize ulimits labels extrahosts squash target platform version session buildid cachefrom outputs"
    ),
    "networkmode": only(
        "docker build --network", "a build shall not see the lab host's network", "default", "none", "bridge"
    ),
    "remote": only("building from", "the lab has no way out", "client-session", "upload-request"),
    "cgroupparent": RESOURCES["cgroupparent"],
    "securityopt": never("docker build --security-opt"),
    "isolation": HOST_CONFIG["isolation"],
}

# --- tables: what the engine says about its objects -------------------------------------------------------------------

INSPECTED: Table = {
    **HOST_CONFIG,
    "maskedpaths": must_hold("/proc/kcore"),
    "readonlypaths": must_hold("/proc/sys"),
    "cgroupnsmode": anything,  # engines on cgroup v1 put "host" here by themselves
}
INSPECTED_VOLUME: Table = {
    **harmless("name labels createdat mountpoint scope status usagedata"),
    "driver": VOLUME["driver"],
    "options": volume_driver_options,
}
