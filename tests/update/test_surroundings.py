"""Whatever a surrounding git, hook or shell puts into the environment, an update does the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.update.run import take_back
from workshop.history import commit, edit, git

DEPLOYMENT = "deploy/base/deployment.yaml"

OTHER = "{other}/.git"
VARIABLES = {
    "GIT_DIR": OTHER,
    "GIT_WORK_TREE": "{other}",
    "GIT_INDEX_FILE": f"{OTHER}/index",
    "GIT_OBJECT_DIRECTORY": f"{OTHER}/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": f"{OTHER}/objects",
    "GIT_COMMON_DIR": OTHER,
    "GIT_NAMESPACE": "other",
    "GIT_PREFIX": "deploy/",
    "GIT_QUARANTINE_PATH": f"{OTHER}/objects",
    "GIT_SHALLOW_FILE": f"{OTHER}/config",
    "GIT_GRAFT_FILE": f"{OTHER}/config",
    "GIT_REPLACE_REF_BASE": "refs/heads/",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_CONFIG": f"{OTHER}/config",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_GLOB_PATHSPECS": "1",
    "GIT_NOGLOB_PATHSPECS": "1",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_IMPLICIT_WORK_TREE": "0",
    "GIT_INTERNAL_SUPER_PREFIX": "other/",
    "GIT_ATTR_SOURCE": "HEAD",
    "GIT_DEFAULT_HASH": "sha256",
    "GIT_INDEX_VERSION": "4",
    "GIT_DIFF_OPTS": "--unified=0",
    "GIT_EXTERNAL_DIFF": "false",
    "GIT_EDITOR": "false",
    "GIT_PAGER": "false",
    "GIT_MERGE_VERBOSITY": "5",
    "GIT_REFLOG_ACTION": "other",
    "GIT_OPTIONAL_LOCKS": "1",
    "GIT_FLUSH": "1",
    "GIT_TRACE": "1",
    "GIT_TRACE_SETUP": "1",
    "GIT_AUTHOR_DATE": "no date",
    "GIT_COMMITTER_DATE": "no date",
    "GIT_AUTHOR_NAME": "",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NOTES_REF": "refs/heads/main",
    "GIT_REDIRECT_STDERR": "off",
    "LC_ALL": "de_DE.UTF-8",
    "LC_MESSAGES": "de_DE.UTF-8",
    "LANGUAGE": "de:fr",
    "LANG": "ja_JP.UTF-8",
    "LC_CTYPE": "C",
    "TZ": "Asia/Kathmandu",
    "PAGER": "false",
    "CDPATH": "/",
}


@pytest.fixture
def edited(start) -> Path:
    service = start("mail")
    edit(service / DEPLOYMENT, r"revisionHistoryLimit: 5", "revisionHistoryLimit: 3")
    commit(service)
    return service


def test_the_table_is_long() -> None:
    assert len(VARIABLES) >= 40


@pytest.fixture
def expected(start, update_to) -> dict[str, tuple[str, ...]]:
    results = {}
    for conflict in ("inline", "reject"):
        service = start("mail", f"expected-{conflict}")
        edit(service / DEPLOYMENT, r"revisionHistoryLimit: 5", "revisionHistoryLimit: 3")
        commit(service)
        update_to(service, conflict=conflict)
        results[conflict] = contents(service)
    return results


def contents(service: Path) -> tuple[str, ...]:
    rejected = service / f"{DEPLOYMENT}.rej"
    return (
        git(service, "ls-files", "--stage"),
        (service / DEPLOYMENT).read_text(),
        rejected.read_text() if rejected.exists() else "",
    )


def test_nothing_in_the_environment_changes_an_update(edited, expected, update_to, tmp_path, monkeypatch) -> None:
    """All variables are tried on one repository, some at a time; the abort after each update brings it back."""
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", "other")
    (other / "file").write_text("other\n")
    commit(other)
    untouched = git(other, "ls-files", "--stage"), sorted(path.name for path in (other / ".git").rglob("*"))
    before = git(edited, "ls-files", "--stage")
    names = list(VARIABLES)
    for number, group in enumerate(names[at : at + 5] for at in range(0, len(names), 5)):
        conflict = ("inline", "reject")[number % 2]
        with monkeypatch.context() as patched:
            for name in group:
                patched.setenv(name, VARIABLES[name].format(other=other))
            update_to(edited, conflict=conflict)
        assert contents(edited) == expected[conflict], group
        with monkeypatch.context() as patched:
            for name in group:
                patched.setenv(name, VARIABLES[name].format(other=other))
            take_back(edited)
        assert git(edited, "ls-files", "--stage") == before, group
        assert git(edited, "status", "--porcelain") == "", group
    assert (
        git(other, "ls-files", "--stage"),
        sorted(path.name for path in (other / ".git").rglob("*")),
    ) == untouched
