"""The versions in the user's cache: whole, or made anew; of the user alone, or in a folder that is gone at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from releasing.bundle import make_bundle
from scaffold.errors import DestinationError, TemplateError, VersionError
from scaffold.files import cache
from scaffold.releases import History, source, trees
from workshop import goldens
from workshop.history import RECORD, git

OTHER = 54321
"""A user that is not there."""

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file to another user"
)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small template as a package carries it: one version, releases.yml and the bundle."""
    top = tmp_path_factory.mktemp("packed")
    checkout, package = top / "checkout", top / "package"
    (checkout / "templates/deep").mkdir(parents=True)
    (checkout / "copier.yml").write_text("name: {type: str, default: x}\n")
    (checkout / "templates/deep/file").write_text("one\n")
    (checkout / "templates/run").write_text("#!/bin/sh\n")
    (checkout / "templates/run").chmod(0o755)
    git(checkout, "init", "--quiet", "--initial-branch=main")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "one")
    head = git(checkout, "rev-parse", "HEAD")
    package.mkdir()
    (package / "releases.yml").write_text(RECORD.format(version="1.0.0", commit=head))
    make_bundle(checkout / ".git", History(package).known, head, package / "releases.bundle")
    return package


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "caches"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setattr(cache, "_notes", {})
    yield home
    cache._temporary_directory.cache_clear()


def used(package: Path) -> Path:
    """Use the cache as a new process would; return the template's folder, whose files are right."""
    template = History(package).template_at("1.0.0")
    assert goldens.files_of(template.root) == FILES
    return template.root


FILES: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def _expected(packed: Path) -> None:
    if not FILES:
        checkout = packed.with_name("checkout")
        FILES.update({path: file for path, file in goldens.files_of(checkout).items() if not path.startswith(".git/")})


def below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def state(home: Path) -> dict[Path, bytes]:
    """Return each file of the cache with its bytes; what a failed run left is none of it."""
    files = [path for path in below(home) if path.is_file() and not path.is_symlink()]
    return {path: path.read_bytes() for path in files if "/.making-" not in str(path)}


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: shutil.rmtree(path) if path.is_dir() else path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "flipped": lambda path: path.write_bytes(flipped(path.read_bytes())),
    "a link": lambda path: linked(path),
    "a FIFO": lambda path: (path.unlink(), os.mkfifo(path)),
}


def linked(path: Path) -> None:
    """Move it out of the cache, and leave a link that leads there."""
    moved = next(each for each in path.parents if each.name == "caches").with_name(f"moved-{path.name}")
    path.rename(moved)
    path.symlink_to(moved)


def flipped(data: bytes) -> bytes:
    at = len(data) * 2 // 3
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_again(damage: str, packed: Path, home: Path) -> None:
    """Each file of the repository and of the version's tree, one after the other; folders can only go or be links."""
    used(packed)
    whole = state(home)
    assert len(whole) > 8
    for path in below(home / "kube-scaffold/templates"):
        if (path.is_dir() and damage not in ("gone", "a link")) or not path.exists():
            continue
        before = path.lstat()
        path.chmod(before.st_mode | 0o200)
        DAMAGES[damage](path)
        used(packed)
        assert state(home) == whole, path
    assert not [path for path in below(home) if path.name.startswith(".")]


def test_what_is_too_much_makes_it_again(packed: Path, home: Path) -> None:
    """A repository with alternates reads another's objects, a file more in a tree is one more in each service."""
    root = used(packed)
    whole = state(home)
    (repository,) = root.parent.glob("*.git")
    (repository / "objects/info").mkdir(exist_ok=True)
    (repository / "objects/info/alternates").write_text("/elsewhere\n")
    (root / "templates/more").write_text("")
    (root / "templates/link").symlink_to("/")
    used(packed)
    assert state(home) == whole


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


def given_away(paths: list[Path]) -> None:
    for path in paths:
        os.chown(path, OTHER, OTHER)


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
    "another's": (lambda home: (home.chmod(0o777), given_away(below(home))), False),
    "one's own in a shared folder": (lambda home: home.chmod(0o777), False),
    "its folder is another's": (lambda home: given_away([home / "kube-scaffold/templates"]), False),
    "its folders are another's": (
        lambda home: given_away([*(home / "kube-scaffold/templates").iterdir()]),
        True,
    ),
    "its files are another's": (
        lambda home: given_away([path for path in below(home) if path.is_file()]),
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
        assert goldens.files_of(root) == FILES  # type: ignore[arg-type]
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


def test_many_at_once_mend_one(packed: Path, home: Path) -> None:
    for damage in (lambda: None, lambda: [path.unlink() for path in below(home) if path.name in ("file", "HEAD")]):
        damage()
        code = f"from pathlib import Path; from scaffold.releases import History; print(History(Path({str(packed)!r})).template_at('1.0.0').entries[0].content)"
        environment = {**os.environ, "PYTHONPATH": str(goldens.ROOT)}
        running = [
            subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        assert {process.communicate()[0] for process in running} == {
            f"{(packed.with_name('checkout') / 'copier.yml').read_bytes()!r}\n"
        }
        assert {process.returncode for process in running} == {0}
    assert len(list((home / "kube-scaffold/templates").iterdir())) == 2


def test_the_advice_fits(packed: Path, home: Path, tmp_path: Path) -> None:
    """Only a shallow clone gets more by --unshallow."""
    missing = RECORD.format(version="2.0.0", commit="a" * 40)
    package = Path(shutil.copytree(packed, tmp_path / "package"))
    (package / "releases.yml").write_text((package / "releases.yml").read_text() + missing)
    with pytest.raises(TemplateError, match=r"is not in releases.bundle. Install kube-scaffold again.$"):
        History(package).resolve("2.0.0")
    checkout = packed.with_name("checkout")
    for name, options, words in (
        ("whole", (), r"run `git fetch --tags`.$"),
        ("shallow", ("--depth=1",), r"in a shallow clone, run `git fetch --unshallow`.$"),
    ):
        git(tmp_path, "clone", "--quiet", *options, f"file://{checkout}", name)
        (tmp_path / name / "releases.yml").write_text(missing)
        with pytest.raises(VersionError, match=words):
            History(tmp_path / name).resolve("2.0.0")
