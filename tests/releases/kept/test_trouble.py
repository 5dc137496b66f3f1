"""Where the cache can't be written, versions lie in a folder that is gone at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scaffold.errors import DestinationError
from scaffold.files import cache
from scaffold.releases import History, trees
from tests.releases.kept.states import expected, state, used
from workshop import goldens

IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a file for the folder of caches": lambda home: (home.rmdir(), home.write_text("")),
    "a file for the folder of versions": lambda home: (
        (home / "kube-scaffold").mkdir(),
        (home / "kube-scaffold/templates").write_text(""),
    ),
    "a dangling link": lambda home: (home / "kube-scaffold").symlink_to("nothing"),
}


@pytest.mark.parametrize("what", IN_THE_WAY)
def test_what_is_in_the_way_stops_nothing(what: str, packed: Path, home: Path) -> None:
    IN_THE_WAY[what](home)
    root = used(packed)
    assert not root.is_relative_to(home)
    assert used(packed) == root


def in_a_process(package: Path, home: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    code = (
        f"import os, sys; {before}\n"
        "from pathlib import Path; from scaffold.releases import History; from scaffold.errors import ScaffoldError\n"
        "try: print(History(Path(sys.argv[1])).template_at('1.0.0').root)\n"
        "except ScaffoldError as error: print(type(error).__name__, error)"
    )
    environment = {**os.environ, "PYTHONPATH": str(goldens.ROOT), "XDG_CACHE_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", code, package], env=environment, capture_output=True, text=True, check=False
    )


def test_a_temporary_folder_is_gone_at_the_end(packed: Path, home: Path) -> None:
    (home / "kube-scaffold").write_text("")
    done = in_a_process(packed, home, "import tempfile; tempfile.tempdir = os.environ['XDG_CACHE_HOME']")
    assert done.stderr == ""
    assert Path(done.stdout.strip()).parent.parent == home
    assert [path.name for path in home.iterdir()] == ["kube-scaffold"]


def test_where_nothing_at_all_can_be_written(packed: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "kube-scaffold").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(home / "none"))
    cache._temporary_directory.cache_clear()
    with pytest.raises(DestinationError) as error:
        used(packed)
    assert str(error.value) == (
        f"neither the cache {home}/kube-scaffold nor a temporary folder can be written: No such file or directory. "
        "Make room, or set TMPDIR to another folder."
    )


class Faults:
    """Fails the n-th event of Python's own audit (opening, making, renaming, removing…) that names a path of the cache."""

    def __init__(self) -> None:
        self.below, self.left, self.after = "", 0, False
        sys.addaudithook(self._hook)

    def arm(self, folder: Path, at: int, *, for_good: bool) -> None:
        self.below, self.left, self.after = str(folder), at, for_good

    def disarm(self) -> bool:
        """Say whether it failed something."""
        self.below = ""
        return self.left < 0

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.below or not event.startswith(("open", "os.", "shutil.", "tempfile.", "subprocess.")):
            return
        if event == "subprocess.Popen" and "clone" not in arguments[1]:
            return  # reading begins when all is said to be there
        if not any(self.below in str(each) for each in arguments[:3]):  # not in a program's environment
            return
        self.left -= 1
        if self.left == -1 or (self.left < 0 and self.after):
            raise OSError(28, "No space left on device")


@pytest.fixture(scope="module")
def faults() -> Faults:
    return Faults()


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("start", ["cold", "warm", "damaged"])
def test_each_fault_in_turn_stops_nothing(
    start: str, for_good: bool, packed: Path, home: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    used(packed)
    cold, whole = home / "kube-scaffold", state(home)
    monkeypatch.setattr(trees, "load_template", lambda folder: folder)  # reading begins when all is said to be there
    for count in range(0, 1000, {"warm": 1, "cold": 5, "damaged": 9}[start]):
        if start == "cold":
            shutil.rmtree(cold, ignore_errors=True)
        elif start == "damaged":
            for path in cold.rglob("*"):
                if path.name in ("file", "HEAD"):
                    path.write_text("damaged")
        faults.arm(home, count, for_good=for_good)
        try:
            root = History(packed).template_at("1.0.0")
        finally:
            failed = faults.disarm()
        assert goldens.files_of(root) == expected(packed)
        if not failed:
            break
    assert count > 3
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    for path in cold.glob("*/.making-*"):
        os.utime(path, (0, 0))
    shutil.rmtree(used(packed))
    used(packed)
    assert state(home) == whole
    assert not list(cold.glob("*/.making-*"))
