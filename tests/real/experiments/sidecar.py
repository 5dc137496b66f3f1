"""A generated sidecar as a process on this machine: the configuration and the command of its container, on free ports."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffold.files.folder import write_files
from scaffold.prove.ports import free_ports
from tests.support import nginx
from tests.support.deployed import Object, containers_of
from workshop import goldens

Change = Callable[[str], str]


@dataclass
class Sidecar:
    """A sidecar that runs: the answers that it was made of, and where to find what they call by a number."""

    kind: str
    container: Object
    context: Mapping[str, Any]
    ports: Mapping[int, int]
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def port(self) -> int:
        """Where it takes requests: those to the first dependency, or those to the service."""
        return self.local_port(0) if self.kind == "breaker" else self.ports[self.context["listeners"][0]["number"]]

    def local_port(self, index: int) -> int:
        """Return where a breaker takes calls to the dependency of that index."""
        return self.ports[self.context["guards"][index]["local_port"]]

    @property
    def health(self) -> str:
        """The URL that probes and the monitoring ask."""
        return f"http://127.0.0.1:{self.ports[self.context[f'{self.kind}_health_port']]}"

    @property
    def admin_port(self) -> int:
        return self.ports[self.context[f"{self.kind}_admin_port"]]

    def own_log(self) -> list[dict[str, Any]]:
        """Return the lines on its standard error."""
        return [json.loads(line) for line in (self.folder / "stderr").read_text().splitlines()]

    def logged(self) -> list[dict[str, Any]]:
        """Return the lines on its standard output."""
        return [json.loads(line) for line in (self.folder / "stdout").read_text().splitlines()]

    def end(self, patience: float = 10) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience)


@contextmanager
def sidecar(
    kind: str,
    answers: Mapping[str, Any],
    folder: Path,
    *,
    service_port: int = 0,
    change: Change = str,
    name_server: str = "127.0.0.1",
) -> Iterator[Sidecar]:
    """Run the breaker or limiter of the service that `answers` give, until the block ends.

    `service_port` is where the service behind a limiter listens, `change` what a careless hand does to the configuration,
    `name_server` whom nginx asks for names.
    """
    resolved = goldens.engine()[1].resolve(answers)
    service = folder / "service"
    service.mkdir()
    write_files(service, goldens.rendered(resolved))
    context = resolved.context
    ports = mapped(context, service_port)

    (deployment,) = yaml.safe_load_all((service / "deploy/base/deployment.yaml").read_text())
    original = containers_of(deployment["spec"]["template"])[kind]
    mounted = {each["name"]: each["mountPath"] for each in original["volumeMounts"]}[f"{kind}-config"]
    config = service / "deploy/base" / kind
    places = {mounted: str(config)} | (nginx.places(config, folder, name_server) if context[kind] == "nginx" else {})

    def here(text: str) -> str:
        numbered = re.sub(r"\b\d{4,5}\b", lambda found: str(ports.get(int(found[0]), found[0])), text)
        return nginx.replaced(numbered, places)

    careful = {path: path.read_text() for path in config.iterdir()}
    changed = {path: change(text) for path, text in careful.items()}
    assert change is str or changed != careful, "the careless hand changed nothing"
    for path, text in changed.items():
        path.write_text(here(text))
    container = yaml.safe_load(here(yaml.safe_dump(original, width=1000)))
    command = container["command"] + container.get("args", [])
    env = {**os.environ, "TMPDIR": str(folder), "PATH": nginx.path_with(folder)}
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=env)
    made = Sidecar(kind, container, context, ports, process, folder)
    try:
        wait_until_ready(made)
        yield made
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def mapped(context: Mapping[str, Any], service_port: int) -> dict[int, int]:
    """Return a free port for each that the pod uses; the service behind a limiter has the given one."""
    taken = [context[name] for name in context if re.fullmatch(r"(breaker|limiter)_(admin|health)_port", name)]
    taken += [each["local_port"] for each in context["guards"]]
    taken += [each["number"] for each in context["listeners"]]
    ports = dict(zip(taken, free_ports(len(taken)), strict=True))
    if service_port:
        ports[context["listeners"][0]["behind"]] = service_port
    return ports


def wait_until_ready(made: Sidecar, patience: float = 20) -> None:
    until = time.monotonic() + patience
    probe = made.container["startupProbe"]["httpGet"]["path"]
    while time.monotonic() < until:
        assert made.process.poll() is None, (made.folder / "stderr").read_text()
        try:
            with urllib.request.urlopen(made.health + probe, timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"{made.kind}: not ready\n{(made.folder / 'stderr').read_text()}")
