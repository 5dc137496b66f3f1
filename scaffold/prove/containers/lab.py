"""What a container experiment works with: containers of the image under proof, and stubs for what it depends on."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import httpx

from scaffold.errors import PlatformError
from scaffold.prove.clock import Clock
from scaffold.prove.containers.container import RunningContainer
from scaffold.prove.lab import Lab
from scaffold.prove.load import Vegeta
from scaffold.prove.model import Experiment, Failed, Skip
from scaffold.prove.ports import free_ports
from scaffold.prove.runtime import CommandFailed, Runtime
from scaffold.prove.stub_server import StubServer
from scaffold.prove.stubs import environment, stubs
from scaffold.prove.subject.subject import JobCommand, Port, Subject

Network = Literal["bridge", "host"]
PATIENCE = 60.0
"""Seconds that a service gets to become ready where its startup budget is not known."""


@dataclass
class ContainerStage:
    """What all container experiments share: the runtime, the image, the load generator."""

    runtime: Runtime
    subject: Subject
    image: str  # its id
    network: Network = "bridge"
    vegeta: Vegeta | None = None
    fixed_ports: threading.RLock = field(default_factory=threading.RLock)  # held where ports can't be moved apart

    @cached_property
    def config(self) -> dict[str, object]:
        """The image's configuration: user, entry point, command, environment, volumes."""
        found: dict[str, object] = self.runtime.inspect("image", self.image)["Config"]
        return found

    @property
    def stop_signal(self) -> str:
        """The signal that the kubelet sends, without SIG: TERM, unless the image says another one."""
        return str(self.config.get("StopSignal") or "SIGTERM").removeprefix("SIG")

    @property
    def host(self) -> str:
        """The name by which a container reaches this process."""
        if self.network == "host":
            return "127.0.0.1"
        return "host.containers.internal" if self.runtime.is_podman else "host.docker.internal"

    @contextmanager
    def lab(self, experiment: Experiment, clock: Clock) -> Iterator[ContainerLab]:
        """Open the lab of one experiment; whatever it started is gone afterwards."""
        listen = "127.0.0.1" if self.network == "host" else "0.0.0.0"  # noqa: S104 - a container comes from outside
        with stubs(self.subject.dependencies, listen) as made, _client() as http:
            lab = ContainerLab(self, experiment, clock, made, http)
            try:
                yield lab
            finally:
                lab.end()


def _client() -> httpx.Client:
    """Return a client that calls directly (no proxy) and keeps no connection: one kept open would hold up a drain."""
    return httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))


