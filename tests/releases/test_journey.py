"""A service of 0.1.0 with its team's edits goes to 0.2.0: the two are real releases, found in this clone's history."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scaffold.releases import installed
from tests.support import goldens
from tests.support.command import offline
from tests.support.lineage import Lineage, commit, edit, git, tree_of

OLD, NEW = "0.1.0", "0.2.0"
DEPLOYMENT, OWN = "deploy/base/deployment.yaml", "src/app/own.py"


def is_shallow() -> bool:
    done = subprocess.run(
        ["git", "-C", goldens.ROOT, "rev-parse", "--is-shallow-repository"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() != "false"


pytestmark = [
    pytest.mark.optional,
    pytest.mark.skipif(is_shallow(), reason=f"a shallow clone, or none, has no commits of {OLD} and {NEW}"),
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Lineage:
    """Return a clone with the releases' tags, in which the package and the records are those of the work tree."""
    root = tmp_path_factory.mktemp("history") / "checkout"
    git(root.parent, "clone", "--quiet", "--shared", "--no-checkout", str(goldens.ROOT), str(root))
    for name in ("scaffold", "releases.yml", "copier.yml", "templates"):
        (root / name).symlink_to(goldens.ROOT / name)
    for release in installed().known:
        git(root, "tag", "--force", release.tag, release.commit)
    return Lineage(root)


def new(history: Lineage, folder: Path, answers: str, version: str) -> Path:
    """Make a service of a released version, committed."""
    (folder.parent / f"{folder.name}.yml").write_text(answers)
    options = ("--answers", f"{folder.name}.yml", "--vcs-ref", version, "--no-git", "--quiet")
    done = history.scaffold("new", folder.name, *options, cwd=folder.parent, prefix=offline())
    assert done.returncode == 0, done.stderr
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "generated")
    return folder


@pytest.fixture
def service(history: Lineage, tmp_path: Path) -> Path:
    """Return the frontend of 0.1.0, with the edits of a team in files that 0.2.0 changes and in others."""
    answers = git(history.root, "show", f"v{OLD}:examples/frontend.yml")
    folder = new(history, tmp_path / "service", answers, OLD)
    edit(folder / DEPLOYMENT, r"^(?=  revisionHistoryLimit: )", "  # Ours.\n")
    edit(folder / "Makefile", r"\Z", "\nours:\n\t@echo ours\n")
    edit(folder / "README.md", r"\Z", "\n## On call\n\nWe are.\n")
    (folder / "CODEOWNERS").unlink()
    (folder / OWN).write_text("OURS = True\n")
    commit(folder)
    return folder


def test_a_service_of_the_first_release_reaches_the_second(history: Lineage, service: Path, tmp_path: Path) -> None:
    theirs = Path(shutil.copytree(service, tmp_path / "theirs", symlinks=True))
    done = history.scaffold("update", "--to", NEW, cwd=service, prefix=offline())
    assert done.returncode == 0, done.stderr
    assert "P10 A circuit breaker as a sidecar" in done.stderr and "Written and staged" in done.stderr

    by_copier = history.copier("update", "--defaults", "--quiet", "--vcs-ref", f"v{NEW}", cwd=theirs)
    assert by_copier.returncode == 0, by_copier.stderr
    assert tree_of(service) == tree_of(theirs)

    answers = (service / ".copier-answers.yml").read_text()
    assert f"_commit: v{NEW}\n" in answers
    given = "".join(line for line in answers.splitlines(keepends=True) if not line.startswith(("_", "#")))
    found, expected = goldens.files_of(service), goldens.files_of(new(history, tmp_path / "fresh", given, NEW))
    assert not {path for path in expected if path not in found} - {"CODEOWNERS"}
    assert {path for path in found if path not in expected} == {OWN}
    changed = {path for path in found if path in expected and found[path] != expected[path]}
    assert changed == {DEPLOYMENT, "Makefile", "README.md"}
    ours = ("  # Ours.\n", "\nours:\n\t@echo ours\n", "\n## On call\n\nWe are.\n")
    for path, words in zip((DEPLOYMENT, "Makefile", "README.md"), ours, strict=True):
        assert found[path][0].decode().replace(words, "", 1).encode() == expected[path][0]
