"""What a killed run left is removed, and nothing that is not provably of such a run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from scaffold.files import staging
from scaffold.new import create
from tests.support.rendered import FILES
from workshop import goldens


def test_leftovers_are_removed_if_they_are_provably_ours(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with staging.staging(tmp_path, "out") as alive:
        for name in ("empty", "theirs", "linked", "fresh"):
            (tmp_path / f".out.scaffold-{name}").mkdir()
        (tmp_path / ".out.scaffold-theirs/file").write_text("theirs")
        (tmp_path / ".out.scaffold-link").symlink_to(tmp_path / "target")
        (tmp_path / "target").mkdir()
        (tmp_path / "target" / staging._MARK).write_text("")
        (tmp_path / ".out.scaffold-linked" / staging._MARK).symlink_to(tmp_path / "target" / staging._MARK)
        dead = tmp_path / ".out.scaffold-dead"
        (dead / "new").mkdir(parents=True)
        (dead / staging._MARK).write_text("")
        hour_ago = time.time() - 3600
        os.utime(tmp_path / ".out.scaffold-empty", (hour_ago, hour_ago))
        create(folder, "demo", FILES, with_git=False)
        left = {each.name for each in tmp_path.iterdir()}
        gone = {".out.scaffold-empty", ".out.scaffold-dead"}
        kept = {f".out.scaffold-{name}" for name in ("theirs", "link", "linked", "fresh")}
        assert left == {"out", "target", alive.path.name, *kept}
        assert not gone & left


def test_a_killed_run_leaves_nothing_for_long(tmp_path: Path) -> None:
    script = (
        "import os, signal; from pathlib import Path; from scaffold.files.folder import staged\n"
        "with staged(Path('out')) as stage: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(goldens.ROOT)}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=env, check=False)
    assert [each.name.startswith(".out.scaffold-") for each in tmp_path.iterdir()] == [True]
    create(tmp_path / "out", "demo", FILES, with_git=False)
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
