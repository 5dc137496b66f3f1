"""No image is left to chance (P07): an exact tag or a digest everywhere, `latest` nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.support.deployed import Deployed, containers_of, each_example, files_of, top_of, workflows_of
from workshop.goldens import GENERATED

TAGGED = re.compile(r"[^\s:@]+(?::\d+)?[^\s:@]*(?::v?\d+\.[\w.-]+(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})")
USED = re.compile(r"(?:docker://\S+|[\w.-]+/[\w./-]+@[0-9a-f]{40})")


def at_key(tree: Any, wanted: str) -> Iterator[str]:
    """Yield every string at a key, or at `name` below it."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == wanted:
                found = value.get("name") if isinstance(value, dict) else value  # the values of a chart have no name
                yield from [found] if found else []
            else:
                yield from at_key(value, wanted)
    elif isinstance(tree, list):
        for value in tree:
            yield from at_key(value, wanted)


def images_of(example: Path) -> Iterator[tuple[str, str]]:
    """Yield each image that a golden names, with the path of the file."""
    for path in files_of(example):
        name = str(path.relative_to(example))
        if path.name == "Dockerfile":
            text = path.read_text()
            stages = re.findall(r"^FROM .* AS (\S+)$", text, re.MULTILINE | re.IGNORECASE)
            sources = re.findall(r"^FROM (?:--\S+ )?(\S+)|^COPY --from=(\S+)", text, re.MULTILINE)
            images = {each for pair in sources for each in pair if each} - {*stages, "scratch"}
            variables = dict(re.findall(r"^ARG (\w+)=(\S+)$", text, re.MULTILINE))
            yield from ((name, variables.get(each.strip("${}"), each)) for each in images)
        elif path.suffix in {".yaml", ".yml"} and name not in {".copier-answers.yml", "skaffold.yaml"}:
            for document in yaml.safe_load_all(path.read_text()):
                yield from ((name, each) for each in at_key(document, "image"))


@each_example
def test_every_image_has_an_exact_tag(example: Path) -> None:
    found = list(images_of(example))
    expected = (
        {"Dockerfile", "deploy/base/deployment.yaml"} if example.name in GENERATED else {"deploy/base/deployment.yaml"}
    )
    assert expected <= {name for name, _ in found}
    assert [each for each in found if not TAGGED.fullmatch(each[1])] == []


@each_example
def test_every_action_is_a_commit(example: Path) -> None:
    for workflow in workflows_of(example):
        used = [each for each in at_key(yaml.safe_load(workflow.read_text()), "uses") if not each.startswith("./")]
        assert used and [each for each in used if not USED.fullmatch(each)] == []
        images = [each.removeprefix("docker://") for each in used if each.startswith("docker://")]
        assert all(TAGGED.fullmatch(image) for image in images)


@each_example
def test_latest_is_nowhere(example: Path) -> None:
    for path in files_of(example):
        assert not re.search(r"[:@]latest\b", path.read_text(errors="replace")), path


def test_pods_run_the_version_of_the_overlay(service: Deployed) -> None:
    text = (service.example / "deploy" / "overlays" / service.overlay / "kustomization.yaml").read_text()
    (image,) = yaml.safe_load(text)["images"]
    assert image["newTag"] == "0.1.0"
    expected = f"{service.answers['image_registry']}/{service.answers['name']}:{image['newTag']}"
    containers = [each for _, pod in service.pods for each in containers_of(pod).values()]
    assert {each["image"] for each in containers if each["name"] in {"serve", "job"}} == {expected}
    assert {each["imagePullPolicy"] for each in containers} == {"IfNotPresent"}


@each_example
def test_renovate_leaves_our_own_image_alone(example: Path) -> None:
    (answers,) = yaml.safe_load_all((example / ".copier-answers.yml").read_text())
    rules = json.loads((top_of(example) / "renovate.json").read_text())["packageRules"]
    if answers["folder"]:
        mine = [each for each in rules if each.get("matchManagers") == ["kustomize"]]
        assert [each["enabled"] for each in mine] == [False]
        assert all(
            path.match(mine[0]["matchFileNames"][0]) for path in example.glob("deploy/overlays/*/kustomization.yaml")
        )
        return
    own = f"{answers['image_registry']}/{answers['name']}"
    assert [each["enabled"] for each in rules if each.get("matchPackageNames") == [own]] == [False]
