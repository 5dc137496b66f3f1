"""The cache of compiled templates: the user's alone, whole, or not used; and nothing stops without it."""

from __future__ import annotations

import marshal
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scaffold import bytecode, cache
from scaffold.files.private import ExposedError, make_private
from scaffold.jinja import Renderer
from tests.support import goldens
from tests.test_new import scaffold

OTHER = 54321
"""A user that is not there."""

SOURCES = (
    "plain",
    "{{ name }}",
    "{% for each in [1, 2] %}{{ each }}{{ name | upper }}{% endfor %}",
    "{{ name * 300 }}",
)

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file to another user"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder below which the cache lies; it is the user's alone, as long as the test does not change that."""
    home = tmp_path / "caches"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setattr(cache, "_notes", {})
    return home


@pytest.fixture
def template(tmp_path: Path) -> Path:
    root = tmp_path / "template"
    root.mkdir()
    (root / "a.jinja").write_text("file {{ name }}\n")
    return root


def rendered(root: Path, **settings: object) -> list[str]:
    renderer = Renderer(root, {"envops": settings})
    return [*(renderer.string(source, {"name": "x"}) for source in SOURCES), renderer.file("a.jinja", {"name": "x"})]


EXPECTED = ["plain", "x", "1X2X", "x" * 300, "file x\n"]


def entries(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("kube-scaffold/bytecode-*/*") if path.is_file())


