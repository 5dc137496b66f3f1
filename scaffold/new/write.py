"""The files of a new service, put in their place as a git repository."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scaffold import git
from scaffold.files.folder import RenderedFile, check_destination, staged, write_files
from scaffold.new.at_top import AtTop


def create(
    destination: Path,
    name: str,
    files: Sequence[RenderedFile],
    top: AtTop | None = None,
    *,
    with_git: bool = True,
    force: bool = False,
) -> bool:
    """Write the files to `destination` in one move, as a git repository with one commit; return whether it is one.

    With those of the `top` of a repository around it, each file is moved by itself, and after an error all are as they
    were. Inside another repository's work tree, or with `force` in a folder that is one already, no repository is made.

    Raises:
        DestinationError: when the folder can't take it.
        GitError: when git refuses. In both cases nothing is written.
    """
    if top is not None:
        check_destination(destination, force=force)
        below = destination.resolve().relative_to(top.folder).as_posix()
        with staged(top.folder, force=True) as stage:
            write_files(stage, [*top.files, *(replace(each, path=f"{below}/{each.path}") for each in files)])
        return False
    repository = with_git and not git.inside_work_tree(destination.absolute())
    with staged(destination, force=force) as stage:
        write_files(stage, files)
        if repository:
            git.commit_all(stage, f"Start {name} from the scaffold template")
    return repository
