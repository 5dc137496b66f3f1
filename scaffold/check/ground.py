"""What a check may read and show: the folders that were named, and the git repositories that they lie in.

A kustomization in a named folder may use a base beside it, so files are read up to the top of the git work tree;
without one, the named folder is the bound. What counts is where a path leads, all symbolic links followed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from scaffold.git.walk import shown

_TESTS = re.compile(
    r"(?:^|/)(?:__tests__|tests?|testing|hacks?|minikube|dev-?box(?:-\w{1,40})?|[\w-]{0,40}e2e[\w-]{0,40}|(?:integration|acceptance|system|smoke|kuttl|chainsaw)[_-]?tests?"
    r"|tests?[_-](?:integration|acceptance|system|smoke|infra|manifests))/",
    re.IGNORECASE,
)


class Ground:
    """The folders that were named, and the files in them that count."""

    def __init__(self, paths: Iterable[Path], names: Collection[str]) -> None:
        """Take what was named, and the names of the files below that count, from the working folder."""
        self.names = frozenset(names)
        self._named: list[str] = []
        self._places: list[tuple[str, str]] = []
        self._plain: dict[str, bool] = {}
        for path in paths:
            folder = path if path.is_dir() else path.parent
            self._places.append((os.path.realpath(folder), shown(str(folder))))
            if folder is path:
                self._named.append(self._places[-1][0])
        self.tops = {_top(real) for real, _ in self._places}

    def real(self, name: str) -> str:
        """Return where a file or folder stands, from the root; the folders below what was named are not links."""
        for real, place in self._places:
            if place == "." or name == place or name.startswith(f"{place}/"):
                rest = name if place == "." else name[len(place) + 1 :]
                return os.path.normpath(os.path.join(real, rest))  # noqa: PTH118 -- a Path for each would cost more
        return os.path.realpath(name)

    def shown(self, real: str) -> str:
        """Return the name, from the working folder, of what stands somewhere."""
        for top, place in self._places:
            if real == top:
                return place
            if _is_below(real, top):
                rest = real[len(top.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
                return rest if place == "." else f"{place}/{rest}"
        return shown(real)

    def top(self, name: str) -> Path:
        """Return the folder that was named and holds a file that counts."""
        places = (place for _, place in self._places)
        return Path(next((place for place in places if place == "." or name.startswith(f"{place}/")), "."))

    def holds(self, real: str) -> bool:
        """Return whether something may be read: it is in a named folder or its work tree, and no part of git's own."""
        return any(_is_below(real, top) and not _is_git(real, top) for top in self.tops)

    def shows(self, real: str) -> bool:
        """Return whether lines of a file may be shown: it counts, or lies beside what was named and is not hidden."""
        if self.shown(real) in self.names:
            return True
        if any(_is_below(real, folder) for folder in self._named):
            return False
        return any(_is_below(real, top) and not _is_hidden(real, top) for top in self.tops)

    def is_plain(self, name: str) -> bool:
        """Return whether no folder between what was named and a file is a symbolic link."""
        folder = name.rpartition("/")[0]
        if folder not in self._plain:
            self._plain[folder] = os.path.realpath(folder or ".") == self.real(folder or ".")
        return self._plain[folder]


def within(ground: Ground | None, name: str) -> str:
    """Return the path of a file from the folder that was named, where there is one."""
    top = str(ground.top(name)) if ground else "."
    return name if top == "." else name.removeprefix(f"{top}/")


def is_of_tests(path: str) -> bool:
    """Return whether a path, from the folder that was named, is one of tests: nobody else deploys what lies there."""
    return _TESTS.search(path) is not None


def _top(folder: str) -> str:
    """Return the top of the git work tree around a folder; outside of one, the folder."""
    each = Path(folder)
    return str(next((above for above in (each, *each.parents) if os.path.lexists(above / ".git")), each))


def _is_below(real: str, top: str) -> bool:
    return real == top or real.startswith(top.rstrip(os.sep) + os.sep)


def _is_git(real: str, top: str) -> bool:
    return any(part.casefold() == ".git" for part in Path(real[len(top) :]).parts)


def _is_hidden(real: str, top: str) -> bool:
    return any(part.startswith(".") for part in Path(real[len(top) :]).parts)
