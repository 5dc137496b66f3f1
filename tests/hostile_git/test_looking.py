"""Commands that only look run nothing that a repository names, read nothing outside, and never wait for a pipe."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.errors import GitError, ScaffoldError
from scaffold.git import command
from scaffold.git.command import inside_work_tree
from scaffold.git.repository import locate
from scaffold.git.walk import files_below
from scaffold.programs import Bounds
from tests.hostile_git.canaries import Canary, owned_by, poison, settings_of_git
from tests.support.lineage import commit, git

MANIFEST = "kind: Deployment\n"


@pytest.fixture
def canary(tmp_path: Path) -> Canary:
    return Canary(tmp_path)


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small repository, in which the test works."""
    folder = tmp_path / "plain"
    (folder / "deploy").mkdir(parents=True)
    for name in ("a.yaml", "deploy/b.yaml", "deploy/ignored.yaml"):
        (folder / name).write_text(MANIFEST)
    (folder / ".gitignore").write_text("ignored.yaml\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    monkeypatch.chdir(folder)
    return folder


def look(folder: Path) -> list[str]:
    """Return the files that are found, from within and by name, and ask the other questions."""
    found = files_below([folder])
    inside_work_tree(folder / "new")
    try:
        repository, prefix = locate(folder, looking=True)
    except ScaffoldError:
        return found
    try:
        repository.objects.read(f"HEAD:{prefix}a.yaml")
    except ScaffoldError:
        pass
    finally:
        repository.close()
    return found


ALL = ["a.yaml", "deploy/b.yaml", "deploy/ignored.yaml"]
NOT_IGNORED = ALL[:2]


def test_the_canary_sings_when_git_itself_looks(plain, canary) -> None:
    poison(plain, canary)
    subprocess.run(["git", "status"], capture_output=True, check=False)
    assert canary.sang()


def test_settings_of_an_archive(plain, canary) -> None:
    poison(plain, canary)
    assert look(plain) == NOT_IGNORED
    assert canary.sang() == []


def test_a_git_file_that_points_elsewhere(plain, canary, tmp_path) -> None:
    poison(plain, canary)
    (plain / ".git").rename(tmp_path / "elsewhere")
    (plain / ".git").write_text(f"gitdir: {tmp_path / 'elsewhere'}\n")
    assert look(plain) == NOT_IGNORED
    assert canary.sang() == []


def test_settings_that_are_included(plain, canary, tmp_path) -> None:
    poison(plain, canary)
    shutil.move(plain / ".git/config", tmp_path / "evil")
    (plain / ".git/config").write_text(
        f"[core]\n\trepositoryFormatVersion = 0\n[include]\n\tpath = {tmp_path / 'evil'}\n"
    )
    assert look(plain) == NOT_IGNORED
    assert canary.sang() == []


@pytest.mark.parametrize("depth", ["", "/refs", "/refs/heads"])
def test_a_bare_repository_inside_a_clone(depth: str, plain, canary, monkeypatch) -> None:
    bare = plain / "api"
    git(plain, "clone", "--quiet", "--bare", ".", "api")
    (bare / "config").write_text((bare / "config").read_text().replace("bare = true", "bare = false"))
    (bare / "config").open("a").write(f"\tworktree = {bare}\n")
    poison(bare, canary)
    place = Path(f"{bare}{depth}")
    (place / "c.yaml").write_text(MANIFEST)
    assert f"api{depth}/c.yaml" in look(place)
    monkeypatch.chdir(place)
    assert "c.yaml" in look(Path())
    assert canary.sang() == []


def test_every_setting_that_git_knows(plain, canary, tmp_path) -> None:
    """One after the other names the canary; git may refuse what is no program, and then the folder is walked."""
    names = settings_of_git()
    assert len(names) > 500 and "core.fsmonitor" in names and "filter.bird.clean" in names
    (plain / ".git/info").mkdir(exist_ok=True)
    (plain / ".git/info/attributes").write_text("* filter=bird diff=bird merge=bird\n")
    config = plain / ".git/config"
    usual = config.read_text()
    groups = [names[at : at + 40] for at in range(0, len(names), 40)]
    while groups:
        group = groups.pop()
        config.write_text(usual + "".join(_setting(name, str(canary.program)) for name in group))
        refused = subprocess.run(["git", "ls-files"], capture_output=True, check=False).returncode != 0
        canary.sang()
        if refused and len(group) > 1:  # one that git refuses hides the others
            half = len(group) // 2
            groups += [group[:half], group[half:]]
            continue
        assert files_below([plain]) in (ALL, NOT_IGNORED)
        assert canary.sang() == [], group
    assert not (tmp_path / "canary/sang").exists()


def _setting(name: str, value: str) -> str:
    section, _, rest = name.partition(".")
    middle, _, key = rest.rpartition(".")
    return f'[{section} "{middle}"]\n\t{key} = {value}\n' if middle else f"[{section}]\n\t{key} = {value}\n"


def test_objects_that_a_remote_promised(plain, canary) -> None:
    poison(plain, canary)
    blob = git(plain, "rev-parse", "HEAD:a.yaml")
    (plain / ".git/objects" / blob[:2] / blob[2:]).unlink()
    repository, _ = locate(plain, looking=True)
    try:
        assert repository.objects.read(blob) is None  # git 2.44 and newer say that it is missing
    except GitError as error:
        assert "partial" in str(error)
    repository.close()
    assert canary.sang() == []


def test_a_work_tree_elsewhere(plain, tmp_path) -> None:
    elsewhere = tmp_path / "secret"
    elsewhere.mkdir()
    (elsewhere / "a.yaml").write_text("secret")
    git(plain, "config", "core.worktree", str(elsewhere))
    assert files_below([plain]) == NOT_IGNORED
    with pytest.raises(ScaffoldError, match="outside the work tree"):
        locate(plain)


@pytest.mark.parametrize("name", ["../../outside.yaml", "/etc/hosts.yaml", ".git/x.yaml", "link/x.yaml"])
def test_an_index_that_git_did_not_write(name: str, plain, tmp_path) -> None:
    (tmp_path / "x.yaml").write_text(MANIFEST)
    (plain / "link").symlink_to(tmp_path)
    index = plain / ".git/index"
    placeholder = "x" * len(name)
    (plain / placeholder).write_text(MANIFEST)
    git(plain, "add", placeholder)
    (plain / placeholder).unlink()
    content = index.read_bytes()[:-20].replace(placeholder.encode(), name.encode())
    import hashlib

    index.write_bytes(content + hashlib.sha1(content, usedforsecurity=False).digest())
    found = files_below([plain])
    assert found and all(".." not in each and not each.startswith(("/", ".git/", "link/")) for each in found)


PIPES = [".git/config", ".git/index", ".git/HEAD", ".gitignore", ".git/info/exclude", ".git/packed-refs"]


@pytest.mark.parametrize("name", PIPES)
def test_a_pipe_is_not_waited_for(name: str, plain, monkeypatch) -> None:
    (plain / name).unlink(missing_ok=True)
    (plain / name).parent.mkdir(exist_ok=True)
    os.mkfifo(plain / name)
    monkeypatch.setattr(command, "BOUNDS", Bounds(seconds=0.5))
    assert set(NOT_IGNORED) <= set(files_below([plain]))
    inside_work_tree(plain)


def test_an_endless_file(plain, monkeypatch) -> None:
    (plain / ".git/config").unlink()
    (plain / ".git/config").symlink_to("/dev/zero")
    monkeypatch.setattr(command, "BOUNDS", Bounds(seconds=5, memory=64 * 1024 * 1024))
    assert set(files_below([plain])) == set(ALL)


@pytest.mark.optional  # only root can give a repository to another user
def test_another_users_repository(plain, canary) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    poison(plain, canary)
    owned_by(plain, 12345)
    assert look(plain) == ALL  # git trusts nothing in it, and says nothing about it
    assert canary.sang() == []


ODD = ("line\nbreak.yaml", "tab\there.yaml", 'quo"te.yaml', "back\\slash.yaml", os.fsdecode(b"latin-\xe9.yaml"))


def test_odd_names_survive(plain) -> None:
    for name in ODD:
        (plain / "deploy" / name).write_text(MANIFEST)
    commit(plain)
    folder = plain / "odd\nfolder"
    folder.mkdir()
    (folder / "c.yaml").write_text(MANIFEST)
    assert set(files_below([plain])) == {*NOT_IGNORED, "odd\nfolder/c.yaml", *(f"deploy/{name}" for name in ODD)}
    commit(plain)
    repository, prefix = locate(folder)
    assert prefix == "odd\nfolder/"
    assert repository.top == plain
    found, missing, again = repository.objects.read_all(
        [f"HEAD:{prefix}c.yaml", f"HEAD:{prefix}missing.yaml", "HEAD:a.yaml"]
    )
    assert found is not None and again is not None and missing is None
    assert found[1] == again[1] == MANIFEST.encode()
    assert {f"deploy/{name}" for name in ODD} < set(repository.tree("HEAD"))
    repository.close()


VARIABLES: dict[str, Callable[[Path], str]] = {
    "GIT_DIR": lambda other: str(other / ".git"),
    "GIT_WORK_TREE": str,
    "GIT_INDEX_FILE": lambda other: str(other / ".git/index"),
    "GIT_OBJECT_DIRECTORY": lambda other: str(other / ".git/objects"),
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": lambda other: str(other / ".git/objects"),
    "GIT_COMMON_DIR": lambda other: str(other / ".git"),
    "GIT_NAMESPACE": lambda _: "other",
    "GIT_PREFIX": lambda _: "deploy/",
    "GIT_LITERAL_PATHSPECS": lambda _: "1",
    "GIT_ICASE_PATHSPECS": lambda _: "1",
    "GIT_GLOB_PATHSPECS": lambda _: "1",
    "GIT_NOGLOB_PATHSPECS": lambda _: "1",
    "LC_ALL": lambda _: "de_DE.UTF-8",
    "LANGUAGE": lambda _: "de",
}


@pytest.mark.parametrize("name", VARIABLES)
def test_variables_of_a_hook_change_nothing(name: str, plain, tmp_path, monkeypatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(tmp_path, "init", "--quiet", "other")
    value = VARIABLES[name](other)
    before = (look(plain), inside_work_tree(plain), inside_work_tree(tmp_path))
    monkeypatch.setenv(name, value)
    assert (look(plain), inside_work_tree(plain), inside_work_tree(tmp_path)) == before == (NOT_IGNORED, True, False)
