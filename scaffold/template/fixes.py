"""The ledger: what a platform decided of the base's changes in files that it overrides or leaves out."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from scaffold.errors import FileError
from scaffold.files.folder import RenderedFile
from scaffold.releases.changes import read_changes
from scaffold.text.brief import brief
from scaffold.text.nearest import suggest

if TYPE_CHECKING:
    from scaffold.releases import Change

FIXES = "platform/fixes.yml"
UNDECIDED, TAKEN, DECLINED = "undecided", "taken", "declined"
FORM = f"Write {TAKEN}, or {{{DECLINED}: a reason}}."
_HEAD = """\
# Changes of the base in files that you override or leave out, added by `scaffold template pull`.
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


def text(fixes: Fixes) -> str:
    """Return the text of platform/fixes.yml."""
    return _HEAD + (yaml.safe_dump(dict(fixes), sort_keys=False) if fixes else "{}\n")


def with_decisions(changes: bytes, fixes: Fixes, platform: str) -> bytes:
    """Return the base's changelog with what the platform declined, and why, for its services to see.

    Raises:
        FileError: when the ledger names a change that the base does not have.
    """
    known: Sequence[str] = [change.id for change in read_changes(changes)]
    lines = changes.decode()
    for name, decision in fixes.items():
        if name not in known:
            raise FileError(f"{FIXES}: {name} is not a change of the base. {suggest(name, known, '')}".rstrip())
        if isinstance(decision, Mapping):
            reason = json.dumps(f"{platform}: {' '.join(decision[DECLINED].split())}", ensure_ascii=False)
            place = re.compile(rf"^- id: {re.escape(name)}$", re.MULTILINE)
            lines, count = place.subn(partial(_declined, reason), lines)
            if count != 1:
                raise FileError(f"{FIXES}: {name} can't be declined in this version of the base.")
    return lines.encode()


def _declined(reason: str, found: re.Match[str]) -> str:
    return f"{found[0]}\n  declined: {reason}"
