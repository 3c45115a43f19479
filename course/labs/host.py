"""One machine of a lab, as the learner holds it: its docker-py client and its agent."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from course.errors import CourseError, LabError
from course.labhost import wire
from course.labhost.capturing.captured import Order
from course.labhost.records import Answer, Details, Probe, Run, State, from_data, to_json
from course.labhost.tracing.sightings import Question, Seen, Wanted

if TYPE_CHECKING:
    import docker

# A server that was started a moment ago may not listen yet: a refusal counts once it has lasted this many seconds.
SETTLE = 1.0
CONNECTIONS = 64  # that a client keeps: threads that share it find one each


class Host:
    """A lab host, or a plain machine on its LAN.

    ``address`` is its IPv4 address on the LAN. ``sockets`` is the folder of ``docker.sock`` and
    ``agent.sock``; the teacher's ``admin.sock`` lies in a folder beside it.
    """

    def __init__(self, name: str, address: str, sockets: Path, has_engine: bool) -> None:
        self.name = name
        self.address = address
        self.sockets = sockets
        self.has_engine = has_engine
        self._lease: wire.UnixConnection | None = None

    def __repr__(self) -> str:
        kind = "lab host" if self.has_engine else "machine"
        return f"<{kind} {self.name} at {self.address}>"

    @cached_property
    def client(self) -> docker.DockerClient:
        """A plain docker-py client of the engine inside; LabError on a machine that has none."""
        import docker

        if not self.has_engine:
            raise LabError(f"{self.name} is a plain machine: no Docker Engine runs on it", next="use a lab host")
        try:
            return docker.DockerClient(base_url=self.engine_url, timeout=120, max_pool_size=CONNECTIONS)
        except docker.errors.DockerException as error:
            raise self._lost(error) from error

    @property
    def engine_url(self) -> str:
        """What DOCKER_HOST must be to reach the engine inside."""
        return f"unix://{self.sockets / 'docker.sock'}"

    # --- looking and asking -------------------------------------------------------------------

    def state(self, *views: str, rules: bool = True, cables: bool = True, settings: Sequence[str] = ()) -> State:
        """The machine's networks as they are now; only the named views if any are named.

        Leave out what nobody reads: the firewall's ``rules``, and ``cables``, the other ends of veth pairs outside
        the named views. ``settings`` are the kernel's to read in each view (``net.ipv4.ip_forward``).
        """
        without = ["rules"] * (not rules) + ["cables"] * (not cables)
        lists = {"views": views, "without": without, "settings": settings}
        query = urlencode({name: ",".join(words) for name, words in lists.items() if words})
        return from_data(State, self._ask("GET", f"/state?{query}"))

    def details(self, *views: str) -> dict[str, Details]:
        """What a closer look at these views tells; one that cannot be looked at is left out."""
        answer = self._ask("POST", "/details", to_json({"views": views}))
        return {name: from_data(Details, details) for name, details in answer.items()}

    def probe(self, probes: list[Probe]) -> list[Answer]:
        """Ask all questions at once, with real packets; answers come in the order of the questions."""
        patience = 15 + max((probe.timeout for probe in probes), default=0)
        body = to_json({"probes": probes})
        return [from_data(Answer, answer) for answer in self._ask("POST", "/probe", body, patience)["answers"]]

    def capture(self, order: Order) -> wire.Stream:
        """Start a capture: a stream of captured.Event lines, of which the first has come and is ``ready``.

        Raises CourseError if there is no such place or the filter is wrong. Close the stream.
        """
        path = str(self.sockets / "agent.sock")
        try:
            stream = wire.Stream(path, "POST", "/capture", to_json(order))
            first = next(stream.lines(), b"{}")
        except OSError as error:
            raise self._lost(error) from error
        if stream.status >= 400:
            stream.close()
            raise CourseError(json.loads(first).get("error", f"{self.name} answered {stream.status}"))
        stream.patient()
        return stream

    def run(self, command: str | list[str]) -> Run:
        """Run one network tool on the machine itself, such as ``ip -br addr``."""
        argv = shlex.split(command) if isinstance(command, str) else command
        return from_data(Run, self._ask("POST", "/run", to_json({"argv": argv})))

    def ping(self, target: str, source: str = "host", timeout: float = 1.0) -> Answer:
        """One ICMP echo from ``source`` (this machine itself, or one of its containers)."""
        return self.probe([Probe("icmp", source, target, timeout=timeout)])[0]

    def tcp(self, target: str, port: int, source: str = "host", timeout: float = 1.0) -> Answer:
        """Open and close one TCP connection; asked again for a moment while it is refused, see `SETTLE`."""
        return self._settled(Probe("tcp", source, target, port, timeout))

    def get(self, url: str, source: str = "host", timeout: float = 2.0) -> Answer:
        """One HTTP GET, with ``status`` and ``body``; asked again for a moment while it is refused, see `SETTLE`."""
        return self._settled(Probe("http", source, url, timeout=timeout))

    def _settled(self, probe: Probe) -> Answer:
        deadline = time.monotonic() + SETTLE
        while (answer := self.probe([probe])[0]).outcome == "refused" and time.monotonic() < deadline:
            time.sleep(0.05)
        return answer

    # --- following one question (see course.observe.trace) -----------------------------------------

    def watch(self, wanted: Wanted) -> None:
        """Watch for the packets of one trace from now on; CourseError if that many traces run already."""
        self._ask("POST", "/trace/watch", to_json(wanted))

    def ask(self, question: Question) -> Answer:
        """Ask one question with marked packets; this machine watches for them."""
        return from_data(Answer, self._ask("POST", "/trace/ask", to_json(question), 15 + question.timeout))

    def watched(self, mark: int) -> Seen:
        """End the watch: all that this machine saw."""
        return from_data(Seen, self._ask("POST", "/trace/end", json.dumps({"mark": mark})))

    # --- the teacher's socket -----------------------------------------------------------------

    def admin(self, action: str, **options: Any) -> Any:
        """``reset`` or ``fault`` over the teacher's socket; LabError where that socket is not ours to open."""
        return self._ask("POST", f"/{action}", json.dumps(options), 60, socket=self.admin_socket)

    @property
    def admin_socket(self) -> Path:
        """The teacher's socket: in a folder of its own, so that a desk can be given the other folder alone."""
        return self.sockets.with_name(f"{self.sockets.name}.admin") / "admin.sock"

    # --- leases ---------------------------------------------------------------------------------

    def health(self) -> dict[str, Any]:
        """``{"role", "leases", "idle_s"}``: how many kernels use the machine, and for how long none has."""
        return dict(self._ask("GET", "/health", patience=5))

    def answers(self) -> bool:
        """Whether the agent, and the engine where there is one, answer now."""
        try:
            self.health()
            # not by docker-py: its client leaks a socket when the engine is not up yet
            return not self.has_engine or wire.request(str(self.sockets / "docker.sock"), "GET", "/_ping")[0] == 200
        except (CourseError, OSError):
            return False

    def hold(self) -> None:
        """Take a lease: the machine ends by itself some time after the last process holding one has gone."""
        if self._lease is None:
            lease = wire.UnixConnection(str(self.sockets / "agent.sock"))
            lease.request("GET", "/lease")
            self._lease = lease

    def let_go(self) -> None:
        """Give the lease and the client's connections back."""
        if self._lease is not None:
            self._lease.close()
            self._lease = None
        if "client" in self.__dict__:
            self.__dict__.pop("client").close()

    # --- talking --------------------------------------------------------------------------------

    def _ask(self, method: str, url: str, body: str = "", patience: float = 30, socket: Path | None = None) -> Any:
        path = socket or self.sockets / "agent.sock"
        try:
            status, answer = wire.request(str(path), method, url, body, patience)
            data = json.loads(answer)
        except (OSError, ValueError) as error:
            raise self._lost(error) from error
        if status >= 400:
            raise CourseError(data.get("error", f"{self.name} answered {status}"))
        return data

    def _lost(self, error: Exception) -> LabError:
        return LabError(
            f"{self.name} does not answer",
            because=f"its lab host has ended or is overloaded ({error})",
            next="lab.reset() starts fresh machines; what ran on the old ones is gone",
        )