@dataclass
class ContainerLab(Lab):
    """The bench of an experiment on containers."""

    stage: ContainerStage
    stubs: Mapping[str, StubServer]
    http: httpx.Client
    _started: list[str] = field(default_factory=list)

    @property
    def runtime(self) -> Runtime:
        """The container runtime."""
        return self.stage.runtime

    # --- starting -----------------------------------------------------------------------------------------------------

    @contextmanager
    def start(
        self,
        *,
        job: JobCommand | None = None,
        env: Mapping[str, str] | None = None,
        read_only: bool = False,
        restricted: bool = False,
        writable: bool = True,
        memory: int | None = None,
        cpus: float | None = None,
        restart: bool = False,
    ) -> Iterator[RunningContainer]:
        """Start the image and give the container at once; it is gone after the block.

        An experiment sets only its own restriction, so that what it finds is what its pattern is about:
        `read_only` takes the root file system, `restricted` is Pod Security's level of that name, `memory` (bytes) and
        `cpus` (cores) are limits. `writable` mounts the declared paths, each with its size; `restart` starts it again
        when it fails. A `job` runs its command in place of the service's.
        """
        subject = self.subject
        ports = self._ports()
        given = {**subject.env, **environment(subject.dependencies, self.stubs, self.stage.host), **(env or {})}
        given |= {port.variable: str(number) for port, number in ports.items() if port.variable}
        words = [
            *("run", "--detach", *self.runtime.labels(self.experiment.id), *self._network(ports)),
            *(f"--env={name}={value}" for name, value in given.items()),
            *(self._read_only() if read_only else ()),
            *(self._restricted() if restricted else ()),
            *(self._tmpfs() if writable else ()),
            *((f"--memory={memory}", f"--memory-swap={memory}") if memory else ()),
            *((f"--cpus={cpus:g}",) if cpus else ()),
            *(("--restart=on-failure:5",) if restart else ()),
            *((f"--entrypoint={program}",) if (program := (job or subject).program) else ()),
        ]
        fixed = self.stage.network == "host" and any(not port.variable for port in ports)
        with self.stage.fixed_ports if fixed else contextlib.nullcontext():
            began = time.monotonic()
            identity = self._run([*words, self.runtime.named(self.stage.image), *(job or subject).args])
            try:
                container = RunningContainer(
                    identity, self.runtime, self.clock, self.http, self._urls(identity, ports), began
                )
                if memory:
                    self._require_limits(container)
                yield container
            finally:
                self.runtime.remove(identity)
                self._started.remove(identity)

    @contextmanager
    def serve(self, **options: object) -> Iterator[RunningContainer]:
        """Start it, and return it once it is ready and responds; options as in `start`.

        Raises:
            Failed: when it ends, or does not become ready or respond, with its last words.
        """
        port = self.subject.ports[0].name
        with self.start(**options) as container:  # type: ignore[arg-type]
            self.wait_ready(container)
            if self.clock.wait_until(lambda: container.status(port, self.subject.path) != 0, 10) is None:
                raise Failed(f"ready, but nothing responds on port {port}; last log lines: {container.last_words()}")
            yield container

    def wait_ready(self, container: RunningContainer) -> float:
        """Wait until it is ready and responds; return the seconds since its start."""
        patience = max(self.subject.startup_budget or 0, PATIENCE)
        looked = time.monotonic()

        def ready() -> bool:
            nonlocal looked
            if container.status(self.subject.probe_port.name, self.subject.readiness) == 200:
                return True
            if time.monotonic() - looked > 0.5:
                looked = time.monotonic()
                if not container.running:
                    code = container.inspect()["State"]["ExitCode"]
                    raise Failed(f"it ended with {code} before it was ready; last log lines: {container.last_words()}")
            return False

        if self.clock.wait_until(ready, patience) is None:
            shown = container.told(self.subject.probe_port.name, self.subject.readiness)
            raise Failed(
                f"not ready within {patience:.0f} s: {self.subject.readiness} returns {shown}; "
                f"last log lines: {container.last_words()}"
            )
        return time.monotonic() - container.began

    def start_again(self, container: RunningContainer) -> RunningContainer:
        """Start a container that has ended once more; its ports may be published elsewhere then."""
        began = time.monotonic()
        self.runtime.call("start", container.id)
        ports = {port: port.number for port in self.subject.all_ports}
        urls = container.urls if self.stage.network == "host" else self._urls(container.id, ports)
        return RunningContainer(container.id, self.runtime, self.clock, self.http, urls, began)

    def end(self) -> None:
        """End what is still there."""
        with contextlib.suppress(CommandFailed):
            self.runtime.remove(*self._started)

    # --- options of a run ---------------------------------------------------------------------------------------------

    def _run(self, words: Sequence[str]) -> str:
        try:
            identity = self.runtime.call(*words, timeout=self.clock.left(120)).split()[-1]
        except CommandFailed as error:
            # https://docs.docker.com/engine/containers/run/#exit-status; podman takes 126 for what it lacks itself too
            if error.code in (126, 127) and "OCI" in error.output:
                raise Failed(f"its command can't be started: {error}") from error
            raise PlatformError(
                f"{self.runtime.name} can't start a container: {error.output.strip()[-600:]}"
            ) from error
        self._started.append(identity)
        return identity

    def _require_limits(self, container: RunningContainer) -> None:
        """Go on only where the engine has taken the limits; rootless Podman on cgroup v1 ignores them.

        Raises:
            Skip: since a container without its limits shows nothing, and may take all of the machine's memory.
        """
        if not container.inspect()["HostConfig"].get("Memory"):
            raise Skip(f"{self.runtime.name} can't limit memory here (rootless needs cgroup v2)")

    def _ports(self) -> dict[Port, int]:
        """Return each port with the number that it gets inside: moved to a free one where the network is shared."""
        ports = self.subject.all_ports
        if self.stage.network == "bridge":
            return {port: port.number for port in ports}
        free = iter(free_ports(len(ports)))
        return {port: next(free) if port.variable else port.number for port in ports}

    def _network(self, ports: Mapping[Port, int]) -> list[str]:
        if self.stage.network == "host":
            return ["--network=host"]
        gateway = [] if self.runtime.is_podman else ["--add-host=host.docker.internal:host-gateway"]
        # An engine that chooses by itself takes a port of clients, which one may have by the time of the start.
        outside = free_ports(len(ports))
        pairs = zip(outside, ports.values(), strict=True)
        return [*gateway, *(f"--publish=127.0.0.1:{there}:{number}" for there, number in pairs)]

    def _urls(self, container: str, ports: Mapping[Port, int]) -> dict[str, str]:
        if self.stage.network == "host":
            return {port.name: f"http://127.0.0.1:{number}" for port, number in ports.items()}
        try:
            lines = self.runtime.call("port", container).splitlines()  # 8080/tcp -> 127.0.0.1:41723
        except CommandFailed as error:
            # One that has ended already has none: nobody responds then, as it should be.
            if self.runtime.inspect("container", container)["State"]["Running"]:
                raise PlatformError(f"{self.runtime.name} does not list a container's ports: {error}") from error
            lines = []
        published = {int(left.split("/")[0]): right for left, _, right in (line.partition(" -> ") for line in lines)}
        return {port.name: f"http://{published.get(number, '127.0.0.1:9')}" for port, number in ports.items()}

    def _read_only(self) -> list[str]:
        # Podman else mounts /tmp, /run and more by itself, which a pod has not.
        return ["--read-only", *(["--read-only-tmpfs=false"] if self.runtime.is_podman else [])]

    def _restricted(self) -> list[str]:
        user = [f"--user={self.subject.user}"] if self.subject.user else []
        return ["--cap-drop=ALL", "--security-opt=no-new-privileges", *user]

    def _tmpfs(self) -> list[str]:
        return [f"--tmpfs={path}:rw,nosuid,nodev,mode=1777,size={size}" for path, size in self.subject.writable.items()]
