"""The steps of `scaffold template`, each from the folder of an overlay to what is to be written."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scaffold.atomic.whole import Change
from scaffold.engine.questions import Question
from scaffold.engine.template import load_template
from scaffold.errors import FileError
from scaffold.files.folder import RenderedFile
from scaffold.git.repository import locate
from scaffold.releases import Release as BaseRelease
from scaffold.releases.home import Homes
from scaffold.template import backstage, fixes, release, tag
from scaffold.template.base import SKELETON, Base, base_of
from scaffold.template.build import build
from scaffold.template.goldens import Golden, Workshop, goldens_of
from scaffold.template.overlay import FILES, FOLDER, MANIFEST, Overlay, read_overlay
from scaffold.template.place import Difference, difference, put, whole, write_plainly
from scaffold.template.pull import Pulled, pull
from scaffold.template.release import Release
from scaffold.template.start import first_files


@dataclass(frozen=True)
class Platform:
    """A platform's template in `root`: its overlay and the base that it names."""

    root: Path
    overlay: Overlay
    base: Base

    def build(self, *, check: bool = False) -> Difference:
        """Build the template, and return what changed; with `check`, only what would.

        Raises:
            FileError: when the overlay is wrong.
            DestinationError: when the disk refuses.
        """
        files = build(self.overlay, self.base)
        found = difference(self.root, files)
        if not check:
            put(self.root, Change(files, found.removed, self._note("build")))
        return found

    def status(self) -> Status:
        """Return how far the base has gone on, and what the overlay has of it."""
        self.base.history.renew()
        newer = tuple(each for each in self.base.history.known if each.version > self.base.revision.version)
        return Status(self, newer, build_is_current=not self.build(check=True))

    def diff(self, paths: Sequence[str]) -> Iterator[str]:
        """Yield the lines in which overrides differ from the base's files; all overrides without paths.

        Raises:
            FileError: when a path is not an override.
        """
        for path in paths or self.overlay.overrides:
            own, theirs = self.overlay.files.get(path), self.base.skeleton(path)
            if own is None or theirs is None:
                raise FileError(f"diff: {path} is not an override. `scaffold template files` lists them.")
            before, after = (each.content.decode(errors="replace").splitlines() for each in (theirs, own))
            yield from difflib.unified_diff(before, after, f"base/{path}", f"{FILES}/{path}", lineterm="")

    def paths(self) -> Iterator[tuple[str, str]]:
        """Yield each file of the skeleton: where it comes from (base, override, own, removed), and its path."""
        known = {path.removeprefix(SKELETON) for path in self.base.files if path.startswith(SKELETON)}
        for path in sorted(known | self.overlay.files.keys()):
            if path in self.overlay.removed:
                yield "removed", path
            else:
                yield ("override" if path in known else "own") if path in self.overlay.files else "base", path

    def pull(self, new: Base, *, dry_run: bool = False, inline: bool = False) -> Pulled:
        """Move the overlay to another version of the base, and build it; return what that brings.

        Where there are conflicts, nothing is written. With `inline`, the overlay gets markers, and nothing is built.

        Raises:
            FileError: when the overlay does not fit the new version.
        """
        pulled = pull(self.overlay, self.base, new)
        if pulled.conflicts:
            if inline and not dry_run and pulled.can_be_marked:
                put(self.root, Change(pulled.files, pulled.gone, self._note("pull", new)))
                return replace(pulled, marked=True)
            return pulled
        built = self._built_with(pulled.files, pulled.gone, new)
        found = difference(self.root, built)
        if not dry_run:
            removed = [*pulled.gone, *found.removed]
            put(self.root, Change({**pulled.files, **built}, removed, self._note("pull", new)))
        return pulled

    def _note(self, what: str, new: Base | None = None) -> dict[str, str]:
        """Return what the journal says of a change: what it is, and to which version of the base."""
        return {"from": what, "to": (new or self.base).revision.name}

    def release(self, version: str, day: date, *, dry_run: bool = False) -> Release:
        """Release the template: give its changes the version, build, commit and tag; return what the release says.

        Raises:
            OptionError, ServiceError: as `release.prepare` does.
            FileError: when a change is undecided, the built template is not current, or the overlay is wrong.
        """
        made = release.prepare(self.overlay, version, self.base.label)
        for each in fixes.undecided(self.overlay.fixes):
            raise FileError(f"{fixes.FIXES}: {each} is undecided. {fixes.FORM} Then build and commit.")
        if self.build(check=True):
            raise FileError("the built template is not current. Run: scaffold template build")
        files = release.files(self.overlay, made, day)
        built = self._built_with(files, (), self.base)
        if not dry_run:
            written = {**files, **built}
            repository, _ = locate(self.root)
            in_git = tag.make(repository, made.head, str(made.version), written)
            note = {**self._note("release"), **in_git.note}
            put(self.root, Change(written, (), note, made.head, in_git.index))
        return made

    def _built_with(
        self, files: Mapping[str, RenderedFile], gone: Sequence[str], base: Base
    ) -> dict[str, RenderedFile]:
        """Return what is built of the overlay with other files, on a base."""
        with tempfile.TemporaryDirectory(prefix="scaffold-template-") as name:
            folder = Path(name)
            shutil.copy2(self.root / MANIFEST, folder)
            shutil.copytree(self.root / FOLDER, folder / FOLDER, symlinks=True)
            write_plainly(folder, files, gone)
            return build(read_overlay(folder), base)

    def accept(self, rendered: Mapping[str, Sequence[RenderedFile]]) -> None:
        """Write goldens, by their names, as they were rendered."""
        files: dict[str, RenderedFile] = {}
        gone: list[str] = []
        for name, made in rendered.items():
            golden = Golden(self.root, name)
            files |= golden.kept(made)
            gone += [path for each in golden.there() if (path := f"{golden.folder}/{each}") not in files]
        self.write(files, gone)

    def asked(self) -> tuple[Question, ...]:
        """Return the questions that people answer: the base's and the platform's own, in order.

        Raises:
            FileError, TemplateError: when the overlay is wrong.
        """
        built = build(self.overlay, self.base)
        if not difference(self.root, built):
            return tuple(load_template(self.root).asked)
        with tempfile.TemporaryDirectory(prefix="scaffold-template-") as name:
            write_plainly(Path(name), built)
            return tuple(load_template(Path(name)).asked)

    def backstage(self, text: str, *, check: bool = False) -> bool:
        """Write template.yaml, or with `check` nothing; return whether it was another one."""
        file = RenderedFile(backstage.FILE, text.encode(), False)
        found = bool(difference(self.root, {backstage.FILE: file}).written)
        if found and not check:
            self.write({backstage.FILE: file})
        return found

    def write(self, files: Mapping[str, RenderedFile], removed: Sequence[str] = ()) -> None:
        """Write files of the overlay."""
        put(self.root, Change(files, removed, self._note("edit")))


