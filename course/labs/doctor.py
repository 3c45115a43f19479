"""What works on this machine, what does not, and what that costs: for people, and as JSON."""

from __future__ import annotations

import dataclasses
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from course.errors import CourseError
from course.labs import engine, images, kernel
from course.labs.kernel import Tried
from course.labs.recipes import recipes

if TYPE_CHECKING:
    import docker

State = Literal["works", "limited", "cannot", "not probed"]
DISK_NEEDED, MEMORY_NEEDED = 3.0, 1.0  # GB to run the largest lesson; building images takes 4 GB for a while
DISK_WISHED, MEMORY_WISHED = 6.0, 3.0
PACKAGES = ("jupyterlab", "nbgrader", "ipykernel", "docker", "matplotlib")
LOCAL = ("http+docker://localhost", "http://localhost", "http://127.0.0.1")  # as docker-py calls engines
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Finding:
    """One fact about this machine. ``because`` is the cost of a lack, or its cause; ``next`` what to do."""

    group: str
    name: str
    state: State
    fact: str
    because: str = ""
    next: str = ""

    def lines(self) -> list[str]:
        """The finding as people read it."""
        rows = [f"{self.state:<11} {self.name:<14} {self.fact}".rstrip()]
        rows += [f"{'':<27}because: {self.because}"] if self.because else []
        return rows + ([f"{'':<27}do this: {self.next}"] if self.next else [])


@dataclass(frozen=True)
class Report:
    """All findings. ``healthy``: nothing that the present lessons need is missing."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether no finding says *cannot*."""
        return all(finding.state != "cannot" for finding in self.findings)

    def data(self) -> dict[str, Any]:
        """The report as JSON-ready data: ``{"healthy": bool, "findings": [...]}``."""
        return {"healthy": self.healthy, "findings": [dataclasses.asdict(finding) for finding in self.findings]}

    def __repr__(self) -> str:
        rows: list[str] = []
        for group in dict.fromkeys(finding.group for finding in self.findings):
            rows += ["", group]
            rows += [f"  {line}" for finding in self.findings if finding.group == group for line in finding.lines()]
        return "\n".join([*rows[1:], "", self._verdict()])

    def _verdict(self) -> str:
        if not self.healthy:
            return "Something that the lessons need is missing."
        if any(finding.state == "not probed" for finding in self.findings):
            return "Nothing is known to be missing, but not all could be tried."
        return "All that the lessons need is here."


def doctor() -> Report:
    """Look at everything; a part that cannot be looked at is a finding, not an error."""
    return Report((*_engine(), *_machine(), *_software()))


def _engine() -> Iterator[Finding]:
    try:
        client = engine.connect()
        info = client.info()
    except CourseError as error:
        yield Finding("Docker Engine", "engine", "cannot", error.what, error.because, error.next)
        return
    yield judge_engine(info, client.api.api_version, client.api.base_url)
    yield judge_cgroups(info)
    yield judge_disk(info["DockerRootDir"], _free(info["DockerRootDir"]))
    yield from _images(client)


def _images(client: docker.DockerClient) -> Iterator[Finding]:
    if images.find(client, recipes()):
        yield Finding("Docker Engine", "images", "works", "built and up to date")
    else:
        yield Finding("Docker Engine", "images", "not probed", "missing or out of date", next="make images")
    probes = [record.tag for record in images.records() if record.name == "labhost"]
    if not probes:
        for feature in kernel.FEATURES:
            yield Finding("Kernel", feature.name, "not probed", "make images, then ask again")
        return
    try:
        yield from map(judge_feature, kernel.tried(client, probes[-1]))
    except CourseError as error:
        yield Finding("Kernel", "lab host", "cannot", error.what, error.because, error.next)


