"""CHANGELOG.md, for people: what the services gain is written into it from the machine-readable changelog.

`python -m releasing.changelog` brings it up to date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from scaffold.errors import TemplateError
from scaffold.releases.changes import FILE, Change, read_changes

ROOT = Path(__file__).parents[1]
HEADING = "### In the services"
_SECTION = re.compile(r"^## (\S+)", re.MULTILINE)


def with_changes(changelog: str, changes: Iterable[Change]) -> str:
    """Return the changelog with each section's part "In the services" written anew.

    Raises:
        TemplateError: when a change belongs to a version without a section.
    """
    head, *rest = re.split(r"(?m)^(?=## )", changelog)
    by_version: dict[str, list[Change]] = {}
    for change in changes:
        by_version.setdefault(change.version, []).append(change)
    sections = [_section(each, by_version.pop(_version(each), [])) for each in rest]
    if by_version:
        raise TemplateError(f"CHANGELOG.md has no section for {next(iter(by_version))}, which {FILE} names.")
    return head + "".join(sections)


def _version(section: str) -> str:
    found = _SECTION.match(section)
    return found[1].lower() if found else ""


def _section(section: str, changes: list[Change]) -> str:
    title, _, body = section.partition("\n")
    kept = re.sub(rf"(?m)^{HEADING}\n+(?:^.+\n?)*", "", body).strip()
    parts = [
        title,
        *([HEADING, "\n".join(each.item() for each in changes)] if changes else []),
        *([kept] if kept else []),
    ]
    return "\n\n".join(parts) + "\n\n"


def cut(changelog: str, version: str, day: date) -> str:
    """Return the changelog with what is unreleased under the heading of a version, and an empty section above it.

    Raises:
        TemplateError: when nothing is unreleased.
    """
    section = re.search(r"(?ms)^## Unreleased\n(.*?)(?=^## |\Z)", changelog)
    if not section or not section[1].strip():
        raise TemplateError("CHANGELOG.md: the section Unreleased is missing or empty; say in it what is new.")
    return changelog.replace("## Unreleased\n", f"## Unreleased\n\n## {version} - {day.isoformat()}\n", 1)


def update(root: Path = ROOT) -> bool:
    """Bring CHANGELOG.md up to date with the template's changes; say whether it was not."""
    file = root / "CHANGELOG.md"
    before = file.read_text()
    after = with_changes(before, read_changes((root / FILE).read_text())).rstrip() + "\n"
    file.write_text(after)
    return before != after


if __name__ == "__main__":
    update()
