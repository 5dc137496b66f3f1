"""What the user of `scaffold check` sees: each finding with its line and a caret under the value."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from scaffold.check.budget import shown
from scaffold.check.findings import Finding
from scaffold.check.report import CheckReport
from scaffold.check.rules.rule import AnyRule
from scaffold.show.console import line as one_line
from scaffold.syntax.source import Place, Source, read

_COLOURS = {"error": "bold red", "warning": "bold yellow"}
_WIDEST = 160


def findings(out: Console, report: CheckReport) -> None:
    """Print the findings, what could not be judged, and a sum."""
    sources: dict[str, Source | None] = {**report.sources}
    seen = shown(report)
    for finding in seen.findings:
        _show_finding(out, finding, sources)
    for note in seen.notes:
        where = f"{note.path}:{note.line}" if note.line else note.path
        out.print(one_line((f"{where}: ", "bold"), note.message), soft_wrap=True)
    out.print(Text(_sum(report)), soft_wrap=True)


def _show_finding(out: Console, finding: Finding, sources: dict[str, Source | None]) -> None:
    place, rule = finding.place, finding.rule
    out.print(
        one_line(
            (f"{place.path}:{place.line}:{place.column}: ", "bold"),
            (rule.severity, _COLOURS[rule.severity]),
            f" {rule.id}: {finding.message}",
        ),
        soft_wrap=True,
    )
    _show_line(out, place, sources)
    for other in finding.also:
        out.print(
            one_line(f"  {other.path}:{other.line}:{other.column}: contradicts this", style="dim"), soft_wrap=True
        )
        _show_line(out, other, sources)
    if finding.scopes not in ((), (".",)):
        out.print(one_line(f"  in {', '.join(finding.scopes)}", style="dim"), soft_wrap=True)
    if finding.unnamed:
        out.print(Text(f"  and in {finding.unnamed} more places", style="dim"), soft_wrap=True)
    out.print(Text(f"  do: {rule.advice}", style="dim"), soft_wrap=True)
    out.print()


def _show_line(out: Console, place: Place, sources: dict[str, Source | None]) -> None:
    if place.path not in sources:
        source = read(place.path)
        sources[place.path] = source if isinstance(source, Source) else None
    source = sources[place.path]
    line = source.line(place.line) if source else ""
    if not line:
        return
    end = place.end_column if place.end_line == place.line else len(line) + 1
    start = max(0, place.column - _WIDEST // 2) if len(line) > _WIDEST else 0
    part = "".join(char if char.isprintable() else " " for char in line[start : start + _WIDEST])
    out.print(Text(f"  {place.line:>5} | {part}"), soft_wrap=True)
    carets = "^" * max(1, min(end - place.column, _WIDEST))
    out.print(Text.assemble("        | ", " " * (place.column - 1 - start), (carets, "bold")), soft_wrap=True)


def _sum(report: CheckReport) -> str:
    known = f" {len(report.suppressed)} more are known." if report.suppressed else ""
    counts = report.by_severity()
    if not counts:
        read = "1 file" if report.files == 1 else f"{report.files} files"
        return f"Nothing found in {read} by {len(report.rules)} rules.{known}"
    parts = [f"{counts[each]} {each}{'s' if counts[each] > 1 else ''}" for each in _COLOURS if counts[each]]
    files = len({each.place.path for each in report.findings})
    return f"{' and '.join(parts)} in {files} file{'s' if files > 1 else ''}.{known}"


def explain(out: Console, rule: AnyRule) -> None:
    """Print all that is known about a rule."""
    out.print(Text.assemble((rule.id, "bold"), "  ", (rule.severity, _COLOURS[rule.severity])), soft_wrap=True)
    out.print(Text(rule.title))
    out.print(Text("\n" + "\n\n".join(filter(None, (rule.why, f"What to do: {rule.advice}", rule.url)))))


def list_rules(out: Console, rules: list[AnyRule]) -> None:
    """Print a line for each rule."""
    width = max((len(rule.id) for rule in rules), default=0) + 2
    for rule in rules:
        out.print(Text.assemble((f"{rule.id:<{width}}", "bold"), f"{rule.severity:<9}", rule.title), soft_wrap=True)
