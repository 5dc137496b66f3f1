"""`--new-only`: what a revision has already does not count, whatever line it moved to; the work tree is not touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scaffold.kubernetes.kustomize import build_command
from tests.check.repositories import POD
from tests.support.commands import scaffold
from workshop.history import git

WORDS = ("check", "--json", "--select", "P03,P07")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with a Pod on main, and the branch `work` checked out."""
    folder = tmp_path / "repository"
    (folder / "deploy").mkdir(parents=True)
    (folder / "deploy/pod.yaml").write_text(POD)
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    git(folder, "config", "user.name", "a")
    git(folder, "config", "user.email", "a@example.com")
    commit(folder)
    git(folder, "tag", "first")
    git(folder, "checkout", "-q", "-b", "work")
    return folder


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "a")


def told(folder: Path, *words: str, code: int) -> dict[str, Any]:
    done = scaffold(*WORDS, *words, cwd=folder)
    assert (done.returncode, done.stderr) == (code, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def names(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["path"], each["object"]) for each in report["findings"]]


def test_what_the_default_branch_has_does_not_count(repository: Path) -> None:
    assert len(names(told(repository, code=1))) == 2
    report = told(repository, "--new-only", code=0)
    assert (names(report), {each["by"] for each in report["suppressed"]}) == ([], {"revision"})
    (repository / "deploy/pod.yaml").write_text(f"# moved\n\n{POD}")
    assert names(told(repository, "--new-only", code=0)) == []
    (repository / "new.yaml").write_text(POD.replace("name: web", "name: other", 1))
    assert names(told(repository, "--new-only", code=1)) == [("new.yaml", "Pod/other")] * 2
    commit(repository)
    assert names(told(repository, "--new-only", code=1)) == [("new.yaml", "Pod/other")] * 2
    assert names(told(repository, "--new-only=HEAD", code=0)) == []
    assert names(told(repository, "--new-only=first", code=1)) == [("new.yaml", "Pod/other")] * 2


def test_what_came_to_the_default_branch_later_is_no_matter(repository: Path) -> None:
    git(repository, "checkout", "-q", "main")
    (repository / "deploy/pod.yaml").unlink()
    commit(repository)
    git(repository, "checkout", "-q", "work")
    assert names(told(repository, "--new-only", code=0)) == []
    assert len(names(told(repository, "--new-only=main", code=1))) == 2


def test_a_word_behind_it_is_a_path(repository: Path) -> None:
    (repository / "new.yaml").write_text(POD.replace("name: web", "name: other", 1))
    assert names(told(repository, "--new-only", "deploy", code=0)) == []
    assert names(told(repository, "--new-only", "deploy", "new.yaml", code=1)) == [("new.yaml", "Pod/other")] * 2


def test_paths_are_those_of_the_working_folder(repository: Path) -> None:
    for folder, words in (
        (repository / "deploy", ()),
        (repository.parent, ("repository",)),
        (repository / "deploy", ("..",)),
        (repository / "deploy", ("pod.yaml",)),
        (repository.parent, (str(repository / "deploy"),)),
    ):
        report = told(folder, "--new-only", *words, code=0)
        assert len(report["suppressed"]) == 2, (folder, words)


def test_the_work_tree_and_the_index_stay_as_they_are(repository: Path) -> None:
    (repository / "deploy/pod.yaml").write_text("# changed\n")
    (repository / "untracked.yaml").write_text(POD)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in repository.rglob("*") if path.is_file()}
    told(repository, "--new-only", code=1)
    assert before == {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in repository.rglob("*") if path.is_file()
    }


def test_a_finding_whose_comment_is_gone_is_new(repository: Path) -> None:
    (repository / "deploy/pod.yaml").write_text(
        POD.replace("kind: Pod", "kind: Pod  # scaffold: ignore P03 because a test")
    )
    commit(repository)
    (repository / "deploy/pod.yaml").write_text(POD)
    assert [each["rule"] for each in told(repository, "--new-only=HEAD", code=1)["findings"]] == ["P03-naked-pod"]


