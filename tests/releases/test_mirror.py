"""A template in somebody's git repository: its versions, when the repository is asked, and what a copy of it does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scaffold.errors import GitError, ScaffoldError, TemplateError, VersionError
from scaffold.releases.address import read_address
from scaffold.releases.mirror import Mirror
from tests.support import somebodys_template as somebodys
from workshop.history import git


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return somebodys.make(tmp_path / "template")


def remote(template: Path, **options: object) -> Mirror:
    """Return the versions at a URL, of which the repository can be taken away."""
    return Mirror(read_address(f"file://{template}", "--template"), **options)  # type: ignore[arg-type]


def test_versions_are_the_tags_that_are_versions(template: Path) -> None:
    mirror = remote(template)
    assert [each.tag for each in mirror.known] == ["v1.0.0", "1.1.0", "2.0.0rc1"]
    assert mirror.latest and mirror.latest.tag == "1.1.0"
    for reference in ("1.0.0", "v1.0.0", git(template, "rev-parse", "v1.0.0^{commit}")):
        assert mirror.resolve(reference).name == "v1.0.0"


def test_a_commit_is_called_as_git_and_copier_call_it(template: Path) -> None:
    (template / "more").write_text("more\n")
    somebodys.release(template)
    mirror = remote(template)
    described = git(template, "describe", "--tags", "HEAD")
    assert mirror.resolve("HEAD").name == described == mirror.here
    assert mirror.resolve(described).commit == git(template, "rev-parse", "HEAD")
    assert mirror.resolve("1.1.0").version < mirror.resolve("HEAD").version
    assert mirror.resolve("main") == mirror.resolve("HEAD")


def test_a_template_without_versions(tmp_path: Path) -> None:
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "copier.yml").write_text("a: b\n")
    git(folder, "init", "--quiet")
    somebodys.release(folder)
    mirror = remote(folder)
    assert mirror.latest is None
    assert mirror.resolve("HEAD").name == git(folder, "rev-parse", "--short", "HEAD")
    with pytest.raises(VersionError, match="the template has no release: no tag that is a version"):
        mirror.resolve("1.0.0")


def test_what_the_copy_holds_needs_no_network(template: Path) -> None:
    remote(template).template_at("1.0.0")
    template.rename(template.with_name("gone"))
    told: list[str] = []
    mirror = remote(template, on_news=told.append)
    assert mirror.template_at("1.1.0").questions
    assert told == []
    mirror.renew()
    assert len(told) == 1 and "can't be reached" in told[0] and told[0].endswith("uses the copy in its cache.")
    with pytest.raises(VersionError, match=r"9\.0 is not a version of the template; the nearest is 2\.0\.0rc1"):
        mirror.resolve("9.0")


def test_a_new_version_is_fetched_when_it_is_named_or_the_newest_is_wanted(template: Path) -> None:
    remote(template).template_at("1.0.0")
    (template / "more").write_text("more\n")
    somebodys.release(template, "1.2.0")
    assert remote(template, offline=True).latest.tag == "1.1.0"  # type: ignore[union-attr]
    with pytest.raises(VersionError):
        remote(template, offline=True).resolve("1.2.0")
    assert remote(template).resolve("1.2.0").name == "1.2.0"
    (template / "more").write_text("still more\n")
    somebodys.release(template, "1.3.0")
    mirror = remote(template)
    assert mirror.latest and mirror.latest.tag == "1.2.0"
    mirror.renew()
    assert mirror.latest and mirror.latest.tag == "1.3.0"


def test_a_tag_that_went_is_forgotten(template: Path) -> None:
    assert remote(template).resolve("1.1.0")
    git(template, "tag", "--delete", "1.1.0")
    mirror = remote(template)
    mirror.renew()
    assert mirror.latest and mirror.latest.tag == "v1.0.0"


def test_a_branch_is_as_it_is_today(template: Path) -> None:
    assert remote(template).resolve("HEAD") == remote(template).resolve("main")
    (template / "more").write_text("more\n")
    somebodys.release(template)
    now = git(template, "rev-parse", "HEAD")
    assert remote(template, offline=True).resolve("HEAD").commit != now
    assert [remote(template).resolve(name).commit for name in ("HEAD", "main")] == [now, now]
    git(template, "commit", "--quiet", "--amend", "--message", "pushed by force")
    now = git(template, "rev-parse", "HEAD")
    assert remote(template).resolve("HEAD").commit == now


def test_the_default_branch_gets_another_name(template: Path) -> None:
    assert remote(template).resolve("HEAD")
    git(template, "branch", "--move", "trunk")
    (template / "more").write_text("more\n")
    somebodys.release(template)
    now = git(template, "rev-parse", "HEAD")
    for mirror in (remote(template), Mirror(read_address(str(template), "--template"))):
        assert mirror.resolve("HEAD").commit == now
    git(template, "checkout", "--quiet", "-b", "main", "v1.0.0")
    assert remote(template).resolve("HEAD").name == "v1.0.0"
    git(template, "checkout", "--quiet", "--detach", "1.1.0")
    assert remote(template).resolve("HEAD").name == "v1.0.0"  # a copy has branches only, so it stays at the last one


def test_a_tag_that_was_moved_is_followed(template: Path) -> None:
    remote(template).template_at("1.1.0")
    (template / "README.md.jinja").write_text("Another text\n")
    somebodys.release(template)
    git(template, "tag", "--force", "1.1.0")
    mirror = remote(template)
    mirror.renew()
    texts = {entry.name: entry.content for entry in mirror.template_at("1.1.0").entries}
    assert texts["README.md.jinja"] == b"Another text\n"


@pytest.mark.parametrize("name", ["v", "release/3", "3.x", "3.0-"])
def test_a_tag_that_is_no_version_is_only_a_name(name: str, template: Path) -> None:
    git(template, "tag", name)
    mirror = remote(template)
    assert [each.tag for each in mirror.known] == ["v1.0.0", "1.1.0", "2.0.0rc1"]
    assert mirror.resolve(name).commit == git(template, "rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["^main", "main..1.1.0", "main:copier.yml", "@{u}", ":/x", "--help", "HEAD~99"])
def test_what_is_no_single_commit_is_no_version(name: str, template: Path) -> None:
    with pytest.raises(VersionError, match="is not a version of the template; the nearest is"):
        remote(template).resolve(name)


@pytest.mark.parametrize("left", [0, 1, 30, 200, -1])
def test_a_bundle_that_is_cut_short(left: int, template: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "t.bundle"
    git(template, "bundle", "create", "--quiet", str(bundle), "--all")
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:left])
    with pytest.raises((GitError, VersionError)):
        Mirror(read_address(str(bundle), "--template")).template_at("1.1.0")
    bundle.write_bytes(whole)
    assert Mirror(read_address(str(bundle), "--template")).resolve("1.1.0").name == "1.1.0"


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "git~1", "\u200c.git"])
def test_a_tree_that_git_itself_would_not_make(name: str, template: Path) -> None:
    blob = git(template, "rev-parse", "HEAD:copier.yml")
    made = subprocess.run(
        ["git", "mktree"], input=f"100644 blob {blob}\t{name}\n".encode(), cwd=template, capture_output=True, check=True
    )
    git(template, "tag", "3.0.0", git(template, "commit-tree", "-m", "x", made.stdout.decode().strip()))
    with pytest.raises(GitError, match=r"contains '\.(\.|git)'"):
        remote(template).template_at("1.0.0")


def test_offline_without_a_copy(template: Path) -> None:
    with pytest.raises(VersionError, match="is not in the cache, and --offline forbids fetching it"):
        remote(template, offline=True).resolve("1.0.0")
    assert not list((template.parent / "cache").rglob("*-mirror.git"))


def test_what_can_t_be_reached_is_asked_for_once(tmp_path: Path) -> None:
    told: list[str] = []
    mirror = Mirror(read_address("http://127.0.0.1:9/t.git", "--template"), on_news=told.append)
    with pytest.raises(GitError, match=r"can't be read: fatal: .* Check the address, and that `git ls-remote http://"):
        mirror.resolve("1.0.0")
    assert told == ["Fetching http://127.0.0.1:9/t.git"]


def test_a_damaged_copy_is_made_again(template: Path) -> None:
    mirror = remote(template)
    mirror.resolve("1.0.0")
    (mirror.git_dir / "HEAD").unlink()
    assert remote(template).resolve("1.0.0").name == "v1.0.0"


def test_a_bundle_and_a_folder(template: Path, tmp_path: Path) -> None:
    git(template, "bundle", "create", "--quiet", str(tmp_path / "t.bundle"), "--all")
    for place in (tmp_path / "t.bundle", template):
        mirror = Mirror(read_address(str(place), "--template"))
        assert mirror.resolve("1.1.0").name == "1.1.0"
    (template / "README.md.jinja").write_text("not committed\n")
    mirror = Mirror(read_address(str(template), "--template"))
    texts = {entry.name: entry.content for entry in mirror.template_here().entries}
    assert texts["README.md.jinja"] == b"not committed\n"
    assert ".git/HEAD" not in texts and "copier.yml" not in texts


def test_hooks_and_programs_of_the_repository_never_run(template: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch {canary}\nexec git upload-pack "$@"\n')
    program.chmod(0o755)
    for hook in ("post-checkout", "reference-transaction", "pre-upload", "post-upload"):
        (template / ".git/hooks" / hook).parent.mkdir(exist_ok=True)
        (template / ".git/hooks" / hook).write_text(program.read_text())
        (template / ".git/hooks" / hook).chmod(0o755)
    for key in ("core.fsmonitor", "uploadpack.packObjectsHook", "core.sshCommand", "remote.origin.uploadpack"):
        git(template, "config", key, str(program))
    for mirror in (remote(template), Mirror(read_address(str(template), "--template"))):
        mirror.template_at("1.0.0")
        mirror.renew()
    assert not canary.exists()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("submodule", "is a submodule of git"),
        ("pointer", "^logo.png is a pointer of Git LFS"),
        ("link", "leads out of the template"),
        ("folder", "^_subdirectory of copier.yml leads out of the template: 'out'.$"),
        ("not text", "^copier.yml is not valid YAML: not UTF-8.$"),
        ("none", "it has no copier.yml"),
    ],
)
def test_what_a_repository_may_not_hold(kind: str, words: str, template: Path) -> None:
    if kind == "submodule":
        commit = git(template, "rev-parse", "HEAD")
        git(template, "update-index", "--add", "--cacheinfo", f"160000,{commit},part")
        git(template, "commit", "--quiet", "--message", "a submodule")
        git(template, "tag", "3.0.0")
    elif kind == "pointer":
        (template / "logo.png").write_text(
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n"
        )
        somebodys.release(template, "3.0.0")
    elif kind == "link":
        (template / "out").symlink_to("/etc/passwd")
        somebodys.release(template, "3.0.0")
    elif kind == "folder":
        (template / "out").symlink_to("/etc")
        (template / "copier.yml").write_text("_subdirectory: out\n")
        somebodys.release(template, "3.0.0")
    elif kind == "not text":
        (template / "copier.yml").write_bytes(b"\xff\xfe")
        somebodys.release(template, "3.0.0")
    else:
        (template / "copier.yml").unlink()
        somebodys.release(template, "3.0.0")
    with pytest.raises(ScaffoldError, match=words):
        remote(template).template_at("3.0.0").entries  # noqa: B018


def test_what_scaffold_lacks_is_refused_with_copier_s_command(template: Path) -> None:
    (template / "copier.yml").write_text("_tasks: [touch x]\n" + somebodys.COPIER_YML)
    somebodys.release(template, "3.0.0")
    with pytest.raises(TemplateError) as error:
        remote(template).template_at("3.0.0")
    assert str(error.value) == (
        "copier.yml: _tasks is a part of Copier's format that scaffold does not support. "
        f"Use Copier: copier copy file://{template} FOLDER."
    )
