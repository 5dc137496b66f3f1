"""The cache of compiled templates is the user's alone, or not used."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.errors import TemplateError
from scaffold.files import cache
from scaffold.files.private import ExposedError, make_private
from tests.support.caches import EXPECTED, entries, everything, rendered
from tests.support.users import OTHER, given_away, needs_root


def test_the_poison_works_where_it_is_one_s_own(poison: Callable[[], Path], template: Path) -> None:
    """Without this, the tests below could not fail."""
    canary = poison()
    with pytest.raises(TemplateError):
        rendered(template)
    assert canary.exists()


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
