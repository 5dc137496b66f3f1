"""Kubernetes itself builds every overlay, and its own schemas accept all of it: strictly, in two versions. kube-score finds
nothing to mend.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.judges.kube_score import ANSWERED, scored
from tests.support.answered import inputs_of_goldens
from tests.support.deployed import each_example, examples, files_of, manifests, overlays_of
from workshop import go_tools, judges

pytestmark = [pytest.mark.judges, pytest.mark.kept(inputs=inputs_of_goldens)]

VERSIONS = ("1.30", "1.36")  # the oldest that the output names, and the one that its CI asks


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("manifests")
    found = []
    for example in examples():
        for overlay in overlays_of(example):
            found.append(folder / f"{example.name}-{overlay}.yaml")
            found[-1].write_text(manifests(example, overlay))
    return found


@each_example
def test_kustomize_builds(example: Path) -> None:
    assert all("kind: Deployment" in manifests(example, overlay) for overlay in overlays_of(example))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_accept_it(version: str, built: list[Path]) -> None:
    judges.acquits("kubernetes-validate", "--strict", "--kubernetes-version", version, *built)


def test_the_schemas_can_refuse(built: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(built[0].read_text().replace("minReadySeconds:", "minReadySecond:"))
    assert judges.ask("kubernetes-validate", "--strict", "--kubernetes-version", VERSIONS[0], broken).returncode != 0


@pytest.mark.skipif(bool(go_tools.missing()), reason=str(go_tools.missing()))
@pytest.mark.parametrize("overlay", sorted(ANSWERED))
def test_kube_score_finds_nothing(overlay: str, built: list[Path], tmp_path: Path) -> None:
    mine = [path for path in built if path.stem.endswith(f"-{overlay}")]
    assert mine
    assert scored(mine, overlay) == []
    worse = tmp_path / "worse.yaml"
    worse.write_text(mine[0].read_text().replace("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"))
    assert any("readonlyrootfilesystem" in finding for finding in scored([worse], overlay))


@each_example
def test_kube_score_is_contradicted_with_a_reason(example: Path) -> None:
    """The reason stands behind the ignored finding or in the comment line above it."""
    for path in files_of(example):
        lines = path.read_text().splitlines() if path.suffix == ".yaml" else []
        for above, line in pairwise(["", *lines]):
            if "kube-score/ignore:" in line:
                reason = line.partition(" # ")[2] or above.strip().removeprefix("# ") * above.strip().startswith("# ")
                assert len(reason) > 20, f"{path}: no reason beside {line.strip()!r}"
