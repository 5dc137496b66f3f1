"""How findings are printed: each format is a module with `render(report) -> str`; `text` is for people."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from scaffold.check.report import CheckReport

FORMATS = {"json": "as_json", "sarif": "as_sarif", "github": "as_github", "junit": "as_junit"}
"""The formats for machines, and the modules that render them."""


class Format(Protocol):
    """A module that renders a report."""

    def render(self, report: CheckReport) -> str:
        """Return the report as text."""
        ...


def render(name: str, report: CheckReport) -> str:
    """Return a report in one of FORMATS."""
    return cast(Format, import_module(f"{__name__}.{FORMATS[name]}")).render(report)
