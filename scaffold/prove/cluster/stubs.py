"""The service's dependencies, stubbed in its namespace: a Service for each, and one pod that responds for all."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.prove import stub_server
from scaffold.prove.cluster.companions import deployment, egress
from scaffold.prove.cluster.kubectl import Kubectl
from scaffold.prove.stub_server import Behaviour
from scaffold.prove.subject.manifests import Object
from scaffold.prove.subject.subject import Dependency

IMAGE = "docker.io/library/python:3.13.18-slim-trixie"
"""What the stub runs on: any image with python3 (`--stub-image`)."""

NAME = "scaffold-prove-stubs"
FIRST_PORT = 9001


@dataclass(frozen=True)
class Upstream:
    """A dependency that is stubbed: its Service's name and port, and the port of the stub's pod behind it."""

    dependency: Dependency
    service: str
    port: int
    target: int
    host: str  # where the manifests have it


@dataclass(frozen=True)
class Stubs:
    """The stubs as they run in the namespace of `kubectl`."""

    kubectl: Kubectl
    upstreams: Sequence[Upstream]

    @property
    def dependencies(self) -> list[Dependency]:
        """The dependencies that are stubbed."""
        return [each.dependency for each in self.upstreams]

    def behave(self, behaviour: Behaviour, *names: str) -> None:
        """Set what the stubs of these dependencies do."""
        ports = [each.target for each in self.upstreams if each.dependency.name in names]
        self._run("; ".join(f"echo {behaviour} > /state/{port}" for port in ports))

    def asked(self, name: str) -> int:
        """Return how many requests the stub of that dependency got."""
        port = next(each.target for each in self.upstreams if each.dependency.name == name)
        return int(self._run(f"cat /state/{port}.asked 2>/dev/null || echo 0") or 0)

    def _run(self, script: str) -> str:
        return self.kubectl.call("exec", f"deployment/{NAME}", "--", "sh", "-c", script)


def upstreams(dependencies: Sequence[Dependency]) -> list[Upstream]:
    """Return how each dependency with a known URL is stubbed.

    One that the service calls by a short name gets a Service of that name; any other one gets a Service of its own, and
    the ConfigMaps then have that name. HTTPS is not among them: nobody here has the certificate of that name.
    """
    found = []
    for number, each in enumerate(each for each in dependencies if each.url and each.scheme != "https"):
        split = urllib.parse.urlsplit(each.url if "://" in each.url else f"tcp://{each.url}")
        host = split.hostname or ""
        service = host if re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", host) else f"stub-{each.name}"
        found.append(Upstream(each, service, split.port or 80, FIRST_PORT + number, host))
    return found


def hosts(made: Sequence[Upstream]) -> dict[str, str]:
    """Return the names in the manifests that must become others."""
    return {each.host: each.service for each in made if each.host != each.service}


def objects(made: Sequence[Upstream], image: str, restricted: Sequence[Object] = ()) -> list[Object]:
    """Return the stub's manifests; none where nothing is stubbed.

    `restricted` are the selectors of the pods whose egress a policy restricts: they get one more that names the
    stubs. One for all pods would close those that are open.
    """
    if not made:
        return []
    program = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}}
    program["data"] = {"stub_server.py": Path(stub_server.__file__).read_text(encoding="utf-8")}
    stubs = {"to": [{"podSelector": {"matchLabels": {"app": NAME}}}]}
    policies = [egress(f"{NAME}-{number}", pods, [stubs]) for number, pods in enumerate(restricted)]
    return [program, _deployment(made, image), *policies, *_services(made)]


def _services(made: Sequence[Upstream]) -> list[Object]:
    ports: dict[str, dict[int, int]] = {}
    for each in made:
        ports.setdefault(each.service, {})[each.port] = each.target
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name},
            "spec": {
                "selector": {"app": NAME},
                "ports": [
                    {"name": f"port-{port}", "port": port, "targetPort": target} for port, target in pairs.items()
                ],
            },
        }
        for name, pairs in ports.items()
    ]


def _deployment(made: Sequence[Upstream], image: str) -> Object:
    ports = [each.target for each in made]
    container = {
        "name": "stubs",
        "image": image,
        "command": ["python3", "/program/stub_server.py", "/state", *map(str, ports)],
        "readinessProbe": {"tcpSocket": {"port": ports[-1]}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "volumeMounts": [{"name": "program", "mountPath": "/program"}, {"name": "state", "mountPath": "/state"}],
    }
    return deployment(
        NAME, container, [{"name": "program", "configMap": {"name": NAME}}, {"name": "state", "emptyDir": {}}]
    )
