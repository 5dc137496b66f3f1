"""A version's files on disk: extracted once into the user's cache folder, then read from there.

The bytes are those of git's objects, and what is found in the cache is compared with their ids before it is used: a
cache that was cleaned in part or damaged is made again.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold import git
from scaffold.engine.template import COPIER_YMLS, MOST_FILES, Template, load_template
from scaffold.errors import GitError, TemplateError, VersionError
from scaffold.files.cache import kept
from scaffold.files.private import contents

PARTS = ("copier.yml", "templates")
"""What of this project's repository is the template."""

_SUBMODULE = "160000"
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
"""How a file begins in whose place Git LFS puts another one (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md)."""
_LARGEST = 256 * 1024 * 1024
"""Bytes of a template that is all of somebody's repository."""


@dataclass(frozen=True)
class TemplateFile:
    """One file of a version: its path with /, git's mode (100644, 100755 or 120000) and its object id."""

    path: str
    mode: str
    id: str


def extract(commit: str, repository: Path, parts: Sequence[str] = ()) -> Template:
    """Return the template as it was in a commit of a repository, whose git folder is given.

    `parts` are the paths that are the template; without any, all of the repository is.

    Raises:
        VersionError: when it contains no template.
        TemplateError: when that version is broken.
        DestinationError: when neither the cache nor a temporary folder can be written.
        GitError: when git refuses.
    """
    blobs = _list(commit, repository, parts)
    if not any(blob.path in COPIER_YMLS for blob in blobs):
        raise VersionError(f"commit {commit[:12]} contains no template: it has no {COPIER_YMLS[0]}.")
    name = commit if parts else f"{commit}-whole"
    folder = kept(name, lambda stage: _write(stage, blobs, repository), lambda there: _is_whole(there, blobs))
    return load_template(folder)


def _list(commit: str, repository: Path, parts: Sequence[str]) -> list[TemplateFile]:
    listing = os.fsdecode(git.read(repository, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *parts))
    blobs = []
    size = 0
    for line in filter(None, listing.split("\0")):
        head, path = line.split("\t", 1)
        mode, _, object_id, length = head.split()
        if mode == _SUBMODULE:
            raise TemplateError(f"{path} is a submodule of git, which scaffold does not support in a template.")
        size += int(length)
        blobs.append(TemplateFile(path, mode, object_id))
    if len(blobs) > MOST_FILES or size > _LARGEST:
        raise TemplateError(
            f"commit {commit[:12]} is too large for a template: it has more than {MOST_FILES} files or "
            f"{_LARGEST >> 20} MiB."
        )
    return blobs


def _write(folder: Path, blobs: Sequence[TemplateFile], repository: Path) -> None:
    for blob, content in zip(blobs, _contents(repository, blobs), strict=True):
        file = folder / blob.path
        file.parent.mkdir(parents=True, exist_ok=True)
        if blob.mode == "120000":
            file.symlink_to(os.fsdecode(content))
        elif content.startswith(_POINTER) and len(content) < 1024:
            raise TemplateError(f"{blob.path} is a pointer of Git LFS, which scaffold does not support in a template.")
        else:
            file.write_bytes(content)
            file.chmod(0o755 if blob.mode == "100755" else 0o644)


def _contents(repository: Path, blobs: Iterable[TemplateFile]) -> Iterator[bytes]:
    """Yield the bytes of each object, by one run of git (`git help cat-file`, "BATCH OUTPUT").

    Raises:
        GitError: when one of them is missing.
    """
    output = git.read(repository, "cat-file", "--batch", stdin="".join(f"{each.id}\n" for each in blobs).encode())
    at = 0
    for blob in blobs:
        end = output.find(b"\n", at)
        head = output[at:end].split()
        if end < 0 or len(head) != 3 or head[1] != b"blob":
            raise GitError(f"{repository} lacks the object of {blob.path}; get it by git fetch, or clone again.")
        yield output[end + 1 : end + 1 + int(head[2])]
        at = end + int(head[2]) + 2


def _is_whole(folder: Path, blobs: Sequence[TemplateFile]) -> bool:
    """Return whether the folder holds exactly these files, and nobody else could change one."""
    found = contents(folder)
    there = {path for path in found if not path.endswith("/")}
    return there == {blob.path for blob in blobs} and all(_is_same(folder, blob, found[blob.path]) for blob in blobs)


def _is_same(folder: Path, blob: TemplateFile, status: os.stat_result) -> bool:
    file = folder / blob.path
    if stat.S_ISLNK(status.st_mode) != (blob.mode == "120000"):
        return False
    if stat.S_ISLNK(status.st_mode):
        content = os.fsencode(file.readlink())
    elif not stat.S_ISREG(status.st_mode) or bool(status.st_mode & 0o100) != (blob.mode == "100755"):
        return False
    else:
        content = file.read_bytes()
    algorithm = "sha1" if len(blob.id) == 40 else "sha256"  # git's two object formats
    digest = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest() == blob.id
