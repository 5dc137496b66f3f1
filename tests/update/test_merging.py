"""What becomes of what a team did to its service, and of conflicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffold.update.run import take_back
from workshop.history import commit, edit, git

DEPLOYMENT = "deploy/base/deployment.yaml"


def status(folder: Path) -> list[str]:
    return git(folder, "status", "--porcelain").splitlines()


def show(folder: Path, name: str) -> str:
    return git(folder, "show", name)


@pytest.fixture
def clashing(start) -> Path:
    """Return a service that changed a line which the template changes too, and another one in that file."""
    service = start("weather")
    edit(service / DEPLOYMENT, r"revisionHistoryLimit: 5", "revisionHistoryLimit: 3")
    edit(service / DEPLOYMENT, r"\A", "# Ours.\n")
    commit(service)
    return service


def test_the_result_is_staged_and_not_committed(start, update_to) -> None:
    service = start()
    head = git(service, "rev-parse", "HEAD")
    assert update_to(service).applied
    assert git(service, "rev-parse", "HEAD") == head
    assert git(service, "diff", "--name-only") == ""
    assert "revisionHistoryLimit: 10" in (service / DEPLOYMENT).read_text()


def test_what_was_deleted_stays_deleted(start, update_to) -> None:
    service = start()
    for name in (DEPLOYMENT, "deploy/base/kustomization.yaml", ".yamllint.yaml"):
        (service / name).unlink()
    commit(service)
    assert not update_to(service).unresolved
    for name in (DEPLOYMENT, "deploy/base/kustomization.yaml", ".yamllint.yaml", ".yamllint.yml"):
        assert not (service / name).exists()


def test_a_renamed_file_gets_the_changes(start, update_to) -> None:
    service = start()
    git(service, "mv", DEPLOYMENT, "deploy/base/workload.yaml")
    edit(service / "deploy/base/workload.yaml", r"\A", "# Ours.\n")
    commit(service)
    assert not update_to(service).unresolved
    text = (service / "deploy/base/workload.yaml").read_text()
    assert text.startswith("# Ours.\n") and "revisionHistoryLimit: 10" in text
    assert not (service / DEPLOYMENT).exists()


def test_edits_follow_a_file_that_the_template_renames(start, update_to) -> None:
    service = start()
    with (service / ".yamllint.yaml").open("a") as file:
        file.write("# Ours.\n")
    commit(service)
    assert not update_to(service).unresolved
    assert (service / ".yamllint.yml").read_text().endswith("# Ours.\n")
    assert not (service / ".yamllint.yaml").exists()


def test_modes_and_binary_files_follow(start, update_to) -> None:
    service = start()
    update_to(service, "0.2.0")
    assert (service / "scripts/check.sh").stat().st_mode & 0o111 == 0o111
    assert (service / "logo.bin").read_bytes() == bytes(range(256)) * 4
    commit(service)
    update_to(service, "0.3.0")
    assert (service / "scripts/check.sh").stat().st_mode & 0o111 == 0
    assert (service / "logo.bin").read_bytes() == bytes(range(256)) * 5
    assert not (service / "deploy/base/logging.env").exists()
    assert sorted(path.name for path in (service / "scripts").iterdir()) == ["check.sh"]


def test_a_teams_mode_and_link_stay(start, update_to) -> None:
    service = start()
    (service / DEPLOYMENT).chmod(0o755)
    (service / "CODEOWNERS").unlink()
    (service / "CODEOWNERS").symlink_to("README.md")
    commit(service)
    assert not update_to(service).unresolved
    assert (service / DEPLOYMENT).stat().st_mode & 0o100
    assert "revisionHistoryLimit: 10" in (service / DEPLOYMENT).read_text()
    assert (service / "CODEOWNERS").readlink() == Path("README.md")


def test_a_binary_file_that_both_changed_is_a_conflict_without_markers(start, update_to) -> None:
    service = start()
    update_to(service, "0.2.0")
    (service / "logo.bin").write_bytes(b"\0ours")
    commit(service)
    assert update_to(service, "0.3.0").unresolved
    assert (service / "logo.bin").read_bytes() == b"\0ours"
    assert "UU logo.bin" in status(service)


def test_what_the_template_removes_and_the_team_changed_is_a_conflict(start, update_to) -> None:
    service = start()
    update_to(service, "0.2.0")
    (service / "deploy/base/logging.env").write_text("LOG_LEVEL=debug\nOURS=1\n")
    commit(service)
    outcome = update_to(service, "0.3.0")
    assert [clash.kind for clash in outcome.report.clashes] == ["modify/delete"]
    assert "UD deploy/base/logging.env" in status(service)
    assert "OURS=1" in (service / "deploy/base/logging.env").read_text()


def test_a_conflict_is_left_as_git_leaves_one(clashing: Path, update_to) -> None:
    outcome = update_to(clashing)
    assert f"UU {DEPLOYMENT}" in status(clashing)
    text = (clashing / DEPLOYMENT).read_text()
    assert text.startswith("# Ours.\n")
    assert "<<<<<<< HEAD\n  revisionHistoryLimit: 3" in text and ">>>>>>> scaffold-v0.2.0\n" in text
    assert "revisionHistoryLimit: 5" in show(clashing, f":1:{DEPLOYMENT}")
    assert "revisionHistoryLimit: 3" in show(clashing, f":2:{DEPLOYMENT}")
    assert "revisionHistoryLimit: 10" in show(clashing, f":3:{DEPLOYMENT}")
    (clash,) = outcome.report.clashes
    assert [change.id for change in clash.changes] == ["longer-history"]
    git(
        clashing,
        "-c",
        "mergetool.t.cmd=cp $REMOTE $MERGED",
        "-c",
        "mergetool.t.trustExitCode=true",
        "mergetool",
        "-t",
        "t",
    )
    assert f"M  {DEPLOYMENT}" in status(clashing)


def test_a_conflict_is_explained_by_the_file_that_a_change_names(start, update_to) -> None:
    """The lines that clash don't carry the id of a pattern."""
    service = start("weather")
    (service / "deploy/base/logging.env").write_text("LOG_LEVEL=trace\n")
    commit(service)
    (clash,) = update_to(service).report.clashes
    assert clash.path == "deploy/base/logging.env"
    assert [change.id for change in clash.changes] == ["log-level"]


