"""The example of a platform's template: what acme wishes of every object and image is data, and reaches each service."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.cli.judges import checked, tried
from scaffold.engine.template import load_template
from scaffold.files.folder import write_files
from scaffold.template.goldens import Workshop, goldens_of
from scaffold.template.laws import Judges
from scaffold.template.laws import test as run_laws
from scaffold.template.work import Platform
from tests.support.deployed import containers_of, deployed, overlays_of
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
