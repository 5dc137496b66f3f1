"""Files get new contents in one step, all or none; what a killed run has left is removed by the next."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scaffold.check.baseline import read_baseline, write_baseline
from scaffold.errors import DestinationError, FileError
from scaffold.files.rewrite import Rewrite, rewrite, write_whole
from tests.support.users import needs_root
from workshop.goldens import ROOT

CALLS = ("open", "fchmod", "fsync", "replace", "rename")
"""What may fail: the system calls that change something, by the names that Python has for them."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def two(folder: Path) -> list[Rewrite]:
    for name in ("a", "sub/b"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"before")
    return [Rewrite(folder / name, b"before", b"after") for name in ("a", "sub/b")]


def failing(monkeypatch: pytest.MonkeyPatch, nth: int, code: int) -> list[str]:
    """Let the nth changing call fail, and tell which calls there were."""
    seen: list[str] = []

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **rest: Any) -> Any:
            changes = name != "open" or (len(words) > 1 and words[1] & os.O_CREAT)
            if changes:
                seen.append(name)
                if len(seen) == nth:
                    raise OSError(code, os.strerror(code), *words[:1])
            return real(*words, **rest)

        return call

    for name in (*CALLS, "link", "fchown"):
        monkeypatch.setattr(os, name, wrapped(name, getattr(os, name)))
    return seen


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_one_fault_at_each_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    nth, seen = 0, [""]
    while len(seen) >= nth:  # else there was no such call any more
        nth += 1
        folder = tmp_path / str(nth)
        folder.mkdir()
        changes = two(folder)
        with monkeypatch.context() as patch:
            seen = failing(patch, nth, code)
            try:
                rewrite(changes)
            except DestinationError as error:
                said = str(error)
            else:
                said = ""
        content = b"before" if said else b"after"
        assert contents(folder) == {"a": content, "sub/b": content}, (nth, seen, said)
        assert not said or ("Nothing was changed" in said and os.strerror(code) in said)
    assert nth > 8


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_baseline_is_the_old_one_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    file = tmp_path / "baseline.json"
    file.write_text('{"findings": [{"fingerprint": "old"}]}')
    nth, seen = 0, [""]
    while len(seen) >= nth:
        nth += 1
        with monkeypatch.context() as patch:
            seen = failing(patch, nth, code)
            try:
                write_baseline(file, [])
            except DestinationError as error:
                assert error.exit_code == 4
                assert dict(read_baseline(file)) == {"old": 1}
        assert [each.name for each in tmp_path.iterdir()] == ["baseline.json"]
    assert not read_baseline(file)


KILLED = """
import os, signal, sys
from pathlib import Path
from scaffold.files.rewrite import Rewrite, rewrite
folder, nth = Path(sys.argv[1]), int(sys.argv[2])
calls = 0
def counted(event, words):
    global calls
    if event in ("os.rename", "os.link", "os.chmod", "os.remove") or (event == "open" and words[2] & os.O_CREAT):
        calls += 1
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(counted)
rewrite([Rewrite(folder / name, b"before", b"after") for name in ("a", "sub/b") if (folder / name).read_bytes() == b"before"])
"""


def test_killed_at_each_call_every_file_is_whole_and_the_next_run_ends_it(tmp_path: Path) -> None:
    killed, nth = True, 0
    while killed:
        nth += 1
        folder = tmp_path / str(nth)
        folder.mkdir()
        two(folder)
        command = [sys.executable, "-c", KILLED, str(folder), str(nth)]
        killed = subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == -signal.SIGKILL
        for name in ("a", "sub/b"):
            assert (folder / name).read_bytes() in (b"before", b"after")
        rewrite(Rewrite(folder / name, (folder / name).read_bytes(), b"after") for name in ("a", "sub/b"))
        assert contents(folder) == {"a": b"after", "sub/b": b"after"}
    assert nth > 6


def test_only_what_is_surely_ours_is_removed(tmp_path: Path) -> None:
    changes = two(tmp_path)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write_whole(tmp_path / "made", b"")
    from scaffold.files.leftovers import this_host

    host = this_host()
    kept = [
        f".a.scaffold-{os.getppid()}-{host}-00000000",  # somebody still runs
        f".a.scaffold-{gone.pid}-00000000-00000000",  # another machine's
        f".a.scaffold-{gone.pid}-{host}-0000000",
        f"a.scaffold-{gone.pid}-{host}-00000000",
        ".a.yaml.abcdefgh",
    ]
    for name in (*kept, f".a.scaffold-{gone.pid}-{host}-00000000"):
        (tmp_path / name).write_text("")
    (tmp_path / f".b.scaffold-{gone.pid}-{host}-00000000").symlink_to("made")
    rewrite(changes)
    left = {each.name for each in tmp_path.iterdir()} - {"a", "sub", "made"}
    assert left == {*kept, f".b.scaffold-{gone.pid}-{host}-00000000"}


def test_permissions_stay_and_new_files_follow_the_umask(tmp_path: Path) -> None:
    changes = two(tmp_path)
    (tmp_path / "a").chmod(0o4750)
    rewrite(changes)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o4750
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


@needs_root
def test_the_owner_stays(tmp_path: Path) -> None:
    changes = two(tmp_path)
    os.chown(tmp_path / "a", 12345, 54321)
    rewrite(changes)
    status = (tmp_path / "a").stat()
    assert (status.st_uid, status.st_gid) == (12345, 54321)


def test_nothing_is_written_through_a_link_or_outside(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "file").write_bytes(b"before")
    (inside / "link").symlink_to("../out/file")
    (inside / "folder").symlink_to("../out")
    with pytest.raises(DestinationError, match="it is a symbolic link"):
        rewrite([Rewrite(inside / "link", b"before", b"after")])
    with pytest.raises(DestinationError, match="lies outside of"):
        rewrite([Rewrite(inside / "folder/file", b"before", b"after", below=inside)])
    with pytest.raises(DestinationError, match="it is a symbolic link"):
        write_baseline(inside / "link", [])
    with pytest.raises(DestinationError, match="it is not a regular file"):
        write_baseline(Path("/dev/null"), [])
    assert contents(tmp_path) == {"in/link": b"before", "out/file": b"before"}
    assert (inside / "link").is_symlink()


def test_a_baseline_that_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(FileError, match="it is not a regular file; create it with --write-baseline"):
            read_baseline(tmp_path / name)
    (tmp_path / "deep").write_text("[" * 100_000)
    with pytest.raises(FileError, match="is not a baseline"):
        read_baseline(tmp_path / "deep")


def test_long_names(tmp_path: Path) -> None:
    for name in ("a" * 255, "ü" * 127):
        (tmp_path / name).write_bytes(b"before")
        rewrite([Rewrite(tmp_path / name, b"before", b"after")])
        assert contents(tmp_path)[name] == b"after"
