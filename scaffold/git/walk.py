"""Which files of a repository count."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from scaffold.errors import GitError, OptionError
from scaffold.git.command import try_git
from scaffold.git.environment import looking_environment

_PASSED_BY = frozenset({"node_modules", "vendor", "target", "venv", "__pycache__", "testdata"})
_FIXTURES = re.compile(
    r"(?:^|/)(?:__tests__|conformance|cypress|specs?|tests?)/(?:(?:.+/)?(?:(?:__)?fixtures(?:__)?|test[-_]data)|data)(?:/|$)"
    r"|(?:^|/)src/(?:\w{0,20}[tT]est|it)/resources(?:/|$)"  # of Maven and Gradle
)
"""What tests read, and nobody deploys: of a folder that is named by itself, its files count."""
_EXPECTED = re.compile(
    r"(?:^|/)(?:[\w-]*e2e[\w-]*|tests?)/(?:.+/)?(?:(?:[\w-]{1,80}-)?assert(?:-[\w-]{1,80})?|\d{1,3}-errors?|(?:[\w.-]{1,80}[._-])?expect(?:ed|ation|ations)?(?:[._-][\w.-]{1,80})?)\.ya?ml",
    re.DOTALL,
)
"""What a test compares with the cluster, as kuttl and Chainsaw do, or with what a program made: parts of objects."""

_CLOSED = re.compile(rb"^warning: could not open directory '(.*?)/?': ([^\n']+)$", re.MULTILINE | re.DOTALL)

Unread = Callable[[str, str], None]
"""Gets a folder that can't be read, and why."""


def _ignored(folder: str, why: str) -> None:
    """Take no notice of a folder that can't be read."""


def files_below(
    paths: Iterable[Path], exclude: Sequence[str] = (), unread: Unread = _ignored, hidden: Collection[str] = ()
) -> list[str]:
    """Return the files at or below `paths`, as paths from the working folder with /, sorted, each once.

    A pattern of `exclude` (`*`, `?`, `[…]`) skips the files and folders that it fits, such as `*/examples`.
    In a git repository those that git ignores are left out. Everywhere, so are hidden folders, those that package
    managers fill or only tests read, and hidden files but those called as one of `hidden`. `unread` gets folders
    that can't be read.

    Raises:
        OptionError: when a path is not there.
    """
    found: set[str] = set()
    for path in paths:
        if path.is_dir():
            found.update(_below(path, unread, hidden))
        elif path.is_file():
            found.add(shown(str(path)))
        else:
            raise OptionError(f"{path} is not there; name a folder or a file to check.")
    return sorted(name for name in found if not is_excluded(name, exclude))


def placed_below(paths: Iterable[Path], place: str, exclude: Sequence[str] = ()) -> list[str]:
    """Return the files that stand at `place` in a folder at or below `paths`, as `files_below` names its files.

    `place` is a path such as .scaffold/policy.yml, whose own folders may be hidden.
    """
    found: set[str] = set()
    for path in paths:
        if path.is_dir():
            prefix = "" if (start := shown(str(path))) == "." else f"{start}/"
            names = _known_to_git(path, _ignored, f":(glob)**/{place}")
            if names is None:
                at = [f"{parents}{place}" for parents in _folders(path) if (path / parents / place).is_file()]
            else:
                at = [each for each in names if _enters(each.removesuffix(place).rstrip("/"))]
            found.update(prefix + each for each in at if (path / each).is_file())
    return sorted(name for name in found if not is_excluded(name.removesuffix(place).rstrip("/"), exclude))


def _folders(folder: Path) -> Iterator[str]:
    """Yield the folders that count, each with / behind it, from a folder that git does not know."""
    for parent, folders, _ in os.walk(folder):
        start = os.path.relpath(parent, folder).replace(os.sep, "/")
        folders[:] = [name for name in folders if _enters(name)]
        yield "" if start == "." else f"{start}/"


def is_excluded(name: str, patterns: Sequence[str]) -> bool:
    """Return whether one of these patterns fits a path from the working folder, or a folder that it lies in."""
    if not patterns:
        return False
    parts = name.split("/")
    paths = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    return any(fnmatchcase(path, pattern.rstrip("/")) for pattern in patterns for path in paths)


