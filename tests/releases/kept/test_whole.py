"""The versions in the user's cache are whole, or made again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.errors import TemplateError, VersionError
from scaffold.releases import History
from tests.releases.kept.states import below, state, used
from workshop import goldens
from workshop.history import RECORD, git

DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: shutil.rmtree(path) if path.is_dir() else path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "flipped": lambda path: path.write_bytes(flipped(path.read_bytes())),
    "a link": lambda path: linked(path),
    "a FIFO": lambda path: (path.unlink(), os.mkfifo(path)),
}


def linked(path: Path) -> None:
    """Move it out of the cache, and leave a link that leads there."""
    moved = next(each for each in path.parents if each.name == "caches").with_name(f"moved-{path.name}")
    path.rename(moved)
    path.symlink_to(moved)


def flipped(data: bytes) -> bytes:
    at = len(data) * 2 // 3
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_again(damage: str, packed: Path, home: Path) -> None:
    """Each file of the repository and of the version's tree, one after the other; folders can only go or be links."""
    used(packed)
    whole = state(home)
    assert len(whole) > 8
    for path in below(home / "kube-scaffold/templates"):
        if (path.is_dir() and damage not in ("gone", "a link")) or not path.exists():
            continue
        before = path.lstat()
        path.chmod(before.st_mode | 0o200)
        DAMAGES[damage](path)
        used(packed)
        assert state(home) == whole, path
    assert not [path for path in below(home) if path.name.startswith(".")]


def test_what_is_too_much_makes_it_again(packed: Path, home: Path) -> None:
    """A repository with alternates reads another's objects, a file more in a tree is one more in each service."""
    root = used(packed)
    whole = state(home)
    (repository,) = root.parent.glob("*.git")
    (repository / "objects/info").mkdir(exist_ok=True)
    (repository / "objects/info/alternates").write_text("/elsewhere\n")
    (root / "templates/more").write_text("")
    (root / "templates/link").symlink_to("/")
    used(packed)
    assert state(home) == whole


def test_many_at_once_mend_one(packed: Path, home: Path) -> None:
    for damage in (lambda: None, lambda: [path.unlink() for path in below(home) if path.name in ("file", "HEAD")]):
        damage()
        code = f"from pathlib import Path; from scaffold.releases import History; print(History(Path({str(packed)!r})).template_at('1.0.0').entries[0].content)"
        environment = {**os.environ, "PYTHONPATH": str(goldens.ROOT)}
        running = [
            subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        assert {process.communicate()[0] for process in running} == {repr(b"one\n") + "\n"}
        assert {process.returncode for process in running} == {0}
    assert len(list((home / "kube-scaffold/templates").iterdir())) == 2


def test_the_advice_fits(packed: Path, home: Path, tmp_path: Path) -> None:
    """Only a shallow clone gets more by --unshallow."""
    missing = RECORD.format(version="2.0.0", commit="a" * 40)
    package = Path(shutil.copytree(packed, tmp_path / "package"))
    (package / "releases.yml").write_text((package / "releases.yml").read_text() + missing)
    with pytest.raises(TemplateError, match=r"is not in releases.bundle. Install kube-scaffold again.$"):
        History(package).resolve("2.0.0")
    checkout = packed.with_name("checkout")
    for name, options, words in (
        ("whole", (), r"run `git fetch --tags`.$"),
        ("shallow", ("--depth=1",), r"in a shallow clone, run `git fetch --unshallow`.$"),
    ):
        git(tmp_path, "clone", "--quiet", *options, f"file://{checkout}", name)
        (tmp_path / name / "releases.yml").write_text(missing)
        with pytest.raises(VersionError, match=words):
            History(tmp_path / name).resolve("2.0.0")
