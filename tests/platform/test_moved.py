"""Overrides follow files that the base moved, by git and by the base's record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from scaffold.errors import FileError
from scaffold.releases import History
from scaffold.template.base import SKELETON, Base
from scaffold.template.edit import override, remove
from scaffold.template.moved import FILE, follow, recorded, renamed
from scaffold.template.overlay import manifest, read_overlay
from scaffold.template.place import write_plainly
from scaffold.template.pull import Pulled, pull
from workshop.goldens import ROOT
from workshop.history import git

ACCOUNT, NOW = "deploy/base/service-account.yaml.jinja", "{{ parts }}/objects/account.jinja"
DEPLOYMENT = "deploy/base/deployment.yaml.jinja"
DEV, PRODUCTION = (f"deploy/overlays/{stage}/kustomization.yaml.jinja" for stage in ("dev", "production"))


@pytest.fixture(scope="module")
def history() -> History:
    return History(ROOT)


def base(history: History, version: str) -> Base:
    return Base(history, history.resolve(version))


def moved(history: History, folder: Path, version: str, paths: Sequence[str], own: str = "", gone: str = "") -> Pulled:
    """Return the pull of overrides of a release, which get the line `own`, to the template as it is committed."""
    old, new = base(history, version), base(history, "HEAD")
    (folder / "scaffold-template.yml").write_text(
        manifest("acme", "https://git.example.org/t.git", version, old.revision.commit)
    )
    overlay = read_overlay(folder)
    write_plainly(folder, override(overlay, old, paths) | (remove(overlay, old, [gone]) if gone else {}))
    for path in paths if own else ():
        file = folder / "platform/files" / path
        file.write_text(file.read_text() + own)
    return pull(read_overlay(folder), old, new)


def test_an_override_follows_the_record_and_git(history: History, tmp_path: Path) -> None:
    found = moved(history, tmp_path, "0.4.0", [ACCOUNT], own="# ours\n")
    assert found.gone == (f"platform/files/{ACCOUNT}",) and f"platform/files/{NOW}" in found.files
    assert f"{ACCOUNT} is called {NOW} now; the override follows it." in found.notes
    assert all(f" The base's file is {NOW} now." in each for each in found.conflicts)
    (tmp_path / "next").mkdir()
    renamed_by_git = moved(history, tmp_path / "next", "0.4.0", ["deploy/apply.sh.jinja"], gone=ACCOUNT)
    assert (
        not renamed_by_git.conflicts and "account.jinja" in renamed_by_git.files["platform/remove.yml"].content.decode()
    )


def test_an_override_of_an_old_release_is_followed_in_steps(history: History, tmp_path: Path) -> None:
    found = moved(history, tmp_path, "0.2.0", [DEPLOYMENT])
    assert "platform/files/{{ parts }}/objects/deployment.jinja" in found.files


def test_two_overrides_that_became_one_file_are_a_conflict(history: History, tmp_path: Path) -> None:
    found = moved(history, tmp_path, "0.3.0", [DEV, PRODUCTION])
    (conflict,) = (each for each in found.conflicts if each.startswith(f"platform/files/{PRODUCTION}"))
    assert "is in its place now, and in that of another override. Restore one of them." in conflict
    assert f"scaffold template diff '{PRODUCTION}'" in conflict and not found.can_be_marked


def test_a_former_path_is_answered_by_the_present_one(history: History) -> None:
    new = base(history, "HEAD")
    with pytest.raises(FileError, match=r"is not a file of the base's skeleton .*\. It is .* now\.") as error:
        new.require(ACCOUNT, "override")
    assert f"It is {NOW} now." in str(error.value)


def test_each_file_of_the_last_release_is_followed(history: History) -> None:
    """A file that is gone is one that git follows, or it is in the record; each file of the record is there."""
    assert history.latest is not None
    commits = [history.latest.commit, history.resolve("HEAD").commit]
    old, new = (set(git(ROOT, "ls-tree", "-rz", "--name-only", each, SKELETON).split("\0")[:-1]) for each in commits)
    (old, new) = ({path.removeprefix(SKELETON) for path in each} for each in (old, new))
    text = (ROOT / FILE).read_bytes()
    known = recorded(text, "the base")
    gone = [path for path in old - new if path.encode() not in text]
    found = renamed(history.git_dir, commits, SKELETON)
    assert [path for path in gone if path not in found] == [], f"Write into {FILE} where they are now"
    assert [path for path in known.values() if path not in new] == []
    assert [path for path in known if path in new] == []


def test_moves_have_an_end() -> None:
    there = {"c"}.__contains__
    assert follow("a", {"a": "b", "b": "c"}, there) == "c"
    assert follow("c", {"c": "d"}, there) == "c"
    assert follow("a", {"a": "b", "b": "a"}, there) is None
    assert follow("a", {"a": "b"}, there) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [(b"a: [", "is not valid YAML"), (b"- a", "must be a mapping of paths"), (b"a: 7", "must be a mapping of paths")],
)
def test_a_record_that_is_wrong(text: bytes, words: str) -> None:
    with pytest.raises(FileError, match=f"{FILE} of acme 1.0.0 {words}"):
        recorded(text, "acme 1.0.0")
    assert recorded(b"a: ~\nb: c\n", "") == {"b": "c"} and recorded(b"", "") == {}
