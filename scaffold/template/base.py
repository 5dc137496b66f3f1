"""A release of the template on which an overlay is built: of this project's, or of a platform's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from scaffold import git
from scaffold.engine.template import Template, raw_questions
from scaffold.errors import FileError, VersionError
from scaffold.files.folder import RenderedFile, read_rendered
from scaffold.releases import Change, History, Revision
from scaffold.releases.changes import read_changes
from scaffold.releases.editions import blob_id
from scaffold.releases.home import Home, Homes
from scaffold.template.fixes import titles
from scaffold.template.moved import FILE as MOVED
from scaffold.template.moved import follow, recorded
from scaffold.template.overlay import CHANGES, MANIFEST, Overlay, name_of
from scaffold.text.nearest import did_you_mean, suggest

SKELETON = "templates/service/skeleton/"
LICENSE = "LICENSE"
NOTICE = "NOTICE"
_SUFFIX = ".jinja"


@dataclass(frozen=True)
class Base:
    """A version of the base: its history, and which version it is; the address and name of a platform's template.

    Both are empty where the base is the template that scaffold carries.
    """

    history: History
    revision: Revision
    url: str | None = None
    name: str = ""

    @property
    def label(self) -> str:
        """Return what people call it."""
        return self.name or "the base"

    def at(self, revision: Revision) -> Base:
        """Return another version of it."""
        return replace(self, revision=revision)

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

    def suggestion(self, name: str, otherwise: str) -> str:
        """Return a sentence on a question that this version lacks: which release has it, or a name that is similar."""
        latest = self.history.latest
        if latest is None or latest.version <= self.revision.version:
            return suggest(name, self.questions, otherwise)
        if name in raw_questions(self.history.template_at(latest.commit).root):
            return f"{latest.tag} has it. Run: scaffold template pull"
        return suggest(name, self.questions, otherwise)

    def asks(self, name: str) -> bool:
        """Return whether there is a question of that name that people answer."""
        return name in {question.name for question in self.template.asked}

    @property
    def changes(self) -> list[Change]:
        """Return the changelog of this version."""
        return self.history.changes_at(self.revision.commit)

    @property
    def titles(self) -> Mapping[str, str]:
        """Return the title of each change of this version by its id, and for another platform's what brought it."""
        return titles(self.changes, self.origins)

    @property
    def license(self) -> bytes:
        """Return the licence under which the base may be built into another template; nothing where it has none."""
        return self._text(LICENSE).encode()

    @property
    def notice(self) -> str:
        """Return what a platform's template says of its own base; nothing for this project's."""
        return self._text(NOTICE) if self.name else ""

    @cached_property
    def origins(self) -> Mapping[str, str]:
        """Return what brought each change of a platform's template, by its id: which layers, and in which versions."""
        if not self.name:
            return {}
        own = {change.id for change in read_changes(self._text(CHANGES), CHANGES)}
        first: dict[str, str] = {}
        for release in self.history.known:
            if release.version <= self.revision.version:
                for change in self.history.changes_at(release.commit):
                    first.setdefault(change.id, f"{self.name} {release.version}")
        here = f"{self.name} {self.revision.version}"
        return {
            change.id: each if change.id in own else f"{change.brought or f'base {change.version}'}, in {each}"
            for change in self.changes
            for each in [first.get(change.id, here)]
        }

    def _text(self, path: str) -> str:
        text = git.ask(self.history.git_dir, "cat-file", "blob", f"{self.revision.commit}:{path}")
        return "" if text is None else f"{text}\n"

    def skeleton(self, path: str) -> RenderedFile | None:
        """Return a file of the skeleton."""
        return self.files.get(SKELETON + path)

    @cached_property
    def moved(self) -> Mapping[str, str]:
        """Return where files of the skeleton are in this version, by former paths, as far as the base records it.

        Raises:
            FileError: when the record is wrong.
        """
        file = self.files.get(MOVED)
        return recorded(file.content, f"{self.label} {self.revision.name}") if file else {}

    def require(self, path: str, where: str) -> RenderedFile:
        """Return a file of the skeleton.

        Raises:
            FileError: when there is none; with where it is now, or the nearest path. `where` is what names it.
        """
        file = self.skeleton(path)
        if file is None:
            known = [each.removeprefix(SKELETON) for each in self.files if each.startswith(SKELETON)]
            now = follow(path, self.moved, self.skeleton)
            near = f"It is {now} now." if now else _near(path, known)
            raise FileError(f"{where}: {path} is not a file of the base's skeleton ({self.revision.name}). {near}")
        return file


def _near(path: str, known: Sequence[str]) -> str:
    """Return which paths may be meant: those of the same file name, which is that in a service; or the nearest one."""
    name = PurePosixPath(path).name.removesuffix(_SUFFIX)
    same = [each for each in known if PurePosixPath(each).name.removesuffix(_SUFFIX) == name]
    return did_you_mean(*same) if same else suggest(path, known, "`scaffold template files` lists them.")


def base_of(overlay: Overlay, homes: Homes) -> Base:
    """Return the base that an overlay names.

    Raises:
        VersionError: when it is not known here.
        FileError: when its commit is another one, or its address is not that of a platform's template.
        GitError: when its repository can't be read.
    """
    home = homes.own if overlay.base_url is None else homes.named(overlay.base_url, f"{MANIFEST}, base.url")
    try:
        is_between = "+" in overlay.version  # of two releases, so that only its commit has a name
        revision = home.history.resolve(overlay.commit if is_between else overlay.version)
    except VersionError as error:
        raise VersionError(f"{MANIFEST}, base: {error}") from error
    if revision.commit != overlay.commit:
        raise FileError(f"{MANIFEST}: base.commit is not the commit of {overlay.version}, which is {revision.commit}.")
    return base_at(home, revision, homes)


def base_at(home: Home, revision: Revision, homes: Homes) -> Base:
    """Return a version of a template as a base.

    Raises:
        FileError: when it is neither the one that scaffold carries, nor a platform's template.
    """
    if home.history is homes.own.history:
        return Base(home.history, revision)
    text = git.ask(home.history.git_dir, "cat-file", "blob", f"{revision.commit}:{MANIFEST}")
    if text is None:
        raise FileError(
            f"{home.url} is not a platform's template: {revision.name} has no {MANIFEST}. "
            "`scaffold template new` makes one."
        )
    return Base(home.history, revision, home.url, name_of(text, f"{MANIFEST} of {home.url}"))


def id_of(file: RenderedFile) -> str:
    """Return what git calls the bytes of a file."""
    return blob_id(file.content, "sha1")
