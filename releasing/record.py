"""Write a release into releases.yml: a commit can't contain its own id, so the record is a commit that follows it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from packaging.version import InvalidVersion, Version

from scaffold import git
from scaffold.errors import VersionError
from scaffold.releases.known import FILE, read_releases

VERSION_FILE = "scaffold/__init__.py"
PAGE = "docs/ci.md"
_VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)


def canonical(version: str) -> str:
    """Return a version in its PEP 440 form, without a leading v.

    Raises:
        VersionError: when it is none.
    """
    try:
        return str(Version(version))
    except InvalidVersion as error:
        raise VersionError(f"{version} is no version; for example 0.2.0 or 0.3.0rc1 (PEP 440).") from error


def write_version(root: Path, version: str) -> None:
    """Put the version into the one place that says it, and into the page that tells users which one to take."""
    file, page = root / VERSION_FILE, root / PAGE
    file.write_text(_VERSION.sub(f'__version__ = "{version}"', file.read_text()))
    if page.is_file():
        page.write_text(re.sub(r"(?m)^( +rev: )v\S+$", rf"\g<1>v{version}", page.read_text()))


def record(root: Path, version: str, commit: str, day: date) -> None:
    """Add a release to releases.yml; a record of that version whose commit is lost (it was rebased) is replaced.

    Raises:
        VersionError: when the commit is not in the history, says another version, or is recorded already.
    """
    repository, file = root / ".git", root / FILE
    found = git.ask(repository, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    if found is None or not _in_history(repository, found):
        raise VersionError(f"{commit} is no commit of this branch's history; only those can be released.")
    says = _VERSION.search(git.read(repository, "show", f"{found}:{VERSION_FILE}").decode())
    if says is None or says[1] != version:
        raise VersionError(f"{found[:12]} says that it is version {says[1] if says else '?'}, not {version}.")
    entry = f"- version: {version}\n  commit: {found}\n  date: {day.isoformat()}\n"
    text = file.read_text()
    old = next((each for each in read_releases(text) if str(each.version) == version), None)
    if old is None:
        text = text.rstrip("\n") + "\n" + entry
    elif _in_history(repository, old.commit):
        raise VersionError(f"{version} is recorded already, as {old.commit[:12]}.")
    else:
        text = re.sub(rf"- version: {re.escape(version)}\n  commit: .*\n  date: .*\n", entry, text)
    read_releases(text)
    file.write_text(text)


def _in_history(repository: Path, commit: str) -> bool:
    return git.ask(repository, "merge-base", "--is-ancestor", commit, "HEAD") is not None
