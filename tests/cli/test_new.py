"""`scaffold new` in a process of its own: what it writes, what it refuses, and that it writes all or nothing."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scaffold.errors import DestinationError
from scaffold.files.folder import RenderedFile, staged, write_files
from tests.support.commands import SCAFFOLD, scaffold
from workshop import goldens
from workshop.history import git


def test_defaults_give_a_repository_with_one_commit(tmp_path: Path) -> None:
    done = scaffold("new", "payments", "--defaults", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "payments", "rev-list", "--count", "HEAD") == "1"
    assert git(tmp_path / "payments", "status", "--porcelain", "--ignored") == ""
    assert git(tmp_path / "payments", "branch", "--show-current") == "main"
    assert "name: payments\n" in (tmp_path / "payments/.copier-answers.yml").read_text()
    assert "make setup test" in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["payments"]


def test_an_author_is_made_up_where_git_knows_none(tmp_path: Path) -> None:
    done = scaffold("new", "--defaults", cwd=tmp_path, HOME=str(tmp_path / "home"), GIT_CONFIG_NOSYSTEM="1")
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "my-service", "log", "--format=%an") == "scaffold"


def test_the_files_are_the_goldens(tmp_path: Path) -> None:
    answers = goldens.ROOT / "examples/frontend.yml"
    done = scaffold("new", "out", "--answers", str(answers), "--no-git", "--vcs-ref", "HEAD", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    ours, golden = goldens.files_of(tmp_path / "out"), goldens.files_of(goldens.EXAMPLES / "frontend")
    for files in (ours, golden):
        del files[".copier-answers.yml"]  # _commit says which version of the template it was
    assert ours == golden
    assert not (tmp_path / "out/.git").exists()


def test_dry_run_writes_nothing_and_shows_every_file(tmp_path: Path) -> None:
    done = scaffold("new", "out", "--defaults", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []
    assert scaffold("new", "out", "--defaults", cwd=tmp_path).returncode == 0
    for path in goldens.files_of(tmp_path / "out"):
        assert Path(path).name in done.stdout


def test_json_tells_all(tmp_path: Path) -> None:
    done = scaffold("new", "out", "--defaults", "--data", "name=billing", "--json", cwd=tmp_path)
    result = json.loads(done.stdout)
    assert result["answers"]["name"] == "billing"
    assert {file["path"] for file in result["files"]} == set(goldens.files_of(tmp_path / "out"))
    assert all(set(each) == {"name", "value", "pattern", "reason"} for each in result["derived"])
    assert result["git"] is True
    assert done.stderr == ""


def test_answers_come_from_standard_input_too(tmp_path: Path) -> None:
    command = [*SCAFFOLD, "new", "--answers", "-", "--json", "--dry-run"]
    env = {**os.environ, "PYTHONPATH": str(goldens.ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, input="name: billing\n", capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["folder"] == "billing"
    assert list(tmp_path.iterdir()) == []


def test_json_tells_errors_too(tmp_path: Path) -> None:
    done = scaffold("new", "out", "--data", "name=X", "--json", cwd=tmp_path)
    assert json.loads(done.stdout) == {"error": done.stderr.removeprefix("error: ").strip(), "exit_code": 3}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["new"], 2, "there is no terminal for questions"),
        (
            ["new", "--defaults", "--data", "name"],
            2,
            "--data expects KEY=VALUE, for example name=payments-api. It got name.",
        ),
        (["new", "--defaults", "--data", "name=a", "--data", "name=b"], 2, "--data gives name twice"),
        (["new", "--defaults", "--data", "nmae=a"], 3, "nmae is not a question of this template. Did you mean name?"),
        (
            ["new", "--defaults", "--data", "ports=[{"],
            3,
            'ports must be valid YAML (did not find expected node content), not "[{"',
        ),
        (["new", "--answers", "missing.yml"], 3, "missing.yml can't be read"),
        (["new", "--answers", "broken.yml"], 3, "broken.yml:2:8 is not valid YAML"),
        (["new", "--answers", "twice.yml"], 3, "twice.yml:2:1: name is answered twice"),
        (["new", "--answers", "list.yml"], 3, "must be a mapping"),
        (["new", "--answers", "latin.yml"], 3, "not UTF-8"),
        (["new", "--answers", "tag.yml"], 3, "tag.yml:1:7"),
        (["new", "full", "--defaults"], 4, "is not empty"),
        (["new", "file", "--defaults"], 4, "is a file"),
        (["new", "file/below", "--defaults"], 4, "is a file"),
        (["new", "link", "--defaults"], 4, "is a symbolic link"),
        (["frobnicate"], 2, "there is no command frobnicate"),
    ],
)
def test_bad_input_is_one_sentence_and_an_exit_code(
    arguments: list[str], code: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "broken.yml").write_text("name: a\nports: ]\n")
    (tmp_path / "twice.yml").write_text("name: a\nname: b\n")
    (tmp_path / "list.yml").write_text("- a\n")
    (tmp_path / "latin.yml").write_bytes(b"name: \xe9\n")
    (tmp_path / "tag.yml").write_text("name: !!python/object/apply:os.system [id]\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/keep").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("/tmp")
    before = goldens.files_of(tmp_path)
    done = scaffold(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert goldens.files_of(tmp_path) == before


def test_no_git_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    done = scaffold("new", "out", "--defaults", cwd=tmp_path, PATH="/nonexistent")
    assert done.returncode == 5
    assert "git is not installed" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_inside_a_repository_no_other_is_made(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    done = scaffold("new", "services/out", "--defaults", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "services/out/.git").exists()


def test_force_keeps_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "out/docs").mkdir(parents=True)
    (tmp_path / "out/docs/mine.md").write_text("mine")
    (tmp_path / "out/README.md").write_text("old")
    done = scaffold("new", "out", "--defaults", "--force", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/docs/mine.md").read_text() == "mine"
    assert (tmp_path / "out/README.md").read_text() != "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_symlink_inside_never_leads_the_files_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "deploy").symlink_to(outside)
    with pytest.raises(DestinationError, match="deploy is a symbolic link"), staged(folder, force=True) as stage:
        write_files(stage, [RenderedFile("deploy/base/x.yaml", b"x", executable=False)])
    assert list(outside.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    # root without the right to pass over modes
    drop = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] if os.geteuid() == 0 else []
    code = "from pathlib import Path; from scaffold.files.folder import check_destination as c; c(Path('out'))"
    done = subprocess.run(
        [*drop, sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(goldens.ROOT)},
    )  # fmt: skip
    assert "is not writable; choose another folder" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="needs root to mount a small file system")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs here: {mounted.stderr.decode().strip()}")
    try:
        done = scaffold("new", "out", "--defaults", cwd=tmp_path)
        assert done.returncode in (4, 5), done.stderr
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_killed_at_any_moment_there_is_all_or_nothing(tmp_path: Path) -> None:
    """Kill -9 at 25 random moments over the run's own duration."""
    env = {**os.environ, "PYTHONPATH": str(goldens.ROOT)}
    began = time.monotonic()
    assert scaffold("new", "whole", "--defaults", "--data", "name=whole", cwd=tmp_path).returncode == 0
    duration = time.monotonic() - began
    expected = goldens.files_of(tmp_path / "whole")
    chance = random.Random(1)
    seen = set()
    for index in range(25):
        folder = tmp_path / f"n{index}"
        command = [*SCAFFOLD, "new", folder.name, "--defaults", "--data", "name=whole"]
        with subprocess.Popen(
            command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            time.sleep(chance.uniform(0.3, 1.3) * duration)
            os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
        seen.add(folder.exists())
        if folder.exists():
            assert goldens.files_of(folder) == expected
            assert git(folder, "rev-list", "--count", "HEAD") == "1"
    assert seen == {True, False}, "the moments must fall before and after the rename"
