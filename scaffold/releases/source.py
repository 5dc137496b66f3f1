"""The git repository that holds the template's versions: the checkout's own, or one that is made from the bundle.

An installed package carries `releases.bundle`, which git can only read into a repository: a bare one in the user's
cache folder, named by the bundle's digest, so that another bundle never finds it. Git itself would notice only some of
what can be wrong with it, so a record of every file's digest lies beside them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from pathlib import Path

from scaffold import git
from scaffold.errors import GitError, TemplateError
from scaffold.files.cache import kept
from scaffold.files.private import close_to_others, contents, read_private

BUNDLE = "releases.bundle"
_RECORD = "scaffold-record"
_LARGEST_RECORD = 1024 * 1024


def git_dir(root: Path) -> Path:
    """Return the folder of git's objects and refs of the template in `root`.

    Raises:
        TemplateError: when there is neither a checkout nor a whole bundle.
        DestinationError: when neither the cache nor a temporary folder can be written.
        GitError: when git is missing.
    """
    if (root / ".git").exists():  # a folder, or a file that leads to one: git takes both
        git.read(root / ".git", "rev-parse", "--git-dir")
        return root / ".git"
    return _from_bundle(root / BUNDLE)


def _from_bundle(bundle: Path) -> Path:
    try:
        digest = hashlib.sha256(bundle.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise TemplateError(
            f"{bundle} is missing: this installation carries no earlier versions of the template. "
            "Install kube-scaffold again, from a package index or a git clone."
        ) from error
    except OSError as error:
        raise TemplateError(f"{bundle} can't be read: {error.strerror}.") from error

    def make(folder: Path) -> None:
        _unbundle(bundle, folder)
        close_to_others(folder)
        (folder / _RECORD).write_bytes(_record_of(folder, digest))

    def is_whole(folder: Path) -> bool:
        return read_private(f"{folder}/{_RECORD}", _LARGEST_RECORD) == _record_of(folder, digest)

    return kept(f"{digest[:16]}.git", make, is_whole)


def _record_of(repository: Path, bundle: str) -> bytes:
    """Return what names the bundle and every file and folder of a repository, with the files' digests.

    Raises:
        OSError: when one is neither, can't be read, or could be changed by others.
    """
    lines = [f"bundle {bundle}"]
    for path, status in sorted(contents(repository).items()):
        if path.endswith("/"):
            lines.append(path)
        elif not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", path)
        elif path != _RECORD:
            with (repository / path).open("rb") as file:
                lines.append(f"{path} {hashlib.file_digest(file, 'sha256').hexdigest()}")
    return os.fsencode("\n".join(lines))


def _unbundle(bundle: Path, folder: Path) -> None:
    """Make the empty `folder` a repository of what the bundle holds."""
    settings = ("--config", "transfer.fsckObjects=true", "--config", "gc.auto=0")
    clone = ("clone", "--quiet", "--bare", "--template=", *settings, "--", str(bundle), str(folder))
    try:
        git.run_git(*clone, folder=folder.parent)
    except GitError as error:
        if not shutil.which("git"):
            raise
        raise TemplateError(f"{bundle} is damaged ({error}) Install kube-scaffold again.") from error
