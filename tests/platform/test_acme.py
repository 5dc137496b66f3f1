"""The example of a platform's template: what acme wishes of every object and image is data, and reaches each service."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.cli.judges import checked, tried
from scaffold.engine.template import load_template
from scaffold.errors import FileError
from scaffold.files.folder import write_files
from scaffold.releases import History
from scaffold.releases.home import Home, Homes
from scaffold.template.base import base_of
from scaffold.template.build import build
from scaffold.template.goldens import Workshop, goldens_of
from scaffold.template.laws import Judges
from scaffold.template.laws import test as run_laws
from scaffold.template.work import Platform
from tests.support.charts import Charted
from tests.support.deployed import containers_of, deployed, overlays_of
from workshop import helm
from workshop.goldens import ROOT
from workshop.history import Versions
from workshop.platforms import base_here, place

LANGUAGES = ("go", "java", "python", "rust", "typescript")
LABELS = {"acme.example/cost-center": "CC-1234", "acme.example/tier": "standard"}
ANNOTATION = ("acme.example/docs", "https://docs.acme.example/shop")


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    folder = tmp_path_factory.mktemp("acme")
    platform = place("acme", folder / "acme", base_here(folder / "base"))
    platform.build()
    return platform


@pytest.fixture(scope="module")
def services(acme: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("services")
    workshop = Workshop(load_template(acme.root), acme.overlay.url)
    for golden in goldens_of(acme.root):
        write_files(folder / golden.name, workshop.service(golden.given()))
    return {name: folder / f"shop-{name}" for name in LANGUAGES}


def test_the_template_has_nothing_wrong(acme: Platform, services: dict[str, Path]) -> None:
    for name, folder in services.items():
        shutil.copytree(folder, acme.root / f"platform/goldens/shop-{name}", symlinks=True)
    found = run_laws(acme, goldens_of(acme.root), Judges(checked, tried, lambda _: []))
    assert sorted(found.goldens) == [f"shop-{name}" for name in LANGUAGES]
    assert found.troubles == () and found.services > len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_object_and_pod_has_the_labels_and_annotations(language: str, services: dict[str, Path]) -> None:
    environments = overlays_of(services[language])
    assert len(environments) == 2
    for environment in environments:
        found = deployed(services[language], environment)
        metadata = [each["metadata"] for each in found.objects] + [pod["metadata"] for _, pod in found.pods]
        assert len(metadata) > 6
        for each in metadata:
            assert LABELS.items() <= each["labels"].items(), each
            assert ANNOTATION in each["annotations"].items(), each


@pytest.mark.skipif(bool(helm.missing()), reason=str(helm.missing()))
def test_a_chart_has_it_as_its_overlays_do(acme: Platform, tmp_path: Path) -> None:
    (golden,) = (each for each in goldens_of(acme.root) if each.name == "shop-typescript")
    service = Workshop(load_template(acme.root), acme.overlay.url).service({**golden.given(), "manifests": "both"})
    write_files(tmp_path / "shop", service)
    charted = Charted(tmp_path / "shop")
    for environment in charted.environments:
        assert charted.differences(environment) == []
        for each in charted.objects(environment):
            assert ANNOTATION in each["metadata"]["annotations"].items(), each


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pod_is_placed_as_acme_wants(language: str, services: dict[str, Path]) -> None:
    for environment in overlays_of(services[language]):
        pods = [pod["spec"] for _, pod in deployed(services[language], environment).pods]
        assert pods
        for spec in pods:
            assert spec["imagePullSecrets"] == [{"name": "acme-registry"}]
            assert spec["priorityClassName"] == "business"
            assert spec["nodeSelector"] == {"acme.example/pool": "services"}
            assert spec["tolerations"] == [
                {"key": "acme.example/pool", "operator": "Equal", "value": "services", "effect": "NoSchedule"},
                {"key": "acme.example/spot", "operator": "Exists"},
            ]


def test_a_pin_of_acme_is_the_default(services: dict[str, Path]) -> None:
    (pod,) = (spec for _, spec in deployed(services["go"], "production").pods if "serve" in containers_of(spec))
    assert containers_of(pod)["serve"]["resources"]["requests"]["memory"] == "96Mi"
    dockerfile = (services["go"] / "Dockerfile").read_text().splitlines()
    assert "ARG RUNTIME_IMAGE=registry.acme.example/base/debian:13.8-slim" in dockerfile


def named_images(value: object) -> Iterator[str]:
    """Yield what a file of Compose or GitLab names as an image, below any key."""
    for key, each in value.items() if isinstance(value, dict) else ():
        if key in ("image", "TOOLS_IMAGE"):
            yield each["name"] if isinstance(each, dict) else each
        elif key == "services" and isinstance(each, list):
            yield from each
        else:
            yield from named_images(each)


def images_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each image that a service names, with its file or environment."""
    for image in re.findall(r"^(?:ARG \w+_IMAGE=|FROM )([^$\s]+)", (folder / "Dockerfile").read_text(), re.MULTILINE):
        yield "Dockerfile", image
    for file in ("compose.yaml", ".gitlab-ci.yml"):
        yield from ((file, each) for each in named_images(yaml.safe_load((folder / file).read_text())))
    for environment in overlays_of(folder):
        for _, pod in deployed(folder, environment).pods:
            yield from ((environment, each["image"]) for each in containers_of(pod).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_image_comes_from_the_own_registry(language: str, services: dict[str, Path]) -> None:
    found = list(images_of(services[language]))
    assert {"Dockerfile", ".gitlab-ci.yml", "production"} <= {path for path, _ in found}
    for path, image in found:
        assert image.startswith("registry.acme.example/"), (path, image)


def test_the_mirror_keeps_the_name_of_each_image(services: dict[str, Path]) -> None:
    found = {image for folder in services.values() for _, image in images_of(folder)}
    for image in (
        r"registry.acme.example/docker-hub/library/python:[^/]+",
        r"registry.acme.example/docker-hub/envoyproxy/envoy:[^/]+",
        r"registry.acme.example/mirror/quay.io/buildah/stable:[^/]+",
        r"registry.acme.example/mirror/registry.k8s.io/kustomize/kustomize:[^/]+",
        r"registry.acme.example/mirror/ghcr.io/yannh/kubeconform:[^/]+",
        r"registry.acme.example/services/shop:0.1.0",
    ):
        assert any(re.fullmatch(image, each) for each in found), image


def answers(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / ".copier-answers.yml").read_text())
    return found


