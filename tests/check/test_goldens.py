"""What the template gives breaks no rule."""

from __future__ import annotations

from pathlib import Path

from scaffold.check.read import read_repository
from scaffold.check.rules import all_rules
from scaffold.check.run import run
from tests.support.deployed import each_example, overlays_of


@each_example
def test_nothing_is_found_in_a_golden(example: Path) -> None:
    repository = read_repository([example])
    assert not repository.notes
    built = {scope.name.rpartition("/")[2]: scope for scope in repository.scopes if scope.name}
    assert set(built) == set(overlays_of(example))
    assert all(scope.containers for scope in built.values())
    assert len(repository.dockerfiles) == 1
    assert run(repository, all_rules().values()) == []
