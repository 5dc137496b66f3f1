"""Sidecars with every language, forge, kind of pod and with each other: no rule is broken, and their own programs take it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scaffold.check.read import read_repository
from scaffold.check.rules import all_rules
from scaffold.check.run import run
from tests.support import combinations, nginx
from tests.support.deployed import manifests
from workshop import judges

pytestmark = pytest.mark.xdist_group("combinations")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return combinations.write_all(tmp_path_factory.mktemp("combinations"))


@pytest.fixture(params=map(combinations.name_of, combinations.combinations()))
def service(request: pytest.FixtureRequest, services: dict[str, Path]) -> Path:
    return services[request.param]


def test_every_pair_is_there() -> None:
    found = combinations.combinations()
    assert set().union(*map(combinations.covered, found)) == combinations.wanted()
    assert all(map(combinations.possible, found)) and len(found) < 40


def test_no_rule_is_broken(service: Path) -> None:
    repository = read_repository([service])
    assert not repository.notes
    assert run(repository, all_rules().values()) == []


@pytest.mark.judges
def test_the_schemas_accept_them(services: dict[str, Path], tmp_path: Path) -> None:
    built = [tmp_path / f"{name}.yaml" for name in services]
    for path, folder in zip(built, services.values(), strict=True):
        path.write_text(manifests(folder, "production"))
    judges.acquits("kubernetes-validate", "--strict", "--kubernetes-version", "1.36", *built)


@pytest.mark.judges
def test_their_own_programs_accept_it(service: Path) -> None:
    for kind in ("breaker", "limiter"):
        folder = service / "deploy/base" / kind
        if (folder / "nginx.conf").exists():
            said = nginx.check(folder)
        elif (folder / "envoy.yaml").exists() and shutil.which("envoy"):
            command = ["envoy", "--mode", "validate", "--log-level", "warn", "--config-path", folder / "envoy.yaml"]
            said = subprocess.run(command, capture_output=True, text=True, check=False)
        else:
            continue
        assert said.returncode == 0 and "[warn" not in said.stderr, said.stderr
