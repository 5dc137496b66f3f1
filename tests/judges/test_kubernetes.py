"""Kubernetes itself builds every overlay, and its own schemas accept all of it: strictly, in two versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import judges
from tests.support.deployed import OVERLAYS, each_example, examples, manifests

pytestmark = pytest.mark.judges

VERSIONS = ("1.30", "1.34")  # the oldest that the output names, and the one that its CI asks


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("manifests")
    found = []
    for example in examples():
        for overlay in OVERLAYS:
            found.append(folder / f"{example.name}-{overlay}.yaml")
            found[-1].write_text(manifests(example, overlay))
    return found


@each_example
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kustomize_builds(example: Path, overlay: str) -> None:
    assert "kind: Deployment" in manifests(example, overlay)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_accept_it(version: str, built: list[Path]) -> None:
    judges.acquits("kubernetes-validate", "--strict", "--kubernetes-version", version, *built)


def test_the_schemas_can_refuse(built: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(built[0].read_text().replace("minReadySeconds:", "minReadySecond:"))
    assert judges.ask("kubernetes-validate", "--strict", "--kubernetes-version", VERSIONS[0], broken).returncode != 0
