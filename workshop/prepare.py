"""Make all that the suites need and that takes long the first time: `python -m workshop.prepare`.

The suites make it themselves where it is missing. Made beforehand, some at a time, it is sooner there, and the suites
that watch a clock have the machine for themselves.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scaffold.files.folder import write_files
from tests.real.cluster.conftest import DEMO
from tests.real.cluster.conftest import VERSION as DEPLOYED
from tests.real.conformance.subjects import Subject, for_features
from tests.real.containers.conftest import REVISION, VERSION
from workshop import axe, cargo_tools, cluster, environments, go_tools, helm, judges, npm, runtime, standins
from workshop.goldens import answers_of, rendered
from workshop.machine import locked


@dataclass(frozen=True)
class Job:
    """Something to make; `missing` tells why it can't be made here, or nothing."""

    name: str
    make: Callable[[], object]
    missing: Callable[[], str | None] = lambda: None


def image(subject: Subject, arguments: dict[str, str]) -> None:
    """Build a service's image, so that its layers are kept.

    With the arguments that the suite will use: buildah 1.28 takes a LABEL from its cache whatever they are.
    """
    standins.build_arguments(subject.language)
    with locked("build"), tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), rendered(answers_of(subject.name)))
        tag = f"localhost/kube-scaffold-prepared/{subject.name}"
        runtime.build(Path(folder), subject.language, tag, arguments)


def images() -> list[Job]:
    """Return the jobs that build an image: of these one runs at a time, and mostly on one core."""
    given = {each: {"VERSION": VERSION, "REVISION": REVISION} for each in for_features("critical", "auxiliary", "jobs")}
    given |= {each: {"VERSION": DEPLOYED} for each in map(Subject, DEMO)}
    return [
        Job(f"image {each.name}", partial(image, each, arguments), partial(runtime.missing, each.language))
        for each, arguments in given.items()
    ]


def others() -> list[Job]:
    """Return all other jobs, the longest first."""
    rich = for_features("critical", "auxiliary", "jobs")
    services = {each.name: each for each in [*rich, *for_features(), *for_features("alone")]}
    return [
        Job("Kubernetes' binaries", cluster.build, cluster.missing),
        Job("watchexec", cargo_tools.watchexec, cargo_tools.missing),
        Job("the judges", judges.environment),
        Job("the site's generator", partial(environments.environment, "docs")),
        Job("axe-core", axe.script, axe.missing),
        *(Job(f"helm {major}", partial(helm.program, major), helm.missing) for major in helm.LAYERS),
        Job("Backstage's schema", partial(npm.installed, "backstage"), npm.missing),
        *(Job(name, partial(go_tools.program, name), go_tools.missing) for name in go_tools.PACKAGES),
        *(Job(name, partial(go_tools.module, name), go_tools.missing) for name in go_tools.MODULES),
        *(Job(f"service {each.name}", partial(getattr, each, "folder"), each.missing) for each in services.values()),
        *(
            Job(f"image {each}", partial(standins.provide, made), runtime.missing)
            for each, made in standins.SIDECARS.items()
        ),
    ]


def run(job: Job) -> bool:
    """Do a job and tell how long it took, or what went wrong: the suite that needs it will fail by itself."""
    if reason := job.missing():
        print(f"  left out   {job.name}: {reason}", flush=True)
        return True
    began = time.monotonic()
    try:
        job.make()
    except (RuntimeError, AssertionError, OSError) as error:
        print(f"  failed     {job.name}: {error}", flush=True)
        return False
    print(f"  {time.monotonic() - began:7.1f} s  {job.name}", flush=True)
    return True


def main() -> int:
    """Do all jobs: two at a time, and an image beside them, so that no core is idle while one waits for another."""
    with ThreadPoolExecutor(1) as builder, ThreadPoolExecutor(2) as pool:
        built, made = builder.map(run, images()), pool.map(run, others())
        return 0 if all([*built, *made]) else 1


if __name__ == "__main__":
    sys.exit(main())
