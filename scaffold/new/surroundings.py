"""What a new service finds where it is to stand: files that it would replace, and a repository around it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scaffold.files.folder import RenderedFile
from scaffold.files.foreign import read_foreign
from scaffold.settings.repository import repository_of

_AT_THE_TOP = (".github", ".gitlab-ci.yml", "CODEOWNERS", "renovate.json", ".pre-commit-config.yaml")
"""What GitHub, GitLab, Renovate and pre-commit look for at the top of a repository, and nowhere else."""


def replaced(destination: Path, files: Iterable[RenderedFile]) -> list[str]:
    """Return the paths of the files that are there already, and hold something else."""
    return [file.path for file in files if _differs(destination / file.path, file.content)]


def _differs(path: Path, content: bytes) -> bool:
    if path.is_symlink() or not path.is_file():
        return path.is_symlink()
    try:
        return read_foreign(path, largest=len(content)) != content
    except OSError:  # it can't be read, or holds more
        return True


def out_of_sight(destination: Path, files: Iterable[RenderedFile]) -> tuple[Path, list[str]] | None:
    """Return the top of the repository around a service, and which of its files have an effect only there.

    None where the service's folder is the top itself, or in no repository, or where there are no such files.
    """
    folder = destination.resolve()
    top = repository_of(folder)
    first = {file.path.split("/")[0] for file in files}
    names = [name for name in _AT_THE_TOP if name in first]
    return (top, names) if top is not None and top != folder and names else None
