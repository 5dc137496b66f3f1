"""What stood in a repository already at an earlier revision, so that only what is new counts.

The revision's files are read from git and checked in a folder of their own: the work tree is not touched.
"""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from scaffold.check.findings import Finding
from scaffold.check.report import CheckReport
from scaffold.check.settings import MERGE_BASE
from scaffold.errors import GitError, ScaffoldError, ServiceError
from scaffold.files.foreign import LARGEST
from scaffold.git.repository import Repository, locate
from scaffold.git.walk import is_excluded, shown
from scaffold.programs import MIB

_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_MOST_BYTES = 512 * MIB
_AT_ONCE = 256
_FILE, _LINK = "100", "120000"

Refuse = Callable[[str], ScaffoldError]


@dataclass(frozen=True)
class _Entry:
    mode: str
    id: str
    size: int
    path: str


def earlier_findings(
    paths: Iterable[Path],
    revision: str,
    run: Callable[..., CheckReport],
    *,
    exclude: Sequence[str] = (),
    refuse: Refuse = GitError,
) -> Counter[str]:
    """Return the fingerprints of what `run` finds in the files of a revision, and how often each.

    `paths` are those that are checked today, and may be missing in the revision. `revision` is whatever git accepts as
    a commit, or MERGE_BASE.

    Raises:
        ScaffoldError: what `refuse` makes of a sentence, when a path is in no repository, or there is no such revision.
        GitError: when git is missing or refuses, or the revision has too many bytes.
    """
    found: Counter[str] = Counter()
    for top, its in _by_repository(paths, revision, refuse).items():
        repository = locate(top, looking=True)[0]
        try:
            commit = _commit(repository, revision, refuse)
            with tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as folder:
                there = Path(folder).resolve()
                write_commit(repository, commit, there, partial(_is_passed_by, top, exclude))
                named = {there / path.resolve().relative_to(top): path for path in its}
                present = [each for each in named if each.exists()]
                report = run(present, today=(str(there), str(top))) if present else None
                for finding in report.findings if report else ():
                    found[_today(finding, top, there, named).fingerprint] += 1
        finally:
            repository.close()
    return found


def _by_repository(paths: Iterable[Path], revision: str, refuse: Refuse) -> dict[Path, list[Path]]:
    """Return the paths by the top of their work tree."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        folder = path if path.is_dir() else path.parent
        try:
            top = locate(folder, looking=True)[0].top
        except ServiceError:
            top = None
        if top is None:
            raise refuse(f"{folder} is not in a git repository, so there is no {revision} to compare with.")
        found.setdefault(top.resolve(), []).append(path)
    return found


def _commit(repository: Repository, revision: str, refuse: Refuse) -> str:
    if revision != MERGE_BASE:
        commit = _asked(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if commit is None:
            raise refuse(f"there is no revision {revision} here; fetch it, or name another one.")
        return commit
    for branch in _BRANCHES:
        if commit := _asked(repository, "merge-base", "HEAD", branch):
            return commit
    raise refuse(f"there is no default branch here (tried {', '.join(_BRANCHES)}); fetch it, or give --new-only=REV.")


def _asked(repository: Repository, *arguments: str) -> str | None:
    """Return what git says, or None where there is no such thing."""
    try:
        return repository.git(*arguments).decode().strip() or None
    except GitError:
        return None


def _is_passed_by(top: Path, exclude: Sequence[str], path: str) -> bool:
    return is_excluded(shown(f"{top}/{path}"), exclude)


def write_commit(repository: Repository, commit: str, folder: Path, is_passed_by: Callable[[str], bool]) -> None:
    """Write the files of a commit; those that are too large to be checked are left out.

    Raises:
        GitError: when git refuses, or they are too large altogether.
    """
    (folder / ".git").touch()  # the top of what may be read, and no repository for git
    entries = [each for each in _entries(repository, commit) if each.size <= LARGEST and not is_passed_by(each.path)]
    if sum(each.size for each in entries) > _MOST_BYTES:
        raise GitError(f"{commit} has more than {_MOST_BYTES // MIB} MiB of files; use --baseline instead.")
    plain = [each for each in entries if each.mode.startswith(_FILE)]
    for start in range(0, len(plain), _AT_ONCE):
        some = plain[start : start + _AT_ONCE]
        for each, read in zip(some, repository.objects.read_all([each.id for each in some]), strict=True):
            if read:
                place = folder / each.path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(read[1])
    for each in entries:  # behind all files, so that none is written through one
        if each.mode == _LINK and (read := repository.objects.read(each.id)) and b"\0" not in read[1]:
            place = folder / each.path
            if place.parent.resolve() == place.parent and not os.path.lexists(place) and place.parent.is_dir():
                place.symlink_to(os.fsdecode(read[1]))


def _entries(repository: Repository, commit: str) -> Iterable[_Entry]:
    """Yield the files and links of a commit; names that no file may have are left out."""
    for line in repository.git("ls-tree", "-r", "-l", "-z", "--full-tree", commit).split(b"\0"):
        head, tab, name = line.partition(b"\t")
        words = head.decode().split()
        path = os.fsdecode(name)
        parts = path.split("/")
        if tab and len(words) == 4 and words[3].isdigit() and not any(_is_no_name(part) for part in parts):
            yield _Entry(words[0], words[2], int(words[3]), path)


def _is_no_name(part: str) -> bool:
    return part in ("", ".", "..") or part.lower() == ".git"


def _today(finding: Finding, top: Path, there: Path, named: dict[Path, Path]) -> Finding:
    """Return a finding of the revision as if its file stood where it stands today."""
    real = Path(os.path.normpath(Path.cwd() / finding.place.path))
    for folder, path in named.items():
        if real == folder or folder in real.parents:
            start, rest = shown(str(path)), real.relative_to(folder).as_posix()
            return _moved(
                finding, posixpath.join("" if start == "." else start, "" if rest == "." else rest).rstrip("/")
            )
    return _moved(finding, shown(str(top / real.relative_to(there)))) if there in real.parents else finding


def _moved(finding: Finding, path: str) -> Finding:
    return replace(finding, place=replace(finding.place, path=path))
