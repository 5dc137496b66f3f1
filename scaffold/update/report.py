"""What an update brings and why, before it is applied."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from scaffold.releases import Change, Revision, changes_between
from scaffold.update.changes import LineCount
from scaffold.update.plan import Plan


@dataclass(frozen=True)
class Clash:
    """A conflict for the reader: the path from the repository's top, git's words, and the changes that touched it."""

    path: str
    kind: str
    message: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Report:
    """What an update brings: the template's changes since the service's version, the diffstat, the conflicts."""

    old: Revision
    new: Revision
    changes: tuple[Change, ...]
    lines: tuple[LineCount, ...]
    clashes: tuple[Clash, ...]


def report(plan: Plan, root: Path | None = None) -> Report:
    """Return the report of a plan that was made with `count_lines`; `root` is the template's checkout.

    Raises:
        TemplateError: when the template's changelog is broken.
    """
    changes = tuple(changes_between(plan.old.commit, plan.new.commit, root))
    clashes = tuple(
        Clash(conflict.path, conflict.kind, conflict.message, _reasons(plan, conflict.path, changes))
        for conflict in plan.conflicts
    )
    return Report(plan.old, plan.new, changes, plan.lines, clashes)


def _reasons(plan: Plan, path: str, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes whose pattern stands in the lines of that file that the template changed."""
    inner = path.removeprefix(plan.service.prefix)
    before, after = (side.contents.get(inner, b"").decode(errors="replace") for side in (plan.before, plan.after))
    changed = difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    patterns = set(re.findall(r"\bP(?:0[1-9]|1[0-3])\b", "\n".join(changed)))
    return tuple(change for change in changes if change.pattern in patterns)
