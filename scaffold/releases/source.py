"""The git repository that holds the template's versions: the checkout's own, or one that is made from the bundle.

An installed package carries `releases.bundle`, which git can only read into a repository: a bare one in the user's
cache folder, named by the bundle's digest, so that another bundle never finds it.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from scaffold import folders, git
from scaffold.errors import DestinationError, GitError, TemplateError
from scaffold.template import template_root

BUNDLE = "releases.bundle"


def git_dir(root: Path | None = None) -> Path:
    """Return the folder of git's objects and refs, which `git.read` takes.

    Raises:
        TemplateError: when there is neither a checkout nor a whole bundle.
        DestinationError: when the cache can't be written.
        GitError: when git is missing.
    """
    return _git_dir(root or template_root())


@cache
def _git_dir(root: Path) -> Path:
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
    repository = folders.cache() / "templates" / f"{digest[:16]}.git"
    if not repository.is_dir():
        with staged(repository) as stage:
            _unbundle(bundle, stage)
    return repository


def _unbundle(bundle: Path, stage: Path) -> None:
    clone = (
        "clone",
        "--quiet",
        "--bare",
        "--template=",
        "--config",
        "transfer.fsckObjects=true",
        "--config",
        "gc.auto=0",
    )
    try:
        git.run(stage.parent, *clone, "--", str(bundle), str(stage))
    except GitError as error:
        if not shutil.which("git"):
            raise
        raise TemplateError(f"{bundle} is damaged ({error}) Install kube-scaffold again.") from error


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Yield a hidden folder beside `target`, which becomes `target` when the block ends without an error.

    When somebody else made `target` meanwhile, theirs stays: both hold the same.

    Raises:
        DestinationError: when the folder can't be written.
    """
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise unwritable(target.parent, error) from error
    try:
        yield stage
        try:
            stage.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    except OSError as error:
        raise unwritable(target.parent, error) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def unwritable(folder: Path, error: OSError) -> DestinationError:
    """Return the error of a cache that can't be written."""
    return DestinationError(
        f"the cache {folder} can't be written: {error.strerror or error}. "
        "Mend its permissions, make room, or set XDG_CACHE_HOME to another folder."
    )
