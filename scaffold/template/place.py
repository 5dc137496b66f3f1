"""Puts what was built, or changed in the overlay, in place; and compares what lies there with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffold.engine.template import load_template
from scaffold.errors import FileError, TemplateError
from scaffold.files.folder import RenderedFile, staged, write_files
from scaffold.files.foreign import read_foreign
from scaffold.files.staging import staging
from scaffold.template.build import built_paths


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


def put(root: Path, files: Mapping[str, RenderedFile], removed: Collection[str] = ()) -> None:
    """Write the files below `root`, each in one step, and remove others; after an error all are as they were.

    Raises:
        DestinationError: when the disk refuses.
        FileError: when the files are not a template that scaffold reads; nothing is written then.
    """
    _refuse_broken(root, files)
    if files:
        with staged(root, force=True) as stage:
            write_files(stage, files.values())
    for path in removed:
        (root / path).unlink(missing_ok=True)


def _refuse_broken(root: Path, files: Mapping[str, RenderedFile]) -> None:
    if "copier.yml" not in files:
        return
    with staging(root, "template") as stage:
        write_files(stage.path, files.values())
        try:
            load_template(stage.path)
        except TemplateError as error:
            raise FileError(f"the overlay makes a template that does not work: {error}") from error


def _is_same(path: Path, file: RenderedFile) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != len(file.content):
        return False
    return read_foreign(path) == file.content and bool(path.stat().st_mode & 0o100) == file.executable
