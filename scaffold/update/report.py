"""What an update brings and why, before it is applied."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from scaffold.git.objects import Blob
from scaffold.patterns import named_in
from scaffold.releases import Change, History, Revision
from scaffold.releases.editions import Rendered
from scaffold.update.changes import LineCount
from scaffold.update.crossing import AnswerChange
from scaffold.update.merge import BASE, THEIRS, Conflict
from scaffold.update.plan import Plan


@dataclass(frozen=True)
class Clash:
    """A conflict for the reader: the path from the repository's top, git's words, and the changes that touched it."""

    path: str
    kind: str
    message: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class UpdateReport:
    """What an update brings: the template's changes since the service's version, the diffstat, the conflicts.

    `drivers` are the merge drivers that a dry run did not start, by the path that each would merge. `answers` are those
    that change, `edited` the names of those that were edited by hand. Of the `files` that the template made, it makes
    `removed` no more. `renamed` is the service's name before, where it gets another one. `by_hand`
    as in the plan.
    """

    old: Revision
    new: Revision
    changes: tuple[Change, ...]
    lines: tuple[LineCount, ...]
    clashes: tuple[Clash, ...]
    drivers: Mapping[str, str]
    answers: tuple[AnswerChange, ...] = ()
    edited: tuple[str, ...] = ()
    files: int = 0
    removed: int = 0
    renamed: str | None = None
    by_hand: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def removes_many(self) -> bool:
        """Return whether the template makes more than a third of its files no more, as with another language."""
        return 3 * self.removed > self.files


def report(plan: Plan, history: History) -> UpdateReport:
    """Return the report of a plan that was made with `count_lines`.

    Raises:
        TemplateError: when the template's changelog is broken.
    """
    old, new = plan.crossing.old, plan.crossing.new
    changes = tuple(history.changes_between(old.commit, new.commit, plan.crossing.new_answers.context))
    clashes = tuple(
        Clash(conflict.path, conflict.kind, conflict.message, _reasons(plan, conflict, changes))
        for conflict in plan.conflicts
    )
    crossing, before, after = plan.crossing, plan.before.blobs, plan.after.blobs
    removed = sum(each not in after for each in before)
    answers = crossing.answer_changes
    pods = crossing.new_answers.context.get("pods_name")
    renamed = next((each.before for each in answers if each.name == "name" and each.before != pods), None)
    made = (len(before), removed, renamed, plan.by_hand)
    return UpdateReport(old, new, changes, plan.lines, clashes, plan.drivers, answers, crossing.edited, *made)


def _reasons(plan: Plan, conflict: Conflict, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes that name the file, or whose pattern stands in the lines that the template changed."""
    inner = conflict.path.removeprefix(plan.crossing.service.prefix)
    before = _name(plan.before, conflict.stages.get(BASE), inner)
    after = _name(plan.after, conflict.stages.get(THEIRS), inner)
    changed = difflib.unified_diff(_lines(plan.before, before), _lines(plan.after, after), n=1, lineterm="")
    patterns = named_in("\n".join(changed))
    return tuple(each for each in changes if each.touches(before, patterns) or each.touches(after, patterns))


def _lines(side: Rendered, name: str) -> list[str]:
    return side.contents.get(name, b"").decode(errors="replace").splitlines()


def _name(side: Rendered, blob: Blob | None, inner: str) -> str:
    """Return the template's own name of a file that the service has as `inner`, perhaps by a name of its own."""
    same = [path for path, each in side.blobs.items() if blob and each.id == blob.id]
    return inner if inner in same or not same else same[0]
