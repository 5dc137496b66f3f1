"""Which versions there are, what each looked like and what changed: the same from a checkout and from the bundle."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from releasing.bundle import make_bundle
from scaffold.errors import GitError, TemplateError, VersionError
from scaffold.releases import History
from scaffold.releases.changes import FILE as CHANGES
from scaffold.releases.changes import Change, read_changes
from workshop import goldens
from workshop.history import Versions, git

NOTES = "templates/service/skeleton/NOTES.md"


def test_releases_are_known_in_order(root: Path, checkout: Path) -> None:
    assert [str(each.version) for each in History(root).known] == ["1.0.0", "1.1.0", "2.0.0rc1"]
    assert [each.commit for each in History(root).known] == [
        git(checkout, "rev-parse", each.tag) for each in History(root).known
    ]


def test_the_latest_is_no_pre_release(root: Path) -> None:
    release = History(root).latest
    assert release is not None
    assert release.tag == "v1.1.0"


@pytest.mark.parametrize("reference", ["v1.0.0", "1.0.0", "1.0", " 1.0.0 "])
def test_a_release_is_found_by_its_names(reference: str, root: Path) -> None:
    assert History(root).resolve(reference).name == "v1.0.0"


def test_every_commit_is_called_as_git_describe_calls_it(root: Path, checkout: Path) -> None:
    for commit in git(checkout, "rev-list", "HEAD").splitlines():
        described = git(checkout, "describe", "--tags", "--always", commit)
        assert History(root).resolve(commit).name == described
        assert History(root).resolve(described).commit == commit
    assert History(root).resolve("HEAD").name == git(checkout, "describe", "--tags")


def test_versions_of_commits_lie_between_those_of_releases(root: Path, checkout: Path) -> None:
    commits = git(checkout, "rev-list", "--reverse", "HEAD").splitlines()
    versions = [History(root).resolve(commit).version for commit in commits]
    assert versions == sorted(set(versions))


def test_each_version_is_as_it_was(root: Path) -> None:
    assert (History(root).template_at("1.0.0").root / NOTES).read_text() == "one\n"
    assert (History(root).template_at("v1.1.0").root / NOTES).read_text() == "two\n"
    entries = {entry.parts[-1]: entry for entry in History(root).template_at("2.0.0rc1").entries}
    assert entries["run.sh"].mode & 0o100
    assert not entries["NOTES.md"].mode & 0o100


def test_a_version_has_git_s_very_files(root: Path, checkout: Path, tmp_path: Path) -> None:
    git(checkout, "worktree", "add", "--detach", str(tmp_path / "out"), "v1.1.0")
    expected = {path: file for path, file in goldens.files_of(tmp_path / "out").items() if path != "releases.yml"}
    git(checkout, "worktree", "remove", "--force", str(tmp_path / "out"))
    assert goldens.files_of(History(root).template_at("1.1.0").root) == expected


def test_changes_between_versions(root: Path) -> None:
    assert [change.id for change in History(root).changes_between("1.0.0", "1.1.0")] == ["second", "third"]
    assert [change.id for change in History(root).changes_between("1.0.0", "HEAD")] == [
        "second",
        "third",
        "fourth",
        "fifth",
    ]
    assert History(root).changes_between("1.1.0", "1.0.0") == []
    assert History(root).changes_between("1.1.0", "1.0.0") == []
    assert History(root).changes_between("v1.0.0", "1.1.0")[0].title == "T second"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("1.0.1", "1.0.1 is not a version of the template; the nearest are 1.0.0 and 1.1.0."),
        ("v9", "version v9 is newer than this scaffold, which knows versions up to 2.0.0rc1; upgrade"),
        ("v3.0.0-4-gabcdef0", "is newer than this scaffold"),
        ("0123456789abcdef", "0123456789abcdef is not a version of the template; the nearest is 1.1.0"),
        ("--output=x", "is not a version of the template"),
        ("", "an empty word is not a version of the template"),
    ],
)
def test_unknown_versions_get_the_nearest(reference: str, words: str, root: Path) -> None:
    with pytest.raises(VersionError) as error:
        History(root).resolve(reference)
    assert words in str(error.value)


def test_a_commit_without_a_template_is_refused(checkout: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(checkout), str(clone))
    git(clone, "rm", "--quiet", "-r", "copier.yml")
    git(clone, "commit", "--quiet", "--message", "none")
    with pytest.raises(VersionError, match="contains no template"):
        History(clone).template_at("HEAD")


def test_a_damaged_cache_is_made_again(root: Path, cache: Path, tmp_path: Path) -> None:
    fresh = shutil.copytree(root, tmp_path / "fresh", symlinks=True)  # a root that this process has not seen yet
    file = History(root).template_at("1.0.0").root / NOTES
    file.write_text("damaged\n")
    assert (History(fresh).template_at("1.0.0").root / NOTES).read_text() == "one\n"
    again = shutil.copytree(root, tmp_path / "again", symlinks=True)
    shutil.rmtree(file.parent)
    assert (History(again).template_at("1.0.0").root / NOTES).read_text() == "one\n"
    last = shutil.copytree(root, tmp_path / "last", symlinks=True)
    file.with_name("EXTRA.md").write_text("")
    assert not (History(last).template_at("1.0.0").root / NOTES).with_name("EXTRA.md").exists()
    assert [path.name for path in cache.iterdir() if path.name.startswith(".")] == []


def test_many_at_once_extract_one(checkout: Path, tmp_path: Path) -> None:
    code = f"from pathlib import Path; from scaffold.releases import History; print(History(Path({str(checkout)!r})).template_at('1.0.0').root)"
    command = [sys.executable, "-c", code]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(goldens.ROOT), "XDG_CACHE_HOME": str(tmp_path)}
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    roots = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0] * 6
    assert len(roots) == 1
    assert len(list((tmp_path / "kube-scaffold/templates").iterdir())) == 1


def in_a_process(root: Path, **environment: str) -> str:
    """Ask for 1.0.0 of `root` in a process of its own; return the class of its error and what that says."""
    code = (
        "import sys; from pathlib import Path; from scaffold.errors import ScaffoldError; from scaffold.releases import History\n"
        "try: History(Path(sys.argv[1])).template_at('1.0.0')\n"
        "except ScaffoldError as error: print(type(error).__name__, error)"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(goldens.ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code, root], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_missing_bundle(installed: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(installed, tmp_path / "broken")
    (broken / "releases.bundle").unlink()
    assert in_a_process(broken, XDG_CACHE_HOME=str(tmp_path)).startswith("TemplateError")
    assert "releases.bundle is missing" in in_a_process(broken, XDG_CACHE_HOME=str(tmp_path))


@pytest.mark.parametrize("damage", [lambda data: data[:4000], lambda data: data[:-900] + b"x" * 900, lambda data: b""])
def test_a_damaged_bundle(damage: object, installed: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(installed, tmp_path / "broken")
    bundle = broken / "releases.bundle"
    bundle.write_bytes(damage(bundle.read_bytes()))  # type: ignore[operator]
    said = in_a_process(broken, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert said.startswith("TemplateError")
    assert "releases.bundle is damaged" in said
    assert "Install kube-scaffold again." in said
    assert list((tmp_path / "cache/kube-scaffold/templates").iterdir()) == []


def test_git_is_missing(root: Path, tmp_path: Path) -> None:
    said = in_a_process(root, PATH=str(tmp_path), XDG_CACHE_HOME=str(tmp_path))
    assert said.startswith("GitError git is not installed")


def test_the_cache_can_t_be_written(root: Path, tmp_path: Path) -> None:
    """It goes on in a temporary folder; `test_kept.py` looks at that."""
    (tmp_path / "file").write_text("")
    assert in_a_process(root, XDG_CACHE_HOME=str(tmp_path / "file")) == ""


def test_a_repository_in_the_environment_misleads_nobody(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "other")
    other = str(tmp_path / "other/.git")
    assert in_a_process(root, XDG_CACHE_HOME=str(tmp_path), GIT_DIR=other, GIT_INDEX_FILE=f"{other}/index") == ""


def test_a_shallow_clone_says_how_to_get_the_rest(checkout: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{checkout}", "shallow")
    with pytest.raises(VersionError, match="git fetch --unshallow"):
        History(tmp_path / "shallow").template_at("1.0.0")


def test_the_bundle_is_a_repository_with_tags(installed: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(installed / "releases.bundle"), "clone")
    assert git(tmp_path / "clone", "tag").split() == ["v1.0.0", "v1.1.0", "v2.0.0rc1"]
    assert git(tmp_path / "clone", "describe", "--tags") == History(installed).resolve("HEAD").name
    assert (tmp_path / "clone/copier.yml").is_file()


def test_the_same_history_gives_the_same_bundle(checkout: Path, installed: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(checkout), "clone")
    head = git(checkout, "rev-parse", "HEAD")
    for name in "ab":
        make_bundle(tmp_path / "clone/.git", History(checkout).known, head, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_release_that_is_not_in_the_history_makes_no_bundle(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "template")
    head = versions.commit()
    versions.append("releases.yml", f"- {{version: 1.0.0, commit: {'a' * 40}, date: 2026-01-02}}\n")
    with pytest.raises(GitError):
        make_bundle(versions.root / ".git", History(versions.root).known, head, tmp_path / "bundle")


RECORD = "- {{id: a, version: 1.0.0, pattern: none, title: T, why: W, check: C, where: {where}}}\n"


@pytest.mark.parametrize(
    ("where", "answers", "concerns"),
    [
        ("language == 'java'", {"language": "java"}, True),
        ("language == 'java'", {"language": "python"}, False),
        ("language == 'java'", {}, False),
        ("\"'envoy' in [breaker, limiter]\"", {"limiter": "envoy"}, True),
        ("\"'envoy' in [breaker, limiter]\"", {"limiter": "nginx"}, False),
        ("dependencies", {"dependencies": []}, False),
        ("replicas > 3", {"replicas": "many"}, True),  # whatever fails is told
    ],
)
def test_news_is_for_the_services_that_it_concerns(where: str, answers: dict[str, object], concerns: bool) -> None:
    (change,) = read_changes(RECORD.format(where=where))
    assert change.concerns(answers) is concerns


def test_a_condition_that_is_none_is_refused() -> None:
    with pytest.raises(TemplateError, match="a: where is not an expression of Jinja"):
        read_changes(RECORD.format(where='"language =="'))


def test_a_python_service_hears_nothing_of_other_languages() -> None:
    news = read_changes((goldens.ROOT / CHANGES).read_text())
    answers = {"language": "python", "dependencies": [], "breaker": "none", "limiter": "none"}
    unheard = {"spring-boot-4", "memory-of-sidecars", "names-that-a-language-refuses", "words-of-yaml-as-names"}
    assert unheard < {each.id for each in news if not each.concerns(answers)}
    assert {"no-pod-available", "drain-counts-connections"} <= {each.id for each in news if each.concerns(answers)}


def only_overlays(news: Sequence[Change], id_: str) -> bool:
    """Return whether a piece of news names only files that kustomize builds or `kubectl` applies."""
    (files,) = (each.files for each in news if each.id == id_)
    return all(file.startswith(("deploy/base/", "deploy/overlays/", "deploy/apply.sh")) for file in files)


@pytest.mark.parametrize("example", goldens.NAMES)
def test_news_names_files_that_a_service_of_its_audience_has(example: str) -> None:
    answers = goldens.answers_of(example).context
    news = read_changes((goldens.ROOT / CHANGES).read_text())
    paths = goldens.files_of(goldens.EXAMPLES / example)
    if answers["code"] == "own":  # no such service is older than the question
        versions = {each.id: each.version for each in news}
        news = news[list(versions.values()).index(versions["own-code"]) :]
    elsewhere = [
        each.id
        for each in news
        if each.files and each.concerns(answers) and not any(each.touches(path, ()) for path in paths)
    ]
    if answers["manifests"] == "helm":  # older news are of overlays: a service that had them may have a chart now
        elsewhere = [id_ for id_ in elsewhere if not only_overlays(news, id_)]
    assert elsewhere == [], "say in `where` whom it concerns"
