"""The files of a new service, put in their place as a git repository."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scaffold import git
from scaffold.files.folder import RenderedFile, staged, write_files


def create(
    destination: Path, name: str, files: Sequence[RenderedFile], *, with_git: bool = True, force: bool = False
) -> bool:
    """Write the files to `destination` in one move, as a git repository with one commit; return whether it is one.

    Inside another repository's work tree, or with `force` in a folder that is one already, no repository is made.

    Raises:
        DestinationError: when the folder can't take it.
        GitError: when git refuses. In both cases nothing is written.
    """
    repository = with_git and not git.inside_work_tree(destination.absolute())
    with staged(destination, force=force) as stage:
        write_files(stage, files)
        if repository:
            git.commit_all(stage, f"Start {name} from the scaffold template")
    return repository
