"""Where a service may lie: in a folder of a larger repository, a linked work tree, a submodule, a bare repository…"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffold.errors import DestinationError
from scaffold.git.repository import locate
from scaffold.releases.home import project_url
from scaffold.update.crossing import prepare, read_service
from scaffold.update.plan import plan
from scaffold.update.run import take_back
from tests.support.lineage import answers_of, commit, edit, git, tree_of, write

DEPLOYMENT = "deploy/base/deployment.yaml"


def updated(folder: Path) -> bool:
    return "revisionHistoryLimit: 10" in (folder / DEPLOYMENT).read_text()


def test_a_folder_of_a_larger_repository(start, update_to, lineage, tmp_path) -> None:
    top = tmp_path / "all"
    (top / "services").mkdir(parents=True)
    git(top, "init", "--quiet", "--initial-branch=main")
    for name in ("one", "two"):
        service = start(name=f"copy-{name}")
        shutil.rmtree(service / ".git")
        service.rename(top / "services" / name)
    (top / "README.md").write_text("All of them.\n")
    commit(top)
    (top / "README.md").write_text("All of them!\n")  # what is open elsewhere does not matter
    git(top, "add", "README.md")
    (top / "services/two/README.md").write_text("open\n")
    service = top / "services/one"
    (service / "CODEOWNERS").unlink()
    git(top, "commit", "--quiet", "--message", "no owners", "services/one")
    outcome = update_to(service)
    assert updated(service) and not updated(top / "services/two")
    assert {line.path.split("/")[:2] == ["services", "one"] for line in outcome.report.lines} == {True}
    assert not (service / "CODEOWNERS").exists()
    assert git(top, "diff", "--name-only") == "services/two/README.md"
    assert git(top, "diff", "--staged", "README.md") != ""
    take_back(service)
    assert git(top, "diff", "--staged", "--name-only") == "README.md"
    assert git(top, "diff", "--name-only") == "services/two/README.md"


def test_a_folder_gives_the_tree_that_a_repository_gives(start, update_to, tmp_path) -> None:
    alone, top = start(name="alone"), tmp_path / "all"
    edit(alone / DEPLOYMENT, r"\A", "# Ours.\n")
    commit(alone)
    shutil.copytree(alone, top / "a b/ü", ignore=shutil.ignore_patterns(".git"))
    git(top, "init", "--quiet", "--initial-branch=main")
    commit(top)
    update_to(alone)
    update_to(top / "a b/ü")
    commit(top)
    assert git(top, "rev-parse", "HEAD:a b/ü") == tree_of(alone)


def test_a_linked_work_tree(start, update_to, tmp_path) -> None:
    service, linked = start(), tmp_path / "linked"
    git(service, "worktree", "add", "--quiet", "-b", "update", str(linked))
    assert update_to(linked).applied
    assert updated(linked) and not updated(service)
    assert git(service, "status", "--porcelain") == ""
    take_back(linked)
    assert git(linked, "status", "--porcelain") == ""


def test_a_submodule(start, update_to, tmp_path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    git(top, "init", "--quiet", "--initial-branch=main")
    git(top, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(start()), "sub")
    commit(top)
    assert update_to(top / "sub").applied
    assert updated(top / "sub")


def test_a_service_with_a_submodule(start, update_to, tmp_path) -> None:
    service, other = start(), start("mail", "other")
    git(service, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(other), "vendored")
    commit(service)
    (service / "vendored/notes.txt").write_text("mine")
    assert update_to(service).applied
    assert (service / "vendored/notes.txt").read_text() == "mine"


def test_object_ids_of_another_kind(lineage, editions, update_to, tmp_path) -> None:
    service = tmp_path / "sha256"
    service.mkdir()
    git(service, "init", "--quiet", "--object-format=sha256", "--initial-branch=main")
    first = lineage.revision("0.1.0")
    write(service, editions.rendered(first, answers_of(editions, first, "mail"), project_url(), "sha1"))
    edit(service / DEPLOYMENT, r"revisionHistoryLimit: 5", "revisionHistoryLimit: 3")
    commit(service)
    assert update_to(service).unresolved
    assert len(git(service, "rev-parse", f":2:{DEPLOYMENT}")) == 64


def test_a_bare_repository_and_any_branch_can_be_planned(start, lineage, editions, tmp_path) -> None:
    service = start()
    git(service, "checkout", "--quiet", "-b", "feature")
    (service / "ours.txt").write_text("ours\n")
    commit(service)
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(service), str(bare))
    repository, prefix = locate(bare)
    versions = lineage.revision("0.1.0"), lineage.revision("0.2.0")
    for branch, has in (("main", False), ("feature", True)):
        found = read_service(repository, f"refs/heads/{branch}", prefix)
        made = plan(editions, prepare(editions, found, *versions))
        assert ("ours.txt" in repository.tree(made.tree)) == has
        assert "revisionHistoryLimit: 10" in repository.git("show", f"{made.tree}:{DEPLOYMENT}").decode()


def test_autocrlf(start, update_to) -> None:
    service = start("weather")
    (service / ".gitattributes").unlink()
    commit(service)
    git(service, "config", "core.autocrlf", "true")
    shutil.rmtree(service / "deploy")
    git(service, "checkout", "--quiet", "--", ".")
    assert b"\r\n" in (service / DEPLOYMENT).read_bytes()
    assert update_to(service).applied
    content = (service / DEPLOYMENT).read_bytes()
    assert b"revisionHistoryLimit: 10" in content and content.count(b"\r\n") == content.count(b"\n")
    assert git(service, "diff", "--name-only") == ""


def test_filters_are_run(start, update_to) -> None:
    service = start()
    git(service, "config", "filter.shout.smudge", "tr a-z A-Z")
    git(service, "config", "filter.shout.clean", "tr A-Z a-z")
    with (service / ".gitattributes").open("a") as file:
        file.write("*.sh filter=shout\n")
    commit(service)
    update_to(service)
    assert (service / "scripts/check.sh").read_text() == "#!/BIN/SH\nEXEC MAKE CHECK\n"
    assert git(service, "show", ":scripts/check.sh") == "#!/bin/sh\nexec make check"


def test_a_read_only_file_is_replaced_and_keeps_nothing_half(start, update_to) -> None:
    service = start()
    (service / DEPLOYMENT).chmod(0o444)
    assert update_to(service).applied
    assert updated(service)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 4 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path, start, update_to) -> None:
    service = Path(shutil.copytree(start(), small_disk / "service", symlinks=True))
    before = tree_of(service), git(service, "ls-files", "--stage")
    for left in range(0, 400, 20):  # KiB, so that it is full at this moment or at that
        fill(small_disk, left)
        try:
            update_to(service)
        except DestinationError as error:
            assert "Nothing was changed." in str(error)
            (small_disk / "filler").unlink()
            assert (tree_of(service), git(service, "ls-files", "--stage")) == before
            assert git(service, "status", "--porcelain") == ""
        else:
            break
    else:
        pytest.fail("380 KiB were not enough")
    assert left > 0
    assert updated(service)


def fill(folder: Path, left: int) -> None:
    space = os.statvfs(folder)
    with (folder / "filler").open("wb") as file:
        file.write(b"0" * (space.f_bavail * space.f_bsize - left * 1024))


def test_a_read_only_disk(small_disk: Path, start, update_to) -> None:
    service = Path(shutil.copytree(start(), small_disk / "service", symlinks=True))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(DestinationError, match="Read-only file system"):
        update_to(service)
    assert update_to(service, dry_run=True).report.lines


@pytest.mark.optional  # few file systems lack immutable files, but overlayfs and tmpfs do
def test_a_file_that_nobody_may_replace(start, update_to) -> None:
    """The renames have begun when this one is refused, so the others go back."""
    service = start()
    before = tree_of(service), git(service, "ls-files", "--stage")
    marked = subprocess.run(["chattr", "+i", str(service / "deploy/base/kustomization.yaml")], check=False)
    if marked.returncode:
        pytest.skip("this file system has no immutable files, or this user may not make one")
    try:
        with pytest.raises(DestinationError, match="Operation not permitted"):
            update_to(service)
    finally:
        subprocess.run(["chattr", "-i", str(service / "deploy/base/kustomization.yaml")], check=True)
    assert (tree_of(service), git(service, "ls-files", "--stage")) == before
    assert git(service, "status", "--porcelain") == ""
    assert update_to(service).applied
