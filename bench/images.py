"""How large each language's image is, how soon its service is ready and what it holds idle: `./dev bench images`.

The demo's frontend in each language is built by its own Dockerfile, on stand-ins for the base images that are made of
Debian's packages (workshop/standins.py), and run read-only and without capabilities, with its pod's environment.
Needs root, buildah and podman.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffold.files.folder import write_files
from scaffold.prove.ports import free_ports
from scaffold.prove.subject.read import ANY_FILE
from tests.real.conformance.service import Bench, ask, bench, port_variable
from tests.real.conformance.subjects import Subject, for_features
from tests.support.deployed import deployed
from workshop import runtime
from workshop.goldens import EXAMPLES, answers_of, rendered
from workshop.standins import LANGUAGES, build_arguments

STARTS = 5  # the best of them counts: a start is only ever slower than it need be
IDLE = 10  # seconds after it is ready: what starting needed is given back, as far as it ever is
MIB = 2**20


@dataclass(frozen=True)
class Row:
    """A language and its numbers: MiB of the unpacked image and of what it adds to its base, seconds, MiB."""

    language: str
    image: float
    added: float
    start: float
    idle: float

    def __str__(self) -> str:
        return f"| {self.language} | {self.image:.0f} | {self.added:.1f} | {self.start:.2f} | {self.idle:.0f} |"


HEAD = """\
| language | image, MiB | of that above its base, MiB | ready after, s | idle, MiB |
|---|---|---|---|---|"""


def main(languages: list[str]) -> int:
    """Print the table, of all languages or of those that are named."""
    if reason := runtime.missing():
        print(reason, file=sys.stderr)
        return 1
    print(HEAD, flush=True)
    for subject in subjects():
        if languages and subject.language not in languages:
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(measured(subject, Path(folder)), flush=True)
    return 0


def subjects() -> Iterator[Subject]:
    """Yield the demo's frontend in each language that has stand-ins for its base images."""
    for each in for_features():
        name = "frontend" if each.language == "python" else f"frontend-{each.language}"
        if each.language in LANGUAGES:
            yield Subject(name)


def measured(subject: Subject, folder: Path) -> Row:
    source = folder / subject.name
    source.mkdir()
    write_files(source, rendered(answers_of(subject.name)))
    built = runtime.build(source, subject.language, f"localhost/kube-scaffold-bench/{subject.name}")
    whole, base = size(built.id), size(build_arguments(subject.language)["RUNTIME_IMAGE"])
    with bench(subject, folder) as stubs:
        starts = [start(built.id, subject, stubs) for _ in range(STARTS)]
        idle = start(built.id, subject, stubs, idle=True)
    return Row(subject.language, whole / MIB, (whole - base) / MIB, min(starts), idle / MIB)


def size(image: str) -> int:
    """Return the bytes of an image's files."""
    return int(runtime.podman("image", "inspect", "--format", "{{.Size}}", image).stdout)


def start(image: str, subject: Subject, stubs: Bench, *, idle: bool = False) -> float:
    """Run the image; return the seconds until /readyz says so or, `idle`, the bytes that it then holds.

    The clock begins with the container's first process: what the runtime needs before it is not the service's.
    """
    pod = deployed(EXAMPLES / subject.name, "production").container.get("env", [])
    names = [*map(port_variable, subject.answers["ports"]), "ADMIN_PORT"]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    env = {each["name"]: each["value"] for each in pod if "value" in each}
    env |= stubs.settings(secret=ANY_FILE) | {name: str(number) for name, number in ports.items()}
    writable = {each["path"]: each["size"] for each in subject.answers["writable_paths"]}
    with runtime.run(image, env=env, writable=writable) as container:
        began = started(container.pid)
        while not ready(ports["ADMIN_PORT"]):
            time.sleep(0.005)
            assert time.clock_gettime(time.CLOCK_BOOTTIME) - began < 60, container.logs()
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - began
        if not idle:
            return seconds
        time.sleep(IDLE)
        return sum(map(proportional, container.pids()))


def ready(port: int) -> bool:
    try:
        return bool(ask(port, "/readyz", timeout=1).status == 200)
    except OSError:
        return False


def started(pid: int) -> float:
    """Return when a process began, in seconds of the boot clock (proc(5): field 22 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def proportional(pid: int) -> int:
    """Return a process' proportional set size in bytes: pages that processes share count in parts."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
