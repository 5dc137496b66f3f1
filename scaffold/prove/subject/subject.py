"""What is proved: a service's image, how it is started and called, and what its manifests and answers promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MADE_UP = "made-up-by-scaffold-prove"
"""The value of each secret: an experiment needs none of yours."""


@dataclass(frozen=True)
class Port:
    """A port that the service listens on, and the variable that moves it where there is one."""

    name: str
    number: int
    variable: str = ""


@dataclass(frozen=True)
class Dependency:
    """Something that the service calls: the variables that hold its address and its timeout in seconds."""

    name: str
    variable: str
    scheme: str = "http"  # or https (stubbed without TLS), or tcp: host:port without a scheme
    critical: bool = False
    url: str = ""  # as in the answers, where it is known
    timeout: float | None = None  # seconds


@dataclass(frozen=True)
class JobCommand:
    """A command of the same image that ends by itself."""

    name: str
    args: tuple[str, ...]
    deadline: float = 60  # seconds
    program: str = ""  # in place of the image's entry point


@dataclass(frozen=True)
class Probes:
    """The paths of its probes: started, ready, alive; empty where it has none."""

    startup: str = ""
    readiness: str = ""
    liveness: str = ""


@dataclass(frozen=True)
class Subject:
    """A service under proof. Sizes are bytes, times seconds, CPU cores; None is what nobody said."""

    name: str
    folder: Path
    image: str | None = None  # built from the folder when there is none
    ports: tuple[Port, ...] = (Port("http", 8080),)  # the first serves traffic
    admin: Port | None = None  # where the probes are; the first port where there is none
    probes: Probes = Probes()
    path: str = "/"  # what the requests are for
    args: tuple[str, ...] = ()  # the image's own where there are none
    program: str = ""  # in place of the image's entry point
    dockerfile: str = "Dockerfile"  # from the folder
    context: str = "."  # what the image is built from, from the folder
    drains: bool = True  # finishes its requests after SIGTERM
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # Secret -> its keys
    dependencies: tuple[Dependency, ...] = ()
    jobs: tuple[JobCommand, ...] = ()
    writable: Mapping[str, int] = field(default_factory=dict)  # path -> size
    memory_limit: int | None = None
    memory_request: int | None = None
    cpu_limit: float | None = None
    cpu_request: float | None = None
    startup_seconds: float | None = None  # as in the answers
    startup_budget: float | None = None  # what its startup probe allows
    shutdown_seconds: float | None = None
    startup_delay_variable: str = ""  # makes it start slowly
    user: str = ""  # uid:gid that its pods run as; the image's where empty
    configurations: tuple[Mapping[str, str], ...] = ()  # two that must both work, and differ in what is seen
    wrong: Mapping[str, str] = field(default_factory=dict)  # a configuration that must be refused
    code_when_wrong: int | None = None
    language: str = ""
    breaker: str = ""  # what guards its dependencies: envoy, nginx, istio, or any name; empty for nothing
    limiter: str = ""  # what limits its callers
    limit_rate: float = 0  # requests a second that a pod lets through; 0 for no limit
    limit_burst: float = 0  # requests that may come at once before that
    rate: int = 50  # requests a second of a load
    manifests: Path | None = None

    @property
    def probe_port(self) -> Port:
        """The port that responds to probes."""
        return self.admin or self.ports[0]

    @property
    def readiness(self) -> str:
        """The path that shows whether it is ready; what it serves where it has no such probe."""
        return self.probes.readiness or self.path

    @property
    def all_ports(self) -> tuple[Port, ...]:
        """Every port, the admin port too."""
        return (*self.ports, *([self.admin] if self.admin else []))
