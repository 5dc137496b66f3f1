"""Putting a service into a folder that must stay: who owns it, who works in it, and errors on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.errors import DestinationError
from scaffold.files import place
from scaffold.new import create
from tests.support.rendered import AFTER, BEFORE, FILES, contents, old_folder, state
from tests.support.users import needs_root


def test_a_file_that_appears_meanwhile_is_an_error_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = old_folder(tmp_path / "out")
    real = place._move_to_free_place

    def move(new: Path, target: Path) -> None:
        if target.name == "run":
            target.write_bytes(b"theirs")
        real(new, target)

    monkeypatch.setattr(place, "_move_to_free_place", move)
    with pytest.raises(DestinationError, match=r"File exists. Nothing was written"):
        create(folder, "demo", FILES, force=True, with_git=False)
    assert contents(folder) == {**BEFORE, "run": b"theirs"}


@needs_root
def test_owners_and_modes_stay(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "out")
    os.chown(folder, 1234, 1234)
    for name in ("README.md", "docs/mine.md"):
        os.chown(folder / name, 1234, 1234)
    (folder / "README.md").chmod(0o640)
    (folder / "Makefile").chmod(0o755)
    create(folder, "demo", FILES, force=True, with_git=False)
    owners = {name: (folder / name).stat().st_uid for name in ("", "README.md", "docs/mine.md", "Makefile")}
    assert owners == {"": 1234, "README.md": 1234, "docs/mine.md": 1234, "Makefile": 0}
    assert (folder / "README.md").stat().st_mode & 0o777 == 0o640
    assert (folder / "Makefile").stat().st_mode & 0o777 == 0o644
    assert (folder / "run").stat().st_mode & 0o100


def test_a_file_that_holds_the_same_is_not_touched(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "out")
    before = (folder / "same").stat()
    create(folder, "demo", FILES, force=True, with_git=False)
    after = (folder / "same").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: (folder / "deploy").symlink_to("/tmp"), "deploy is a symbolic link"),
        (lambda folder: (folder / "deploy").write_text("x"), "deploy is a file, where a folder is needed"),
        (lambda folder: (folder / "run").mkdir(), "run is a folder, where a file is needed"),
        (lambda folder: (folder / ".git").write_text("x"), "git can't use it"),
    ],
)
def test_what_is_in_the_way_is_named_and_nothing_changes(
    make: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    folder = old_folder(tmp_path / "out")
    make(folder)
    before = state(folder)
    with pytest.raises(DestinationError, match=words):
        create(folder, "demo", FILES, force=True)
    assert state(folder) == before
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


class Broken:
    """Counts the steps that change the folder, and stops at one of them."""

    def __init__(self, at: int, stop: Callable[[], None]) -> None:
        self.at, self.stop, self.done = at, stop, 0

    def step(self, real: Callable[..., object]) -> Callable[..., object]:
        def stepped(*arguments: object, **options: object) -> object:
            self.done += 1
            if self.done == self.at:
                self.stop()
            return real(*arguments, **options)

        return stepped


def broken_at(number: int, stop: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> Broken:
    broken = Broken(number, stop)
    real_take_back = place._Steps.take_back

    def take_back(steps: place._Steps) -> None:
        broken.at = -1
        real_take_back(steps)

    monkeypatch.setattr(place._Steps, "take_back", take_back)
    for name in ("_move_to_free_place", "_keep", "take_over"):
        monkeypatch.setattr(place, name, broken.step(getattr(place, name)))
    monkeypatch.setattr(Path, "replace", broken.step(Path.replace))
    return broken


def disk_error() -> None:
    raise OSError(5, "Input/output error")


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("stop", [disk_error, interrupt])
def test_an_error_at_any_step_leaves_all_as_it_was(
    stop: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = old_folder(tmp_path / "out")
    before = state(folder)
    for number in range(1, 100):
        with monkeypatch.context() as patch:
            broken = broken_at(number, stop, patch)
            try:
                create(folder, "demo", FILES, force=True, with_git=False)
            except (DestinationError, KeyboardInterrupt):
                assert state(folder) == before, number
                continue
        assert broken.done == number - 1 >= 8
        break
    assert contents(folder) == {**BEFORE, **AFTER}


def test_what_can_not_be_put_back_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = old_folder(tmp_path / "out")
    broken_at(5, disk_error, monkeypatch)
    monkeypatch.setattr(place, "_move_back", lambda kept, target: disk_error())
    with pytest.raises(DestinationError, match="could not be restored") as refused:
        create(folder, "demo", FILES, force=True, with_git=False)
    kept = Path(str(refused.value).rpartition(" is in ")[2].removesuffix("."))
    assert b"old makefile" in {each.read_bytes() for each in kept.iterdir()}


def test_killed_at_any_step_each_file_is_whole_and_the_next_run_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = set()
    for number in range(1, 100):
        folder = old_folder(tmp_path / str(number))
        child = os.fork()
        if child == 0:  # pragma: no cover - it kills itself
            try:  # an error must not go on to run tests in here
                broken_at(number, lambda: os.kill(os.getpid(), signal.SIGKILL), monkeypatch)
                create(folder, "demo", FILES, force=True, with_git=False)
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        found = contents(folder)
        mine = {name: found.pop(name) for name in list(found) if ".scaffold-" in name}
        for name, content in found.items():
            assert content in (BEFORE.get(name), AFTER.get(name)), name
        assert set(BEFORE) <= set(found)
        seen.add(tuple(sorted(found.items())))
        create(folder, "demo", FILES, force=True, with_git=False)
        assert contents(folder) == {**BEFORE, **AFTER}
        if status == 0:
            assert not mine
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert mine
    assert len(seen) > 3
