"""Tests of charts need helm, on a PATH of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffold.check.report import CheckReport
from scaffold.git.walk import shown
from workshop import helm

needs_helm = pytest.mark.skipif(bool(helm.missing()), reason=str(helm.missing()))


def path_with_helm(folder: Path) -> str:
    """Return a PATH that has helm, from a link in a folder."""
    (folder / "bin").mkdir()
    (folder / "bin" / "helm").symlink_to(helm.program())
    return f"{folder / 'bin'}:{os.environ['PATH']}"


def places(report: CheckReport, folder: Path, rule: str) -> set[tuple[str, int, str]]:
    """Return file, line and marked text of the findings of a rule."""
    prefix = f"{shown(str(folder))}/"
    found = set()
    for place in (each.place for each in report.findings if each.rule.id == rule):
        path = place.path.removeprefix(prefix)
        line = (folder / path).read_text().splitlines()[place.line - 1]
        found.add((path, place.line, line[place.column - 1 : place.end_column - 1]))
    return found
