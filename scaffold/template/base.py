"""A release of this project's template, as an overlay is built on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scaffold import git
from scaffold.engine.template import Template, raw_questions
from scaffold.errors import FileError, VersionError
from scaffold.files.folder import RenderedFile, read_rendered
from scaffold.releases import Change, History, Revision
from scaffold.releases.editions import blob_id
from scaffold.template.overlay import MANIFEST, Overlay
from scaffold.text.nearest import suggest

SKELETON = "templates/service/skeleton/"
LICENSE = "LICENSE"


@dataclass(frozen=True)
class Base:
    """A version of the base: its history, and which version it is."""

    history: History
    revision: Revision

    @cached_property
    def template(self) -> Template:
        """Return the template."""
        return self.history.template_at(self.revision.commit)

    @cached_property
    def files(self) -> Mapping[str, RenderedFile]:
        """Return each file of the template by its path: copier.yml, and all below templates/."""
        root = self.template.root
        paths = [root / "copier.yml", *sorted((root / "templates").rglob("*"))]
        found = {}
        for file in paths:
            if file.is_file() and not file.is_symlink():
                path = file.relative_to(root).as_posix()
                found[path] = read_rendered(path, file)
        return found

    @cached_property
    def questions(self) -> Mapping[str, Any]:
        """Return what copier.yml and what it includes say of each question."""
        return raw_questions(self.template.root)

    @property
    def changes(self) -> list[Change]:
        """Return the changelog of this version."""
        return self.history.changes_at(self.revision.commit)

    @property
    def license(self) -> bytes:
        """Return the licence under which the base may be built into another template; nothing where it has none."""
        text = git.ask(self.history.git_dir, "cat-file", "blob", f"{self.revision.commit}:{LICENSE}")
        return b"" if text is None else f"{text}\n".encode()

    def skeleton(self, path: str) -> RenderedFile | None:
        """Return a file of the skeleton."""
        return self.files.get(SKELETON + path)

    def require(self, path: str, where: str) -> RenderedFile:
        """Return a file of the skeleton.

        Raises:
            FileError: when there is none; with the nearest path. `where` is what names it.
        """
        file = self.skeleton(path)
        if file is None:
            known = [each.removeprefix(SKELETON) for each in self.files if each.startswith(SKELETON)]
            near = suggest(path, known, "`scaffold template files` lists them.")
            raise FileError(f"{where}: {path} is not a file of the base's skeleton ({self.revision.name}). {near}")
        return file


def base_of(overlay: Overlay, history: History) -> Base:
    """Return the base that an overlay names.

    Raises:
        VersionError: when it is not known here.
        FileError: when its commit is another one.
    """
    try:
        revision = history.resolve(overlay.version)
    except VersionError as error:
        raise VersionError(f"{MANIFEST}, base: {error}") from error
    if revision.commit != overlay.commit:
        raise FileError(f"{MANIFEST}: base.commit is not the commit of {overlay.version}, which is {revision.commit}.")
    return Base(history, revision)


def id_of(file: RenderedFile) -> str:
    """Return what git calls the bytes of a file."""
    return blob_id(file.content, "sha1")
