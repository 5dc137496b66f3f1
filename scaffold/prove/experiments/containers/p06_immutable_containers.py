"""P06: immutable containers."""

from __future__ import annotations

import re

from scaffold.prove.containers.container import RunningContainer
from scaffold.prove.containers.lab import ContainerLab
from scaffold.prove.model import Experiment, Failed, Record, Stage
from scaffold.prove.runtime import CommandFailed

# What the kernel and the runtime mount into every container: devices, /proc, /sys, and single files of /etc and /run.
RUNTIMES_OWN = re.compile(
    r"/(proc|sys|dev)(/.*)?|/etc/(hosts|hostname|resolv\.conf)|/run/(\.containerenv|secrets)(/.*)?|/\.dockerenv"
)
REQUESTS = 5


def read_only(lab: ContainerLab, record: Record) -> None:
    """Serve from a read-only root with only the declared writable paths."""
    declared = list(lab.subject.writable)
    with lab.serve(read_only=True) as container:
        responses = [container.status(lab.subject.ports[0].name, lab.subject.path) for _ in range(REQUESTS)]
        record.measure("responses", ", ".join(map(str, sorted(set(responses)))))
        record.expect(
            all(200 <= each < 400 for each in responses), f"a request got {max(responses)} from a read-only root"
        )
        mounts = container.mounts()
        root = next((writable for path, _, writable in mounts if path == "/"), True)
        record.expect(not root, "the root file system was writable nevertheless")
        others = [path for path, _, writable in mounts if writable and path != "/" and not RUNTIMES_OWN.fullmatch(path)]
        record.measure("writable paths", ", ".join(others) or "none")
        undeclared = sorted(set(others) - set(declared))
        record.expect(not undeclared, f"{', '.join(undeclared)} is writable, but not declared (a VOLUME of the image?)")
        if container.has_shell:
            _try_to_write(container, record, declared)


def _try_to_write(container: RunningContainer, record: Record, declared: list[str]) -> None:
    for path in ("/", "/usr", "/var/tmp", "/home"):  # noqa: S108 - to see that it is refused
        record.expect(not _writes(container, path), f"{path} can be written to")
    for path in declared:
        record.expect(_writes(container, path), f"{path} is declared, but its user can't write there")


def _writes(container: RunningContainer, path: str) -> bool:
    try:
        container.exec("sh", "-c", 'echo text > "$0/.scaffold" && rm "$0/.scaffold"', path)
    except CommandFailed:
        return False
    return True


def serves_at_all(lab: ContainerLab, record: Record) -> None:
    """Explain a failure: whether it starts from a root that can be written to."""
    try:
        read_only(lab, record)
    except Failed as failed:
        with lab.serve() as container:
            written = [path for path in container.changes() if path not in lab.subject.writable]
        raise Failed(
            f"with a read-only root {failed}; with a writable root it writes {', '.join(written[-3:]) or 'nothing'}"
        ) from None


EXPERIMENTS = (
    Experiment(
        "P06-read-only",
        Stage.CONTAINER,
        "Does it serve from a read-only root?",
        "serves; only declared paths are writable",
        serves_at_all,
        seconds=150,
    ),
)
