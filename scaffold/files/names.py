"""Which relative paths may be written below a folder of a service: those that mean the same file on every system.

What counts as `.git` is git's own rule for HFS+ and NTFS (`is_hfs_dotgit` and `is_ntfs_dotgit` of its source), because
a repository is cloned on those, too. Names of Windows' devices (`aux.py`) are fine: they do no harm elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 255
"""Bytes of one name, on nearly every file system."""

_IGNORED_BY_HFS = dict.fromkeys([*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF], None)
_GIT = re.compile(r"(?:\.git|git~1)[ .]*(?:[:\\].*)?", re.IGNORECASE | re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:")


def is_git(name: str) -> bool:
    """Return whether git, or a disk, takes a name for `.git`: in any case, as `git~1`, with dots or blanks after it."""
    return bool(_GIT.fullmatch(name.translate(_IGNORED_BY_HFS)))


@lru_cache(maxsize=8192)
def problem(path: str) -> str | None:
    """Return why no file may be written at a relative path (with /), to complete `it …`; None where it may."""
    if path.startswith("/") or _DRIVE.match(path):
        return "is an absolute path"
    for name in path.split("/"):
        if reason := _problem_of(name):
            return reason
    return None


@lru_cache(maxsize=8192)
def _problem_of(name: str) -> str | None:
    if name in ("", "."):
        return "names a folder, not a file"
    if name == "..":
        return "leads out of its folder"
    if is_git(name):
        return "lies in git's own folder"
    if "\\" in name:
        return "holds a backslash, which other systems read as a folder's end"
    if not name.isprintable():
        return "holds a character that can't be printed"
    if len(name.encode()) > LONGEST:
        return f"holds a name of more than {LONGEST} bytes"
    return None


@lru_cache(maxsize=64)
def clash(paths: tuple[str, ...]) -> str | None:
    """Return a sentence about two paths that can't both be written everywhere; None where all can.

    Of two that differ only in case, one is lost on the disks of macOS and Windows.
    """
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        folded = _folded(path)
        known = files.setdefault(folded, path)
        if known != path:
            return f"{known} and {path} differ only in case, so some disks can store only one of them."
        parent = folded.rpartition("/")[0]
        while parent and parent not in folders:
            folders[parent] = path
            parent = parent.rpartition("/")[0]
    for folded in files.keys() & folders.keys():
        return f"{files[folded]} is a file and, because of {folders[folded]}, a folder."
    return None


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
