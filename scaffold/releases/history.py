"""The versions of one template: those that its `releases.yml` records, and every commit between them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from scaffold import __version__, git
from scaffold.engine.template import REVISION, Template, load_template, template_root
from scaffold.errors import GitError, VersionError
from scaffold.releases.changes import FILE as CHANGES
from scaffold.releases.changes import Change, read_changes
from scaffold.releases.known import FILE as RELEASES
from scaffold.releases.known import Release, read_releases
from scaffold.releases.revision import Revision, find
from scaffold.releases.source import git_dir
from scaffold.releases.trees import PARTS, extract


class History:
    """The versions of the template in a checkout, or in an installed package. What was looked up once is kept."""

    def __init__(self, root: Path) -> None:
        """Take the folder that holds the template, `releases.yml`, and git's history or the bundle of it."""
        self.root = root
        self._revisions: dict[str, Revision] = {}
        self._changes: dict[str, list[Change]] = {}
        self._templates: dict[str, Template] = {}

    @cached_property
    def known(self) -> tuple[Release, ...]:
        """Return every release, the oldest first; perhaps none.

        Raises:
            TemplateError: when releases.yml is broken.
        """
        file = self.root / RELEASES
        return read_releases(file.read_bytes(), str(file)) if file.is_file() else ()

    @property
    def latest(self) -> Release | None:
        """Return the newest release, pre-releases left out as Copier does; None when there is none."""
        return next((each for each in reversed(self.known) if not each.version.is_prerelease), None)

    @property
    def here(self) -> str:
        """Return the version of what lies there, as `git describe` would give it: v0.1.0-3-gabcdef0 after v0.1.0."""
        if (self.root / ".git").exists():
            with suppress(GitError, VersionError):  # no git, or no commit yet
                return self.resolve("HEAD").name
        return self.recorded or f"v{__version__}"

    @property
    def recorded(self) -> str:
        """Return the version that a package was built as; nothing in a checkout."""
        file = self.root / REVISION
        return file.read_text(encoding="utf-8").strip() if file.is_file() else ""

    @cached_property
    def git_dir(self) -> Path:
        """Return the folder of git's objects and refs, which `git.read` takes.

        Raises:
            TemplateError, DestinationError, GitError: as `source.git_dir` does.
        """
        return git_dir(self.root)

    def resolve(self, reference: str) -> Revision:
        """Return the version that is meant: a release with or without `v`, a commit, what `git describe` says, or HEAD.

        Raises:
            VersionError: when there is none of that name; with the nearest releases.
            TemplateError, DestinationError, GitError: as `git_dir` does.
        """
        if reference not in self._revisions:
            self._revisions[reference] = self._find(reference.strip())
        return self._revisions[reference]

    def renew(self) -> None:
        """Look for versions that came since; what lies on this machine is always as it is."""

    def template_here(self) -> Template:
        """Return the template as it lies here, with what is not committed yet.

        Raises:
            TemplateError: when it is broken.
        """
        return load_template(self.root)

    def is_at(self, source: str) -> bool:
        """Return whether a service's `_src_path` is the path of this checkout."""
        path = Path(source).expanduser() if source.isprintable() else Path()
        return path.is_absolute() and path.resolve() == self.root.resolve()

    def template_at(self, reference: str) -> Template:
        """Return the template as it was in a version: a release (`0.1.0`, `v0.1.0`), a commit, or what `_commit` says.

        Raises:
            VersionError: when there is no such version, or it contains no template.
            TemplateError: when the bundle is missing or damaged, or that version is broken.
            DestinationError: when neither the cache nor a temporary folder can be written.
            GitError: when git is missing or refuses.
        """
        commit = self.resolve(reference).commit
        if commit not in self._templates:
            self._templates[commit] = extract(commit, self.git_dir, self._parts(commit))
        return self._templates[commit]

    def changes_at(self, reference: str) -> list[Change]:
        """Return the whole changelog of a version; empty when it had none yet.

        Raises:
            VersionError: when it is unknown.
            TemplateError: when the changelog is broken; others as `git_dir` does.
        """
        commit = self.resolve(reference).commit
        if commit not in self._changes:
            text = git.ask(self.git_dir, "cat-file", "blob", f"{commit}:{CHANGES}")
            self._changes[commit] = [] if text is None else read_changes(text)
        return self._changes[commit]

    def changes_between(self, old: str, new: str, answers: Mapping[str, Any] | None = None) -> list[Change]:
        """Return what a service gains by going from one version to another, in the order of the changelog.

        It is what the new version's changelog has and the old one's has not; so commits between releases work too. With
        `answers`, what does not concern a service with these is left out.

        Raises:
            VersionError, TemplateError: as `changes_at` does.
        """
        had = {change.id for change in self.changes_at(old)}
        gained = [change for change in self.changes_at(new) if change.id not in had]
        return gained if answers is None else [change for change in gained if change.concerns(answers)]

    def _find(self, reference: str) -> Revision:
        return find(reference, self.known, lambda: self.git_dir)

    def _parts(self, commit: str) -> tuple[str, ...]:
        """Return what of a commit is the template, as paths; all of it where there are none."""
        return PARTS


@cache
def installed() -> History:
    """Return the versions that this installation carries, or the checkout that this package runs from.

    Raises:
        TemplateError: when there is no template.
    """
    return History(template_root())
