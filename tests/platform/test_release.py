"""`scaffold template release`: a version has its changes, a section of the changelog, a commit and a tag."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scaffold.releases.known import read_releases
from tests.platform.conftest import Run, tree
from tests.support.commands import scaffold
from workshop.goldens import ROOT
from workshop.history import git

pytestmark = pytest.mark.aside

OWN = "- {id: acme-more, version: unreleased, pattern: P13, title: More replicas, why: Load., check: The quota.}\n"


@pytest.fixture(autouse=True)
def author(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "t")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "t@example.com")


def test_a_release_shows_the_changes_of_both_layers(acme: Path, run: Run, tmp_path: Path) -> None:
    before = tree(acme)
    dry = run("release", "1.0.0", "--dry-run").stdout
    assert "Services have a cost center" in dry and "### Of the base" not in dry and tree(acme) == before
    run("release", "1.0.0")
    assert git(acme, "describe", "--tags") == "1.0.0" and git(acme, "status", "--porcelain") == ""
    assert "version: 1.0.0" in (acme / "platform/changes.yml").read_text()
    run("build", "--check")
    scaffold("new", "shop", "--template", str(acme), "--defaults", cwd=tmp_path)
    run("pull")
    (acme / "platform/changes.yml").write_text((acme / "platform/changes.yml").read_text() + OWN)
    run("build")
    git(acme, "add", "--all")
    git(acme, "commit", "--quiet", "--message", "more")
    shown = run("release", "1.1.0").stdout
    assert shown.index("### Of the platform") < shown.index("More replicas") < shown.index("### Of the base")
    assert "Released as 1.1.0. Next: git push --follow-tags" in shown
    changelog = (acme / "CHANGELOG.md").read_text()
    assert changelog.startswith("# Changelog\n\n## 1.1.0 (") and changelog.index("## 1.1.0") < changelog.index(
        "## 1.0.0"
    )
    lacks = json.loads(scaffold("status", "shop", "--json", cwd=tmp_path).stdout)[0]["lacks"]
    assert lacks[-1] == {
        "id": "acme-more", "version": "1.1.0", "pattern": "P13", "title": "More replicas", "why": "Load.",
        "check": "The quota.", "files": [], "where": "",
        "declined": "", "brought": "",
    }  # fmt: skip
    of_the_base = [str(each.version) for each in read_releases((ROOT / "releases.yml").read_text())]
    pulled = of_the_base[of_the_base.index("0.2.0") + 1 :]
    assert {each["version"] for each in lacks} == {*pulled, "1.1.0"}


def test_what_can_t_be_released(acme: Path, run: Run) -> None:
    assert "one is not a version by PEP 440" in run("release", "one", code=2).stderr
    run("release", "1.0.0")
    assert "1.0 is not above 1.0.0" in run("release", "1.0", code=2).stderr
    (acme / "platform/files/more.md").write_text("more\n")
    assert "has changes that are not committed" in run("release", "1.1.0", code=10).stderr
    git(acme, "add", "--all")
    git(acme, "commit", "--quiet", "--message", "more")
    assert "the built template is not current. Run: scaffold template build" in run("release", "1.1.0", code=12).stderr
    (acme / "CHANGELOG.md").write_text("Ours\n")
    run("build")
    git(acme, "add", "--all")
    git(acme, "commit", "--quiet", "--message", "built")
    before = tree(acme)
    assert "CHANGELOG.md must begin with '# Changelog'." in run("release", "1.1.0", code=12).stderr
    assert tree(acme) == before and git(acme, "tag") == "1.0.0"


def test_a_folder_of_another_repository(acme: Path, run: Run) -> None:
    (acme / ".git").rename(acme.parent / ".git")
    assert "is not the top of a git repository" in run("release", "1.0.0", code=10).stderr
