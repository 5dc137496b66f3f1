"""Where `scaffold new` writes: this folder, an empty clone, a folder that holds something, a folder of a monorepo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import SCAFFOLD, scaffold
from workshop import goldens
from workshop.history import git

FROM_HERE = ("--defaults", "--vcs-ref", "HEAD")


def test_this_folder_is_filled_and_the_shell_stays_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    before = folder.stat().st_ino
    command = f"{' '.join(SCAFFOLD)} new . --defaults && make && git status --porcelain && {' '.join(SCAFFOLD)} status"
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(goldens.ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Run the tests" in done.stdout, "make lists its verbs in the shell that was there before"
    assert "cd ." not in done.stderr
    assert folder.stat().st_ino == before
    assert "name: orders\n" in (folder / ".copier-answers.yml").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["orders"]


def test_an_empty_clone_keeps_its_remote_and_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=trunk", "upstream.git")
    git(tmp_path, "clone", "--quiet", "upstream.git", "orders")
    clone = tmp_path / "orders"
    before = (clone.stat().st_ino, (clone / ".git").stat().st_ino)
    done = scaffold("new", ".", "--defaults", cwd=clone)
    assert done.returncode == 0, done.stderr
    assert (clone.stat().st_ino, (clone / ".git").stat().st_ino) == before
    assert git(clone, "remote", "get-url", "origin") == str(tmp_path / "upstream.git")
    assert git(clone, "symbolic-ref", "--short", "HEAD") == "trunk"
    assert "Not committed" in done.stderr
    assert "?? Makefile" in git(clone, "status", "--porcelain").splitlines()


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="needs root to bind a folder")
@pytest.mark.parametrize("inside", [True, False], ids=["from inside", "from outside"])
def test_a_bind_mounted_folder_is_filled(inside: bool, tmp_path: Path) -> None:
    source, folder = tmp_path / "source", tmp_path / "orders"
    source.mkdir()
    folder.mkdir()
    if subprocess.run(["mount", "--bind", source, folder], capture_output=True, check=False).returncode:
        pytest.skip("no bind mounts here")
    try:
        done = scaffold("new", "." if inside else "orders", "--defaults", cwd=folder if inside else tmp_path)
        assert done.returncode == 0, done.stderr
        assert (source / "Makefile").is_file()
        assert not [path.name for path in source.iterdir() if "scaffold-" in path.name]
    finally:
        subprocess.run(["umount", folder], check=True)


def occupied(folder: Path) -> Path:
    (folder / "node_modules/dep").mkdir(parents=True)
    (folder / "node_modules/dep/index.js").write_text("mine")
    (folder / "README.md").write_text("mine")
    (folder / "Makefile").write_text("mine")
    return folder


def test_force_lists_what_it_replaces(tmp_path: Path) -> None:
    folder = occupied(tmp_path / "orders")
    done = scaffold("new", "orders", "--defaults", "--force", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[:3] == ["orders: replaces 2 files:", "  Makefile", "  README.md"]
    assert (folder / "node_modules/dep/index.js").read_text() == "mine"
    again = scaffold("new", "orders", "--defaults", "--force", cwd=tmp_path)
    assert "replaces" not in again.stderr, "a file that holds the same already is not replaced"


def test_force_tells_machines_what_it_would_replace(tmp_path: Path) -> None:
    occupied(tmp_path / "orders")
    done = scaffold("new", "orders", "--defaults", "--force", "--json", "--dry-run", cwd=tmp_path)
    assert json.loads(done.stdout)["replaced"] == ["Makefile", "README.md"]
    assert (tmp_path / "orders/README.md").read_text() == "mine"


def test_in_a_monorepo_it_says_which_files_have_no_effect_there(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    done = scaffold("new", "services/orders", "--defaults", "--vcs-ref", "0.3.0", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = next(line for line in done.stderr.splitlines() if "work only at the top" in line)
    assert told.startswith(".github, CODEOWNERS, renovate.json, .pre-commit-config.yaml work only at the top")
    assert str(tmp_path) in told
    at_the_top = scaffold("new", ".", "--defaults", "--force", "--data", "name=top", cwd=tmp_path)
    assert "work only" not in at_the_top.stderr


def test_in_a_monorepo_it_writes_where_the_forge_looks(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".pre-commit-config.yaml").write_text("repos: []\n")
    shown = json.loads(scaffold("new", "services/orders", *FROM_HERE, "--json", "--dry-run", cwd=tmp_path).stdout)
    paths = [each["path"] for each in shown["top"]["files"]]
    assert paths == [".github/workflows/orders.yml", "CODEOWNERS", "renovate.json"]
    assert list(shown["top"]["by_hand"]) == [".pre-commit-config.yaml"]
    assert "orders" in scaffold("new", "services/orders", *FROM_HERE, "--dry-run", cwd=tmp_path).stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", ".pre-commit-config.yaml"]
    (tmp_path / "services").mkdir()
    done = scaffold("new", "--data", "name=orders", *FROM_HERE, cwd=tmp_path / "services")
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()
    start = told.index(f"At the top of the repository ({tmp_path}):")
    assert told[start + 1 : start + 4] == [f"  {path}" for path in paths]
    assert told[start + 4] == ".pre-commit-config.yaml stays as it is. Add what it lacks of this:"
    assert told[start + 5] == "    # begin services/orders: `scaffold update` keeps these lines"
    assert (tmp_path / ".pre-commit-config.yaml").read_text() == "repos: []\n"
    assert "folder: services/orders\n" in (tmp_path / "services/orders/.copier-answers.yml").read_text()
    assert not [path.name for path in tmp_path.iterdir() if "scaffold-" in path.name]


def test_in_a_monorepo_nothing_is_written_over(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    workflow = tmp_path / ".github/workflows/orders.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("ours\n")
    done = scaffold("new", "services/orders", *FROM_HERE, cwd=tmp_path)
    assert done.returncode == 4 and "orders.yml already exists and differs" in done.stderr
    other = scaffold("new", "services/orders", *FROM_HERE, "--data", "folder=other", cwd=tmp_path)
    assert other.returncode == 2 and "folder=other is not where the service is, services/orders" in other.stderr
    (tmp_path / "CODEOWNERS").symlink_to(workflow)
    linked = scaffold("new", "services/mail", *FROM_HERE, cwd=tmp_path)
    assert linked.returncode == 4 and "CODEOWNERS is a symbolic link" in linked.stderr
    assert workflow.read_text() == "ours\n" and not (tmp_path / "services").exists()


def test_a_top_that_can_t_be_written_leaves_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".github").write_text("in the way\n")
    done = scaffold("new", "services/orders", *FROM_HERE, cwd=tmp_path)
    assert done.returncode == 4 and ".github is a file" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", ".github"]


def test_an_author_that_git_does_not_know_is_told(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = scaffold("new", "orders", "--defaults", cwd=tmp_path, **home)
    assert done.returncode == 0, done.stderr
    assert "`git commit --amend --reset-author --no-edit`" in done.stderr
    known = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = scaffold("new", "second", "--defaults", cwd=tmp_path, **home, **known)
    assert "--reset-author" not in done.stderr


@pytest.mark.parametrize("name", ["1foo", "foo bar", "ordérs", "-x"])
def test_a_folder_that_is_no_name_is_refused(name: str, tmp_path: Path) -> None:
    done = scaffold("new", "--defaults", "--vcs-ref", "HEAD", "--", name, cwd=tmp_path)
    assert done.returncode == 3
    assert "name must be a DNS label of at most 63 characters" in done.stderr
    assert f'not "{name}". Example: payments-api.' in done.stderr.replace("\\xe9", "é")
    assert list(tmp_path.iterdir()) == []
    done = scaffold("new", "--data", "name=orders", "--", name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "name: orders\n" in (tmp_path / name / ".copier-answers.yml").read_text()


@pytest.mark.parametrize(("folder", "name"), [("Foo", "foo"), ("my_svc", "my-svc")])
def test_a_name_that_it_changes_is_told(folder: str, name: str, tmp_path: Path) -> None:
    done = scaffold("new", folder, "--defaults", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"Note: the service is called {name}, because Kubernetes does not accept {folder} as a name." in done.stderr
    assert f"name: {name}\n" in (tmp_path / folder / ".copier-answers.yml").read_text()
    dry = scaffold("new", folder, "--defaults", "--force", "--dry-run", cwd=tmp_path)
    assert f"Note: the service is called {name}," in dry.stderr
    assert "Note: the service" not in scaffold("new", "plain", "--defaults", cwd=tmp_path).stderr
