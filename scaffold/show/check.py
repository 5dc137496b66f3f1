"""What the user of `scaffold check` sees: a block for each object, a table of the rules, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rich.console import Console
from rich.text import Text

from scaffold.check.budget import shown
from scaffold.check.findings import Finding
from scaffold.check.grouped import Block, blocks, counts, passed_by, sections, unjudged
from scaffold.check.report import CheckReport
from scaffold.check.rules.rule import AnyRule
from scaffold.patterns import PATTERNS
from scaffold.show.console import line as one_line
from scaffold.show.next_steps import next_steps
from scaffold.syntax.source import Note, Place, Source, read
from scaffold.text.counted import counted

_COLOURS = {"error": "bold red", "warning": "bold yellow"}
_WIDEST = 160
_NAMED = 3
"""Other places, and overlays, of one finding that are named unless all are wanted."""
_ALIKE = 10
"""Notes with the same message for different files that are printed one by one, unless all are wanted."""
KINDS = "Dockerfiles, Kubernetes manifests, kustomizations, Helm charts, Envoy and nginx configurations"
_ENDS = 8
_NARROWEST_TITLE = 30


def findings(out: Console, report: CheckReport, *, verbose: bool = False, command: str = "scaffold check") -> None:
    """Print the findings, what could not be checked, a table of the rules, a sum, and what to do next.

    Good practice that is missing is one line, unless `verbose` or no other rule ran. `command` is what the user ran.
    """
    view = _View(out, {**report.sources}, verbose)
    opened = verbose or all(rule.kind == "hygiene" for rule in report.rules)
    told = report.findings if opened else [each for each in report.findings if each.kind != "hygiene"]
    seen = shown(replace(report, findings=told))
    parts = sections(seen.findings)
    view.blocks("Contradictions between files", parts.between_files)
    heading = "Everything else" if parts.between_files else ""
    view.blocks(heading, _by_place(parts.others, parts.hygiene))
    if not opened:
        view.fold(sections(report.findings).hygiene)
    view.notes(seen.notes)
    if report.judged or report.findings:
        view.table(report)
        out.print(Text(_sum(report)), soft_wrap=True)
    else:
        view.nothing_judged(report)
    for step in next_steps(report, command):
        view.line(one_line(*step), hanging=6)


def _by_place(*parts: Iterable[Finding]) -> list[Finding]:
    return sorted((each for part in parts for each in part), key=lambda each: (each.place, each.rule.id))


@dataclass
class _View:
    """Where a report is printed: `sources` holds the files whose lines are shown."""

    out: Console
    sources: dict[str, Source | None] = field(repr=False)
    verbose: bool

    def line(self, text: Text, indent: int = 0, hanging: int | None = None) -> None:
        """Print a line: on a terminal it goes on below itself, `hanging` columns in; elsewhere it stays one line."""
        if not self.out.is_terminal:
            self.out.print(Text(" " * indent) + text, soft_wrap=True)
            return
        deeper = indent + 4 if hanging is None else hanging
        first = True
        width = self.out.width
        for each in text.wrap(self.out, max(20, width - max(indent, deeper))):
            each.rstrip()
            self.out.print(Text(" " * (indent if first else deeper)) + each, soft_wrap=True)
            first = False

    def blocks(self, heading: str, found: Sequence[Finding]) -> None:
        """Print findings under a heading, a block for each object or container."""
        if found and heading:
            self.line(Text(heading, style="bold underline"))
            self.out.print()
        for each in blocks(found):
            self._block(each)

    def _block(self, block: Block) -> None:
        scopes = {each.scopes for each in block.findings}
        shared = scopes.pop() if len(scopes) == 1 else None
        self.line(one_line((block.title, "bold"), (self._scopes(shared or ()), "dim")))
        for each in block.findings:
            self._finding(each, with_scopes=shared is None)
        self.out.print()

    def _scopes(self, scopes: Sequence[str]) -> str:
        if tuple(scopes) in ((), (".",)):
            return ""
        named = scopes if self.verbose else scopes[:_NAMED]
        more = f" and {len(scopes) - len(named)} more" if len(scopes) > len(named) else ""
        return f", in {', '.join(named)}{more}"

    def _finding(self, finding: Finding, *, with_scopes: bool) -> None:
        place, rule = finding.place, finding.rule
        told = one_line(
            (f"{place.path}:{place.line}:{place.column}: ", "bold"),
            (finding.severity, _COLOURS[finding.severity]),
            f" {rule.id}: {finding.message}{self._scopes(finding.scopes) if with_scopes else ''}",
        )
        self.line(told, 2)
        if self.verbose:
            self._source_line(place)
        others = finding.also if self.verbose else finding.also[:_NAMED]
        for other in others:
            said = "" if self.verbose else self._written(other)
            self.line(one_line(f"conflicts with {other.path}:{other.line}:{other.column}{said}", style="dim"), 4)
            if self.verbose:
                self._source_line(other)
        if more := finding.unnamed + len(finding.also) - len(others):
            self.line(Text(f"and in {more} more place{'s' if more > 1 else ''}", style="dim"), 4)
        if self.verbose:
            self.line(Text(f"fix: {rule.advice}", style="dim"), 4)

    def _source(self, path: str) -> Source | None:
        if path not in self.sources:
            source = read(path)
            self.sources[path] = source if isinstance(source, Source) else None
        return self.sources[path]

    def _written(self, place: Place) -> str:
        source = self._source(place.path)
        text = " ".join(source.line(place.line).split()) if source else ""
        return f": {text if len(text) <= _WIDEST // 2 else f'{text[: _WIDEST // 2]}...'}" if text else ""

    def _source_line(self, place: Place) -> None:
        source = self._source(place.path)
        line = source.line(place.line) if source else ""
        if not line:
            return
        end = place.end_column if place.end_line == place.line else len(line) + 1
        start = max(0, place.column - _WIDEST // 2) if len(line) > _WIDEST else 0
        part = "".join(char if char.isprintable() else " " for char in line[start : start + _WIDEST])
        self.out.print(Text(f"    {place.line:>5} | {part}"), soft_wrap=True)
        carets = "^" * max(1, min(end - place.column, _WIDEST))
        self.out.print(
            Text.assemble("          | ", " " * (place.column - 1 - start), (carets, "bold")), soft_wrap=True
        )

    def fold(self, hygiene: Sequence[Finding]) -> None:
        """Print one line on good practice that is missing, with a count for each rule, the most frequent first."""
        if not hygiene:
            return
        by_rule = sorted(Counter(each.rule.id for each in hygiene).items(), key=lambda each: (-each[1], each[0]))
        places = len(blocks(hygiene))
        where = counted(places, "place")
        parts = ", ".join(f"{count} {name}" for name, count in by_rule)
        self.line(one_line((f"Good practice is missing in {where}", "bold"), f" (--verbose shows where): {parts}"))
        self.out.print()

    def notes(self, notes: Sequence[Note]) -> None:
        """Print what could not be checked; a message on many files is printed once."""
        alike = Counter(each.message for each in notes)
        told: set[str] = set()
        for note in notes:
            if not self.verbose and alike[note.message] > _ALIKE:
                if note.message not in told:
                    told.add(note.message)
                    where = f"{alike[note.message]} files, such as {note.path} (--verbose names all): "
                    self.line(one_line("note: ", (where, "bold"), note.message))
                continue
            where = f"{note.path}:{note.line}" if note.line else note.path
            self.line(one_line("note: ", (f"{where}: ", "bold"), note.message))
        if notes:
            self.out.print()

    def table(self, report: CheckReport) -> None:
        """Print how often each rule is broken, by pattern."""
        rows = counts(report)
        if not rows:
            return
        width = max(len(rule.id) for _, rules in rows for rule, _ in rules) + 2
        self._row(("", "errors", "warnings", ""), width, "dim")
        for pattern, rules in rows:
            errors, warnings = (sum(found[each] for _, found in rules) for each in _COLOURS)
            title = PATTERNS[pattern].title if pattern in PATTERNS else ""
            self._row((pattern, str(errors or ""), str(warnings or ""), title), width, "bold")
            for rule, found in rules:
                numbers = [str(found[each] or "") for each in _COLOURS]
                self._row((f"  {rule.id}", *numbers, rule.title), width, "")
        self.out.print()

    def _row(self, cells: Sequence[str], width: int, style: str) -> None:
        """Print a row; a title for which a narrow terminal has no column goes below."""
        name, errors, warnings, title = cells
        row = f"{name:<{width}}  {errors:>6}  {warnings:>8}  "
        if title and self.out.is_terminal and self.out.width - len(row) < _NARROWEST_TITLE:
            self.line(Text(row.rstrip(), style=style))
            self.line(Text(title, style=style), 4)
        elif title and self.out.is_terminal:
            for each in Text(title, style=style).wrap(self.out, self.out.width - len(row)):
                each.rstrip()
                self.out.print(Text(row, style=style) + each, soft_wrap=True)
                row = " " * len(row)
        else:
            self.line(Text(f"{row}{title}".rstrip(), style=style))

    def nothing_judged(self, report: CheckReport) -> None:
        """Print that no file was checked: which kinds are, and what there is instead."""
        self.line(Text(f"Nothing was checked. scaffold check reads {KINDS}."))
        ends = passed_by(report)
        if ends:
            parts = ", ".join(f"{count} {end}" for end, count in ends[:_ENDS])
            more = sum(count for _, count in ends[_ENDS:])
            self.line(one_line(f"Other files here: {parts}{f' and {more} others' if more else ''}."))
        passed = "hidden folders, node_modules, vendor, target, venv, test fixtures, and files that git ignores"
        self.line(Text(f"Skipped: {passed}."))


def _sum(report: CheckReport) -> str:
    left = unjudged(report)
    told = f" {counted(left, 'file')} could not be checked." if left else ""
    if report.suppressed:
        told += f" {counted(len(report.suppressed), 'finding')} suppressed."
    by_severity = report.by_severity()
    if not by_severity:
        return f"No findings in {counted(report.files, 'file')} by {counted(len(report.rules), 'rule')}.{told}"
    parts = [counted(by_severity[each], each) for each in _COLOURS if by_severity[each]]
    files = len({each.place.path for each in report.findings})
    return f"{' and '.join(parts)} in {counted(files, 'file')}.{told}"


def explain(out: Console, rule: AnyRule) -> None:
    """Print all that is known about a rule."""
    out.print(Text.assemble((rule.id, "bold"), "  ", (rule.severity, _COLOURS[rule.severity])), soft_wrap=True)
    out.print(Text(rule.title))
    out.print(Text("\n" + "\n\n".join(filter(None, (rule.why, f"Fix: {rule.advice}", f"Examples: {rule.more}")))))


def list_rules(out: Console, rules: list[AnyRule]) -> None:
    """Print a line for each rule."""
    width = max((len(rule.id) for rule in rules), default=0) + 2
    for rule in rules:
        out.print(Text.assemble((f"{rule.id:<{width}}", "bold"), f"{rule.severity:<9}", rule.title), soft_wrap=True)
