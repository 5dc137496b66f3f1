"""The releases of this very repository: their commits are in its history, and hold what they say."""

from __future__ import annotations

import subprocess

import pytest
from packaging.version import Version

from scaffold import __version__
from scaffold.releases import installed
from tests.support import goldens


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", goldens.ROOT, *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


pytestmark = [
    pytest.mark.optional,  # an archive or a shallow clone has no history
    pytest.mark.skipif(
        git("rev-parse", "--is-shallow-repository") != "false", reason="this is no git clone with its whole history"
    ),
]
TAGS = [release.tag for release in installed().known]


def test_there_are_releases() -> None:
    assert TAGS[0] == "v0.1.0"


@pytest.mark.parametrize("tag", TAGS)
def test_a_release_is_on_this_branch_and_says_its_version(tag: str) -> None:
    release = next(each for each in installed().known if each.tag == tag)
    assert git("merge-base", release.commit, "HEAD") == release.commit, "was it rebased? ./dev record VERSION COMMIT"
    assert git("show", f"{release.commit}:scaffold/__init__.py").endswith(f'__version__ = "{release.version}"')
    answers = git("show", f"{release.commit}:examples/defaults/.copier-answers.yml")
    assert f"_commit: {tag}\n" in answers
    assert len(installed().template_at(tag).entries) > 50
    assert str(release.version) in {change.version for change in installed().changes_at(tag)}
    assert "unreleased" not in {change.version for change in installed().changes_at(tag)}


def test_the_package_is_no_older_than_the_latest_release() -> None:
    assert (
        Version(__version__) >= installed().known[-1].version
    )  # newer in the one commit between a release and its record


def test_tags_are_where_releases_yml_says() -> None:
    for release in installed().known:
        assert git("rev-parse", f"{release.tag}^{{commit}}") in ("", release.commit), "./dev tags explains"
