"""Answers that were edited by hand: they are in the answers file, and the service was rendered from others.

From 0.4.0 on the file holds a digest of the answers that the service was rendered from. For older services git's
history shows it: a commit that changes the answers file and nothing else of the service was made by hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from scaffold.engine.remembered import Remembered, read_remembered
from scaffold.errors import ServiceError
from scaffold.git.repository import Repository

_MOST = 1000
"""Commits of an answers file that are looked at; a service has some dozens."""


def rendered_from(repository: Repository, commit: str, path: str, remembered: Remembered) -> Remembered:
    """Return what the service in `commit` was rendered from; `remembered` is what its answers file `path` says there.

    Raises:
        ServiceError: when the answers were edited, and no commit holds those before.
        GitError: when git refuses.
    """
    if remembered.intact:
        return remembered
    if remembered.intact is None:
        return _before_commits_of_its_own(repository, commit, path, remembered)
    found = next((each for _, each in _earlier(repository, commit, path) if each.intact), None)
    if found is None:
        raise ServiceError(
            f"the answers in {path} were edited by hand, and no commit here has the answers that made the service. "
            "In a shallow clone, run git fetch --unshallow. Otherwise put the old answers back, commit, "
            "and give the new ones with scaffold update --data."
        )
    return found


def edited_names(made_from: Remembered, remembered: Remembered) -> tuple[str, ...]:
    """Return the names of the answers that differ, in order."""
    before, after = made_from.answers, remembered.answers
    return tuple(sorted(each for each in before.keys() | after.keys() if before.get(each) != after.get(each)))


def _before_commits_of_its_own(repository: Repository, commit: str, path: str, remembered: Remembered) -> Remembered:
    """Return what the file said before its newest commits that changed only it; updates bring other files, too."""
    folder = path.rpartition("/")[0]
    found, last = remembered, ""
    for each, said in _earlier(repository, commit, path):
        if last:
            if said.reference != found.reference:
                return found
            found = said
        last = each
        inside = (
            "diff-tree",
            "--root",
            "--no-commit-id",
            "--name-only",
            "-r",
            "-z",
            each,
            "--",
            f":(top,literal){folder}",
        )
        if os.fsdecode(repository.git(*inside)).split("\0")[:-1] != [path]:
            return found
    return found


def _earlier(repository: Repository, commit: str, path: str) -> Iterator[tuple[str, Remembered]]:
    """Yield each commit that changed the answers file, the newest first, with what the file says in it."""
    listed = repository.git("rev-list", f"--max-count={_MOST}", commit, "--", f":(top,literal){path}").decode().split()
    for each in listed:
        if (found := repository.objects.read(f"{each}:{path}")) is None:
            return
        try:
            yield each, read_remembered(found[1], path)
        except ServiceError:  # broken for a while; nothing was made from that
            continue
