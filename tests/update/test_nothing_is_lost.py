"""An update that is killed, refused or short of space leaves the state before, or the state after."""

from __future__ import annotations

import fcntl
import itertools
import mmap
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scaffold.atomic.lock import NAME as LOCK
from scaffold.errors import ServiceError
from scaffold.update.run import take_back
from workshop.history import commit, edit, git, tree_of

HISTORY = "deploy/base/deployment.yaml"


@pytest.fixture
def conflicting(start) -> Path:
    """Return a service that edited a line which the template changes, removed most files, and added one.

    It is small, because each step is tried on a copy of it; the update changes, renames and adds files.
    """
    service = start("weather")
    edit(service / HISTORY, r"revisionHistoryLimit: 5", "revisionHistoryLimit: 3")
    for path in git(service, "ls-files").splitlines():
        if path not in (HISTORY, ".copier-answers.yml", ".editorconfig", ".yamllint.yaml"):
            (service / path).unlink()
    (service / "ours.txt").write_text("ours\n")
    commit(service)
    git(service, "gc", "--quiet")
    return service


def settle(folder: Path) -> None:
    """Wait until no process holds the update's lock."""
    with (folder / ".git" / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def state(folder: Path) -> tuple[str, str]:
    """Return what the work tree holds, and git's index with its stages."""
    assert not (folder / ".git/index.lock").exists()
    return tree_of(folder), git(folder, "ls-files", "--stage")


WRITES = ("os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.fork", "subprocess.Popen")


def kill_at(step: int, change: Callable[[], object], *, victim: str, whose: str) -> bool:
    """Change a repository in a process of which a part is killed at a step: a change of the disk, or a start of git.

    Python tells of each step before it does it (`sys.addaudithook`). The main process starts a worker that moves the files
    into place; `victim` is main, worker or both, `whose` steps are counted. Returns whether the step was reached.
    """
    reached = mmap.mmap(-1, 1)  # shared by all three processes
    child = os.fork()
    if child == 0:
        sys.addaudithook(_killer(step, os.getpid(), victim, whose, reached))
        try:
            change()
        except ServiceError as error:
            os._exit(0 if "nothing was changed; run it again" in str(error) else 8)
        except BaseException:
            traceback.print_exc()
            os._exit(9)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return reached[0] == 1


def _killer(
    step: int, main: int, victim: str, whose: str, reached: mmap.mmap
) -> Callable[[str, tuple[Any, ...]], None]:
    count = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (event in WRITES or opens) and (os.getpid() == main) == (whose == "main"):
            count += 1
            if count == step:
                reached[0] = 1
                if victim != "worker":
                    os.kill(main, signal.SIGKILL)
                if victim != "main":
                    os.kill(os.getpid(), signal.SIGKILL)

    return hook


def walk(pristine: Path, folder: Path, change: Callable[[], object], victim: str, whose: str) -> Iterator[int]:
    """Yield after each step at which the change of a fresh copy was disturbed, until there are no more steps."""
    for step in itertools.count(1):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(pristine, folder, symlinks=True)
        if not kill_at(step, change, victim=victim, whose=whose):
            return
        settle(folder)
        yield step


def ends(pristine: Path, folder: Path, change: Callable[[], object]) -> tuple[Any, Any]:
    """Return the states before and after a change that nobody disturbs."""
    shutil.copytree(pristine, folder, symlinks=True)
    before = state(folder)
    change()
    after = state(folder)
    assert before != after
    return before, after


WALKS = [("main", "main"), ("worker", "worker"), ("main", "worker")]


@pytest.mark.parametrize(("victim", "whose"), WALKS)
def test_killed_at_any_step_it_is_before_or_after(victim: str, whose: str, conflicting, update_to, tmp_path) -> None:
    folder = tmp_path / "killed"
    before, after = ends(conflicting, folder, lambda: update_to(folder))
    seen = []
    for _ in walk(conflicting, folder, lambda: update_to(folder), victim, whose):
        seen.append(state(folder))
        assert seen[-1] in (before, after)
    assert len(seen) > 15
    expected = {"mainmain": {before}, "workerworker": {before, after}, "mainworker": {after}}
    assert set(seen) == expected[victim + whose]


def test_killed_both_at_once_the_next_command_finishes(conflicting, update_to, tmp_path) -> None:
    folder = tmp_path / "killed"
    before, after = ends(conflicting, folder, lambda: update_to(folder))
    between = 0
    for _ in walk(conflicting, folder, lambda: update_to(folder), "both", "worker"):
        between += (folder / ".git/index.lock").exists()
        with suppress(ServiceError):  # it finished what was begun, and that is not committed
            update_to(folder)
        assert state(folder) == after
        take_back(folder)
        assert state(folder) == before
    assert between > 5  # else nothing was interrupted


@pytest.mark.parametrize(("victim", "whose"), WALKS)
def test_an_abort_is_killed_as_safely(victim: str, whose: str, conflicting, update_to, tmp_path) -> None:
    update_to(conflicting)
    folder = tmp_path / "killed"
    before, after = ends(conflicting, folder, lambda: take_back(folder))
    seen = []
    for _ in walk(conflicting, folder, lambda: take_back(folder), victim, whose):
        seen.append(state(folder))
        assert seen[-1] in (before, after)
        if seen[-1] == before:
            take_back(folder)
            assert state(folder) == after
    assert after in seen or (victim, whose) == ("main", "main")
