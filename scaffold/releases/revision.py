"""From what a user or an answers file calls a version of the template to the commit that holds it."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.version import Version

from scaffold import git
from scaffold.errors import TemplateError, VersionError
from scaffold.releases.known import Release, known, latest
from scaffold.releases.source import BUNDLE, git_dir


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


@cache
def resolve(reference: str, root: Path | None = None) -> Revision:
    """Return the version that is meant: a release with or without `v`, a commit, what `git describe` says, or HEAD.

    Raises:
        VersionError: when there is none of that name; with the nearest releases.
        TemplateError, DestinationError, GitError: as `source.git_dir` does.
    """
    reference = reference.strip()
    if release := _release(reference, root):
        if git.ask(git_dir(root), "cat-file", "-e", f"{release.commit}^{{commit}}") is None:
            raise _absent(release, root)
        return Revision(release.commit, release.tag, release.version)
    if commit := _commit(reference, root):
        return _describe(commit, root)
    raise _unknown(reference, root)


def _release(reference: str, root: Path | None) -> Release | None:
    """Return the release of that version or commit, where there is one."""
    try:
        version = Version(reference)
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        return next((each for each in known(root) if each.commit == reference), None)
    return next((each for each in known(root) if each.version == version), None)


def _absent(release: Release, root: Path | None) -> VersionError | TemplateError:
    """Return the error of a release whose commit is not there, with what brings it."""
    which = f"the commit of {release.tag} ({release.commit[:12]})"
    if git_dir(root).name != ".git":
        return TemplateError(f"{which} is not in {BUNDLE}. Install kube-scaffold again.")
    shallow = git.ask(git_dir(root), "rev-parse", "--is-shallow-repository") == "true"
    way = "a shallow clone gets it by `git fetch --unshallow`" if shallow else "get it by `git fetch --tags`"
    return VersionError(f"{which} is not in this checkout's history; {way}.")


def _commit(reference: str, root: Path | None) -> str | None:
    if not reference or reference.startswith("-") or not reference.isprintable():
        return None
    return git.ask(git_dir(root), "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")


def _describe(commit: str, root: Path | None) -> Revision:
    """Do what `git describe --tags --always` does, by releases.yml instead of tags: main's history is one line."""
    short = git.ask(git_dir(root), "rev-parse", "--short", commit)
    for release in reversed(known(root)):
        if git.ask(git_dir(root), "merge-base", "--is-ancestor", release.commit, commit) is not None:
            count = git.ask(git_dir(root), "rev-list", "--count", f"{release.commit}..{commit}")
            if count == "0":
                return Revision(commit, release.tag, release.version)
            name = f"{release.tag}-{count}-g{short}"
            return Revision(commit, name, Version(f"{release.version}.post{count}.dev0+{short}"))
    count = git.ask(git_dir(root), "rev-list", "--count", commit)
    return Revision(commit, str(short), Version(f"0.0.0.post{count}.dev0+{short}"))


def _unknown(reference: str, root: Path | None) -> VersionError:
    releases = known(root)
    if not releases:
        return VersionError(f"{reference} is no version of the template, and this installation knows no release.")
    if _is_newer(reference, releases[-1].version):
        return VersionError(
            f"version {reference} is newer than what this scaffold knows (up to {releases[-1].version}); "
            "upgrade it: pip install --upgrade kube-scaffold."
        )
    near = _neighbours(reference, root)
    return VersionError(
        f"{reference or 'an empty word'} is no version of the template; "
        f"the nearest {'are' if len(near) > 1 else 'is'} {' and '.join(near)}."
    )


def _neighbours(reference: str, root: Path | None) -> list[str]:
    """Return the releases just below and above a version; the latest for what is no version."""
    versions = [each.version for each in known(root)]
    try:
        place = bisect.bisect(versions, Version(reference))
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        newest = latest(root)
        return [str(newest.version if newest else versions[-1])]
    return [str(each) for each in versions[max(place - 1, 0) : place + 1]]


def _is_newer(reference: str, newest: Version) -> bool:
    """Say whether a version, or the release that `git describe` starts with, is newer than the newest that is known."""
    base = re.sub(r"-\d+-g[0-9a-f]+$", "", reference)
    try:
        return Version(base) > newest
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        return False
