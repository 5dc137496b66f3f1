"""Plain `copier update` and `scaffold update` give the same tree, and can take turns on one repository."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.support import goldens
from tests.support.lineage import Lineage, commit, git, tree_of
from tests.update.edits import edit_at_random

EXAMPLES = ("awkward", "batch", *(name for name in goldens.NAMES if name.startswith("everything-")))


def copier_update(lineage: Lineage, folder: Path, version: str) -> None:
    done = lineage.copier("update", "--defaults", "--quiet", "--vcs-ref", f"v{version}", cwd=folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", EXAMPLES)
def test_random_edits_give_the_same_tree(example: str, lineage, start, update_to) -> None:
    mine = start(example, "mine")
    edit_at_random(mine, random.Random(example))
    commit(mine)
    theirs = Path(shutil.copytree(mine, mine.parent / "theirs", symlinks=True))
    outcome = update_to(mine, "0.2.0")
    copier_update(lineage, theirs, "0.2.0")
    assert outcome.applied and not outcome.unresolved
    assert tree_of(mine) == tree_of(theirs)


def test_the_two_take_turns(lineage, start, update_to) -> None:
    service = start("frontend")
    (service / "README.md").write_text((service / "README.md").read_text() + "\nOurs.\n")
    commit(service)
    both = Path(shutil.copytree(service, service.parent / "both", symlinks=True))
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


def test_where_the_two_differ(lineage, start, update_to) -> None:
    """What the table in the README says of both."""
    mine = start("frontend", "mine")
    update_to(mine, "0.2.0")
    git(mine, "mv", "deploy/base/deployment.yaml", "deploy/base/workload.yaml")
    with (mine / "deploy/base/logging.env").open("a") as file:
        file.write("OURS=1\n")
    commit(mine)
    theirs = Path(shutil.copytree(mine, mine.parent / "theirs", symlinks=True))
    outcome = update_to(mine, "0.3.0")
    copier_update(lineage, theirs, "0.3.0")
    renamed = "deploy/base/workload.yaml"
    assert "minReadySeconds:  " in (mine / renamed).read_text()
    assert "minReadySeconds:  " not in (theirs / renamed).read_text()
    assert [conflict.path for conflict in outcome.plan.conflicts] == ["deploy/base/logging.env"]
    assert (mine / "deploy/base/logging.env").exists()
    assert not (theirs / "deploy/base/logging.env").exists()


def test_where_the_two_differ_on_what_is_deleted_and_on_crlf(lineage, start, update_to) -> None:
    mine = start("frontend", "mine")
    (mine / ".gitattributes").write_text("* -text\n")
    (mine / ".yamllint.yaml").unlink()
    deployment = "deploy/base/deployment.yaml"
    (mine / deployment).write_bytes((mine / deployment).read_bytes().replace(b"\n", b"\r\n"))
    commit(mine)
    theirs = Path(shutil.copytree(mine, mine.parent / "theirs", symlinks=True))
    assert not update_to(mine, "0.2.0").unresolved
    copier_update(lineage, theirs, "0.2.0")
    assert not (mine / ".yamllint.yml").exists()
    assert (theirs / ".yamllint.yml").exists()
    assert b"<<<<<<<" not in (mine / deployment).read_bytes()
    assert b"<<<<<<< before updating" in (theirs / deployment).read_bytes()
