"""What the user sees of an update: what it brings and why, then what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from scaffold.show.console import line
from scaffold.text.printable import printable

if TYPE_CHECKING:
    from scaffold.releases import Change
    from scaffold.update.changes import LineCount
    from scaffold.update.journal import Journal
    from scaffold.update.report import Clash, Report
    from scaffold.update.run import Result

_BAR = 40  # columns of the longest bar of a diffstat, as git has it


def report(out: Console, told: Report) -> None:
    """Show each change of the template with its reason, the diffstat, and the conflicts."""
    if not told.lines:
        out.print(line(f"{told.old.name} is the newest version; nothing changes."), soft_wrap=True)
        return
    if told.old != told.new:
        out.print(line(f"{told.old.name} to {told.new.name}", style="bold"), soft_wrap=True)
    for each in told.changes:
        _change(out, each)
    _diffstat(out, told.lines)
    for clash in told.clashes:
        _clash(out, clash)
    for path, driver in sorted(told.drivers.items()):
        text = f"The merge driver {driver} of your settings was not started; the update will merge {path} by it."
        out.print(Text(text), soft_wrap=True)


def _change(out: Console, change: Change) -> None:
    pattern = f"{change.pattern} " if change.pattern != "none" else ""
    out.print(line((f"{pattern}{change.title}", "bold"), f" ({change.version})"), soft_wrap=True)
    out.print(line(f"  why: {change.why}"), soft_wrap=True)
    out.print(line(f"  check: {change.check}"), soft_wrap=True)


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
    out.print(line(f" {len(lines)} files, {added} lines added, {deleted} deleted"), soft_wrap=True)


def _clash(out: Console, clash: Clash) -> None:
    out.print(line(("conflict", "bold red"), f" ({clash.kind}) in {clash.path}"), soft_wrap=True)
    for change in clash.changes:
        out.print(line(f"  {change.pattern} {change.title}: {change.why}"), soft_wrap=True)


def closing(out: Console, outcome: Result, commands: Sequence[str]) -> None:
    """Say what was done and what to run now."""
    if not outcome.applied:
        if outcome.report.lines:
            out.print("Nothing was written.")
        return
    head = "Written and staged, not committed. Next:"
    if outcome.unresolved:
        count = len(outcome.plan.conflicts)
        head = f"Written, with {count} conflict{'s' if count != 1 else ''} to resolve. Next:"
    out.print(line(head, style="bold"), soft_wrap=True)
    for command in commands:
        out.print(line(f"  {command}"), soft_wrap=True)


def aborted(out: Console, taken: Journal) -> None:
    """Say what an abort brought back, and where what it threw away is kept."""
    from scaffold.update.thrown_away import THROWN_AWAY

    count = len(taken.steps)
    text = f"Back at {taken.note['from']}: {count} files are as they were before. {THROWN_AWAY} keeps what was in them."
    out.print(line(text), soft_wrap=True)
