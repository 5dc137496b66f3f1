"""The ledger: what a platform decided of the base's changes that git could not bring into its files."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import yaml

from scaffold.errors import FileError
from scaffold.files.folder import RenderedFile
from scaffold.releases.changes import read_raw
from scaffold.text.brief import brief
from scaffold.text.nearest import suggest

if TYPE_CHECKING:
    from scaffold.releases import Change

FIXES = "platform/fixes.yml"
UNDECIDED, TAKEN, DECLINED = "undecided", "taken", "declined"
FORM = f"Write {TAKEN}, or {{{DECLINED}: a reason}}."
_HEAD = """\
# Changes of the base in files that you removed, or whose lines you changed too; `scaffold template pull` adds them.
# Decide each: `taken` where your file has it, or `{declined: a reason}`, which your services see.
"""
_PATTERN = re.compile(r"\bP[01]\d\b")
Fixes = Mapping[str, str | Mapping[str, str]]


def checked(found: Mapping[str, Any]) -> Fixes:
    """Return the ledger.

    Raises:
        FileError: when an entry is not a decision.
    """
    for name, decision in found.items():
        reason = decision.get(DECLINED) if isinstance(decision, Mapping) and len(decision) == 1 else None
        if decision not in (UNDECIDED, TAKEN) and not (isinstance(reason, str) and reason.strip()):
            raise FileError(f"{FIXES}: {name} is {brief(decision)}. {FORM}")
    return found


def undecided(fixes: Fixes) -> Iterator[str]:
    """Yield the ids of the changes that nobody has decided."""
    yield from (name for name, decision in fixes.items() if decision == UNDECIDED)


def touched(changes: Collection[Change], path: str, before: RenderedFile | None, after: RenderedFile) -> Iterator[str]:
    """Yield the ids of the changes that are why a file of the skeleton is another one than before."""
    old = b"" if before is None else before.content
    if old == after.content:
        return
    patterns = set(_PATTERN.findall(_changed_lines(old, after.content)))
    parts = [part for part in path.removesuffix(".jinja").split("/") if not re.fullmatch(r"\{\{.*\}\}", part)]
    yield from (change.id for change in changes if change.touches("/".join(parts), patterns))


def _changed_lines(before: bytes, after: bytes) -> str:
    old, new = (each.decode(errors="replace").splitlines() for each in (before, after))
    return "\n".join(line for line in difflib.ndiff(old, new) if line.startswith(("+ ", "- ")))


def titles(changes: Collection[Change], origins: Mapping[str, str]) -> dict[str, str]:
    """Return the title of each change by its id; behind it, which layers brought it, where `origins` has that."""
    return {
        change.id: f"{change.title} ({origins[change.id]})" if change.id in origins else change.title
        for change in changes
    }


def text(fixes: Fixes, titles: Mapping[str, str]) -> str:
    """Return the text of platform/fixes.yml, with the title of each change above it."""
    return _HEAD + ("".join(_entry(name, decision, titles) for name, decision in fixes.items()) or "{}\n")


def _entry(name: str, decision: Any, titles: Mapping[str, str]) -> str:
    title = f"# {' '.join(titles[name].split())}\n" if name in titles else ""
    return title + yaml.safe_dump({name: decision}, sort_keys=False)


def with_decisions(changes: bytes, fixes: Fixes, platform: str, origins: Mapping[str, str]) -> bytes:
    """Return the base's changelog with what the platform declined, and why, for its services to see.

    `origins` names the layers that brought a change, by its id, where the base is another platform's template. A change
    that is taken is declined no more, though a layer below did not take it.

    Raises:
        FileError: when the ledger names a change that the base does not have.
    """
    records = {record["id"]: record for record in read_raw(changes)}
    for name in fixes:
        if name not in records:
            raise FileError(f"{FIXES}: {name} is not a change of the base. {suggest(name, list(records), '')}".rstrip())
    declined = {name for name, decision in fixes.items() if isinstance(decision, Mapping)}
    if not declined and not origins:
        return changes
    for name, record in records.items():
        decision = fixes.get(name, UNDECIDED)
        if isinstance(decision, Mapping):
            record["declined"] = f"{platform}: {' '.join(decision[DECLINED].split())}"
        elif decision == TAKEN:
            record.pop("declined", None)
        if name in origins:
            record["brought"] = origins[name]
    return yaml.safe_dump([*records.values()], sort_keys=False, allow_unicode=True, width=110).encode()
