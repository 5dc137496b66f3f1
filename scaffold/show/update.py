"""What the user sees of an update: what it brings and why, then what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from scaffold.show.at_top import by_hand
from scaffold.show.console import line
from scaffold.text.brief import brief
from scaffold.text.counted import counted
from scaffold.text.printable import printable

if TYPE_CHECKING:
    from scaffold.atomic.journal import Journal
    from scaffold.releases import Change
    from scaffold.update.changes import LineCount
    from scaffold.update.report import Clash, UpdateReport
    from scaffold.update.run import Updated

_BAR = 40  # columns of the longest bar of a diffstat, as git has it


def report(out: Console, told: UpdateReport) -> None:
    """Show each change of the template with its reason, the diffstat, and the conflicts."""
    if not told.lines:
        out.print(line(f"Already at {told.old.name}; nothing to change."), soft_wrap=True)
        return
    if told.old != told.new:
        out.print(line(f"{told.old.name} to {told.new.name}", style="bold"), soft_wrap=True)
    for each in told.changes:
        _change(out, each)
    _answers(out, told)
    _diffstat(out, told.lines)
    for clash in told.clashes:
        _clash(out, clash)
    by_hand(out, told.by_hand)
    for path, driver in sorted(told.drivers.items()):
        text = f"Your merge driver {driver} was not started; the update will merge {path} with it."
        out.print(Text(text), soft_wrap=True)


def _change(out: Console, change: Change) -> None:
    out.print(line((change.headline, "bold"), f" ({change.brought or change.version})"), soft_wrap=True)
    if change.declined:
        out.print(line(f"  declined by {change.declined}"), soft_wrap=True)
    out.print(line(f"  why: {change.why}"), soft_wrap=True)
    out.print(line(f"  check: {change.check}"), soft_wrap=True)


_WHY = {
    "given": "given",
    "edited": "edited by hand",
    "follows": "follows its default",
    "cleaned": "named a removed record",
}


def _answers(out: Console, told: UpdateReport) -> None:
    if told.edited:
        several = len(told.edited) != 1
        text = f"{len(told.edited)} answer{'s were' if several else ' was'} edited by hand: {', '.join(told.edited)}; "
        out.print(line(text + ("this update applies them." if several else "this update applies it.")), soft_wrap=True)
    if told.answers:
        out.print(line("Answers that change:"), soft_wrap=True)
    for each in told.answers:
        text = f"  {each.name}: {difference(each.before, each.after)} ({_WHY[each.why]})"
        out.print(line(text), soft_wrap=True)
    if told.renamed is not None:
        _renamed(out, told.renamed)


def _renamed(out: Console, name: str) -> None:
    text = (
        f"The service has another name now; objects with the name {name} stay in the cluster. When the new ones serve, "
    )
    command = f"kubectl delete {_KINDS} --selector=app.kubernetes.io/name={name}"
    out.print(line(f"{text}delete the old ones in their namespace: {command}"), soft_wrap=True)


_KINDS = (
    "deployment,service,serviceaccount,configmap,networkpolicy,poddisruptionbudget,horizontalpodautoscaler,job,cronjob"
)


def difference(before: Any, after: Any) -> str:
    """Return how an answer changes, in a few words; of a list of records, which come, go and change."""
    if not all(isinstance(each, list) and all(isinstance(one, dict) for one in each) for each in (before, after)):
        return f"{brief(before)} -> {brief(after)}"
    olds, news = ({str(next(iter(one.values()), "")): one for one in side} for side in (before, after))
    words = [f"+{name}" for name in news if name not in olds]
    words += [f"-{name}" for name in olds if name not in news]
    words += [f"{name} changes" for name in news if name in olds and news[name] != olds[name]]
    return ", ".join(words) or "order changes"


def in_one_line(outcome: Updated) -> str:
    """Return what an update did, or would do: versions, files, conflicts."""
    told = outcome.report
    if not told.lines:
        return f"{told.old.name}, no changes"
    way = f"{told.old.name} to {told.new.name}" if told.old != told.new else f"{told.old.name}, changed answers"
    parts = [way, counted(len(told.lines), "file")]
    if told.clashes:
        paths = [each.path for each in told.clashes]
        parts.append(f"{counted(len(paths), 'conflict')} ({_few(paths)})")
    if outcome.plan.beside:
        parts.append(f"rejected: {_few(sorted(outcome.plan.beside))}")
    if not outcome.applied:
        parts.append("nothing was written")
    elif not outcome.commit:
        parts.append("not committed")
    else:
        parts.append(f"committed as {outcome.commit[:10]}")
    return ", ".join(parts)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _diffstat(out: Console, lines: Sequence[LineCount]) -> None:
    names = [printable(f"{each.was} => {each.path}" if each.was else each.path) for each in lines]
    width = max(len(name) for name in names)
    most = max((each.added or 0) + (each.deleted or 0) for each in lines)
    scale = min(1.0, _BAR / most) if most else 1.0
    for name, each in zip(names, lines, strict=True):
        text = Text(f" {name:<{width}} | ")
        if each.added is None or each.deleted is None:
            text.append("binary")
        else:
            text.append(f"{each.added + each.deleted:>4} ")
            text.append("+" * -int(-each.added * scale // 1), style="green")
            text.append("-" * -int(-each.deleted * scale // 1), style="red")
        out.print(text, soft_wrap=True)
    added, deleted = (sum(getattr(each, side) or 0 for each in lines) for side in ("added", "deleted"))
    summary = f" {counted(len(lines), 'file')}, {counted(added, 'line')} added, {deleted} deleted"
    out.print(line(summary), soft_wrap=True)


def _clash(out: Console, clash: Clash) -> None:
    out.print(line(("conflict", "bold red"), f" ({clash.kind}) in {clash.path}"), soft_wrap=True)
    for change in clash.changes:
        out.print(line(f"  {change.headline}: {change.why}"), soft_wrap=True)


def closing(out: Console, outcome: Updated, commands: Sequence[str]) -> None:
    """Print what was done and what to run now: steps in order, and the way back last."""
    if not outcome.applied:
        if outcome.report.lines:
            out.print("Nothing was written.")
        return
    head = (
        f"Written and committed as {outcome.commit[:10]}. Next:"
        if outcome.commit
        else "Written and staged, not committed. Next:"
    )
    if count := len(outcome.plan.conflicts):
        head = f"Written, not committed: {counted(count, 'conflict')} to resolve. Next:"
    elif count := len(outcome.plan.beside):
        head = f"Written, not committed: apply {counted(count, '.rej file')} by hand, then delete them. Next:"
    out.print(line(head, style="bold"), soft_wrap=True)
    for command in commands:
        out.print(line(f"  {command}"), soft_wrap=True)
    if outcome.unresolved:
        out.print("Or undo the whole update: scaffold update --abort", soft_wrap=True)


def aborted(out: Console, taken: Journal) -> None:
    """Print what an abort restored, and where the discarded version is saved."""
    from scaffold.update.thrown_away import THROWN_AWAY

    count = len(taken.steps)
    version = taken.note["from"]  # empty of a service that was adopted
    undone = f"Update undone, back at {version}" if version else "Adoption undone"
    text = f"{undone}: {counted(count, 'file')} restored. The discarded version is saved in {THROWN_AWAY}."
    out.print(line(text), soft_wrap=True)
