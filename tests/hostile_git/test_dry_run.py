"""A dry run starts nothing but git, writes nothing, and says where an update would start a merge driver."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scaffold.errors import ScaffoldError
from tests.hostile_git.canaries import Canary, poison
from workshop.history import commit, edit, git

DEPLOYMENT = "deploy/base/deployment.yaml"


@pytest.fixture
def canary(tmp_path: Path) -> Canary:
    return Canary(tmp_path)


@pytest.fixture
def edited(start) -> Path:
    """Return a service that both sides have changed."""
    service = start("weather")
    edit(service / DEPLOYMENT, r"\A", "# Ours.\n")
    commit(service)
    return service


def shape(folder: Path) -> dict[str, tuple[int, int]]:
    """Return every file of a repository, git's own among them, with its size and time of change."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if not path.is_dir()
    }


@pytest.mark.parametrize("conflict", ["inline", "ours", "theirs", "reject"])
def test_it_starts_nothing_and_writes_nothing(conflict: str, edited, update_to, canary) -> None:
    poison(edited, canary)
    before = shape(edited)
    outcome = update_to(edited, dry_run=True, conflict=conflict)
    assert outcome.report.lines
    assert canary.sang() == []
    assert shape(edited) == before
    assert outcome.report.drivers[DEPLOYMENT] == "bird"


def test_nor_what_the_users_own_settings_name(edited, update_to, canary, tmp_path, monkeypatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "config"))
    for name in ("merge.bird.driver", "core.fsmonitor", "filter.bird.clean"):
        subprocess.run(["git", "config", "--global", name, str(canary.program)], check=True)
    (edited / ".git/info").mkdir(exist_ok=True)
    (edited / ".git/info/attributes").write_text("*.yaml merge=bird filter=bird\n")
    outcome = update_to(edited, dry_run=True)
    assert canary.sang() == []
    assert outcome.report.drivers == {DEPLOYMENT: "bird"}


def test_an_update_starts_the_driver_as_git_does(edited, update_to, canary) -> None:
    git(edited, "config", "merge.bird.driver", f"{canary.program} %O %A %B")
    (edited / ".git/info").mkdir(exist_ok=True)
    (edited / ".git/info/attributes").write_text(f"{DEPLOYMENT} merge=bird\n")
    outcome = update_to(edited)
    assert len(canary.sang()) == 1
    assert outcome.report.drivers == {}


def test_an_update_starts_no_hook(edited, update_to, canary) -> None:
    git(edited, "config", "core.hooksPath", str(canary.hooks()))
    assert update_to(edited).applied
    assert canary.sang() == []


def test_it_gives_what_the_update_gives(start, update_to) -> None:
    service = start("weather")
    for name, value in {
        "merge.conflictStyle": "diff3",
        "merge.renames": "false",
        "diff.algorithm": "histogram",
    }.items():
        git(service, "config", name, value)
    edit(service / DEPLOYMENT, r"revisionHistoryLimit: 5", "revisionHistoryLimit: 3")
    commit(service)
    dry = update_to(service, dry_run=True)
    real = update_to(service)
    assert dry.plan.tree == real.plan.tree and dry.plan.conflicts == real.plan.conflicts
    assert "|||||||" in (service / DEPLOYMENT).read_text()


def test_what_a_remote_promised_is_not_fetched(edited, update_to, canary) -> None:
    poison(edited, canary)
    blob = git(edited, "rev-parse", "HEAD:.copier-answers.yml")
    _lose(edited, blob)
    with pytest.raises(ScaffoldError, match=r"partial|no \.copier-answers"):
        update_to(edited, dry_run=True)
    assert canary.sang() == []


def _lose(folder: Path, blob: str) -> None:
    """Unpack a repository's objects and remove one."""
    packs = list((folder / ".git/objects/pack").glob("pack-*.pack"))
    for pack in packs:
        moved = pack.rename(folder / ".git" / pack.name)
        for each in pack.parent.glob(f"{pack.stem}.*"):
            each.unlink()
        with moved.open("rb") as content:
            subprocess.run(["git", "-C", folder, "unpack-objects", "-q"], stdin=content, check=True)
        moved.unlink()
    (folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
