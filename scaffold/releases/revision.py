"""From what a user or an answers file calls a version of the template to the commit that holds it."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from scaffold import git
from scaffold.errors import TemplateError, VersionError
from scaffold.releases.known import Release
from scaffold.releases.source import BUNDLE


@dataclass(frozen=True)
class Revision:
    """One version of the template.

    `commit` is its full id. `name` is what Copier records as `_commit`: what `git describe --tags --always` says
    with the tags of the releases: v0.1.0, or v0.1.0-3-gabcdef0 three commits later. `version` is its PEP 440 form, as
    Copier compares it.
    """

    commit: str
    name: str
    version: Version


def find(reference: str, releases: Sequence[Release], git_dir: Callable[[], Path]) -> Revision:
    """Return the version that is meant, as `History.resolve` does; `git_dir` returns the folder of its git.

    Raises:
        VersionError: when there is none of that name; with the nearest releases.
        TemplateError: when the bundle lacks a release's commit; others as `git_dir` does.
    """
    if release := _release(reference, releases):
        if git.ask(git_dir(), "cat-file", "-e", f"{release.commit}^{{commit}}") is None:
            raise _absent(release, git_dir())
        return Revision(release.commit, release.tag, release.version)
    if _may_be_a_commit(reference):
        commit = git.ask(git_dir(), "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
        if commit and not commit.startswith("^"):
            return _describe(commit, releases, git_dir())
    if releases and _is_newer(reference, releases[-1].version):
        raise VersionError(
            f"version {reference} is newer than this scaffold, which knows versions up to {releases[-1].version}; "
            "upgrade scaffold the way you installed it."
        )
    raise unknown(reference, releases, "this installation knows no release")


def _release(reference: str, releases: Sequence[Release]) -> Release | None:
    """Return the release of that version or commit, where there is one."""
    try:
        version = Version(reference)
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        return next((each for each in releases if each.commit == reference), None)
    return next((each for each in releases if each.version == version), None)


def _absent(release: Release, git_dir: Path) -> VersionError | TemplateError:
    """Return the error of a release whose commit is not there, with what brings it."""
    which = f"the commit of {release.tag} ({release.commit[:12]})"
    if git_dir.name != ".git":
        return TemplateError(f"{which} is not in {BUNDLE}. Install kube-scaffold again.")
    shallow = git.ask(git_dir, "rev-parse", "--is-shallow-repository") == "true"
    way = "in a shallow clone, run `git fetch --unshallow`" if shallow else "run `git fetch --tags`"
    return VersionError(f"{which} is not in this checkout's history; {way}.")


def _may_be_a_commit(reference: str) -> bool:
    return bool(reference) and not reference.startswith("-") and reference.isprintable()


def _describe(commit: str, releases: Sequence[Release], git_dir: Path) -> Revision:
    """Do what `git describe --tags --always` does, by releases.yml instead of tags: main's history is one line."""
    short = git.ask(git_dir, "rev-parse", "--short", commit)
    for release in reversed(releases):
        if git.ask(git_dir, "merge-base", "--is-ancestor", release.commit, commit) is not None:
            count = git.ask(git_dir, "rev-list", "--count", f"{release.commit}..{commit}")
            if count == "0":
                return Revision(commit, release.tag, release.version)
            name = f"{release.tag}-{count}-g{short}"
            return Revision(commit, name, Version(f"{release.version}.post{count}.dev0+{short}"))
    count = git.ask(git_dir, "rev-list", "--count", commit)
    return Revision(commit, str(short), Version(f"0.0.0.post{count}.dev0+{short}"))


def unknown(reference: str, releases: Sequence[Release], none: str) -> VersionError:
    """Return the error for a version that there is not; `none` says why there are no releases."""
    if not releases:
        return VersionError(f"{reference} is not a version of the template, and {none}.")
    near = _neighbours(reference, [each.version for each in releases])
    return VersionError(
        f"{reference or 'an empty word'} is not a version of the template; "
        f"the nearest {'are' if len(near) > 1 else 'is'} {' and '.join(near)}."
    )


def _neighbours(reference: str, versions: Sequence[Version]) -> list[str]:
    """Return the releases just below and above a version; the latest for what is not a version."""
    try:
        place = bisect.bisect(versions, Version(reference))
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        return [str(next((each for each in reversed(versions) if not each.is_prerelease), versions[-1]))]
    return [str(each) for each in versions[max(place - 1, 0) : place + 1]]


def _is_newer(reference: str, newest: Version) -> bool:
    """Return whether a version, or the release that `git describe` starts with, is newer than all known ones."""
    base = re.sub(r"-\d+-g[0-9a-f]+$", "", reference)
    try:
        return Version(base) > newest
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        return False
