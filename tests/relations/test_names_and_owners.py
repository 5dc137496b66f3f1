"""Every object and pod has Kubernetes' recommended labels, its owner and its cost center; no selector depends on them.

https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.deployed import Deployed
from workshop import goldens, judges

RECOMMENDED = {f"app.kubernetes.io/{each}" for each in ("name", "instance", "component", "part-of", "managed-by")}
VERSION = "app.kubernetes.io/version"
SELECTORS = {"selector", "podSelector", "labelSelector", "workloadSelector", "matchLabels"}


def labelled(service: Deployed) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the labels of each object, of each pod, and of each Job that a CronJob makes."""
    for each in service.objects:
        yield f"{each['kind']} {each['metadata']['name']}", each["metadata"]["labels"]
    for each in service.all("CronJob"):
        yield f"a Job of {each['metadata']['name']}", each["spec"]["jobTemplate"]["metadata"]["labels"]
    for name, pod in service.pods:
        yield f"a pod of {name}", pod["metadata"]["labels"]


def selected(node: Any, inside: bool = False) -> Iterator[str]:
    """Yield the name of each label by which something is selected."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if inside and isinstance(value, str):
            yield str(key)
        yield from selected(value, inside or key in SELECTORS)


def test_each_object_and_pod_has_the_recommended_labels(service: Deployed) -> None:
    answers = service.answers
    own = {each["name"]: each["value"] for each in answers["object_labels"]}
    for what, labels in labelled(service):
        assert labels.keys() >= RECOMMENDED, f"{what} lacks {RECOMMENDED - labels.keys()}"
        assert labels.items() >= own.items(), what
        assert labels["app.kubernetes.io/name"] == answers["name"], what
        assert labels["app.kubernetes.io/part-of"] == answers["part_of"], what
        assert labels["app.kubernetes.io/instance"].endswith(f"-{service.overlay}"), what
        assert all(isinstance(value, str) and len(value) <= 63 for value in labels.values()), f"{what}: {labels}"


def test_each_pod_has_the_version_of_its_image(service: Deployed) -> None:
    """Not the objects: `kubectl rollout undo` restores the labels of the pods alone."""
    for name, pod in service.pods:
        images = [each["image"] for each in pod["spec"]["containers"] if each["name"] in ("serve", "job")]
        assert images and images[0].endswith(f"/{service.answers['name']}:{pod['metadata']['labels'][VERSION]}"), name
    assert not [each for each in service.objects if VERSION in each["metadata"]["labels"]]


def test_no_selector_depends_on_what_may_change(service: Deployed) -> None:
    changing = RECOMMENDED - {"app.kubernetes.io/name", "app.kubernetes.io/component"} | {VERSION}
    changing |= {each["name"] for each in service.answers["object_labels"]}
    for each in service.objects:
        assert not changing & set(selected(each.get("spec", {}))), f"{each['kind']} {each['metadata']['name']}"


@pytest.mark.parametrize(
    ("tag", "digest"), [("123456", ""), ("1.10", ""), ("1e5", ""), ("1.2.3", f"    digest: sha256:{'7' * 64}\n")]
)
def test_a_version_stays_a_text(tmp_path: Path, tag: str, digest: str) -> None:
    """The API server rejects a label that is a number."""
    shutil.copytree(goldens.EXAMPLES / "everything-go/deploy", tmp_path / "deploy")
    overlay = tmp_path / "deploy/overlays/production/kustomization.yaml"
    before = overlay.read_text()
    overlay.write_text(before.replace('newTag: "0.1.0"', f'newTag: "{tag}"').rstrip("\n") + "\n" + digest)
    built = judges.ask("kubectl", "kustomize", overlay.parent)
    assert built.returncode == 0, built.stderr
    (pod,) = [each["spec"]["template"] for each in yaml.safe_load_all(built.stdout) if each["kind"] == "Deployment"]
    assert pod["metadata"]["labels"][VERSION] == tag
