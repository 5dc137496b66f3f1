"""CODEOWNERS: the team that owns the service."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found
from scaffold.adopt.proposal import Place, Proposed

STRENGTH = strength.WORKS

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")


def facts(found: Found) -> Iterator[Fact]:
    """Yield the first owner of the last line that is for the service's folder, as Git hosts read it."""
    for path in _PLACES:
        source = found.files.source(path)
        if source is None:
            continue
        last: Proposed | None = None
        for number, line in enumerate(source.lines, 1):
            pattern, *owners = line.partition("#")[0].split()[:2] or [""]
            owner = owners[0].removeprefix("@") if owners and owners[0].startswith("@") else ""
            if _is_for(pattern, found.prefix) and fits.is_owner(owner):
                last = Proposed("owner", owner, "CODEOWNERS names it", (Place(path, number),))
        if last:
            yield last
        return


def _is_for(pattern: str, prefix: str) -> bool:
    """Return whether a pattern is for all files of a folder of the repository."""
    folder = pattern.strip("/").removesuffix("/**").removesuffix("/*")
    return folder in ("*", "**") or (bool(folder) and f"{prefix}".startswith(f"{folder}/"))
