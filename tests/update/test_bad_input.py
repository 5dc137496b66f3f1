"""What forbids an update: one sentence, an exit code, and nothing touched."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.atomic.lock import NAME as LOCK
from scaffold.errors import AnswerError, OptionError, ScaffoldError, ServiceError, VersionError
from scaffold.git.repository import locate
from scaffold.update.run import take_back
from workshop.history import commit, git, tree_of

ANSWERS = ".copier-answers.yml"


def replaced(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


BROKEN: dict[str, tuple[Callable[[str], str], type[ScaffoldError], str]] = {
    "no YAML": (lambda text: text + "\nreplicas: [", ServiceError, "is not valid YAML"),
    "conflict markers": (lambda text: "<<<<<<< HEAD\n" + text, ServiceError, "is not valid YAML"),
    "a list": (lambda _: "- a\n", ServiceError, "must be a mapping"),
    "empty": (lambda _: "", ServiceError, "_src_path is missing"),
    "answered twice": (lambda text: text + "\nreplicas: 3\n", ServiceError, "answered twice"),
    "no version": (replaced("_commit: v0.1.0\n", ""), ServiceError, "_commit is missing"),
    "version is a list": (replaced("_commit: v0.1.0", "_commit: [1]"), ServiceError, r"_commit is \[1\]"),
    "no source": (replaced("_src_path: ", "_source: "), ServiceError, "_src_path is missing"),
    "another template": (
        replaced("_src_path: https://scaffold.example/", "_src_path: https://example.org/"),
        ServiceError,
        "another template",
    ),
    "unknown version": (replaced("v0.1.0", "v0.1.7"), VersionError, "made by v0.1.7: .* not a version of the template"),
    "unknown commit": (replaced("v0.1.0", "v0.1.0-3-gdeadbee"), VersionError, "v0.1.0-3-gdeadbee"),
    "newer version": (replaced("v0.1.0", "v7.0.0"), VersionError, "newer than this scaffold"),
    "misspelt": (
        replaced("\nreplicas:", "\nreplica:"),
        ServiceError,
        "replica is not a question .*Did you mean replicas",
    ),
    "wrong answer": (
        replaced("replicas: 2", "replicas: 0"),
        ServiceError,
        "edited by hand, does not fit v0.3.0: replicas must be",
    ),
    "wrong type": (replaced("replicas: 2", "replicas: [two]"), ServiceError, "replicas"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_answers_file(case: str, start, update_to) -> None:
    change, error, words = BROKEN[case]
    service = start()
    (service / ANSWERS).write_text(change((service / ANSWERS).read_text()))
    commit(service)
    refused(service, error, words, update_to)


def refused(service: Path, error: type[ScaffoldError], words: str, update_to, **wish: object) -> None:
    """Check that an update is refused in one sentence, and nothing is touched."""
    before = tree_of(service), (service / ".git/index").read_bytes(), git(service, "for-each-ref")
    with pytest.raises(error, match=words) as caught:
        update_to(service, **{"to": None, **wish})
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400
    assert (tree_of(service), (service / ".git/index").read_bytes(), git(service, "for-each-ref")) == before
    assert not (service / ".git/index.lock").exists()


def test_no_answers_file(start, update_to) -> None:
    service = start()
    git(service, "rm", "--quiet", ANSWERS)
    commit(service)
    refused(service, ServiceError, f"no {ANSWERS} in its last commit", update_to)


def test_a_downgrade(start, update_to) -> None:
    service = start()
    update_to(service, "0.3.0")
    commit(service)
    refused(service, VersionError, "v0.2.0 is older than the service's v0.3.0", update_to, to="0.2.0")
    assert not update_to(service, None).applied


def test_unknown_versions_to_go_to(start, update_to) -> None:
    service = start()
    refused(service, VersionError, "0.2.5 is not a version of the template; the nearest", update_to, to="0.2.5")
    refused(service, VersionError, "newer than this scaffold", update_to, to="9.0")
    refused(service, VersionError, "not a version", update_to, to="--help")


def test_wrong_answers_given(start, update_to) -> None:
    service = start()
    refused(service, AnswerError, "Did you mean replicas", update_to, given={"replica": 3})
    refused(service, AnswerError, "an answer does not fit v0.3.0: .*replicas", update_to, given={"replicas": 0})


def test_a_tag_that_was_deleted_is_found_by_the_record_of_releases(start, update_to, lineage) -> None:
    service = start()
    git(lineage.root, "tag", "--delete", "v0.1.0")
    try:
        assert update_to(service).applied
    finally:
        git(lineage.root, "tag", "v0.1.0", lineage.revision("0.1.0").commit)


def test_a_version_between_releases(start, update_to, lineage) -> None:
    service = start()
    short = lineage.revision("0.1.0").commit[:9]
    (service / ANSWERS).write_text((service / ANSWERS).read_text().replace("v0.1.0", short))
    commit(service)
    assert update_to(service).plan.crossing.old.name == "v0.1.0"


@pytest.mark.parametrize("staged", [True, False])
def test_a_dirty_tree(staged: bool, start, update_to) -> None:
    service = start()
    (service / "README.md").write_text("changed\n")
    if staged:
        git(service, "add", "README.md")
    refused(service, ServiceError, r"1 file is changed and not committed \(README.md\)", update_to)


@pytest.mark.parametrize("ignored", [True, False])
def test_a_file_in_the_way(ignored: bool, start, update_to) -> None:
    service = start()
    if ignored:
        (service / ".git/info/exclude").write_text("*.bin\n")
    (service / "logo.bin").write_text("precious")
    refused(service, ServiceError, "logo.bin is not in git", update_to)
    assert (service / "logo.bin").read_text() == "precious"


def test_a_link_in_the_way_is_not_followed(start, update_to, tmp_path) -> None:
    service = start()
    (tmp_path / "elsewhere").mkdir()
    (service / "scripts").symlink_to(tmp_path / "elsewhere")
    refused(service, ServiceError, "scripts is not in git", update_to)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_other_untracked_files_are_left_alone(start, update_to) -> None:
    service = start()
    (service / "notes.txt").write_text("mine")
    assert update_to(service).applied
    assert git(service, "status", "--porcelain", "notes.txt") == "?? notes.txt"


def test_no_repository_no_commit_no_folder(start, update_to, tmp_path) -> None:
    service = start()
    shutil.rmtree(service / ".git")
    with pytest.raises(ServiceError, match="is not a git repository"):
        update_to(service)
    git(service, "init", "--quiet")
    with pytest.raises(ServiceError, match="has no commit yet"):
        update_to(service)
    for wrong in (tmp_path / "missing", service / "README.md"):
        with pytest.raises(OptionError, match="is not a folder"):
            update_to(wrong)


def test_a_bare_repository(start, update_to, tmp_path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(start()), "bare.git")
    with pytest.raises(ServiceError, match="has no work tree"):
        update_to(tmp_path / "bare.git")


@pytest.mark.parametrize("operation", ["merge", "cherry-pick", "revert", "rebase"])
def test_in_the_middle_of_something(operation: str, start, update_to) -> None:
    service = start()
    git(service, "checkout", "--quiet", "-b", "other")
    (service / "README.md").write_text("other\n")
    commit(service)
    git(service, "checkout", "--quiet", "main")
    (service / "README.md").write_text("main\n")
    commit(service)
    target = "HEAD~1" if operation == "revert" else "other"
    if operation == "revert":
        (service / "README.md").write_text("more\n")
        commit(service)
        target = "HEAD~1"
    environment = {
        **os.environ,
        **{f"GIT_{who}_{what}": "t@t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    subprocess.run(["git", "-C", service, operation, target], capture_output=True, env=environment, check=False)
    git(service, "checkout", "--force", "HEAD", "--", ".")
    refused(service, ServiceError, f"a {operation} is not finished", update_to)


def test_another_git_holds_its_lock(start, update_to) -> None:
    service = start()
    (service / ".git/index.lock").write_text("")
    before = tree_of(service)
    with pytest.raises(ServiceError, match=r"index.lock exists: another git process is running"):
        update_to(service)
    assert (service / ".git/index.lock").read_text() == ""
    assert tree_of(service) == before
    (service / ".git/index.lock").unlink()
    assert update_to(service).applied


def test_two_at_once(start, update_to) -> None:
    service = start()
    with (service / ".git" / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(service, ServiceError, "another update of .* is running", update_to)
    assert update_to(service).applied


def test_many_at_once_change_it_once(start, update_to) -> None:
    service = start()
    update_to(service, dry_run=True)
    results: list[object] = []

    def attempt() -> None:
        try:
            results.append(update_to(service).applied)
        except ServiceError as error:
            results.append(str(error))

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(True) == 1
    others = [each for each in results if each is not True]
    assert all("another update" in str(each) or "not committed" in str(each) for each in others)


def test_nothing_to_abort(start, update_to) -> None:
    service = start()
    with pytest.raises(ServiceError, match="no uncommitted update"):
        take_back(service)
    update_to(service)
    commit(service)
    with pytest.raises(ServiceError, match="is already committed; undo it with git revert"):
        take_back(service)


def test_the_hooks_variables_name_no_other_repository(start, update_to, tmp_path, monkeypatch) -> None:
    service = start()
    git(tmp_path, "init", "--quiet", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other/.git/index"))
    assert locate(service)[0].top == service
    assert update_to(service).applied


def test_the_exit_codes(start, lineage, tmp_path) -> None:
    service = start()
    assert lineage.scaffold("update", "--to", "9.0", cwd=service).returncode == 11
    assert lineage.scaffold("update", "--data", "replicas=0", cwd=service).returncode == 3
    assert lineage.scaffold("update", "--ask-new", cwd=service).returncode == 2
    (service / "README.md").write_text("changed\n")
    done = lineage.scaffold("update", cwd=service)
    assert done.returncode == 10
    assert done.stderr.startswith("error: 1 file is changed") and done.stderr.count("\n") == 1