def judge_engine(info: dict[str, Any], api: str, address: str) -> Finding:
    """Whether lab hosts can be run on this engine; ``info`` is what `docker info` knows."""
    fact = f"Docker {info['ServerVersion']}, API {api}, {info['OperatingSystem']}, kernel {info['KernelVersion']}"
    if "Docker Desktop" in info["OperatingSystem"]:
        because = "its containers run in a virtual machine of their own, and the labs' sockets do not cross into it"
        return Finding("Docker Engine", "engine", "cannot", fact, because, "use Linux, or a virtual machine with Linux")
    if not address.startswith(LOCAL):
        because = "it is another machine's, and the labs' sockets are files on this one"
        return Finding("Docker Engine", "engine", "cannot", fact, because, "unset DOCKER_HOST to use a local engine")
    if any("rootless" in option for option in info.get("SecurityOptions") or ()):
        because = "it is rootless: the course has not been tried on rootless engines"
        return Finding("Docker Engine", "engine", "limited", fact, because)
    return Finding("Docker Engine", "engine", "works", fact)


def judge_cgroups(info: dict[str, Any]) -> Finding:
    """Both versions of cgroups do; a limit that the engine cannot set, the labs' containers cannot have."""
    fact = f"version {info.get('CgroupVersion', '1')}, driver {info.get('CgroupDriver', 'unknown')}"
    if not info.get("MemoryLimit", True):
        return Finding("Docker Engine", "cgroups", "limited", fact, "the kernel cannot limit a container's memory")
    return Finding("Docker Engine", "cgroups", "works", fact)


def judge_disk(place: str, free: float | None) -> Finding:
    """``free`` is in GB; None where the engine's disk cannot be seen from here."""
    if free is None:
        return Finding("Docker Engine", "disk", "not probed", f"{place} cannot be seen from here")
    state, next = _enough(free, DISK_NEEDED, DISK_WISHED)
    because = "" if state == "works" else f"labs take {DISK_NEEDED:.0f} GB, building the images {DISK_WISHED:.0f} GB"
    return Finding("Docker Engine", "disk", state, f"{free:.1f} GB free in {place}", because, next)


def judge_memory(free: float) -> Finding:
    """``free`` is in GB."""
    state, next = _enough(free, MEMORY_NEEDED, MEMORY_WISHED)
    because = "" if state == "works" else f"a lab host takes 0.2 GB, JupyterLab and kernels {MEMORY_NEEDED:.0f} GB"
    return Finding("This machine", "memory", state, f"{free:.1f} GB available", because, next)


def judge_feature(tried: Tried) -> Finding:
    """A missing feature costs something; only those that every lesson needs make the machine unfit."""
    feature = tried.feature
    if tried.works:
        return Finding("Kernel", feature.name, "works", "")
    fact = f"missing ({tried.said})" if tried.said else "missing"
    if feature.needed:
        next = "use a Linux kernel with this feature, such as Debian's or Ubuntu's own"
        return Finding("Kernel", feature.name, "cannot", fact, feature.cost, next)
    return Finding("Kernel", feature.name, "limited", fact, feature.cost)


def _enough(free: float, needed: float, wished: float) -> tuple[State, str]:
    if free < needed:
        return "cannot", "free some, then run `course doctor` again"
    return ("works" if free >= wished else "limited"), ""


def _free(place: str) -> float | None:
    try:
        return shutil.disk_usage(place).free / 1e9
    except OSError:
        return None


def _machine() -> Iterator[Finding]:
    yield Finding("This machine", "system", "works", f"{platform.platform()}, {os.cpu_count()} cores")
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        rows = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
        yield judge_memory(int(rows["MemAvailable"].split()[0]) * 1024 / 1e9)


def _software() -> Iterator[Finding]:
    yield Finding("Software", "Python", "works", platform.python_version())
    for package in PACKAGES:
        try:
            yield Finding("Software", package, "works", version(package))
        except PackageNotFoundError:
            yield Finding("Software", package, "cannot", "not installed", next="make learn")
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), "")
    if browser:
        yield Finding("Software", "Chromium", "works", browser)
    else:
        yield Finding("Software", "Chromium", "limited", "not installed", "only the tests in a browser need it")