def test_what_is_fixed_is_in_no_answers_file(services: dict[str, Path]) -> None:
    for folder in services.values():
        found = answers(folder)
        assert not found.keys() & {"ci", "image_registry", "prometheus", "image_mirrors", "platform_labels"}
        assert found["owner"] == "acme/platform" and found["kubernetes_namespace"] == "acme-shop"
        assert (folder / "PLATFORM.md").read_text() == "# shop at acme\n\nCost center: CC-1234\n"
        assert not (folder / "renovate.json").exists()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("image_mirrors", "7", "image_mirrors must be a mapping of registries, not 7. Example:"),
        ("image_mirrors", "{docker: r.example}", 'image_mirrors must be a mapping of registries, each a host or *, not'),
        ("image_mirrors", '{docker.io: "https://r.example"}', 'image_mirrors[docker.io] must be a registry host'),
        ("platform_labels", "{a b: c}", "platform_labels must be the name of a label"),
        ("platform_labels", "{a: b c}", "platform_labels[a] must be the value of a label"),
        ("platform_labels", "{deployed-from: a}", "platform_labels must not be deployed-from"),
        ("platform_annotations", "[a]", "platform_annotations must be a mapping of annotations"),
        ("platform_annotations", "{a: 7}", "platform_annotations[a] must be text, not 7"),
        ("image_pull_secrets", "login", "image_pull_secrets must be a list of names, not login"),
        ("image_pull_secrets", "[A]", "image_pull_secrets[0] must be the name of a Secret, not A"),
        ("priority_class", "Best!", "priority_class must be the name of a PriorityClass"),
        ("node_selector", "pool", "node_selector must be a mapping of labels, not pool"),
        ("node_selector", "{pool: 7}", "node_selector[pool] must be the value of a label, not 7"),
        ("tolerations", "[{key: a}]", "tolerations[0] must have the field operator"),
        ("tolerations", "[{key: a, operator: Is}]", "tolerations[0].operator must be Equal or Exists, not Is"),
        ("tolerations", "[{key: a, operator: Equal}]", "tolerations[0].value must be the value of a label"),
        ("tolerations", "[{key: a, operator: Exists, value: b}]", "tolerations[0].operator must be Equal beside a value"),
        ("tolerations", "[{key: a, operator: Exists, effect: No}]", "tolerations[0].effect must be NoSchedule,"),
        ("replicas", "0", "replicas must be"),
        ("owner", '"{{ name }}!"', "owner must be a user, or a group"),
    ],
)  # fmt: skip
def test_a_wrong_fixed_value_is_not_built(name: str, value: str, words: str, acme: Platform, tmp_path: Path) -> None:
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform/questions.yml").write_text(f"{name}: {{fixed: {value}}}\n")
    overlay = replace(acme.overlay, root=tmp_path)
    with pytest.raises(FileError, match=re.escape(f"platform/questions.yml: {words}")):
        build(overlay, acme.base)


def test_a_base_between_two_releases_is_found_by_its_commit(acme: Platform, tmp_path: Path) -> None:
    versions = Versions(tmp_path / "base")
    versions.release("1.0.0")
    commit = versions.commit("work")
    homes = Homes()
    homes.own = Home("https://git.example.org/base.git", History(versions.root))
    here = homes.own.history.resolve(commit)
    overlay = replace(acme.overlay, version=str(here.version), commit=here.commit)
    assert "+" in overlay.version and base_of(overlay, homes).revision == here


def test_the_guide_names_each_wish_that_is_data() -> None:
    guide = (ROOT / "docs/how-to/your-own-template.md").read_text()
    wishes = yaml.safe_load((ROOT / "templates/service/questions/platform.yml").read_text())
    assert len(wishes) > 6
    assert [name for name in wishes if f"`{name}: {{fixed: " not in guide] == []
