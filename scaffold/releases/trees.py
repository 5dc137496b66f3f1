"""A version's files on disk: extracted once into the user's cache folder, then read from there.

The bytes are those of git's objects, and what is found in the cache is compared with their ids before it is used: a
cache that was cleaned in part or damaged is made again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scaffold import folders, git
from scaffold.errors import VersionError
from scaffold.releases.revision import resolve
from scaffold.releases.source import git_dir, staged, unwritable
from scaffold.template import Template, load_template

PARTS = ("copier.yml", "templates")
"""What of the repository is the template; nothing else is extracted."""


@dataclass(frozen=True)
class Blob:
    """One file of a version: its path with /, git's mode (100644, 100755 or 120000) and its object id."""

    path: str
    mode: str
    id: str


def template_at(reference: str, root: Path | None = None) -> Template:
    """Return the template as it was in a version: a release (`0.1.0`, `v0.1.0`), a commit, or what `_commit` says.

    Raises:
        VersionError: when there is no such version, or it holds no template.
        TemplateError: when the bundle is missing or damaged, or that version is broken.
        DestinationError: when the cache can't be written.
        GitError: when git is missing or refuses.
    """
    return _template(resolve(reference, root).commit, root)


@cache
def _template(commit: str, root: Path | None) -> Template:
    blobs = _list(commit, root)
    if not any(blob.path == "copier.yml" for blob in blobs):
        raise VersionError(f"commit {commit[:12]} holds no template: it has no copier.yml.")
    folder = folders.cache() / "templates" / commit
    if not _is_whole(folder, blobs):
        _set_aside(folder)
        with staged(folder) as stage:
            _write(stage, blobs, git_dir(root))
    return load_template(folder)


def _list(commit: str, root: Path | None) -> list[Blob]:
    listing = git.read(git_dir(root), "ls-tree", "-r", "-z", "--full-tree", commit, "--", *PARTS).decode()
    blobs = []
    for line in filter(None, listing.split("\0")):
        head, path = line.split("\t", 1)
        mode, _, object_id = head.split()
        blobs.append(Blob(path, mode, object_id))
    return blobs


def _write(folder: Path, blobs: Sequence[Blob], repository: Path) -> None:
    for blob, content in zip(blobs, _contents(repository, blobs), strict=True):
        file = folder / blob.path
        file.parent.mkdir(parents=True, exist_ok=True)
        if blob.mode == "120000":
            file.symlink_to(os.fsdecode(content))
        else:
            file.write_bytes(content)
            file.chmod(0o755 if blob.mode == "100755" else 0o644)


def _contents(repository: Path, blobs: Iterable[Blob]) -> Iterator[bytes]:
    """Yield the bytes of each object, by one run of git (`git help cat-file`, "BATCH OUTPUT")."""
    output = git.read(repository, "cat-file", "--batch", stdin="".join(f"{each.id}\n" for each in blobs).encode())
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[2])
        yield output[end + 1 : end + 1 + size]
        at = end + size + 2


def _is_whole(folder: Path, blobs: Sequence[Blob]) -> bool:
    """Say whether the folder holds exactly these files."""
    try:
        files = (path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
        there = {path.relative_to(folder).as_posix() for path in files}
        return there == {blob.path for blob in blobs} and all(_is_same(folder / blob.path, blob) for blob in blobs)
    except OSError:
        return False


def _is_same(file: Path, blob: Blob) -> bool:
    status = file.lstat()
    if blob.mode == "120000":
        content = os.fsencode(file.readlink())
    elif file.is_symlink() or bool(status.st_mode & 0o100) != (blob.mode == "100755"):
        return False
    else:
        content = file.read_bytes()
    algorithm = "sha1" if len(blob.id) == 40 else "sha256"  # git's two object formats
    digest = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest() == blob.id


def _set_aside(folder: Path) -> None:
    """Take a damaged tree out of the way in one step; another process may be about to do the same."""
    if not os.path.lexists(folder):
        return
    try:
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        folder.rename(aside / "damaged")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise unwritable(folder.parent, error) from error
    shutil.rmtree(aside, ignore_errors=True)
