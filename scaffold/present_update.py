"""What the user sees of an update: what it brings and why, then what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from scaffold.releases import Change
    from scaffold.update.changes import LineCount
    from scaffold.update.journal import Journal
    from scaffold.update.report import Clash, Report
    from scaffold.update.run import Outcome

_BAR = 40  # columns of the longest bar of a diffstat, as git has it


def report(out: Console, told: Report) -> None:
    """Show each change of the template with its reason, the diffstat, and the conflicts."""
    if not told.lines:
        out.print(Text(f"{told.old.name} is the newest version; nothing changes."), soft_wrap=True)
        return
    if told.old != told.new:
        out.print(Text(f"{told.old.name} to {told.new.name}", style="bold"), soft_wrap=True)
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
    out.print(Text.assemble((f"{pattern}{change.title}", "bold"), f" ({change.version})"), soft_wrap=True)
    out.print(Text(f"  why: {change.why}"), soft_wrap=True)
    out.print(Text(f"  check: {change.check}"), soft_wrap=True)


def _diffstat(out: Console, lines: Sequence[LineCount]) -> None:
    names = [f"{line.was} => {line.path}" if line.was else line.path for line in lines]
    width = max(len(name) for name in names)
    most = max((line.added or 0) + (line.deleted or 0) for line in lines)
    scale = min(1.0, _BAR / most) if most else 1.0
    for name, line in zip(names, lines, strict=True):
        text = Text(f" {name:<{width}} | ")
        if line.added is None or line.deleted is None:
            text.append("binary")
        else:
            text.append(f"{line.added + line.deleted:>4} ")
            text.append("+" * -int(-line.added * scale // 1), style="green")
            text.append("-" * -int(-line.deleted * scale // 1), style="red")
        out.print(text, soft_wrap=True)
    added, deleted = (sum(getattr(line, side) or 0 for line in lines) for side in ("added", "deleted"))
    out.print(Text(f" {len(lines)} files, {added} lines added, {deleted} deleted"), soft_wrap=True)


def _clash(out: Console, clash: Clash) -> None:
    out.print(Text.assemble(("conflict", "bold red"), f" ({clash.kind}) in {clash.path}"), soft_wrap=True)
    for change in clash.changes:
        out.print(Text(f"  {change.pattern} {change.title}: {change.why}"), soft_wrap=True)


def closing(out: Console, outcome: Outcome, commands: Sequence[str]) -> None:
    """Say what was done and what to run now."""
    if not outcome.applied:
        if outcome.report.lines:
            out.print("Nothing was written.")
        return
    head = "Written and staged, not committed. Next:"
    if outcome.unresolved:
        count = len(outcome.plan.conflicts)
        head = f"Written, with {count} conflict{'s' if count != 1 else ''} to resolve. Next:"
    out.print(Text(head, style="bold"), soft_wrap=True)
    for command in commands:
        out.print(Text(f"  {command}"), soft_wrap=True)


def aborted(out: Console, taken: Journal) -> None:
    """Say what an abort brought back, and where what it threw away is kept."""
    from scaffold.update.thrown_away import THROWN_AWAY

    count = len(taken.steps)
    text = f"Back at {taken.note['from']}: {count} files are as they were before. {THROWN_AWAY} keeps what was in them."
    out.print(Text(text), soft_wrap=True)
