"""What a user or a service calls a template: an address that git knows, and perhaps a version of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scaffold import git
from scaffold.errors import FileError
from scaffold.text.brief import brief

_HOSTS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
"""Copier's short names of two Git hosts (copier/_vcs.py, `ALIASES`)."""
_EXAMPLE = "for example https://git.example.org/template.git"


@dataclass(frozen=True)
class Address:
    """A template's address: `source` as a service remembers it, `location` as git takes it.

    `version` is the one that was named with it, if any. A path is absolute, so that it means the same from everywhere.
    """

    source: str
    location: str
    version: str | None = None

    @property
    def path(self) -> Path | None:
        """Return the folder or bundle of git that it is; None for a URL."""
        path = Path(self.location)
        return path if path.is_absolute() else None


def read_address(text: str, where: str, *, remembered: bool = False) -> Address:
    """Return the address that `URL`, `PATH` or `FILE.bundle` means, perhaps with `@VERSION` behind it.

    `where` is the option, variable or file that names it. One that is `remembered` by a service has no version, and no
    path that is relative to somebody's folder.

    Raises:
        FileError: when it is none, names a protocol that scaffold does not use, or holds a password.
    """
    if not re.fullmatch(r"[^\s-]\S*", text) or not text.isprintable():
        raise FileError(f"{where}: {brief(text)} is not an address of a template; {_EXAMPLE}.")
    source, version = (text, None) if remembered or _exists(text) else _split(text)
    if _is_path(source):
        if remembered and not Path(source).expanduser().is_absolute():
            raise FileError(f"{where}: {brief(source)} is a relative path. Name the template with --template.")
        path = str(Path(source).expanduser().absolute())
        return Address(path, path, version)
    location = source.removeprefix("git+")
    for short, host in _HOSTS.items():
        if location.startswith(short):
            location = f"{host}{location.removeprefix(short).strip('/').removesuffix('.git')}.git"
    _refuse_unknown(location, where)
    return Address(source, location, version)


def _split(text: str) -> tuple[str, str | None]:
    """Take the version off: what follows the last @, unless that belongs to a host's name."""
    before, at, version = text.rpartition("@")
    is_place = "/" in before or ":" in before or before.endswith(".bundle") or _exists(before)
    is_version = at and before and "/" not in version and ":" not in version and is_place
    if is_version and not before.endswith("/"):
        return before, version
    return text, None


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except OSError:  # a name that is too long
        return False


def _is_path(text: str) -> bool:
    return text.startswith(("/", ".", "~")) or not re.match(r"[^/]*:", text)


def _refuse_unknown(location: str, where: str) -> None:
    """Refuse what git would run a program for, and what would put a secret into every service's answers file."""
    try:
        parts = urlsplit(location)
        secret = parts.password
    except ValueError as error:
        raise FileError(f"{where}: {brief(location)} is not a URL: {error}.") from error
    if secret:
        raise FileError(
            f"{where}: the URL contains a password, which every service would contain, too; use a URL without one, "
            "and let git ask for it (git help credentials)."
        )
    if "::" in location.partition("/")[0] or ("://" in location and parts.scheme not in git.PROTOCOLS):
        known = ", ".join(git.PROTOCOLS)
        raise FileError(
            f"{where}: scaffold does not use the protocol of {brief(location)}; it uses {known}, and paths."
        )
