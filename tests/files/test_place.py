"""Writing a service into a folder that must stay: what is in it, who owns it, who works in it, and errors on the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.errors import DestinationError
from scaffold.files import place, staging
from scaffold.files.folder import RenderedFile, check_destination, staged, write_files
from scaffold.files.names import clash, is_git, problem
from scaffold.new import create
from workshop import goldens

FILES = [
    RenderedFile("Makefile", b"new makefile", executable=False),
    RenderedFile("README.md", b"new readme", executable=False),
    RenderedFile("deploy/base/x.yaml", b"x: 1", executable=False),
    RenderedFile("run", b"#!/bin/sh", executable=True),
    RenderedFile("same", b"same", executable=False),
]
AFTER = {file.path: file.content for file in FILES}
BEFORE = {"Makefile": b"old makefile", "README.md": b"old readme", "same": b"same", "docs/mine.md": b"mine"}

OF_A_REPOSITORY = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_ATTR_SOURCE", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE", "GIT_ICASE_PATHSPECS", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS", "GIT_NAMESPACE", "GIT_NOGLOB_PATHSPECS", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX", "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
]  # fmt: skip
"""What a surrounding git tells its hooks of its repository (`git rev-parse --local-env-vars`), and how paths are read."""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=True).stdout.strip()


def old_folder(folder: Path) -> Path:
    for name, content in BEFORE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path: content for path, (content, _) in goldens.files_of(folder).items()}


def state(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Return each file and folder with its inode, mode, links and bytes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        links = status.st_nlink if path.is_file() else 0
        content = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (status.st_ino, status.st_mode, links, content)
    return found


def test_the_working_folder_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    assert create(Path(), "demo", FILES)
    assert Path("README.md").read_bytes() == b"new readme"
    assert tmp_path.stat().st_ino == before
    assert contents(tmp_path) == AFTER
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "1"
    assert git(tmp_path, "status", "--porcelain", "--ignored") == ""


def test_an_empty_folder_of_its_own_mode_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o700)
    before = folder.stat().st_ino
    create(folder, "demo", FILES)
    assert (folder.stat().st_ino, folder.stat().st_mode & 0o7777) == (before, 0o700)


def test_an_empty_clone_is_filled(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "out")
    assert create(tmp_path / "out", "demo", FILES) is False
    assert contents(tmp_path / "out") == AFTER
    assert git(tmp_path / "out", "status", "--porcelain").splitlines() == [
        f"?? {name}" for name in ["Makefile", "README.md", "deploy/", "run", "same"]
    ]


@as_root
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


@as_root
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


def test_the_commit_holds_what_scaffold_wrote_and_no_other_file(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "out")
    assert create(folder, "demo", FILES, force=True)
    assert git(folder, "ls-files").splitlines() == sorted(AFTER)
    assert git(folder, "status", "--porcelain") == "?? docs/"


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
    for name in ("_move_to_free_place", "_keep", "_take_over"):
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
    with pytest.raises(DestinationError, match="could not be put back") as refused:
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
            broken_at(number, lambda: os.kill(os.getpid(), signal.SIGKILL), monkeypatch)
            create(folder, "demo", FILES, force=True, with_git=False)
            os._exit(0)
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
        assert mine
    assert len(seen) > 3


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


@pytest.mark.parametrize("variable", OF_A_REPOSITORY)
def test_the_repository_of_a_surrounding_hook_is_not_touched(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", "other")
    (other / "file").write_text("theirs")
    git(other, "add", "file")
    before = state(other)
    named = {
        "GIT_INDEX_FILE": ".git/index", "GIT_OBJECT_DIRECTORY": ".git/objects", "GIT_WORK_TREE": ".",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": ".git/objects", "GIT_QUARANTINE_PATH": ".git/objects",
        "GIT_PREFIX": "file", "GIT_GRAFT_FILE": "file", "GIT_SHALLOW_FILE": "file",
    }  # fmt: skip
    value = "1" if "PATHSPEC" in variable or "IMPLICIT" in variable else str(other / named.get(variable, ".git"))
    monkeypatch.setenv(variable, value)
    assert create(tmp_path / "out", "demo", FILES)
    monkeypatch.delenv(variable)
    assert state(other) == before
    assert git(tmp_path / "out", "status", "--porcelain") == ""
    assert git(tmp_path / "out", "ls-files").splitlines() == sorted(AFTER)
    git(tmp_path / "out", "fsck", "--strict")


def test_no_hook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of the user's hooks (a folder of templates, a folder of hooks), nor his file system monitor."""
    canary = tmp_path / "canary"
    hooks = tmp_path / "templates/hooks"
    hooks.mkdir(parents=True)
    for name in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction", "monitor"):
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> {canary}\n")
        (hooks / name).chmod(0o755)
    settings = tmp_path / "settings"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    for section in (f"[init]\n\ttemplateDir = {tmp_path / 'templates'}\n", f"[core]\n\thooksPath = {hooks}\n"):
        settings.write_text(f"{section}[core]\n\tfsmonitor = {hooks / 'monitor'}\n")
        create(tmp_path / f"out{len(section)}", "demo", FILES)
    assert not canary.exists()
    git(
        tmp_path / f"out{len(section)}",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit",
        "--allow-empty",
        "-qm",
        "x",
    )
    assert canary.exists(), "the hooks must be ones that run"


GITS = [".git", ".GIT", ".Git", ".git.", ".git ", ".git . ", "git~1", "GIT~1", "git~1.", ".git::$INDEX_ALLOCATION", ".g\u200cit",
        ".git\u200c", "\ufeff.git", ".gi\u206at", ".git:x"]  # fmt: skip
OTHERS = [".gitignore", ".github", "git", ".git1", "git~10", "x.git", ".gitt", "git~1x", ".git-", "..git"]


@pytest.mark.parametrize("name", GITS + OTHERS)
def test_git_itself_refuses_the_same_names(name: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "file").write_text("x")
    blob = git(tmp_path, "hash-object", "-w", "file")
    protected = ("-c", "core.protectHFS=true", "-c", "core.protectNTFS=true")
    added = subprocess.run(
        ["git", "-C", tmp_path, *protected, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}/x"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert is_git(name) == (added.returncode != 0) == (name in GITS)


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


def test_ordinary_paths_are_fine() -> None:
    for path in ("a", "a/b.c", ".gitignore", ".github/x", "x" * 255, "aux.py", "a b", "é", "ab:c", "~x", "-x"):
        assert problem(path) is None


def test_paths_that_clash() -> None:
    assert clash(("a", "b/c", "b/d")) is None
    assert "differ only in case" in str(clash(("Readme.md", "README.md")))
    assert "differ only in case" in str(clash(("\u00e9", "e\u0301")))
    assert clash(("a/b", "a")) == "a is a file and, because of a/b, a folder."
    assert clash(("A", "a/b/c")) == "A is a file and, because of a/b/c, a folder."
