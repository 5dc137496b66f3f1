"""Which of a repository's settings a merge needs, without those that name a program."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.git.repository import Repository

_NEEDED = re.compile(
    r"core\.(attributesfile|autocrlf|bigfilethreshold|eol|filemode|ignorecase|precomposeunicode|safecrlf|symlinks)"
    r"|diff\.(algorithm|indentheuristic|renamelimit|renames)|diff\..+\.(binary|funcname|xfuncname)"
    r"|merge\.(conflictstyle|default|directoryrenames|renamelimit|renames|renormalize|verbosity)"
)
_DRIVER = re.compile(r"merge\.(.+)\.driver", re.DOTALL)


@dataclass(frozen=True)
class GitSettings:
    """What holds in a repository: `needed` are names and values (None: only the name), `drivers` merge drivers' names.

    `default` is the driver of paths for which no attribute names one (`merge.default`).
    """

    needed: tuple[tuple[str, str | None], ...]
    drivers: frozenset[str]
    default: str | None

    def as_file(self) -> str:
        """Return the needed ones as git's settings are written (`git help config`, "SYNTAX")."""
        return "".join(_written(name, value) for name, value in self.needed)


def settings_of(repository: Repository) -> GitSettings:
    """Return which of the settings that hold in a repository, the user's own among them, a merge needs.

    Raises:
        GitError: when git can't read them.
    """
    listing = os.fsdecode(repository.git("config", "--list", "-z", "--includes"))
    pairs = tuple(_pairs(listing))
    drivers = frozenset(found[1] for name, value in pairs if (found := _DRIVER.fullmatch(name)) and value)
    default = next((value for name, value in reversed(pairs) if name == "merge.default"), None)
    return GitSettings(tuple(pair for pair in pairs if _NEEDED.fullmatch(pair[0])), drivers, default)


def _pairs(listing: str) -> Iterator[tuple[str, str | None]]:
    for entry in listing.split("\0")[:-1]:
        name, line_break, value = entry.partition("\n")
        yield name, value if line_break else None


def _written(name: str, value: str | None) -> str:
    section, _, rest = name.partition(".")
    subsection, _, key = rest.rpartition(".")
    head = f"[{section} {quoted(subsection)}]" if subsection else f"[{section}]"
    return f"{head}\n\t{key}{'' if value is None else f' = {quoted(value)}'}\n"


def quoted(value: str) -> str:
    """Return a value, or the name of a subsection, as it stands in git's settings."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