def test_a_conflict_in_a_file_that_the_team_renamed_is_explained(clashing: Path, update_to) -> None:
    git(clashing, "mv", DEPLOYMENT, "deploy/base/workload.yaml")
    commit(clashing)
    (clash,) = update_to(clashing).report.clashes
    assert clash.path == "deploy/base/workload.yaml"
    assert [change.id for change in clash.changes] == ["longer-history"]


@pytest.mark.parametrize(("choice", "limit"), [("ours", 3), ("theirs", 10)])
def test_a_side_decides_only_what_clashes(choice: str, limit: int, clashing: Path, update_to) -> None:
    assert not update_to(clashing, conflict=choice).unresolved
    text = (clashing / DEPLOYMENT).read_text()
    assert text.startswith("# Ours.\n") and f"revisionHistoryLimit: {limit} " in text
    assert f"M  {DEPLOYMENT}" in status(clashing) or choice == "ours"


@pytest.mark.parametrize(("choice", "left"), [("ours", True), ("theirs", False)])
def test_a_side_decides_whether_a_file_goes(choice: str, left: bool, start, update_to) -> None:
    service = start()
    update_to(service, "0.2.0")
    (service / "deploy/base/logging.env").write_text("LOG_LEVEL=debug\nOURS=1\n")
    commit(service)
    assert not update_to(service, "0.3.0", conflict=choice).unresolved
    assert (service / "deploy/base/logging.env").exists() == left


def test_rejected_hunks_lie_beside_the_templates_file(clashing: Path, lineage, update_to) -> None:
    outcome = update_to(clashing, conflict="reject")
    assert outcome.unresolved
    text = (clashing / DEPLOYMENT).read_text()
    assert text.startswith("# Ours.\n") and "revisionHistoryLimit: 10 " in text
    assert "+  revisionHistoryLimit: 3 " in (clashing / f"{DEPLOYMENT}.rej").read_text()
    assert f"?? {DEPLOYMENT}.rej" in status(clashing)
    take_back(clashing)
    assert status(clashing) == []


