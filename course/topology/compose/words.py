"""The words of the Compose Specification: those that a topology takes over, and the others, which are noted."""

from __future__ import annotations

TOP = ("name", "services", "networks")
TOP_WORDS = ("version", "volumes", "configs", "secrets", "include", "models")
TOP_REASONS = {
    "version": "left out, as Compose itself ignores it",
    "include": "left out: read the other file by itself",
}

SERVICE = (
    "image", "container_name", "command", "entrypoint", "environment", "networks", "network_mode", "ports",
    "depends_on", "healthcheck", "cap_add", "sysctls", "dns", "dns_search", "extra_hosts", "hostname", "mac_address",
)  # fmt: skip
_OTHERS = """
    annotations attach blkio_config build cap_drop cgroup cgroup_parent configs cpu_count cpu_percent cpu_period
    cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec deploy develop
    device_cgroup_rules devices dns_opt domainname driver_opts env_file expose extends external_links gpus
    group_add init ipc isolation label_file labels links logging mem_limit mem_reservation mem_swappiness
    memswap_limit models oom_kill_disable oom_score_adj pid pids_limit platform post_start pre_stop privileged
    profiles provider pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open
    stop_grace_period stop_signal storage_opt tmpfs tty ulimits use_api_socket user userns_mode uts volumes
    volumes_from working_dir
"""
SERVICE_WORDS = tuple(_OTHERS.split())
SERVICE_REASONS = {
    "build": "left out, for a topology names an image: build it first",
    "env_file": "left out, so its variables are missing; say them under environment",
    "extends": "left out, so what it would bring in is missing",
    "links": "left out: containers on one network find each other by name without it",
    "profiles": "left out, so the service is there always",
    "scale": "left out, so there is one container",
    "deploy": "left out, so there is one container, without limits",
    "expose": "left out, for it opens nothing",
}

PLUG = ("aliases", "ipv4_address", "ipv6_address", "mac_address", "priority", "driver_opts")
PLUG_WORDS = ("link_local_ips", "interface_name", "gw_priority")

NETWORK = ("driver", "driver_opts", "ipam", "internal", "attachable", "external", "name", "enable_ipv6")
NETWORK_WORDS = ("labels", "enable_ipv4")
IPAM = ("config", "driver")
POOL = ("subnet", "gateway", "ip_range", "aux_addresses")
DEPENDENCY = ("condition",)
DEPENDENCY_WORDS = ("required", "restart")
MACHINE = ("address", "engine")
