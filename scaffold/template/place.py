"""Puts what was built, or changed in the overlay, in place; and compares what lies there with it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from scaffold.atomic.transaction import Place
from scaffold.atomic.whole import Change, Whole
from scaffold.engine.template import load_template
from scaffold.errors import FileError, GitError, ServiceError, TemplateError
from scaffold.files.folder import RenderedFile, read_rendered, write_files
from scaffold.git.repository import locate
from scaffold.template.build import built_paths
from scaffold.template.tag import record


@dataclass(frozen=True)
class Difference:
    """Paths that would change: those to write, and those to remove."""

    written: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Return whether anything would change."""
        return bool(self.written or self.removed)


def difference(root: Path, files: Mapping[str, RenderedFile]) -> Difference:
    """Return how the built template in `root` differs from these files."""
    there = built_paths(root)
    written = tuple(path for path, file in sorted(files.items()) if not _is_same(root / path, file))
    return Difference(written, tuple(path for path in there if path not in files))


def put(root: Path, change: Change) -> None:
    """Write the files of a change below `root` and remove others: all of it, or nothing.

    Raises:
        DestinationError: when the disk refuses.
        ServiceError: when another process changes the template.
        GitError: when a release can't be committed or tagged.
        FileError: when the files are not a template that scaffold reads. In all cases nothing is changed.
    """
    _refuse_broken(root, change.files)
    files = {path: file for path, file in change.files.items() if not _is_same(root / path, file)}
    removed = [path for path in change.removed if os.path.lexists(root / path)]
    if files or removed or change.index is not None:
        whole(root).write(replace(change, files=files, removed=removed))


def write_plainly(folder: Path, files: Mapping[str, RenderedFile], removed: Collection[str] = ()) -> None:
    """Write files into a folder of ours that nobody else sees, and remove others."""
    write_files(folder, files.values())
    for path in removed:
        (folder / path).unlink(missing_ok=True)


def whole(root: Path) -> Whole:
    """Return what changes a platform's template; it has its journal in git's folder, where there is one."""
    try:
        repository, prefix = locate(root, looking=True)
    except (ServiceError, GitError):
        return Whole(_place(root, root / f".{_NAME}"))
    name = f"{_NAME}-{hashlib.sha256(prefix.encode()).hexdigest()[:8]}" if prefix else _NAME

    def is_changed() -> bool:
        return repository.git("status", "--porcelain", "--untracked-files=no", "--", ".", folder=root) != b""

    place = replace(_place(root, repository.git_dir / name), is_changed=is_changed)
    index, lock = repository.git_dir / "index", repository.git_dir / "index.lock"
    return Whole(place, replace(place, index=index, lock=lock, last=partial(record, root)))


def _place(root: Path, beside: Path) -> Place:
    state, lock = beside / "state", beside / "state.lock"
    return Place(beside / "journal", root, state, lock, "change", lambda: False, keeps_old=True)


_NAME = "scaffold-template"


def _refuse_broken(root: Path, files: Mapping[str, RenderedFile]) -> None:
    if "copier.yml" not in files:
        return
    with tempfile.TemporaryDirectory(prefix="scaffold-template-") as folder:
        write_plainly(Path(folder), files)
        try:
            load_template(Path(folder))
        except TemplateError as error:
            raise FileError(f"the overlay makes a template that does not work: {error}") from error


def _is_same(path: Path, file: RenderedFile) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != len(file.content):
        return False
    return read_rendered(file.path, path) == file