def test_a_second_one_of_the_same_kind_is_new(repository: Path) -> None:
    (repository / "deploy/pod.yaml").write_text(f"{POD}---\n{POD}")
    assert len(names(told(repository, "--new-only", code=1))) == 2
    assert (
        scaffold("check", "--select", "P03,P07", "--write-baseline", "known.json", "deploy", cwd=repository).returncode
        == 0
    )
    assert names(told(repository, "--new-only", "--baseline", "known.json", code=0)) == []


def test_the_baseline_and_the_revision_do_not_add_up(repository: Path) -> None:
    assert scaffold("check", "--select", "P03,P07", "--write-baseline", "known.json", cwd=repository).returncode == 0
    (repository / "deploy/pod.yaml").write_text(f"{POD}---\n{POD}")
    report = told(repository, "--new-only", "--baseline", "known.json", code=1)
    assert len(report["findings"]) == 2 and {each["by"] for each in report["suppressed"]} == {"baseline"}


@pytest.mark.skipif(build_command() is None, reason="neither kustomize nor kubectl is there")
def test_a_base_beside_the_folder_that_is_named_is_there(repository: Path) -> None:
    (repository / "prod").mkdir()
    (repository / "prod/kustomization.yaml").write_text("resources: [../deploy]\n")
    (repository / "deploy/kustomization.yaml").write_text("resources: [pod.yaml]\n")
    commit(repository)
    assert names(told(repository, "prod", code=1)) == [("deploy/pod.yaml", "Pod/web")] * 2
    assert names(told(repository, "prod", "--new-only=HEAD", code=0)) == []


def test_links_in_a_revision_lead_nowhere(repository: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(POD)
    (repository / "link.yaml").symlink_to(secret)
    (repository / "folder").symlink_to(tmp_path)
    commit(repository)
    assert len(told(repository, "--new-only=HEAD", code=0)["suppressed"]) == 2
    assert secret.read_text() == POD


def test_settings_name_it_too(repository: Path) -> None:
    (repository / ".scaffold.toml").write_text('[check]\nnew-only = "merge-base"\n')
    assert names(told(repository, code=0)) == []
    done = scaffold(*WORDS, cwd=repository, SCAFFOLD_CHECK_NEW_ONLY="nowhere")
    assert done.returncode == 12
    assert "SCAFFOLD_CHECK_NEW_ONLY: there is no revision nowhere here" in json.loads(done.stdout)["error"]


@pytest.mark.parametrize("revision", ["nowhere", "-x", "--all", "HEAD:deploy", "a\nb"])
def test_a_revision_that_is_none(revision: str, repository: Path) -> None:
    done = scaffold("check", f"--new-only={revision}", cwd=repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --new-only: there is no revision ")
    assert done.stderr.count("\n") == 1


def test_without_a_default_branch_it_says_what_to_do(repository: Path) -> None:
    git(repository, "branch", "-q", "-D", "main")
    done = scaffold("check", "--new-only", cwd=repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no default branch here" in done.stderr and "--new-only=REV" in done.stderr


def test_outside_a_repository(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    done = scaffold("check", "--new-only=main", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --new-only: . is not in a git repository, so there is no main to compare with.\n"


def test_nothing_is_left_behind(repository: Path, tmp_path: Path) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    assert scaffold("check", "--new-only", cwd=repository, TMPDIR=str(place)).returncode in (0, 1)
    assert list(place.iterdir()) == []


def test_completion_offers_branches_and_tags(repository: Path) -> None:
    done = scaffold(
        "",
        cwd=repository,
        _SCAFFOLD_COMPLETE="bash_complete",
        COMP_WORDS="scaffold check --new-only =f",
        COMP_CWORD="3",
    )
    offered = scaffold(
        "",
        cwd=repository,
        _SCAFFOLD_COMPLETE="bash_complete",
        COMP_WORDS="scaffold check --new-only=fi",
        COMP_CWORD="2",
    )
    assert "plain,first\n" in done.stdout + offered.stdout
