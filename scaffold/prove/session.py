"""A run of `scaffold prove` from its beginning to its end: image, stages, experiments, and nothing left afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal, Protocol

from scaffold.prove.cluster.settings import ClusterSettings
from scaffold.prove.containers.lab import ContainerStage
from scaffold.prove.load import find_vegeta
from scaffold.prove.model import Experiment, Proof, Result
from scaffold.prove.runner import OpenLab, run_all
from scaffold.prove.runtime import Runtime, build, find_runtime, image_id
from scaffold.prove.subject.subject import Subject


@dataclass(frozen=True)
class RunSettings:
    """How a run is done: with which runtime and load generator, in which network and cluster, from which build."""

    runtime: str | None = None
    network: Literal["bridge", "host"] = "bridge"
    load_image: str | None = None
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    build: bool = True
    build_arguments: Sequence[str] = ()


class Watcher(Protocol):
    """Gets what happens while a run goes on."""

    def say(self, text: str) -> None:
        """Take what is being done now."""

    def start(self, experiment: Experiment) -> None:
        """Take that an experiment begins."""

    def end(self, result: Result) -> None:
        """Take what came of it."""


def prove(subject: Subject, wanted: Sequence[Experiment], settings: RunSettings, watcher: Watcher) -> Proof:
    """Run the wanted experiments on a service and return what came of them; what was started is gone then.

    Raises:
        PlatformError: when there is no container runtime, or no cluster for experiments that need one.
        BuildError: when there is no image.
    """
    began = time.monotonic()
    runtime = find_runtime(settings.runtime)
    with _ending(runtime), ExitStack() as opened:
        watcher.say("Building the image" if subject.image is None and settings.build else "Looking at the image")
        tag = subject.image or f"localhost/kube-scaffold-prove/{subject.name}:built"
        image = _image(runtime, subject, settings, tag)
        labs, platform = _open(opened, runtime, subject, image, {each.stage for each in wanted}, settings, watcher)
        prepared = time.monotonic()
        results = run_all(
            wanted,
            lambda experiment, clock: labs[experiment.stage](experiment, clock),
            beside=2 if "container" in labs else 4,  # in a cluster most of them wait for each other
            on_start=watcher.start,
            on_end=watcher.end,
        )
        done = time.monotonic()
    phases = [
        ("preparation", prepared - began),
        ("experiments", done - prepared),
        ("cleaning up", time.monotonic() - done),
    ]
    name = f"{tag} ({image.removeprefix('sha256:')[:12]})"
    return Proof(subject.name, name, platform, datetime.now().astimezone(), phases, results)


def _image(runtime: Runtime, subject: Subject, settings: RunSettings, tag: str) -> str:
    """Build or find the image; return its id."""
    if subject.image is None and settings.build:
        return build(
            runtime,
            subject.folder,
            tag,
            settings.build_arguments,
            dockerfile=subject.dockerfile,
            context=subject.context,
        )
    return image_id(runtime, tag)


def _open(
    opened: ExitStack,
    runtime: Runtime,
    subject: Subject,
    image: str,
    stages: set[str],
    settings: RunSettings,
    watcher: Watcher,
) -> tuple[dict[str, OpenLab], str]:
    """Open the stages that are needed; return what gives their labs, and the names of the platforms."""
    vegeta = find_vegeta(runtime, settings.load_image)
    labs: dict[str, OpenLab] = {}
    platforms = [runtime.name]
    if "container" in stages:
        labs["container"] = ContainerStage(runtime, subject, image, settings.network, vegeta).lab
    if "cluster" in stages:
        from scaffold.prove.cluster.lab import open_lab
        from scaffold.prove.cluster.stage import open_stage

        watcher.say("Preparing the cluster")
        stage = opened.enter_context(open_stage(runtime, subject, image, settings.cluster, vegeta))
        labs["cluster"] = partial(open_lab, stage)
        platforms.append(stage.deployed.kubectl.context)
    return labs, " and ".join(platforms)


@contextmanager
def _ending(runtime: Runtime) -> Iterator[None]:
    """End what the run has started when the block ends: by itself, by an error, ^C or SIGTERM."""
    try:
        yield
    except KeyboardInterrupt as error:  # `scaffold.__main__` makes one of SIGTERM, too
        error.args = ("everything that it started is removed.",)
        raise
    finally:
        runtime.end_run()