@pytest.fixture
def poison(home: Path, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Fill the cache as an attacker does, with entries that are whole; return the file that their code would make."""

    def fill() -> Path:
        canary = tmp_path / "canary"
        code = compile(f"open({str(canary)!r}, 'w').close()", "poison", "exec")
        dump, dumps = marshal.dump, marshal.dumps
        with monkeypatch.context() as patch:
            patch.setattr(marshal, "dumps", lambda _: dumps(code))
            patch.setattr(marshal, "dump", lambda _, file: dump(code, file))
            assert rendered(template) == EXPECTED
        return canary

    return fill


def test_the_poison_works_where_it_is_one_s_own(poison: Callable[[], Path], template: Path) -> None:
    """Without this, the tests below could not fail."""
    canary = poison()
    with pytest.raises(KeyError):
        rendered(template)
    assert canary.exists()


def given_away(*paths: Path) -> None:
    for path in paths:
        os.chown(path, OTHER, OTHER, follow_symlinks=False)


def everything(home: Path) -> list[Path]:
    return [home / "kube-scaffold", *(home / "kube-scaffold").rglob("*")]


def a_link(home: Path) -> None:
    (home / "kube-scaffold").rename(home / "elsewhere")
    (home / "kube-scaffold").symlink_to("elsewhere")


def a_link_of_another(home: Path) -> None:
    home.rename(home.with_name("real"))
    home.symlink_to("real")
    given_away(home)


def a_sticky_folder_of_another(home: Path) -> None:
    home.chmod(0o1777)
    given_away(home)


EXPOSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "another's, in a shared folder": (lambda home: (home.chmod(0o777), given_away(*everything(home))), "caches may be"),
    "another's, in a sticky folder": (
        lambda home: (home.chmod(0o1777), given_away(*everything(home))),
        "kube-scaffold belongs to another user (uid 54321)",
    ),
    "one's own, in a shared folder": (lambda home: home.chmod(0o777), "caches may be written by others"),
    "one's own, below a shared folder": (lambda home: home.parent.chmod(0o777), "may be written by others"),
    "one's own, in a folder of another": (given_away, "caches belongs to another user"),
    "one's own, in a sticky folder of another": (a_sticky_folder_of_another, "caches belongs to another user"),
    "one's own, that others may write": (
        lambda home: (home / "kube-scaffold").chmod(0o757),
        "kube-scaffold may be written by others",
    ),
    "one's own, that a group may write": (
        lambda home: (os.chown(home / "kube-scaffold", 0, OTHER), (home / "kube-scaffold").chmod(0o770)),
        "kube-scaffold may be written by others",
    ),
    "a link": (a_link, "kube-scaffold is a symbolic link"),
    "behind a link of another": (a_link_of_another, "caches belongs to another user"),
    "a folder of another in one's own": (
        lambda home: given_away(*(home / "kube-scaffold").iterdir()),
        f"bytecode-{cache.__version__} belongs to another user",
    ),
    "a folder in one's own that others may write": (
        lambda home: [each.chmod(0o777) for each in (home / "kube-scaffold").iterdir()],
        f"bytecode-{cache.__version__} may be written by others",
    ),
}


@needs_root
@pytest.mark.parametrize("change", EXPOSED)
def test_a_cache_that_others_could_change_is_not_used(
    change: str, poison: Callable[[], Path], home: Path, template: Path
) -> None:
    canary = poison()
    expose, words = EXPOSED[change]
    expose(home)
    before = [(path, path.lstat().st_mtime_ns) for path in everything(home)]
    assert rendered(template) == EXPECTED
    assert not canary.exists()
    assert [(path, path.lstat().st_mtime_ns) for path in everything(home)] == before
    (note,) = cache.notes()
    assert words in note
    assert note.startswith(f"the cache {home}/kube-scaffold is not used: ")


ENTRIES: dict[str, Callable[[Path], object]] = {
    "another's": given_away,
    "that others may write": lambda entry: entry.chmod(0o646),
    "a link": lambda entry: (entry.rename(entry.with_name("x")), entry.symlink_to("x")),
}


@needs_root
@pytest.mark.parametrize("change", ENTRIES)
def test_an_entry_that_others_could_change_is_compiled_anew(
    change: str, poison: Callable[[], Path], home: Path, template: Path
) -> None:
    canary = poison()
    for entry in entries(home):
        ENTRIES[change](entry)
    assert rendered(template) == EXPECTED
    assert not canary.exists()
    assert all(b"canary" not in entry.read_bytes() for entry in entries(home) if entry.name != "x")
    assert cache.notes() == []


@needs_root
def test_nothing_is_made_in_a_home_of_another(home: Path, template: Path) -> None:
    """As with `sudo` that keeps HOME: neither would root run what the user wrote, nor leave files that he can't."""
    given_away(home)
    assert rendered(template) == EXPECTED
    assert list(home.iterdir()) == []


def test_a_folder_below_tmp_is_one_s_own(monkeypatch: pytest.MonkeyPatch, template: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setenv("XDG_CACHE_HOME", folder)
        assert rendered(template) == EXPECTED
        assert len(entries(Path(folder))) == len(EXPECTED)


def as_user(user: int, function: Callable[[], None]) -> None:
    """Run a function in a process of another user, who has no name and no groups."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            function()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


@needs_root
@pytest.mark.parametrize("owner", [OTHER, 0])
def test_a_user_without_a_name_has_a_cache(owner: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In many a CI's container: an invented number for a user, in a home of its own or below one of root's."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        top = Path(name)
        (top / "home").mkdir()
        (top / "a.jinja").write_text("file {{ name }}\n")
        os.chown(top, owner, owner)
        os.chown(top / "home", OTHER, OTHER)
        top.chmod(0o755)
        monkeypatch.setenv("XDG_CACHE_HOME", str(top / "home"))

        def use() -> None:
            assert rendered(top) == EXPECTED
            assert len(entries(top / "home")) == len(EXPECTED)
            assert rendered(top) == EXPECTED

        as_user(OTHER, use)
        made = [path.lstat() for path in everything(top / "home")]
        assert len(made) == len(EXPECTED) + 2
        assert {(status.st_uid, status.st_mode & 0o077) for status in made} == {(OTHER, 0)}


@needs_root
def test_the_group_of_the_user_alone_may_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o770)  # root's own group, which has no other member
    make_private(tmp_path / "a/b")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    os.chown(tmp_path, 0, OTHER)
    with pytest.raises(ExposedError):
        make_private(tmp_path / "a/b")


def test_links_of_one_s_own_may_lead_to_the_cache(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: Path
) -> None:
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/er/link").symlink_to("../../caches/../caches")
    (tmp_path / "absolute").symlink_to(tmp_path / "deep/er/link")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "absolute"))
    assert rendered(template) == EXPECTED
    assert len(entries(home)) == len(EXPECTED)
    (home / "round").symlink_to("round")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "round"))
    assert rendered(template) == EXPECTED


def damaged(data: bytes) -> Iterator[bytes]:
    """Yield an entry cut at its ends, at the borders of its parts and between, and with one wrong bit at many places."""
    start = len(bytecode._MAGIC) + bytecode._DIGEST_SIZE
    for length in {0, 1, start - 33, start - 32, start - 1, start, start + 1, len(data) // 2, len(data) - 1}:
        yield data[:length]
    for at in range(0, len(data), max(1, len(data) // 24)):
        yield data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
    yield data + b"\0"
    yield b""


def test_a_damaged_entry_never_reaches_python(home: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(template) == EXPECTED
    whole = {entry: entry.read_bytes() for entry in entries(home)}
    seen: list[bytes] = []
    loads = marshal.loads
    monkeypatch.setattr(marshal, "loads", lambda data: seen.append(data) or loads(data))  # type: ignore[func-returns-value]
    assert rendered(template) == EXPECTED
    assert len(seen) == len(whole) == len(EXPECTED)
    for bads in zip(*(damaged(data) for data in whole.values()), strict=False):
        for entry, bad in zip(whole, bads, strict=True):
            entry.write_bytes(bad)
        seen.clear()
        assert rendered(template) == EXPECTED
        assert seen == []
        assert {path: path.read_bytes() for path in entries(home)} == whole


def test_an_entry_of_something_else_never_reaches_python(
    home: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rendered(template) == EXPECTED
    own = entries(home)
    assert rendered(template, trim_blocks=True) == EXPECTED
    with monkeypatch.context() as patch:
        patch.setattr(bytecode, "__version__", "0.0.1")
        assert rendered(template) == EXPECTED
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99")
        assert rendered(template) == EXPECTED
    with monkeypatch.context() as patch:
        patch.setattr(bytecode, "_compilers", lambda: "another Jinja")
        assert rendered(template) == EXPECTED
    everyone = entries(home)
    assert len(everyone) == 5 * len(EXPECTED)
    contents = [path.read_bytes() for path in everyone]
    for shift in range(1, len(everyone)):
        for index, path in enumerate(everyone):
            path.write_bytes(contents[index - shift])
        with monkeypatch.context() as patch:
            patch.setattr(marshal, "loads", lambda data: pytest.fail("it was loaded"))
            assert rendered(template) == EXPECTED
        assert [path.read_bytes() for path in own] == [contents[everyone.index(path)] for path in own]


def test_a_file_that_changed_is_compiled_anew(home: Path, template: Path) -> None:
    assert rendered(template) == EXPECTED
    (template / "a.jinja").write_text("other {{ name }}\n")
    assert rendered(template)[-1] == "other x\n"
    assert len(entries(home)) == len(EXPECTED)


IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a file for the folder of caches": lambda home: (home.rmdir(), home.write_text("")),
    "a file for the cache": lambda home: (home / "kube-scaffold").write_text(""),
    "a file for a folder": lambda home: (
        (home / "kube-scaffold").mkdir(),
        (home / f"kube-scaffold/bytecode-{cache.__version__}").write_text(""),
    ),
    "a dangling link": lambda home: (home / "kube-scaffold").symlink_to("nothing"),
    "a dangling link before": lambda home: (home.rmdir(), home.symlink_to("nothing")),
    "a FIFO": lambda home: os.mkfifo(home / "kube-scaffold"),
}


@pytest.mark.parametrize("what", IN_THE_WAY)
def test_what_is_in_the_way_stops_nothing(what: str, home: Path, template: Path) -> None:
    IN_THE_WAY[what](home)
    assert rendered(template) == EXPECTED


def test_folders_and_fifos_for_entries_stop_nothing(home: Path, template: Path) -> None:
    assert rendered(template) == EXPECTED
    for index, entry in enumerate(entries(home)):
        entry.unlink()
        entry.mkdir() if index % 2 else os.mkfifo(entry)
    assert rendered(template) == EXPECTED


def test_no_home_at_all(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "some/where")
    assert rendered(template) == EXPECTED
    assert not (tmp_path / "some").exists()


def test_what_a_killed_run_left_is_removed_in_time(home: Path, template: Path) -> None:
    assert rendered(template) == EXPECTED
    old, new = (entries(home)[0].with_name(f".making-{name}") for name in ("old", "new"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert rendered(template, trim_blocks=True) == EXPECTED
    assert (old.exists(), new.exists()) == (False, True)


@pytest.fixture
def small(home: Path) -> Iterator[Path]:
    """Mount a disk of 256 KiB where the cache lies."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", home], check=False)
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield home
    subprocess.run(["umount", home], check=True)


