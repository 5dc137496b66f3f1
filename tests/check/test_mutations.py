"""Whoever breaks a pattern in what the template gave hears of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from scaffold.check.read import read_repository
from scaffold.check.rules import all_rules
from scaffold.check.run import run
from scaffold.git.walk import shown
from tests.check.mutations import MUTATIONS, Mutation
from workshop.goldens import EXAMPLES

pytestmark = pytest.mark.aside

_NAMES = [f"{number}-{each.rule}" for number, each in enumerate(MUTATIONS, 1)]


def mutated(text: str, old: str, new: str) -> str:
    after = re.sub(old, new, text)
    assert after != text, "the golden has changed: this mutation does nothing any more"
    return after


def mutate(mutation: Mutation, folder: Path) -> None:
    file = folder / mutation.file
    text = mutated(file.read_text(), mutation.old, mutation.new)
    if mutation.without:
        text = mutated(text, mutation.without, "")
    if mutation.second_name:
        first, separator, second = text.rpartition("---\n")
        text = first + separator + mutated(second, r"(?m)^  name: \w+$", f"  name: {mutation.second_name}")
    file.write_text(text)
    if mutation.also:
        other, old, new = mutation.also
        (folder / other).write_text(mutated((folder / other).read_text(), old, new))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=_NAMES)
def test_a_rule_fires(mutation: Mutation, tmp_path: Path) -> None:
    for name in ("deploy", "Dockerfile", ".copier-answers.yml"):
        source = EXAMPLES / mutation.golden / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    if mutation.rule != "P01-copies-everything":
        shutil.copy(EXAMPLES / mutation.golden / ".dockerignore", tmp_path)
    for overlay in (tmp_path / "deploy/overlays").iterdir():
        if overlay.name != "production" and not mutation.all_overlays:
            shutil.rmtree(overlay)
    for other in ("chart", "flux"):  # judged by other tests
        shutil.rmtree(tmp_path / "deploy" / other, ignore_errors=True)
    mutate(mutation, tmp_path)
    repository = read_repository([tmp_path])
    assert not repository.notes
    found = [each for each in run(repository, all_rules().values()) if each.rule.id == mutation.rule]
    where = shown(str(tmp_path / (mutation.found_in or mutation.file)))
    assert where in {each.place.path for each in found}, found


def test_the_catalogue_has_every_rule() -> None:
    assert len(MUTATIONS) >= 60
    assert {each.rule for each in MUTATIONS} == set(all_rules())
