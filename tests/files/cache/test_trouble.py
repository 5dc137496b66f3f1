"""Nothing stops where the cache can't be used; who can mend that hears of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scaffold.files import cache
from tests.support.caches import EXPECTED, entries, rendered
from tests.support.commands import scaffold
from tests.support.users import needs_root
from workshop import goldens

IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a file for the folder of caches": lambda home: (home.rmdir(), home.write_text("")),
    "a file for the cache": lambda home: (home / "kube-scaffold").write_text(""),
    "a file for a folder": lambda home: (
        (home / "kube-scaffold").mkdir(),
        (home / f"kube-scaffold/bytecode-{cache.__version__}").write_text(""),
    ),
    "a dangling link": lambda home: (home / "kube-scaffold").symlink_to("nothing"),
    "a dangling link before": lambda home: (home.rmdir(), home.symlink_to("nothing")),
    "a FIFO": lambda home: os.mkfifo(home / "kube-scaffold"),
}


@pytest.mark.parametrize("what", IN_THE_WAY)
def test_what_is_in_the_way_stops_nothing(what: str, home: Path, template: Path) -> None:
    IN_THE_WAY[what](home)
    assert rendered(template) == EXPECTED


def test_no_home_at_all(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "some/where")
    assert rendered(template) == EXPECTED
    assert not (tmp_path / "some").exists()


HERE = ("--vcs-ref", "HEAD")
"""The template of this work tree, whose compiled pieces are kept; a release's files would fill the disk first."""


@pytest.fixture
def small(home: Path) -> Iterator[Path]:
    """Mount a disk of 256 KiB where the cache lies."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", home], check=False)
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield home
    subprocess.run(["umount", home], check=True)


def test_a_full_disk_below_the_cache_stops_no_new_service(small: Path, tmp_path: Path) -> None:
    """The disk fills in the middle of the first run, and has no room for a single folder in the second."""
    done = scaffold("new", "filled", "--defaults", "--data", "name=x", "--no-git", *HERE, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("Traceback"), "note:" in done.stderr) == (0, 0, False)
    assert len(entries(small)) > 5
    assert not list(small.glob("kube-scaffold/*/.*"))
    shutil.rmtree(small / "kube-scaffold")
    (small / "filler").write_bytes(b"0" * os.statvfs(small).f_bavail * os.statvfs(small).f_bsize)
    done = scaffold("new", "none", "--defaults", "--data", "name=x", "--no-git", *HERE, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("Traceback"), "note:" in done.stderr) == (0, 0, False)
    assert goldens.files_of(tmp_path / "filled") == goldens.files_of(tmp_path / "none")


def test_a_read_only_cache_is_read(small: Path, template: Path) -> None:
    assert rendered(template) == EXPECTED
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    assert rendered(template) == EXPECTED
    assert rendered(template, trim_blocks=True) == EXPECTED
    assert len(entries(small)) == len(EXPECTED)


@needs_root
def test_the_user_hears_once_why_there_is_no_cache(home: Path, tmp_path: Path) -> None:
    home.chmod(0o777)
    command = ("new", "out", "--data", "name=Wrong")
    done = scaffold(*command, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.endswith(
        f"note: the cache {home}/kube-scaffold is not used: {home} may be written by others. "
        "Remove the rights of others, or set XDG_CACHE_HOME to another folder.\n"
    )
    assert done.stderr.count("note: ") == 1
    assert "note: " not in scaffold(*command, "--quiet", cwd=tmp_path).stderr
    assert scaffold("--version", cwd=tmp_path).stderr == ""
    assert list(home.iterdir()) == []
