"""A golden as Kubernetes gets it: what an overlay builds to, and the questions that tests ask of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pytest
import yaml

from workshop import goldens, judges

Object = dict[str, Any]

KEPT_OUT = {".git", ".venv", "node_modules", "target", "__pycache__", "build", "templates"}
"""Folders of tools, and templates of Helm: tests/support/charts.py has what they give."""


def examples() -> list[Path]:
    """Return the folder of every golden with overlays, as it lies there when the tests are collected."""
    return sorted(path for path in goldens.EXAMPLES.iterdir() if (path / "deploy/overlays").is_dir())


def top_of(example: Path) -> Path:
    """Return where a golden has what belongs to the top of its repository."""
    return top if (top := example / "top-of-repository").is_dir() else example


def workflows_of(example: Path) -> list[Path]:
    """Return the workflows of GitHub Actions that a golden has: the one that checks it, and the one that releases it."""
    return sorted(top_of(example).glob(".github/workflows/*.yml"))


def workflow_of(example: Path) -> Path | None:
    """Return the workflow of GitHub Actions that checks a golden, if it has one."""
    return next((each for each in workflows_of(example) if not each.name.endswith("release.yml")), None)


def overlays_of(example: Path) -> list[str]:
    """Return the environments of a golden."""
    return sorted(path.name for path in (example / "deploy/overlays").iterdir())


each_example = pytest.mark.parametrize("example", examples(), ids=lambda path: path.name)


def is_meshed(example: Path) -> bool:
    """Return whether a golden's answers choose Istio; nothing is built for it."""
    (answers,) = read_yaml(example / ".copier-answers.yml")
    return "istio" in (answers.get("breaker"), answers.get("limiter"))


@cache
def manifests(example: Path, overlay: str) -> str:
    """Return what `kubectl kustomize` makes of an overlay."""
    built = judges.ask("kubectl", "kustomize", example / "deploy" / "overlays" / overlay)
    assert built.returncode == 0, f"{example.name}, {overlay}: {built.stderr}"
    assert not built.stderr, f"kustomize warns about {example.name}, {overlay}: {built.stderr}"
    return built.stdout


@dataclass
class Deployed:
    """A golden, and all objects of one of its overlays."""

    example: Path
    overlay: str
    objects: list[Object]

    def all(self, kind: str) -> list[Object]:
        return [each for each in self.objects if each["kind"] == kind]

    def one(self, kind: str) -> Object:
        (found,) = self.all(kind)
        return found

    @cached_property
    def answers(self) -> Object:
        return read_yaml(self.example / ".copier-answers.yml")[0]

    @property
    def production(self) -> bool:
        """Whether users are there: an environment of another name is one for tests."""
        return self.overlay == "production"

    @property
    def environment(self) -> Object:
        """The record of the environment in the answers."""
        return next(each for each in self.answers["environments"] if each["name"] == self.overlay)

    @property
    def container(self) -> Object:
        """The container that serves."""
        return self.serving["serve"]

    @property
    def serving(self) -> dict[str, Object]:
        """The containers of a serving pod by name: the service's and those of its sidecars."""
        return containers_of(self.one("Deployment")["spec"]["template"])

    @property
    def sidecars(self) -> dict[str, Object]:
        """The sidecars of a serving pod by name."""
        return {name: each for name, each in self.serving.items() if name != "serve"}

    @property
    def meshed(self) -> bool:
        """Whether Istio's proxy is put into the pods."""
        return is_meshed(self.example)

    @property
    def config(self) -> dict[str, str]:
        """The environment that the ConfigMap gives to every pod."""
        prefix = f"{self.answers['name']}-config-"
        (found,) = (each for each in self.all("ConfigMap") if each["metadata"]["name"].startswith(prefix))
        return found["data"]

    @property
    def jobs(self) -> Iterator[tuple[str, Object]]:
        """The spec of every Job, also of those that a CronJob makes, with its name."""
        for each in self.all("Job"):
            yield each["metadata"]["name"], each["spec"]
        for each in self.all("CronJob"):
            yield each["metadata"]["name"], each["spec"]["jobTemplate"]["spec"]

    @property
    def pods(self) -> Iterator[tuple[str, Object]]:
        """Every pod template, with its owner's name."""
        for each in self.all("Deployment"):
            yield each["metadata"]["name"], each["spec"]["template"]
        for name, spec in self.jobs:
            yield name, spec["template"]

    @property
    def called(self) -> dict[str, SplitResult]:
        """The URL of each dependency that can be called here, by its name, as it is in the answers."""
        own = self.environment.get("urls", {})
        found = {each["name"]: url_of(own.get(each["name"], each["url"])) for each in self.answers["dependencies"]}
        if self.production:
            return found
        return {name: url for name, url in found.items() if name in own or in_cluster(url)}

    @property
    def internet(self) -> Iterator[int]:
        """The port of each dependency that is called by a public name."""
        for url in self.called.values():
            if re.search(r"[.](com|net|org|io)[.]?$", url.hostname or ""):
                yield url.port or {"http": 80, "https": 443}[url.scheme]

    @property
    def egress(self) -> list[Object]:
        """The rules that let pods out: those of all environments, then those of this one."""
        name = self.answers["name"]
        policies = (self.policies.get(each, {}) for each in (name, f"{name}-dependencies"))
        return [rule for each in policies for rule in each.get("egress", [])]

    @property
    def policies(self) -> dict[str, Object]:
        return {each["metadata"]["name"]: each["spec"] for each in self.all("NetworkPolicy")}