def shown(path: str) -> str:
    """Return a path from the working folder, with /; one of another disk stays whole."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        relative = path
    return relative.replace(os.sep, "/")


def _below(folder: Path, unread: Unread, hidden: Collection[str]) -> Iterator[str]:
    prefix = "" if (start := shown(str(folder))) == "." else f"{start}/"

    def closed(name: str, why: str) -> None:
        if _enters(name):
            unread(prefix + name if name else start, why)

    names = _known_to_git(folder, closed)
    for name in _walked(folder, closed) if names is None else names:
        parents, _, last = name.rpartition("/")
        is_read = not last.startswith(".") or last in hidden
        if is_read and _enters(parents) and not _EXPECTED.fullmatch(name):
            yield prefix + name


def _enters(parents: str) -> bool:
    passed_by = any(part.startswith(".") or part in _PASSED_BY for part in parents.split("/"))
    return not parents or not (passed_by or _FIXTURES.search(parents))


def _known_to_git(folder: Path, unread: Unread, pattern: str = "") -> list[str] | None:
    """Return the files that git tracks or would track, or None where it knows of none; those that fit a pathspec.

    Git gets the place of the work tree: the repository's own setting (`core.worktree`) may name any folder.
    """
    top = _top(folder)
    if top is None:
        return None
    asked = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--"]
    asked += [pattern] if pattern else []
    try:
        done = try_git(*asked, folder=folder, environment=looking_environment(GIT_WORK_TREE=top), looking=True)
    except (GitError, OSError):
        return None
    names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    if done.code != 0 or not (names or pattern):
        return None
    for closed in _CLOSED.finditer(done.stderr):
        unread(os.fsdecode(closed[1]), closed[2].decode(errors="replace"))
    nested = [name for name in names if name.endswith("/")]  # a repository inside, which git does not look into
    return list(_inside(folder, (name for name in names if not name.endswith("/")), unread)) + [
        name + each for name in nested for each in _walked(folder / name, _prefixed(name, unread))
    ]


def _top(folder: Path) -> Path | None:
    """Return the top of the work tree that `folder` lies in; None where it lies in none, or in a bare repository."""
    top = Path(os.path.realpath(folder))
    for parent in (top, *top.parents):
        if os.path.lexists(parent / ".git"):
            return parent
        if (parent / "HEAD").is_file() and (parent / "objects").is_dir() and (parent / "refs").is_dir():
            return None
    return None


def _inside(folder: Path, names: Iterable[str], unread: Unread) -> Iterator[str]:
    """Yield the names that lie in the folder itself: an index that git did not write may hold any name.

    Git tracks nothing behind a symbolic link; a file whose folder became one goes to `unread`.
    """
    known = {"": True}

    def lies_here(parents: str) -> bool:
        unknown = []
        while parents not in known:
            unknown.append(parents)
            parents = parents.rpartition("/")[0]
        for each in reversed(unknown):
            above, _, last = each.rpartition("/")
            known[each] = known[above] and last not in ("", ".", "..") and not (folder / each).is_symlink()
            parents = each
        return known[parents]

    for name in names:
        parents, _, last = name.rpartition("/")
        if last in ("", ".", "..") or name.startswith("/"):
            continue
        if lies_here(parents):
            yield name
        elif ".." not in parents.split("/"):
            unread(name, "it lies behind a symbolic link")


def _prefixed(start: str, unread: Unread) -> Unread:
    return lambda name, why: unread(start + name, why)


def _walked(folder: Path, unread: Unread) -> Iterator[str]:
    def closed(error: OSError) -> None:
        start = os.path.relpath(error.filename, folder).replace(os.sep, "/")
        unread("" if start == "." else start, error.strerror or "no reason is given")

    for parent, folders, files in os.walk(folder, onerror=closed):
        start = os.path.relpath(parent, folder).replace(os.sep, "/")
        folders[:] = [name for name in folders if _enters(name)]
        yield from (name if start == "." else f"{start}/{name}" for name in files)
