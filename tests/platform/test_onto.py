"""Twenty services of this project's template, each edited by a team, move to a platform's: edits and answers stay."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scaffold.engine.answers_file import NAME as FILE
from scaffold.engine.remembered import read_remembered
from scaffold.git import merge_file
from scaffold.git.objects import Blob
from scaffold.git.repository import locate
from scaffold.releases import History
from scaffold.releases.editions import Editions
from scaffold.releases.home import Homes, project_url
from scaffold.releases.joined import Joined
from scaffold.update.crossing import prepare, read_service
from scaffold.update.plan import Plan, plan
from tests.platform.conftest import release
from tests.update.edits import edit_at_random
from workshop.history import answers_of, commit, git, start
from workshop.platforms import base_here, place

pytestmark = pytest.mark.aside

SERVICES = 20
EXAMPLES = ("frontend-go", "frontend-java", "frontend", "everything-rust", "everything-typescript")
KEPT = {"replicas": 7, "owner": "pay/shop", "expose": "none"}
"""Answers that each service gave; the platform has another default of one of them."""
CLASH = "compose.yaml"
"""A file in which five teams change a line that the platform changes, too."""
Files = Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True)
class Move:
    """A service's move: the files that the old template gave, those of the team, and what the move gives."""

    before: Files
    edited: Files
    made: Plan
    files: Files

    @property
    def after(self) -> Files:
        return {path: (blob.mode, self.made.after.contents[path]) for path, blob in self.made.after.blobs.items()}


def clash(file: Path) -> None:
    """Name other images: so does the platform, by its mirror."""
    text, count = re.subn(r"(?m)^( *image: ).*$", r"\1ours.example/image:1", file.read_text())
    assert count
    file.write_text(text)


def files_of(tree: str, folder: Path) -> Files:
    repository, _ = locate(folder)
    blobs: Mapping[str, Blob] = repository.tree(tree)
    found = repository.objects.read_all([each.id for each in blobs.values()])
    repository.close()
    return {
        path: (blob.mode, content[1]) for (path, blob), content in zip(blobs.items(), found, strict=True) if content
    }


@pytest.fixture(scope="module")
def moves(tmp_path_factory: pytest.TempPathFactory) -> list[Move]:
    folder = tmp_path_factory.mktemp("moves")
    base = base_here(folder / "base")
    platform = place("acme", folder / "acme", base)
    platform.build()
    git(platform.root, "init", "--quiet")
    release(platform.root, "1.0.0")
    onto = Homes(str(platform.root)).for_new()
    new = onto.history.resolve("1.0.0")
    editions = Editions(Joined(History(base.history.root), onto.history, new))
    made = []
    for number in range(SERVICES):
        example = answers_of(editions, base.revision, EXAMPLES[number % len(EXAMPLES)])
        answers = {each: example.asked[each] for each in example.given - {"max_replicas"}} | KEPT
        rendered = editions.rendered(base.revision, editions.resolve(base.revision, answers), project_url(), "sha1")
        service = start(folder / f"service-{number}", rendered)
        first = git(service, "rev-parse", "HEAD^{tree}")
        edit_at_random(service, random.Random(number))
        if number < len(EXAMPLES):
            clash(service / CLASH)
        edited = commit(service)
        repository, prefix = locate(service)
        found = read_service(repository, "HEAD", prefix)
        crossing = replace(prepare(editions, found, base.revision, new), source=onto.url)
        moved = plan(editions, crossing)
        repository.close()
        made.append(Move(*(files_of(tree, service) for tree in (first, edited)), moved, files_of(moved.tree, service)))
    return made


def test_the_answers_stay_and_the_address_is_the_platform_s(moves: list[Move]) -> None:
    assert len(moves) == SERVICES
    for move in moves:
        crossing, remembered = move.made.crossing, read_remembered(move.files[FILE][1], FILE)
        assert (remembered.source, remembered.reference) == (crossing.source, "1.0.0")
        assert remembered.source != project_url()
        given = crossing.service.remembered.given & crossing.new_answers.asked.keys()
        assert {*KEPT, "language", "name"} <= given
        before, after = (
            {each: found[each] for each in given} for found in (crossing.old_answers.asked, remembered.answers)
        )
        assert before == after
        assert KEPT.items() <= remembered.answers.items()


def test_what_one_side_changed_is_there(moves: list[Move]) -> None:
    for move in moves:
        assert any(b"acme.example/tier" in content for _, content in move.files.values())
        in_conflict = {each.path for each in move.made.conflicts}
        for path in (move.before.keys() | move.edited.keys() | move.after.keys()) - in_conflict - {FILE}:
            before, edited, wanted = (each.get(path) for each in (move.before, move.edited, move.after))
            if edited == before:
                assert move.files.get(path) == wanted, path
            elif wanted == before:
                assert move.files.get(path) == edited, path


def test_a_conflict_is_in_lines_that_both_changed(moves: list[Move]) -> None:
    conflicts = [(move, each.path) for move in moves for each in move.made.conflicts]
    assert [path for _, path in conflicts].count(CLASH) == len(EXAMPLES)
    for move, path in conflicts:
        before, edited, wanted = (each.get(path) for each in (move.before, move.edited, move.after))
        assert edited != before != wanted, path
        if before and edited and wanted:
            assert merge_file(before[1], edited[1], wanted[1], ("old", "ours", "new"))[1], path
