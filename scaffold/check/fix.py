"""`scaffold check --fix`: mends what has one right answer, and leaves every other byte as it is.

Lines are put in and words are replaced at the places that libyaml gives, so comments, quotes and layout stay. What is
not written in block style, what an overlay adds, and what is a matter of judgement is left alone.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from scaffold.check.findings import Finding
from scaffold.check.ground import Ground
from scaffold.check.report import Report
from scaffold.files.rewrite import Rewrite, rewrite
from scaffold.syntax import dockerfile
from scaffold.syntax.source import Source, read
from scaffold.syntax.yaml_nodes import Value, documents

LINES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "P09-job-deadline": (
        ("job", "activeDeadlineSeconds", "86400  # P09: a day at most; better the longest run that is right"),
    ),
    "P09-job-backoff": (("job", "backoffLimit", "6  # P09: Kubernetes' default, written out"),),
    "P09-job-clean-up": (("job", "ttlSecondsAfterFinished", "604800  # P09: a week, to look at a failure"),),
    "P09-cron-concurrency": (("spec", "concurrencyPolicy", "Forbid  # P09: runs never overlap"),),
    "P09-cron-history": (
        ("spec", "successfulJobsHistoryLimit", "3  # P09: Kubernetes' default, written out"),
        ("spec", "failedJobsHistoryLimit", "3  # P09: enough to see since when it fails"),
    ),
    "P09-cron-starting-deadline": (
        ("spec", "startingDeadlineSeconds", "300  # P09: a run that could not start in time waits for the next one"),
    ),
}
"""What is put in where it is missing: into the Job's spec or the CronJob's, the key, its value and the reason."""

_PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")
_SHELL_WORDS = frozenset(
    {"cd", "export", "source", ".", "exec", "set", "eval", "trap", "ulimit", "umask", "unset", "if", "for"}
)


@dataclass(frozen=True)
class Edit:
    """Characters to replace in a file: from `start` to `end`, by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Fixed:
    """A file that is mended: its text before and after, the findings that are gone, and the folder that was checked."""

    path: str
    before: str
    after: str
    findings: tuple[Finding, ...]
    below: Path

    @property
    def diff(self) -> str:
        """Return the change as a unified diff."""
        before, after = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.path}"))


def plan(report: Report) -> list[Fixed]:
    """Return what can be mended for sure, file by file; nothing is written.

    Only files that were checked are mended: what a finding names besides, such as a base elsewhere, is left alone.
    """
    ground = report.ground
    by_path: dict[str, list[Finding]] = {}
    for finding in report.findings if ground else ():
        if finding.rule.fixable and ground and finding.place.path in ground.names:
            by_path.setdefault(finding.place.path, []).append(finding)
    return [fixed for path, found in by_path.items() if ground and (fixed := _mended(path, found, ground))]


def _mended(path: str, findings: list[Finding], ground: Ground) -> Fixed | None:
    source = read(path)
    if not isinstance(source, Source):
        return None
    try:
        text = source.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    edits: dict[Edit, None] = {}
    gone = []
    for finding in findings:
        found = _edits(source, text, finding)
        edits |= dict.fromkeys(found)
        gone += [finding] if found else []
    after = text
    for edit in sorted(edits, key=lambda each: (each.start, each.text), reverse=True):
        after = after[: edit.start] + edit.text + after[edit.end :]
    return Fixed(path, text, after, tuple(gone), ground.top(path)) if edits else None


def _edits(source: Source, text: str, finding: Finding) -> list[Edit]:
    if finding.rule.id == "P02-shell-form":
        return _exec_form(source, text, finding)
    if "\r" in text or text.startswith("\ufeff"):  # libyaml counts these in its own way
        return []
    value = _value_at(source, finding)
    if value is None:
        return []
    if finding.rule.id == "P07-pull-policy":
        return _replaced(value, "Always", "IfNotPresent")
    return [edit for where, key, line in LINES[finding.rule.id] for edit in _put_in(text, value, where, key, line)]


def _value_at(source: Source, finding: Finding) -> Value | None:
    """Return the top of the document that a finding stands in, or the value itself where it is a pull policy."""
    place = finding.place
    for document in documents(source)[0]:
        start, end = document.node.start_mark.line, document.node.end_mark.line
        if start <= place.line - 1 <= end:
            if finding.rule.id != "P07-pull-policy":
                return document.root
            return next((each for each in _policies(document.root) if each.place().line == place.line), None)
    return None


def _policies(root: Value) -> Iterable[Value]:
    for path in (("spec",), ("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec")):
        for kind in ("containers", "initContainers"):
            yield from (each for item in root.items(*path, kind) if (each := item.get("imagePullPolicy")))


def _replaced(value: Value, old: str, new: str) -> list[Edit]:
    start, end = value.node.start_mark.index, value.node.end_mark.index
    plain = isinstance(value.node, yaml.ScalarNode) and not value.node.style and value.text() == old
    return [Edit(start, end, new)] if plain and end - start == len(old) else []


def _put_in(text: str, root: Value, where: str, key: str, line: str) -> list[Edit]:
    """Return a line before the first key of a spec in block style, if the key is not there."""
    kind = root.text("kind")
    if kind not in ("Job", "CronJob") or (where == "spec" and kind == "Job"):
        return []
    spec = root.get("spec", "jobTemplate", "spec") if (where, kind) == ("job", "CronJob") else root.get("spec")
    if spec is None or not isinstance(spec.node, yaml.MappingNode) or spec.node.flow_style or key in spec.fields():
        return []
    start = spec.node.start_mark
    begin = text.rfind("\n", 0, start.index) + 1
    indent = text[begin : start.index]
    return [Edit(begin, begin, f"{indent}{key}: {line}\n")] if indent.strip(" ") == "" and indent else []


def _exec_form(source: Source, text: str, finding: Finding) -> list[Edit]:
    parsed = dockerfile.parse(source)
    start = next((each for each in parsed.instructions if each.lines[0] == finding.place.line), None)
    entrypoint = parsed.effective("ENTRYPOINT")
    if start is None or start.lines[0] != start.lines[1]:
        return []
    if start.name == "CMD" and entrypoint is not None:  # its words would go to the ENTRYPOINT: not the same
        return []
    words = start.value.split()
    if not words or not all(_PLAIN.fullmatch(word) for word in words) or words[0] in _SHELL_WORDS or "=" in words[0]:
        return []
    line_start = sum(len(line) + 1 for line in text.split("\n")[: start.lines[0] - 1])
    column = source.line(start.lines[0]).find(start.value)
    if column < 0:
        return []
    return [Edit(line_start + column, line_start + column + len(start.value), json.dumps(words))]


def apply(fixed: Iterable[Fixed]) -> None:
    """Write the files: all of them or none, and none through a symbolic link below the folder that was checked.

    Raises:
        DestinationError: when a file changed meanwhile or a link is on the way, or the disk refuses.
    """
    rewrite(Rewrite(Path(each.path), each.before.encode(), each.after.encode(), below=each.below) for each in fixed)
