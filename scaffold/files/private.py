"""Returns whether only the user may change a file or folder: nobody else may change it, or replace it.

That holds where it, and every folder on the way to it, belongs to the user or to root, and nobody else may write there.
A folder like /tmp may be on the way: in it, people can only move what is their own (`man 2 unlink`, EPERM).
Windows keeps each user's folders apart by lists of rights that Python does not read; there everything passes.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_LINKS = 40
"""So many links Linux follows on the way to a file (`man 7 path_resolution`)."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class ExposedError(OSError):
    """Others could change a file or folder; `filename` is what they could change, `strerror` completes `it …`."""


def require_private_way(path: Path) -> None:
    """Refuse a path on whose way others could exchange something; what is not there yet may be made.

    Links are followed, where only the user or root can have made them; the last one, `path` itself, must be none.

    Raises:
        ExposedError: with the first place that others could change.
        OSError: when a place on the way can't be looked at, or is a file.
    """
    if not hasattr(os, "geteuid"):
        return
    for place, status in _way(path.parent):
        if stat.S_ISDIR(status.st_mode):
            _refuse_others(place, status, sticky=True)
        elif stat.S_ISLNK(status.st_mode):
            _refuse_owner(place, status)
        else:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(status.st_mode):
        raise ExposedError(errno.ELOOP, "is a symbolic link", str(path))
    require_private(path, status)


def require_private(place: str | Path, status: os.stat_result) -> None:
    """Refuse a file, link or folder that others own or may write, by what `lstat` said.

    Raises:
        ExposedError: when it is one.
    """
    if stat.S_ISLNK(status.st_mode):
        _refuse_owner(place, status)  # a link's mode means nothing
    else:
        _refuse_others(place, status)


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, which nobody else may enter; it may be there.

    Raises:
        ExposedError: when it, or what it would lie in, could be changed by others.
        OSError: when it can't be made, or something else has its name.
    """
    if not folder.is_absolute():
        raise OSError(errno.EINVAL, "is not an absolute path", str(folder))
    require_private_way(folder)
    missing: list[Path] = []
    at = folder
    while not os.path.lexists(at):
        missing.append(at)
        at = at.parent
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)  # not by `parents=True`: that leaves their mode to the umask
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def read_private(file: str, largest: int) -> bytes:
    """Return the bytes of a regular file that only the user or root may write.

    Raises:
        ExposedError: when others may write it.
        OSError: when it can't be read, is a link, no regular file, or larger than `largest`.
    """
    descriptor = os.open(file, _FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > largest:
            raise OSError(errno.EINVAL, "it is not a regular file, or too large", file)
        _refuse_others(file, status)
        return opened.read(largest + 1)


def contents(folder: Path) -> dict[str, os.stat_result]:
    """Return what `lstat` says of each file, link and folder below; a folder's path ends with /.

    Raises:
        ExposedError: when others own or may write one of them, or the folder itself.
        OSError: when one can't be looked at, or the folder is none.
    """
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    require_private(folder, status)
    found: dict[str, os.stat_result] = {}
    waiting = [""]
    while waiting:
        parent = waiting.pop()
        with os.scandir(f"{folder}{os.sep}{parent}") as items:
            for item in items:
                status = item.stat(follow_symlinks=False)
                require_private(item.path, status)
                name = f"{parent}{item.name}"
                if stat.S_ISDIR(status.st_mode):
                    name += "/"
                    waiting.append(name)
                found[name] = status
    return found


def close_to_others(folder: Path) -> None:
    """Take from others the right to write in a folder that was just made; the umask may have given it.

    Raises:
        OSError: when a mode can't be changed.
    """
    for parent, _, files in os.walk(folder):
        for path in (Path(parent), *(Path(parent, name) for name in files)):
            mode = path.lstat().st_mode
            if mode & _OTHERS and not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) & ~_OTHERS)


def _way(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield each folder and link that the system passes on the way to `path`, and `path`, as far as they are there."""
    at, *names = (Path(part) for part in path.absolute().parts)
    yield at, at.lstat()
    names.reverse()
    links = 0
    while names:
        place = at / names.pop()
        if place.name == os.pardir:
            at = at.parent
            continue
        try:
            status = place.lstat()
        except FileNotFoundError:
            return
        yield place, status
        if not stat.S_ISLNK(status.st_mode):
            at = place
            continue
        links += 1
        if links > _LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        target = place.readlink()  # its first part is the root where it is absolute, and `/` then starts there
        names.extend(Path(part) for part in reversed(target.parts))


def _refuse_others(place: str | Path, status: os.stat_result, *, sticky: bool = False) -> None:
    """Refuse what others own or may write; with `sticky`, a folder may be one in which people move only their own."""
    _refuse_owner(place, status)
    if not hasattr(os, "geteuid") or not status.st_mode & _OTHERS or (sticky and status.st_mode & stat.S_ISVTX):
        return
    if status.st_mode & stat.S_IWOTH or not _is_own_group(place, status.st_gid):
        raise ExposedError(errno.EPERM, "may be written by others", str(place))


def _refuse_owner(place: str | Path, status: os.stat_result) -> None:
    if hasattr(os, "geteuid") and status.st_uid not in (os.geteuid(), 0):
        raise ExposedError(errno.EPERM, f"belongs to another user ({_name(status.st_uid)})", str(place))


def _is_own_group(place: str | Path, group: int) -> bool:
    """Return whether it is the user's own group, to which many systems give new files; no list of rights adds more.

    Fedora and Ubuntu make such a group for each user, of the same name, and let it write.
    """
    import grp
    import pwd

    try:
        user, entry = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
        lists = [name for name in os.listxattr(place, follow_symlinks=False) if "acl" in name]
    except (KeyError, OSError, AttributeError):
        return False  # no such user or group, as in many containers, or no such call
    alone = set(entry.gr_mem) <= {user.pw_name}
    return user.pw_gid == group and entry.gr_name == user.pw_name and alone and not lists


def _name(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"uid {user}"
