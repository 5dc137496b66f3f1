"""`scaffold update` of several services: a line each, on a branch, committed; and what a conflict says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from scaffold.errors import GitError, OptionError, ServiceError
from tests.update.edits import ANSWERS
from workshop.history import Lineage, commit, edit, git

DEPLOYMENT = "deploy/base/deployment.yaml"


@pytest.fixture
def fleet(start, update_to, tmp_path: Path) -> Path:
    """Make five services: one to update, one with a conflict, one that is dirty, one that is none, one up to date."""
    start("mail", "a-plain")
    clash = start("mail", "b-clash")
    edit(clash / DEPLOYMENT, r"revisionHistoryLimit: \d+", "revisionHistoryLimit: 7")
    commit(clash)
    edit(start("mail", "c-dirty") / "README.md", r"\A", "Ours.\n")
    (tmp_path / "d-none").mkdir()
    newest = start("mail", "e-newest")
    update_to(newest, "0.2.0")
    commit(newest)
    return tmp_path


NAMES = ("a-plain", "b-clash", "c-dirty", "d-none", "e-newest")


def test_a_line_each_and_the_worst_code(fleet: Path, lineage: Lineage) -> None:
    done = lineage.scaffold("update", *NAMES, "--to", "0.2.0", "--branch", "next", "--commit", cwd=fleet)
    assert done.returncode == 10
    head = git(fleet / "a-plain", "rev-parse", "HEAD")
    plain, newest = done.stdout.splitlines()
    assert plain.startswith("a-plain: v0.1.0 to v0.2.0, ") and plain.endswith(f" files, committed as {head[:10]}")
    assert newest == "e-newest: v0.2.0, no changes"
    clash, dirty, none = done.stderr.splitlines()
    assert clash.startswith("b-clash: v0.1.0 to v0.2.0, ") and f"1 conflict ({DEPLOYMENT}), not committed" in clash
    assert dirty.startswith("error: c-dirty: 1 file is changed and not committed")
    assert none.startswith("error: d-none is not a git repository")

    assert [git(fleet / name, "symbolic-ref", "--short", "HEAD") for name in NAMES[:2]] == ["next", "next"]
    assert git(fleet / "e-newest", "symbolic-ref", "--short", "HEAD") == "main"
    assert git(fleet / "a-plain", "status", "--porcelain") == ""
    assert git(fleet / "a-plain", "rev-parse", "main") == git(fleet / "a-plain", "rev-parse", "HEAD~1")
    assert git(fleet / "a-plain", "log", "-1", "--format=%B") == (
        "Update mail from template v0.1.0 to v0.2.0\n\n"
        "- P08 Ten old versions are kept\n- P05 The log level is a question"
    )
    assert f"UU {DEPLOYMENT}" in git(fleet / "b-clash", "status", "--porcelain")


def test_quiet_hides_no_conflict(fleet: Path, lineage: Lineage) -> None:
    several = lineage.scaffold("update", "a-plain", "b-clash", "--to", "0.2.0", "--quiet", cwd=fleet)
    assert (several.returncode, several.stdout) == (8, "")
    git(fleet / "b-clash", "reset", "--quiet", "--hard")
    one = lineage.scaffold("update", "b-clash", "--to", "0.2.0", "--quiet", cwd=fleet)
    assert (one.returncode, one.stdout) == (8, "")
    assert one.stderr == several.stderr and f"1 conflict ({DEPLOYMENT})" in one.stderr


def test_the_results_as_json(fleet: Path, lineage: Lineage) -> None:
    done = lineage.scaffold("update", *NAMES, "--to", "0.2.0", "--json", cwd=fleet)
    told = json.loads(done.stdout)
    assert [each["folder"] for each in told] == list(NAMES)
    assert [each.get("exit_code") for each in told] == [None, None, 10, 10, None]
    assert [each.get("applied") for each in told] == [True, True, None, None, False]
    assert told[1]["conflicts"][0]["path"] == DEPLOYMENT


def test_what_to_run_after_a_conflict_is_enough_to_commit(fleet: Path, lineage: Lineage) -> None:
    done = lineage.scaffold("update", "--to", "0.2.0", cwd=fleet / "b-clash")
    *commands, undo = [line.strip() for line in done.stderr.partition("Next:\n")[2].splitlines()]
    assert commands == ["git status", "git mergetool", "git add --update", "make setup test", "git commit"]
    assert undo == "Or undo the whole update: scaffold update --abort", "no step undoes the others"
    edit(fleet / "b-clash" / DEPLOYMENT, r"(?s)<<<<<<<.*>>>>>>> [^\n]*", "  revisionHistoryLimit: 10")
    git(fleet / "b-clash", "add", "--update")
    git(fleet / "b-clash", "commit", "--quiet", "--message", "resolved")
    assert git(fleet / "b-clash", "status", "--porcelain") == ""


def test_answers_change_in_several_at_once(start, lineage: Lineage, tmp_path: Path) -> None:
    services = [start("defaults", name) for name in ("one", "two")]
    done = lineage.scaffold("update", "one", "two", "--to", "0.1.0", "-d", "replicas=3", "--commit", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for service in services:
        message = git(service, "log", "-1", "--format=%B")
        assert message.startswith(
            "Change answers of my-service: replicas, max_replicas\n\nAnswers:\n- replicas: 2 to 3"
        )
        assert "max_replicas: 3\n" in (service / ANSWERS).read_text()


def test_services_of_one_repository_share_the_branch(start, lineage: Lineage, tmp_path: Path) -> None:
    repository = start("mail", "all")
    for name in ("services/one", "services/two"):
        shutil.copytree(repository, repository / name, ignore=shutil.ignore_patterns(".git", "services"))
    commit(repository)
    (repository / "README.md").write_text("staged, and nobody's business\n")
    git(repository, "add", "README.md")
    options = ("--to", "0.2.0", "--branch", "next", "--commit")
    done = lineage.scaffold("update", "services/one", "services/two", *options, cwd=repository)
    assert done.returncode == 0, done.stderr
    assert git(repository, "log", "--format=%s", "main..next").splitlines() == [
        "Update mail from template v0.1.0 to v0.2.0",
        "Update mail from template v0.1.0 to v0.2.0",
    ]
    assert git(repository, "status", "--porcelain") == "M  README.md"


def test_a_branch_that_can_t_be_begun_is_refused_first(start, update_to) -> None:
    service = start("mail")
    git(service, "branch", "taken")
    with pytest.raises(ServiceError, match="the branch taken already exists"):
        update_to(service, branch="taken")
    for name in ("a..b", "-x", ""):
        with pytest.raises(OptionError, match="is not a name that git accepts for a branch"):
            update_to(service, branch=name)
    assert git(service, "status", "--porcelain") == ""


def test_without_an_author_nothing_is_written(start, update_to, monkeypatch: pytest.MonkeyPatch) -> None:
    service = start("mail")
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    with pytest.raises(GitError, match="git knows no author for the commit; set one: git config"):
        update_to(service, commit=True)
    assert git(service, "status", "--porcelain") == ""


def test_several_can_t_be_asked_or_aborted(fleet: Path, lineage: Lineage) -> None:
    done = lineage.scaffold("update", "a-plain", "e-newest", "--abort", cwd=fleet)
    assert done.returncode == 2 and "name one folder" in done.stderr
    done = lineage.scaffold("update", "a-plain", "e-newest", "--ask", "replicas", cwd=fleet)
    assert done.returncode == 2 and "no terminal for questions" in done.stderr
