"""Plain `copier update` and `scaffold update` give the same tree, and can take turns on one repository.

Copier is slow, so a run tries a few examples, others at each commit of this repository. KUBE_SCAFFOLD_COPIER=all tries
all of them, KUBE_SCAFFOLD_SEED=N other edits; a failing test's name tells both.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from scaffold.errors import AnswerError, ServiceError, TemplateError
from tests.update.edits import edit_at_random
from workshop import goldens
from workshop.history import QUESTIONS, Lineage, commit, edit, git

pytestmark = pytest.mark.aside

SEED = os.environ.get("KUBE_SCAFFOLD_SEED", "1")
AT_ONCE = 3
DEPLOYMENT = "deploy/base/deployment.yaml"
RENAMED = {".yamllint.yaml", ".yamllint.yml"}  # by the template; Copier does not follow it


def drawn() -> list[str]:
    """Return the examples of this run, drawn by the commit that is checked out."""
    if os.environ.get("KUBE_SCAFFOLD_COPIER") == "all":
        return goldens.NAMES
    command = ["git", "-C", str(goldens.ROOT), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return random.Random(done.stdout).sample(goldens.NAMES, AT_ONCE)


def copier_update(lineage: Lineage, folder: Path, version: str, *options: str) -> None:
    done = lineage.copier("update", "--defaults", "--quiet", *options, "--vcs-ref", f"v{version}", cwd=folder)
    assert done.returncode == 0, done.stderr


def twin(service: Path) -> Path:
    return Path(shutil.copytree(service, service.parent / "theirs", symlinks=True))


@pytest.mark.parametrize("seed", [SEED])
@pytest.mark.parametrize("example", drawn())
def test_random_edits_give_the_same_tree(example: str, seed: str, lineage, start, update_to) -> None:
    mine = start(example, "mine")
    pristine = goldens.files_of(mine)
    edit_at_random(mine, random.Random(f"{example} {seed}"))
    commit(mine)
    edited, theirs = goldens.files_of(mine), twin(mine)
    outcome = update_to(mine, "0.2.0")
    copier_update(lineage, theirs, "0.2.0")
    differ = {conflict.path for conflict in outcome.plan.conflicts}
    if any(edited.get(path) != pristine.get(path) for path in RENAMED):
        differ |= RENAMED
    ours, copiers = goldens.files_of(mine), goldens.files_of(theirs)
    assert {path for path in ours.keys() | copiers.keys() if ours.get(path) != copiers.get(path)} <= differ
    assert outcome.applied and edited != pristine and ours != edited


def test_the_two_take_turns(lineage, start, update_to) -> None:
    service = start("frontend")
    (service / "README.md").write_text((service / "README.md").read_text() + "\nOurs.\n")
    commit(service)
    both = twin(service)
    update_to(service, "0.2.0")
    commit(service)
    copier_update(lineage, service, "0.3.0")
    commit(service)
    copier_update(lineage, both, "0.2.0")
    commit(both)
    update_to(both, "0.3.0")
    commit(both)
    assert git(service, "rev-parse", "HEAD^{tree}") == git(both, "rev-parse", "HEAD^{tree}")
    assert "_commit: v0.3.0\n" in (service / ".copier-answers.yml").read_text()
    assert (service / "README.md").read_text().endswith("\nOurs.\n")


# What the table in docs/explanation/comparison.md has of both, row by row.


def test_they_differ_on_files_that_the_team_renamed_or_the_template_removes(lineage, start, update_to) -> None:
    mine = start("frontend", "mine")
    update_to(mine, "0.2.0")
    git(mine, "mv", DEPLOYMENT, "deploy/base/workload.yaml")
    with (mine / "deploy/base/logging.env").open("a") as file:
        file.write("OURS=1\n")
    commit(mine)
    theirs = twin(mine)
    outcome = update_to(mine, "0.3.0")
    copier_update(lineage, theirs, "0.3.0")
    renamed = "deploy/base/workload.yaml"
    assert "minReadySeconds:  " in (mine / renamed).read_text()
    assert "minReadySeconds:  " not in (theirs / renamed).read_text()
    assert [conflict.path for conflict in outcome.plan.conflicts] == ["deploy/base/logging.env"]
    assert (mine / "deploy/base/logging.env").exists()
    assert not (theirs / "deploy/base/logging.env").exists()


def test_they_differ_on_what_the_team_deleted_on_crlf_on_unknown_keys_and_files(lineage, start, update_to) -> None:
    mine = start("frontend", "mine")
    (mine / ".gitattributes").write_text("* -text\n")
    (mine / ".yamllint.yaml").unlink()
    (mine / DEPLOYMENT).write_bytes((mine / DEPLOYMENT).read_bytes().replace(b"\n", b"\r\n"))
    edit(mine / ".copier-answers.yml", r"\Z", "replica: 3\n")
    commit(mine)
    with pytest.raises(ServiceError, match=r"replica is not a question .*Did you mean replicas"):
        update_to(mine, "0.2.0")
    theirs = twin(mine)
    edit(mine / ".copier-answers.yml", r"^replica: 3\n", "")
    commit(mine)
    for folder in (mine, theirs):
        (folder / "notes.txt").write_text("mine\n")

    assert not update_to(mine, "0.2.0").unresolved
    assert (mine / "notes.txt").read_text() == "mine\n"
    refused = lineage.copier("update", "--defaults", "--quiet", "--vcs-ref", "v0.2.0", cwd=theirs)
    assert refused.returncode != 0 and "dirty" in refused.stderr
    (theirs / "notes.txt").unlink()
    copier_update(lineage, theirs, "0.2.0")

    assert not (mine / ".yamllint.yml").exists()
    assert (theirs / ".yamllint.yml").exists()
    assert b"<<<<<<<" not in (mine / DEPLOYMENT).read_bytes()
    assert b"<<<<<<< before updating" in (theirs / DEPLOYMENT).read_bytes()
    assert "replica:" not in (theirs / ".copier-answers.yml").read_text()


@pytest.fixture
def stricter(lineage: Lineage, tmp_path: Path) -> Lineage:
    """Return the lineage with one more version, which refuses long descriptions."""
    root = Path(shutil.copytree(lineage.root, tmp_path / "stricter/checkout", symlinks=True))
    edit(root / QUESTIONS / "identity.yml", r'"description", description, \d+', '"description", description, 40')
    return released(root)


@pytest.fixture
def with_a_task(lineage: Lineage, tmp_path: Path) -> Lineage:
    """Return the lineage with one more version, which has a task, as others' templates may."""
    root = Path(shutil.copytree(lineage.root, tmp_path / "task/checkout", symlinks=True))
    edit(root / "copier.yml", r"^_envops:", "_tasks: [touch made-by-a-task]\n_envops:")
    return released(root)


