"""The versions in the user's cache are of the user alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.files import cache
from scaffold.releases import History, source
from tests.releases.kept.states import below, state, used
from tests.support.users import given_away, needs_root


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o077])
def test_any_umask_will_do(umask: int, packed: Path, home: Path) -> None:
    before = os.umask(umask)
    try:
        root = used(packed)
        inode = root.stat().st_ino
        assert used(packed).stat().st_ino == inode
    finally:
        os.umask(before)
    assert not [path for path in below(home) if path.stat().st_mode & 0o022]


EVIL = "[core]\n\tbare = true\n\trepositoryformatversion = 0\n\tfsmonitor = touch {canary}\n[alias]\n\tcat-file = !touch {canary}\n"


def poisoned(home: Path, canary: Path) -> None:
    """Change the tree and the repository as another user would, so that their records fit."""
    for folder in (home / "kube-scaffold/templates").iterdir():
        if folder.suffix == ".git":
            (folder / "config").write_text(EVIL.format(canary=canary))
            bundle = (folder / source._RECORD).read_text().split("\n")[0].split()[1]
            (folder / source._RECORD).write_bytes(source._record_of(folder, bundle))
        else:
            (folder / "templates/deep/file").write_text("evil\n")


EXPOSED: dict[str, tuple[Callable[[Path], object], bool]] = {
    "another's": (lambda home: (home.chmod(0o777), given_away(*below(home))), False),
    "one's own in a shared folder": (lambda home: home.chmod(0o777), False),
    "its folder is another's": (lambda home: given_away(home / "kube-scaffold/templates"), False),
    "its folders are another's": (
        lambda home: given_away(*(home / "kube-scaffold/templates").iterdir()),
        True,
    ),
    "its files are another's": (
        lambda home: given_away(*(path for path in below(home) if path.is_file())),
        True,
    ),
    "its files may be written": (
        lambda home: [path.chmod(0o666) for path in below(home) if path.is_file()],
        True,
    ),
}


@needs_root
@pytest.mark.parametrize("exposed", EXPOSED)
def test_what_others_could_change_is_not_used(exposed: str, packed: Path, home: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    used(packed)
    poisoned(home, canary)
    change, mended = EXPOSED[exposed]
    change(home)
    before = state(home)
    root = used(packed)
    assert History(packed).resolve("HEAD").name == "v1.0.0"
    assert not canary.exists()
    assert root.is_relative_to(home) == mended
    assert (state(home) == before) == (not mended)
    assert len(cache.notes()) == (0 if mended else 1)
