"""Which folders take a service, and what stays of a folder that takes one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scaffold.errors import DestinationError
from scaffold.files.folder import RenderedFile, check_destination, staged, write_files
from scaffold.files.names import problem
from scaffold.new import create
from tests.support.rendered import AFTER, FILES, contents, old_folder
from tests.support.users import needs_root


def test_an_empty_folder_of_its_own_mode_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o700)
    before = folder.stat().st_ino
    create(folder, "demo", FILES)
    assert (folder.stat().st_ino, folder.stat().st_mode & 0o7777) == (before, 0o700)


@needs_root
@pytest.mark.skipif(not shutil.which("mount"), reason="needs mount")
def test_a_mount_point_is_filled(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False).returncode:
        pytest.skip("no tmpfs here")
    try:
        assert create(folder, "demo", FILES)
        assert contents(folder) == AFTER
        assert create(folder, "demo", [RenderedFile("run", b"2", executable=True)], force=True) is False
        assert (folder / "run").read_bytes() == b"2"
    finally:
        subprocess.run(["umount", folder], check=True)


def test_what_others_write_meanwhile_stays(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "out")
    (tmp_path / "second-name").hardlink_to(folder / "docs/mine.md")
    with (folder / "log").open("wb", buffering=0) as log:
        log.write(b"before\n")
        with staged(folder, force=True) as stage:
            log.write(b"meanwhile\n")
            write_files(stage, FILES)
            (folder / "docs/new.md").write_text("made meanwhile")
        log.write(b"after\n")
    assert contents(folder) == {
        **AFTER, "docs/mine.md": b"mine", "docs/new.md": b"made meanwhile", "log": b"before\nmeanwhile\nafter\n",
    }  # fmt: skip
    (tmp_path / "second-name").write_bytes(b"by its second name")
    assert (folder / "docs/mine.md").read_bytes() == b"by its second name"


def test_a_working_folder_that_is_gone_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(DestinationError, match="working folder is gone"):
        check_destination(Path("out"))
    with pytest.raises(DestinationError, match="working folder is gone"):
        check_destination(Path())
    create(tmp_path / "out", "demo", FILES, with_git=False)


@pytest.mark.parametrize("name", ["x" * 300, "x\0y", "x" * 200 + "/" + "y" * 5000])
def test_a_name_that_no_disk_takes_is_one_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match="can't be a folder"):
        check_destination(tmp_path / name)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../x", "leads out"), ("a/../../x", "leads out"), ("/etc/x", "absolute"), ("C:/x", "absolute"), ("c:x", "absolute"),
        ("a\\b", "backslash"), ("..\\x", "backslash"), ("a\nb", "printed"), ("a\0b", "printed"), ("a\x1b[2Jb", "printed"),
        ("a\u202eb", "printed"), ("a\udcffb", "printed"), ("x" * 256, "255 bytes"), ("é" * 128, "255 bytes"), (".", "names a folder"),
        ("", "names a folder"), ("a//b", "names a folder"), ("a/", "names a folder"), (".git/hooks/post-commit", "git's own"),
        ("a/.GIT/config", "git's own"), ("sub/git~1", "git's own"),
    ],
)  # fmt: skip
def test_paths_that_lead_elsewhere(path: str, reason: str, tmp_path: Path) -> None:
    assert reason in str(problem(path))
    with pytest.raises(DestinationError, match="can't be written"):
        write_files(tmp_path, [RenderedFile(path, b"x", executable=False)])
    assert list(tmp_path.iterdir()) == []