def take_back(root: Path) -> str:
    """Take the last pull back that nothing has changed since; return the version of the base that it went to.

    Raises:
        ServiceError: when the last change was not a pull, or its files were changed since.
        DestinationError: when the disk refuses.
    """
    read_overlay(root)
    return whole(root).undo("pull").note["to"]


@dataclass(frozen=True)
class Status:
    """How a platform's template stands: the releases of the base that it lacks, and whether the build is current."""

    platform: Platform
    newer: tuple[BaseRelease, ...]
    build_is_current: bool

    @property
    def is_current(self) -> bool:
        """Return whether nothing is to be done."""
        return self.build_is_current and not self.newer and not self.undecided

    @property
    def undecided(self) -> tuple[str, ...]:
        """Return the ids of the base's changes that nobody has decided."""
        return tuple(fixes.undecided(self.platform.overlay.fixes))


def open_platform(root: Path, homes: Homes) -> Platform:
    """Return the platform's template in a folder.

    Raises:
        FileError, VersionError: when it is none, or its base is not known.
    """
    if (root / MANIFEST).is_file():
        whole(root).recover()
    overlay = read_overlay(root)
    return Platform(root, overlay, base_of(overlay, homes))


def start(name: str, url: str, base: Base) -> dict[str, RenderedFile]:
    """Return all files of a new template of a platform, built.

    Raises:
        FileError: when the name or the URL is not one.
    """
    first = first_files(name, url, base)
    with tempfile.TemporaryDirectory(prefix="scaffold-template-") as folder:
        write_plainly(Path(folder), first)
        overlay = read_overlay(Path(folder))
        built = build(overlay, base)
        write_plainly(Path(folder), built)
        workshop = Workshop(load_template(Path(folder)), url)
        files = {**first, **built}
        for golden in goldens_of(Path(folder)):
            files |= golden.kept(workshop.service(golden.given()))
        return files