@cache
def deployed(example: Path, overlay: str) -> Deployed:
    """Return a golden's overlay as objects, which all tests share: copy it before you change it."""
    return Deployed(example, overlay, list(yaml.load_all(manifests(example, overlay), yaml.CSafeLoader)))


def each_overlay() -> list[Any]:
    """Return a parameter for every overlay of every golden."""
    return [pytest.param((path, each), id=f"{path.name}-{each}") for path in examples() for each in overlays_of(path)]


def read_yaml(path: Path) -> list[Any]:
    return list(yaml.load_all(path.read_text(), yaml.CSafeLoader))  # ten times as fast as safe_load_all


def files_of(example: Path) -> Iterator[Path]:
    """Yield every file of a golden, but what its own tools may have put there."""
    for parent, folders, files in os.walk(example):
        folders[:] = sorted(set(folders) - KEPT_OUT)
        yield from (Path(parent, name) for name in sorted(files))


def url_of(text: str) -> SplitResult:
    """Return the parts of a dependency's URL, or of its host:port."""
    return urlsplit(text if "://" in text else f"tcp://{text}")


def in_cluster(url: SplitResult) -> bool:
    """Return whether a URL names a Service, or the pod itself."""
    return bool(re.search(r"^[^.]+$|[.]svc([.]cluster[.]local)?[.]?$", url.hostname or ""))


def matches(selector: Object, labels: dict[str, str]) -> bool:
    """Return whether a label selector (of matchLabels only, as all of ours are) selects these labels."""
    assert set(selector) == {"matchLabels"}, f"a selector of another kind: {selector}"
    return selector["matchLabels"].items() <= labels.items()


def containers_of(pod: Object) -> dict[str, Object]:
    """Return all containers of a pod template by name, its native sidecars first."""
    spec = pod["spec"]
    return {each["name"]: each for each in [*spec.get("initContainers", []), *spec["containers"]]}


_FACTORS = {"": 1.0, "m": 0.001, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30}


def quantity(text: str | int) -> float:
    """Return a Kubernetes quantity as a number of cores or bytes."""
    found = re.fullmatch(r"([0-9.]+)(m|Ki|Mi|Gi|)", str(text))
    assert found, f"{text!r} is not a quantity that we write"
    return float(found[1]) * _FACTORS[found[2]]


def pre_stop_seconds(container: Object) -> int:
    """Return how long a container sleeps before SIGTERM: by Kubernetes, or by the image's own program on old clusters."""
    hook = container["lifecycle"]["preStop"]
    return hook["sleep"]["seconds"] if "sleep" in hook else int(hook["exec"]["command"][1])