def test_gitattributes_are_followed(start, update_to) -> None:
    service = start("weather")
    with (service / ".gitattributes").open("a") as file:
        file.write(f"{DEPLOYMENT} merge=union\n*.sh text eol=crlf\n")
    edit(service / DEPLOYMENT, r"revisionHistoryLimit: 5", "revisionHistoryLimit: 3")
    commit(service)
    assert not update_to(service).unresolved
    text = (service / DEPLOYMENT).read_text()
    assert "revisionHistoryLimit: 3" in text and "revisionHistoryLimit: 10" in text
    assert (service / "scripts/check.sh").read_bytes() == b"#!/bin/sh\r\nexec make check\r\n"
    assert status(service) == [line for line in status(service) if line[1] == " "]
    assert b"\r" not in show(service, ":scripts/check.sh").encode()


def test_a_service_that_commits_crlf_keeps_it(start, update_to) -> None:
    service = start("weather")
    (service / ".gitattributes").write_text("* -text\n")
    for path in git(service, "ls-files").splitlines():
        content = (service / path).read_bytes()
        if path != ".gitattributes" and b"\0" not in content:
            (service / path).write_bytes(content.replace(b"\n", b"\r\n"))
    edit_bytes = (service / DEPLOYMENT).read_bytes()
    (service / DEPLOYMENT).write_bytes(b"# Ours.\r\n" + edit_bytes)
    commit(service)
    assert not update_to(service).unresolved
    content = (service / DEPLOYMENT).read_bytes()
    assert content.startswith(b"# Ours.\r\n") and b"revisionHistoryLimit: 10 " in content
    assert content.count(b"\r\n") == content.count(b"\n")
    assert (service / "deploy/base/logging.env").read_bytes() == b"LOG_LEVEL=info\n"


def test_an_answer_may_change_with_the_update(start, update_to) -> None:
    service = start()
    update_to(service, given={"log_level": "debug", "replicas": 4, "max_replicas": 9})
    assert (service / "deploy/base/logging.env").read_text() == "LOG_LEVEL=debug\n"
    assert "replicas: 4\n" in (service / ".copier-answers.yml").read_text()
    commit(service)
    update_to(service, given={"replicas": 5})
    assert "replicas: 5\n" in (service / ".copier-answers.yml").read_text()
    assert "log_level: debug\n" in (service / ".copier-answers.yml").read_text()


def test_the_report_as_json(clashing: Path, lineage) -> None:
    done = lineage.scaffold("update", "--to", "0.2.0", "--json", cwd=clashing)
    assert done.returncode == 8, done.stderr
    told = json.loads(done.stdout)
    assert (told["from"], told["to"], told["applied"]) == ("v0.1.0", "v0.2.0", True)
    assert [each["id"] for each in told["changes"]] == ["longer-history", "log-level"]
    assert all(each["why"] and each["check"] for each in told["changes"])
    assert told["conflicts"][0]["path"] == DEPLOYMENT and told["conflicts"][0]["changes"] == ["longer-history"]
    counts = {each["path"]: (each["was"], each["added"]) for each in told["files"]}
    assert counts["logo.bin"] == (None, None)
    assert counts["scripts/check.sh"] == (None, 2)
    assert counts[".yamllint.yml"][0] == ".yamllint.yaml"
    assert "git mergetool" in told["next"]


def test_the_report_for_people(start, lineage) -> None:
    service = start()
    dry = lineage.scaffold("update", "--dry-run", cwd=service)
    assert dry.returncode == 0
    assert "P08 Ten old versions are kept (0.2.0)\n  why: A rollback" in dry.stdout
    assert "check: deploy/base/logging.env says info." in dry.stdout
    assert "Nothing was written." in dry.stdout
    assert status(service) == []
    done = lineage.scaffold("update", cwd=service)
    assert done.returncode == 0
    assert done.stderr.endswith("Next:\n  git diff --staged\n  make setup test\n  git commit\n")
    assert done.stdout == ""
    commit(service)
    again = lineage.scaffold("update", cwd=service)
    assert (again.returncode, again.stderr) == (0, "Already at v0.3.0; nothing to change.\n")


def test_a_dry_run_leaves_not_even_an_object(start, update_to) -> None:
    service = start()
    before = sorted(path for path in (service / ".git").rglob("*"))
    assert update_to(service, dry_run=True).report.lines
    assert sorted(path for path in (service / ".git").rglob("*")) == before


@pytest.mark.parametrize("choice", ["ours", "theirs"])
def test_a_dry_run_decides_as_the_run_does(choice: str, clashing: Path, update_to) -> None:
    dry = update_to(clashing, conflict=choice, dry_run=True)
    assert not dry.unresolved
    assert dry.plan.tree == update_to(clashing, conflict=choice).plan.tree
