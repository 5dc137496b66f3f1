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
    assert [note for note in repository.notes if "Chart.yaml" not in str(note)] == []  # test_charts.py has the charts
    built = {scope.name.rpartition("/")[2]: scope for scope in repository.scopes if scope.name}
    built = {name: scope for name, scope in built.items() if not name.startswith("chart")}
    assert set(built) == set(overlays_of(example))
    assert all(scope.containers for scope in built.values())
    assert len(repository.dockerfiles) == len(list(example.rglob("Dockerfile")))
    assert run(repository, all_rules().values()) == []