def released(root: Path) -> Lineage:
    git(root, "commit", "--quiet", "--all", "--message", "0.4.0")
    git(root, "tag", "v0.4.0")
    with (root / "releases.yml").open("a") as file:
        file.write(f"- version: 0.4.0\n  commit: {git(root, 'rev-parse', 'HEAD')}\n  date: 2026-01-02\n")
    return Lineage(root)


def test_they_differ_on_tasks(with_a_task: Lineage, start, update_to) -> None:
    mine = start("frontend", "mine")
    theirs = twin(mine)
    with pytest.raises(TemplateError, match="_tasks is a part of Copier's format"):
        update_to(mine, "0.4.0", home=with_a_task.home)
    assert git(mine, "status", "--porcelain") == ""
    copier_update(with_a_task, theirs, "0.4.0", "--trust")
    assert not (mine / "made-by-a-task").exists()
    assert (theirs / "made-by-a-task").exists()


def test_they_differ_on_answers_that_became_wrong(stricter: Lineage, start, update_to) -> None:
    mine = start("frontend", "mine")
    theirs, version = twin(mine), {"home": stricter.home}
    with pytest.raises(
        AnswerError,
        match=r"an answer does not fit v0\.4\.0: description must have at most 40 .*--data description=VALUE",
    ):
        update_to(mine, "0.4.0", **version)
    assert git(mine, "status", "--porcelain") == ""
    assert update_to(mine, "0.4.0", given={"description": "Mail and weather"}, **version).applied
    copier_update(stricter, theirs, "0.4.0")
    assert "description: Mail and weather\n" in (mine / ".copier-answers.yml").read_text()
    assert "description: A service that survives production\n" in (theirs / ".copier-answers.yml").read_text()
