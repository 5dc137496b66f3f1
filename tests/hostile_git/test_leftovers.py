"""What a git of ours that was killed has left stops no later run; what somebody else left stays."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from scaffold.atomic import journal as journals
from scaffold.errors import DestinationError, ScaffoldError, ServiceError
from scaffold.update.run import take_back
from workshop.history import commit, git, tree_of

DEPLOYMENT = "deploy/base/deployment.yaml"
OURS = ".git/scaffold-update"


def state(folder: Path) -> tuple[str, str]:
    return tree_of(folder), git(folder, "ls-files", "--stage", "-v")


def packs(folder: Path) -> set[str]:
    return {file.name for file in (folder / ".git/objects/pack").iterdir()}


def test_an_update_leaves_nothing_unfinished(start, update_to) -> None:
    service = start()
    update_to(service)
    take_back(service)
    left = [str(file.relative_to(service)) for file in (service / ".git").rglob("*") if "tmp_" in file.name]
    assert left == []
    assert not list((service / ".git").rglob("*.lock")) or {
        file.name for file in (service / ".git").rglob("*.lock")
    } == {"scaffold-update.lock", "scaffold-aborted.lock"}
    assert list((service / OURS).iterdir()) == []


@pytest.mark.parametrize("left", ["pack and index", "pack", "nothing"])
@pytest.mark.parametrize("content", ["", "fast", "fast-import"])
def test_a_pack_that_a_killed_import_kept(content: str, left: str, start, update_to) -> None:
    service = start()
    before = packs(service)
    update_to(service)
    (pack,) = (name for name in packs(service) - before if name.endswith(".pack"))
    take_back(service)
    keep = (service / ".git/objects/pack" / pack).with_suffix(".keep")
    keep.write_text(content)
    for suffix in {"pack and index": (), "pack": (".idx",), "nothing": (".idx", ".pack", ".rev")}[left]:
        keep.with_suffix(suffix).unlink(missing_ok=True)
    assert update_to(service).applied
    assert not keep.exists()


def test_a_pack_that_somebody_keeps(start, update_to) -> None:
    service = start()
    before = packs(service)
    update_to(service)
    take_back(service)
    kept = [
        service / ".git/objects/pack" / name.replace(".pack", ".keep") for name in packs(service) if ".pack" in name
    ]
    for keep in kept:
        keep.write_text("by hand\n")
    assert update_to(service).applied
    assert all(keep.read_text() == "by hand\n" for keep in kept)
    assert before


def test_a_pack_that_lost_its_end(start, update_to) -> None:
    service = start()
    before = packs(service)
    update_to(service)
    take_back(service)
    for name in packs(service) - before:
        (service / ".git/objects/pack" / name).chmod(0o644)
        (service / ".git/objects/pack" / name).write_bytes(b"")
    assert update_to(service).applied
    git(service, "fsck", "--strict")


LEFT = {
    "index.lock": "",
    "index": "DIRC",
    "journal.new": "{",
    "new/deep/file": "x",
    "old/deep/file": "x",
    "scratch-1/objects/pack/tmp_pack_1": "PACK",
    "kept-index.lock": "",
    "kept-objects/tmp_obj_1": "",
    "shown.lock": "",
    "sparse-index.lock": "",
}


def test_files_of_a_killed_git_in_our_folder(start, update_to) -> None:
    service = start("weather")

    def leave() -> None:
        for name, content in LEFT.items():
            file = service / OURS / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)

    before = state(service)
    for _ in range(2):
        leave()
        assert update_to(service).applied
        leave()
        take_back(service)
        assert state(service) == before


def test_the_lock_of_our_ref(start, update_to) -> None:
    service = start()
    update_to(service)
    lock = service / ".git/refs/scaffold/aborted.lock"
    lock.parent.mkdir()
    lock.write_text("")
    take_back(service)
    assert not lock.exists()
    assert git(service, "rev-parse", "refs/scaffold/aborted")


def test_the_lock_of_another_git_stays(start, update_to) -> None:
    service = start()
    lock = service / ".git/index.lock"
    lock.write_text("")
    with pytest.raises(ServiceError, match=r"index\.lock exists.*if none is, remove that file"):
        update_to(service)
    assert lock.exists()


BROKEN = ["", "{", "[]", "null", "\0\0\0\0", '{"steps": 3}', "[" * 100_000, '{"head": "x", "steps": []}']


@pytest.mark.parametrize("phase", journals.PHASES)
def test_a_journal_that_cannot_be_read_counts_as_none(phase: str, start, update_to) -> None:
    service = start("weather")
    file = journals.file_of(service / OURS, phase)
    file.parent.mkdir()
    for content in BROKEN:
        file.write_text(content)
        with pytest.raises(ServiceError, match="no uncommitted update"):
            take_back(service)
        assert not file.exists()
    file.write_text("")
    assert update_to(service).applied


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "endless"])
def test_a_journal_that_is_no_file(kind: str, start, tmp_path) -> None:
    service = start("weather")
    file = journals.file_of(service / OURS, journals.FORWARD)
    file.parent.mkdir()
    (tmp_path / "precious").write_text("{}")
    make = {
        "folder": file.mkdir,
        "link": lambda: file.symlink_to(tmp_path / "precious"),
        "pipe": lambda: os.mkfifo(file),
        "endless": lambda: file.symlink_to("/dev/zero"),
    }
    make[kind]()
    with pytest.raises(ServiceError, match="no uncommitted update"):
        take_back(service)
    assert not os.path.lexists(file)
    assert (tmp_path / "precious").read_text() == "{}"


@pytest.mark.parametrize("phase", [journals.FORWARD, journals.BACK, journals.DONE])
def test_a_journal_that_cannot_be_read_while_files_are_changed(phase: str, start, update_to) -> None:
    service = start("weather")
    file = journals.file_of(service / OURS, phase)
    file.parent.mkdir()
    file.write_text("")
    (service / DEPLOYMENT).write_text("half\n")
    for run in (update_to, take_back):
        with pytest.raises(ServiceError, match=r"can't be read.*git stash or git commit"):
            run(service)
    assert (service / DEPLOYMENT).read_text() == "half\n"
    git(service, "checkout", "--quiet", "--", ".")
    assert update_to(service).applied


def made_up(service: Path, phase: str, path: str, *, write: bool, undo: bool = False) -> Path:
    """Write a journal that scaffold never wrote, as one that was interrupted."""
    folder = service / OURS
    (folder / "new").mkdir(parents=True, exist_ok=True)
    (folder / "old").mkdir(exist_ok=True)
    (folder / "index").write_bytes((service / ".git/index").read_bytes())
    (service / ".git/index.lock").write_bytes((service / ".git/index").read_bytes())
    step = {"path": path, "write": write, "before": None if phase == journals.BACK else [1, 2, 3, 4, 5]}
    note = {"from": "v0.1.0", "to": "v0.2.0"}
    head = git(service, "rev-parse", "HEAD")
    content = {"head": head, "steps": [step], "index_before": None, "note": note, "undo": undo}
    journals.file_of(folder, phase).write_text(json.dumps(content))
    return folder


OUTSIDE = ["../victim", "a/../../victim", "{victim}", ".git/hooks/victim", "sub/.GIT/victim", "link/victim", "./victim"]


@pytest.mark.parametrize("phase", journals.PHASES)
def test_a_journal_that_names_a_path_outside(phase: str, start, update_to, tmp_path) -> None:
    service, victim = start("weather"), tmp_path / "victim"
    (service / ".git/hooks").mkdir(exist_ok=True)
    files = (victim, service / ".git/hooks/victim", service / "victim")
    for file in files:
        file.write_text("precious")
    (service / "link").symlink_to(tmp_path)
    for path in OUTSIDE:
        for write in (False, True):
            folder = made_up(service, phase, path.format(victim=victim), write=write)
            with pytest.raises(ServiceError, match="remove"):
                take_back(service)
            assert [file.read_text() for file in files] == ["precious"] * 3, path
            assert folder.is_dir()
    made_up(service, phase, "../victim", write=False)
    with pytest.raises(ServiceError, match="remove"):
        update_to(service)
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("name", ["new", "old", ""])
def test_a_journal_beside_links(name: str, start, update_to, tmp_path) -> None:
    service, outside = start("weather"), tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("precious")
    folder = made_up(service, journals.FORWARD, "secret", write=True)
    if name:
        (folder / name).rmdir()
        (folder / name).symlink_to(outside)
    else:
        folder.rename(tmp_path / "moved")
        folder.symlink_to(tmp_path / "moved")
    with pytest.raises(ServiceError, match="which scaffold did not write"):
        update_to(service)
    assert (outside / "secret").read_text() == "precious"
    assert not (service / "secret").exists()


def test_a_linked_folder_among_the_files_to_come(start, update_to, tmp_path) -> None:
    service, outside = start("weather"), tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("precious")
    folder = made_up(service, journals.FORWARD, "deep/secret", write=True)
    (folder / "new/deep").symlink_to(outside)
    with pytest.raises(ScaffoldError):
        update_to(service)
    assert (outside / "secret").read_text() == "precious"


def test_an_abort_does_not_follow_a_new_link(start, update_to, tmp_path) -> None:
    service, outside = start(), tmp_path / "outside"
    outside.mkdir()
    (outside / "check.sh").write_text("precious")
    update_to(service)
    (service / "scripts/check.sh").unlink()
    (service / "scripts").rmdir()
    (service / "scripts").symlink_to(outside)
    with pytest.raises(ServiceError, match="scripts is a symbolic link"):
        take_back(service)
    assert (outside / "check.sh").read_text() == "precious"


def test_a_link_as_lock_is_not_followed(start, update_to, tmp_path) -> None:
    service = start("weather")
    (service / ".git/scaffold-update.lock").symlink_to(tmp_path / "made")
    with pytest.raises(DestinationError, match=r"scaffold-update\.lock can't be written"):
        update_to(service)
    assert not (tmp_path / "made").exists()


def test_a_lock_that_was_not_written_to_its_end(start, update_to) -> None:
    """On a file system without hard links the index to come is copied; killed meanwhile, a part of it is there."""
    service = start()
    commit(service)
    folder = made_up(service, journals.PREPARED, DEPLOYMENT, write=True)
    whole = (folder / "index").read_bytes()
    (service / ".git/index.lock").write_bytes(whole[: len(whole) // 2])
    assert update_to(service).applied
