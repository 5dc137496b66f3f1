"""Whoever breaks a pattern in what the template gave hears of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from scaffold.check.engine import run
from scaffold.check.read import read_repository
from scaffold.check.rules import all_rules
from tests.check.mutations import MUTATIONS, Mutation
from tests.support.goldens import EXAMPLES

_NAMES = [f"{number}-{each.rule}" for number, each in enumerate(MUTATIONS, 1)]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=_NAMES)
def test_a_rule_fires(mutation: Mutation, tmp_path: Path) -> None:
    for name in ("deploy", "Dockerfile", "compose.yaml", ".copier-answers.yml"):
        source = EXAMPLES / mutation.golden / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    file = tmp_path / mutation.file
    before = file.read_text()
    after = re.sub(mutation.old, mutation.new, before)
    assert after != before, "the golden has changed: this mutation does nothing any more"
    file.write_text(after)
    repository = read_repository([tmp_path])
    assert not repository.notes
    found = run(repository, all_rules().values())
    assert mutation.rule in {each.rule.id for each in found}
    assert {Path(each.place.path).name for each in found if each.rule.id == mutation.rule} == {file.name}, (
        "where it was"
    )


def test_the_catalogue_covers_most_rules() -> None:
    assert len({each.rule for each in MUTATIONS}) >= 0.6 * len(all_rules())