def test_a_full_disk_below_the_cache_stops_no_new_service(small: Path, tmp_path: Path) -> None:
    """The disk fills in the middle of the first run, and has no room for a single folder in the second."""
    done = scaffold("new", "filled", "--defaults", "--data", "name=x", "--no-git", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("Traceback"), "note:" in done.stderr) == (0, 0, False)
    assert len(entries(small)) > 5
    assert not list(small.glob("kube-scaffold/*/.*"))
    shutil.rmtree(small / "kube-scaffold")
    (small / "filler").write_bytes(b"0" * os.statvfs(small).f_bavail * os.statvfs(small).f_bsize)
    done = scaffold("new", "none", "--defaults", "--data", "name=x", "--no-git", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("Traceback"), "note:" in done.stderr) == (0, 0, False)
    assert goldens.files_of(tmp_path / "filled") == goldens.files_of(tmp_path / "none")


def test_a_read_only_cache_is_read(small: Path, template: Path) -> None:
    assert rendered(template) == EXPECTED
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    assert rendered(template) == EXPECTED
    assert rendered(template, trim_blocks=True) == EXPECTED
    assert len(entries(small)) == len(EXPECTED)


@needs_root
def test_the_user_hears_once_why_there_is_no_cache(home: Path, tmp_path: Path) -> None:
    home.chmod(0o777)
    command = ("new", "out", "--data", "name=Wrong")
    done = scaffold(*command, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.endswith(
        f"note: the cache {home}/kube-scaffold is not used: {home} may be written by others. "
        "Make that yours alone, or set XDG_CACHE_HOME to another folder.\n"
    )
    assert done.stderr.count("note: ") == 1
    assert "note: " not in scaffold(*command, "--quiet", cwd=tmp_path).stderr
    assert scaffold("--version", cwd=tmp_path).stderr == ""
    assert list(home.iterdir()) == []
