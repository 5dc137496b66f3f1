"""Files that git was told to overlook: edits in them are never lost, and a sparse checkout stays sparse."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffold.errors import ServiceError
from scaffold.update.run import take_back
from workshop.history import commit, edit, git, tree_of

DEPLOYMENT = "deploy/base/deployment.yaml"
ADDED = "scripts/check.sh"
OPTIONS = ("skip-worktree", "assume-unchanged")


def entries(folder: Path) -> str:
    """Return the index: each path with its marks, mode, id and stage."""
    return git(folder, "ls-files", "--stage", "-v")


def mark(folder: Path, option: str, path: str = DEPLOYMENT) -> None:
    git(folder, "update-index", f"--{option}", path)


@pytest.mark.parametrize("option", OPTIONS)
def test_hidden_edits_are_refused_by_name(option: str, start, update_to) -> None:
    service = start()
    mark(service, option)
    (service / DEPLOYMENT).write_text("mine, and nobody's business\n")
    before = tree_of(service), entries(service)
    with pytest.raises(ServiceError, match=rf"{DEPLOYMENT} has changes that git ignores \({option}\)"):
        update_to(service)
    assert (tree_of(service), entries(service)) == before
    assert (service / DEPLOYMENT).read_text() == "mine, and nobody's business\n"
    git(service, "update-index", f"--no-{option}", DEPLOYMENT)
    git(service, "checkout", "--quiet", DEPLOYMENT)
    assert update_to(service).applied


def test_a_file_that_was_removed_in_secret(start, update_to) -> None:
    service = start()
    mark(service, "assume-unchanged")
    (service / DEPLOYMENT).unlink()
    with pytest.raises(ServiceError, match="assume-unchanged"):
        update_to(service)


@pytest.mark.parametrize("option", OPTIONS)
def test_a_mark_without_edits_stays(option: str, start, update_to) -> None:
    service = start()
    mark(service, option)
    before = tree_of(service), entries(service)
    assert update_to(service).applied
    assert "revisionHistoryLimit: 10" in (service / DEPLOYMENT).read_text()
    assert git(service, "ls-files", "-v", DEPLOYMENT)[0] == ("S" if option == "skip-worktree" else "h")
    take_back(service)
    assert (tree_of(service), entries(service)) == before


@pytest.mark.parametrize("option", OPTIONS)
def test_hidden_edits_of_other_files_do_not_matter(option: str, start, update_to) -> None:
    service = start()
    mark(service, option, "README.md")
    (service / "README.md").write_text("mine\n")
    before = entries(service)
    assert update_to(service).applied
    assert (service / "README.md").read_text() == "mine\n"
    take_back(service)
    assert (service / "README.md").read_text() == "mine\n"
    assert entries(service) == before


@pytest.mark.parametrize("option", OPTIONS)
def test_an_abort_keeps_what_was_hidden_meanwhile(option: str, start, update_to) -> None:
    service = start()
    update_to(service)
    mark(service, option)
    (service / DEPLOYMENT).write_text("hidden meanwhile\n")
    take_back(service)
    assert git(service, "show", f"refs/scaffold/aborted:{DEPLOYMENT}") == "hidden meanwhile"


SPARSE = {
    "cone": (["set", "--cone", "src"], "src"),
    "sparse index": (["set", "--cone", "--sparse-index", "src"], "src"),
    "patterns": (["set", "--no-cone", "/*", "!/deploy/", "!/scripts/"], "README.md"),
}


def sparse(folder: Path, *arguments: str) -> None:
    git(folder, "status")  # the folder is a copy, and git takes files out only when it knows that they are unchanged
    git(folder, "sparse-checkout", *arguments)


@pytest.mark.parametrize("kind", SPARSE)
def test_a_sparse_checkout_stays_sparse(kind: str, start, update_to) -> None:
    arguments, inside = SPARSE[kind]
    service, whole = start(), start(name="whole")
    sparse(service, *arguments)
    assert not (service / DEPLOYMENT).exists() and (service / inside).exists()
    before = files(service), entries(service)
    assert update_to(service).applied
    update_to(whole)
    assert not (service / "deploy").exists() and not (service / "scripts").exists()
    assert (service / "logo.bin").is_file()
    assert git(service, "ls-files", "-v", DEPLOYMENT, ADDED) == f"S {DEPLOYMENT}\nS {ADDED}"
    assert git(service, "write-tree") == git(whole, "write-tree")
    assert git(service, "diff", "--name-only") == ""
    take_back(service)
    assert (files(service), entries(service)) == before


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if ".git" not in path.parts}


def test_a_conflict_outside_a_sparse_checkout_is_written(start, update_to) -> None:
    service = start()
    edit(service / DEPLOYMENT, r"revisionHistoryLimit: 5", "revisionHistoryLimit: 3")
    commit(service)
    sparse(service, "set", "--cone", "src")
    before = files(service), entries(service)
    assert update_to(service).unresolved
    assert "<<<<<<<" in (service / DEPLOYMENT).read_text()
    assert not (service / "deploy/base/kustomization.yaml").exists()
    take_back(service)
    assert (files(service), entries(service)) == before


def test_a_file_that_was_taken_out_of_a_sparse_checkout_meanwhile(start, update_to) -> None:
    service, whole = start(), start(name="whole")
    sparse(service, "set", "--cone", "src")
    update_to(service)
    git(service, "sparse-checkout", "disable")
    assert (service / ADDED).exists()
    take_back(service)
    assert tree_of(service) == tree_of(whole)
    assert git(service, "status", "--porcelain") == ""


@pytest.mark.parametrize("version", ["2", "4"])
@pytest.mark.parametrize("extension", ["--split-index", "--untracked-cache", "--no-split-index"])
def test_kinds_of_index(extension: str, version: str, start, update_to) -> None:
    service = start()
    git(service, "update-index", "--index-version", version)
    git(service, "update-index", extension)
    before = tree_of(service), entries(service)
    assert update_to(service).applied
    assert git(service, "diff", "--name-only") == ""
    take_back(service)
    assert (tree_of(service), entries(service)) == before
    assert git(service, "status", "--porcelain") == ""


def test_an_intent_to_add(start, update_to) -> None:
    service = start()
    (service / "later.txt").write_text("later\n")
    git(service, "add", "--intent-to-add", "later.txt")
    with pytest.raises(ServiceError, match=r"1 file is changed and not committed \(later.txt\)"):
        update_to(service)
    git(service, "rm", "--quiet", "--cached", "later.txt")
    assert update_to(service).applied
    git(service, "add", "--intent-to-add", "later.txt")
    take_back(service)
    assert (service / "later.txt").read_text() == "later\n"
    assert git(service, "status", "--porcelain") == "A later.txt"  # " A" without its space


def test_a_submodule_in_the_way(start, update_to) -> None:
    service, other = start(), start("mail", "other")
    git(service, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(other), "scripts")
    commit(service)
    (service / "scripts/notes.txt").write_text("mine")
    before = entries(service)
    with pytest.raises(ServiceError, match="scripts is a submodule"):
        update_to(service)
    assert entries(service) == before
    assert (service / "scripts/notes.txt").read_text() == "mine"
    assert os.path.lexists(service / "scripts/.git")
