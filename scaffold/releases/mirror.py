"""The versions of a template in somebody's git repository, by way of a bare copy of it in the user's cache.

As in Copier, the versions are the tags that are versions by PEP 440. What the copy holds needs no network. The
repository itself is read for a version that the copy lacks, and for the newest one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path

from packaging.version import InvalidVersion, Version

from scaffold import git
from scaffold.engine.contract import FILE as CONTRACT
from scaffold.engine.supported import UnsupportedError
from scaffold.engine.template import Template, load_template
from scaffold.errors import GitError, TemplateError, VersionError
from scaffold.files import cache
from scaffold.files.private import close_to_others
from scaffold.releases.address import Address
from scaffold.releases.history import History
from scaffold.releases.known import Release
from scaffold.releases.revision import Revision, unknown

_TAGS = "--format=%(refname:strip=2)%09%(objectname)%09%(*objectname)%09%(creatordate:short)"
_DESCRIBED = re.compile(r"(.+)-(\d+)-g[0-9a-f]+")
_FIXED = re.compile(r"(.+-\d+-g)?[0-9a-f]{4,64}")
"""A commit, as services remember it."""

OnNews = Callable[[str], None]
"""Shows a sentence to the user."""


class Mirror(History):
    """The versions of the template at an address."""

    def __init__(self, address: Address, *, offline: bool = False, on_news: OnNews = lambda _: None) -> None:
        """Take the address. With `offline`, no host is called; `on_news` gets what takes long, and what is old."""
        super().__init__(address.path or Path(address.location))
        self.address = address
        self._offline = offline and address.path is None
        self._on_news = on_news
        self._renewed = False
        self._fetched = False
        self._failure: GitError | None = None

    @cached_property
    def known(self) -> tuple[Release, ...]:
        """Return the versions that are tagged, the oldest first."""
        listing = git.read(self.git_dir, "for-each-ref", _TAGS, "refs/tags").decode(errors="replace")
        found = {release.version: release for release in _releases(listing)}
        return tuple(found[version] for version in sorted(found))

    @property
    def here(self) -> str:
        """Return the version of the newest commit, as `git describe` gives it."""
        return self.resolve("HEAD").name

    @property
    def recorded(self) -> str:
        """Return nothing: only a package records its version."""
        return ""

    @cached_property
    def git_dir(self) -> Path:
        """Return the folder of the copy, which is made where there is none.

        Raises:
            GitError: when the repository can't be reached, or git refuses.
            VersionError: when it is not there and may not be fetched.
            DestinationError: when neither the cache nor a temporary folder can be written.
        """
        digest = hashlib.sha256(self.address.location.encode()).hexdigest()
        return cache.kept(f"{digest[:16]}-mirror.git", self._clone, _is_repository)

    def template_here(self) -> Template:
        """Return the template as it lies in a folder, with what is not committed; from elsewhere, the newest commit."""
        return load_template(self.root) if self.root.is_dir() else self.template_at("HEAD")

    def template_at(self, reference: str) -> Template:
        """Return the template of a version, as `History.template_at` does.

        Raises:
            TemplateError: for one that scaffold does not support, with the command of Copier that does.
        """
        try:
            return super().template_at(reference)
        except UnsupportedError as error:
            raise TemplateError(f"{error} Use Copier: copier copy {self.address.source} FOLDER.") from error

    def is_at(self, source: str) -> bool:
        """Return whether a service's `_src_path` means this address."""
        return source in (self.address.source, self.address.location)

    def resolve(self, reference: str) -> Revision:
        """Return the version that is meant; it is fetched where the copy lacks it.

        Raises:
            VersionError: when there is none of that name; with the nearest ones.
            GitError, DestinationError: as `git_dir` does.
        """
        if self.address.path or _moves(reference):
            self.renew()
        try:
            return super().resolve(reference)
        except VersionError:
            if self._renewed or self._offline:
                raise
            self.renew()
            return super().resolve(reference)

    def renew(self) -> None:
        """Fetch what is new, once. Where a copy is there, it is used if the repository can't be reached.

        Raises:
            GitError, VersionError, DestinationError: as `git_dir` does.
        """
        folder = self.git_dir
        if self._renewed or self._offline:
            return
        self._renewed = True
        with cache.alone(folder):
            try:
                git.fetch(folder, self.address.location)
            except GitError as error:
                self._on_news(f"{self.address.source} can't be reached ({error}) scaffold uses the copy in its cache.")
                return
        self._fetched = True
        self._revisions.clear()
        self.__dict__.pop("known", None)

    def _clone(self, folder: Path) -> None:
        if self._offline:
            raise VersionError(
                f"{self.address.source} is not in the cache, and --offline forbids fetching it. "
                "Run the command once without --offline."
            )
        if self._failure:  # the cache tries a second time in a temporary folder
            raise self._failure
        if self.address.path is None:
            self._on_news(f"Fetching {self.address.source}")
        try:
            git.clone_bare(self.address.location, folder)
        except GitError as error:
            self._failure = GitError(
                f"the template {self.address.source} can't be read: {error} "
                f"Check the address, and that `git ls-remote {self.address.location}` works."
            )
            raise self._failure from error
        close_to_others(folder)
        self._renewed = True

    def _find(self, reference: str) -> Revision:
        for release in self.known:
            if _version(reference) == release.version or reference in (release.commit, release.tag):
                return Revision(release.commit, release.tag, release.version)
        if reference == "HEAD" and self._fetched:
            git.follow_head(self.git_dir, self.address.location)
        if reference and not reference.startswith("-") and reference.isprintable():
            commit = git.ask(self.git_dir, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
            if commit and not commit.startswith("^"):
                return self._described(commit)
        raise unknown(reference, self.known, "the template has no release: no tag that is a version")

    def _described(self, commit: str) -> Revision:
        """Return a commit as Copier records it (`git describe --tags --always`), with its version by PEP 440."""
        name = git.read(self.git_dir, "describe", "--tags", "--always", commit).decode().strip()
        base, count = (found[1], found[2]) if (found := _DESCRIBED.fullmatch(name)) else ("0.0.0", "")
        count = count or git.read(self.git_dir, "rev-list", "--count", commit).decode().strip()
        try:
            version = Version(f"{Version(base)}.post{count}.dev0+{commit[:7]}")
        except InvalidVersion:  # the nearest tag is a post-release, or no version
            version = Version(f"0.0.0.post{count}.dev0+{commit[:7]}")
        return Revision(commit, name, version)

    def _parts(self, commit: str) -> tuple[str, ...]:
        """Return what of a commit is the template: of a template made from this project's, the same as here."""
        is_kin = git.ask(self.git_dir, "cat-file", "-e", f"{commit}:{CONTRACT}") is not None
        return super()._parts(commit) if is_kin else ()


def _is_repository(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and git.ask(folder, "rev-parse", "--git-dir") is not None


def _moves(reference: str) -> bool:
    """Return whether a name means another commit from day to day: HEAD, a branch, or a tag that is not a version."""
    return not _FIXED.fullmatch(reference) and _version(reference) is None


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except ValueError:  # InvalidVersion, or a number of thousands of digits
        return None


def _releases(listing: str) -> Iterator[Release]:
    for line in listing.splitlines():
        tag, commit, peeled, day = line.split("\t")
        try:
            yield Release(Version(tag), peeled or commit, date.fromisoformat(day), tag)
        except ValueError:  # not a version: Copier skips it, too
            continue
